@file:JvmName("Threads")

package dev.kmmap.internal.base

import java.util.concurrent.locks.LockSupport

internal actual fun currentThread(): Long = Thread.currentThread().threadId()

/** A wait that another running thread is about to end is over within so many attempts. */
private const val SPINS = 16

/** So many attempts give the processor to whoever wants it before the thread sleeps. */
private const val YIELDS = 16

/** The first sleep; each one after it is twice as long as the one before. */
private const val FIRST_SLEEP_NANOSECONDS = 2_000L

/** Sleeps grow no longer than to about a millisecond: nine doublings. */
private const val DOUBLINGS = 9

internal actual fun backOff(attempt: Int) {
    if (attempt < SPINS) {
        Thread.onSpinWait()
        return
    }
    // Before every sleep too: an interrupted thread does not sleep.
    Thread.yield()
    if (attempt >= SPINS + YIELDS) {
        LockSupport.parkNanos(FIRST_SLEEP_NANOSECONDS shl minOf(attempt - SPINS - YIELDS, DOUBLINGS))
    }
}

internal actual fun letOthersRun() {
    if (Thread.currentThread().isVirtual) Thread.yield()
}
