package dev.kmmap.internal.base

import kotlin.concurrent.atomics.AtomicLong
import kotlin.concurrent.atomics.incrementAndFetch
import kotlinx.cinterop.convert
import platform.posix.sched_yield
import platform.posix.usleep

/** The threads so far that were asked for their number. */
private val threads = AtomicLong(0)

internal fun newThreadNumber(): Long = threads.incrementAndFetch()

internal actual fun currentThread(): Long = threadNumber.let { if (it != 0L) it else numberThread() }

/** So many attempts give the processor to whoever wants it before the thread sleeps. */
private const val YIELDS = 32

/** The first sleep; each one after it is twice as long as the one before. */
private const val FIRST_SLEEP_MICROSECONDS = 2

/** Sleeps grow no longer than to about a millisecond: nine doublings. */
private const val DOUBLINGS = 9

internal actual fun backOff(attempt: Int) {
    if (attempt < YIELDS) {
        sched_yield()
    } else {
        usleep((FIRST_SLEEP_MICROSECONDS shl minOf(attempt - YIELDS, DOUBLINGS)).convert())
    }
}

/** Every thread is one of the system's, which takes the processor away from it. */
internal actual fun letOthersRun() {}
