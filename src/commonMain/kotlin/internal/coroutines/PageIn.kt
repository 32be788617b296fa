package dev.kmmap.internal.coroutines

import dev.kmmap.MMap
import dev.kmmap.count
import dev.kmmap.internal.access.pinned
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.mapping.pages
import dev.kmmap.internal.mapping.populate
import dev.kmmap.internal.mapping.residency
import dev.kmmap.residency
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/*
 * Where the suspending operations run. A page that has to be read from a device holds up the thread that touches it,
 * and no coroutine can be suspended there. So the caller's thread touches only what is in memory, and little of it; all
 * else is for a dispatcher.
 */

/**
 * Bytes that are served on the caller's thread, if they are in memory. To search so many takes some microseconds, less
 * than to change the thread twice; where all is full of near misses and there are no SIMD instructions, some tens.
 */
internal const val SHORT_RANGE: Long = 64L shl 10

/**
 * Bytes that are brought in without a pause: some milliseconds of a slow device, since so long a cancellation and
 * close may have to wait.
 */
internal const val PAGE_IN_STEP: Long = 1L shl 20

/**
 * Runs [work] on a [range] without holding up the caller's thread: at once if it is short and in memory, otherwise on
 * [dispatcher], where [work] is to [pageIn] what it touches.
 *
 * The system may drop a page between the look and the touch; nothing but a lock would keep it from that.
 */
internal suspend fun <T> MMap.runWhereFast(
    range: Bounds,
    dispatcher: CoroutineDispatcher,
    work: suspend (isResident: Boolean) -> T,
): T {
    currentCoroutineContext().ensureActive()
    val isResident = range.length <= SHORT_RANGE && isResident(range.start, range.end)
    return if (isResident) work(true) else withContext(dispatcher) { work(false) }
}

/**
 * Brings the pages of `[from, to)` into memory, as far as the map has them, a chunk at a time. In between the gate is
 * left, and a cancelled coroutine ends. To be called where a device may be waited for.
 */
internal suspend fun MMap.pageIn(from: Long, to: Long) {
    val context = currentCoroutineContext()
    var at = from
    do {
        context.ensureActive()
        val end = if (to - at <= PAGE_IN_STEP) to else at + PAGE_IN_STEP
        if (!isResident(at, end)) {
            pageInNow(at, end)
            letOthersRun()
        }
        at = end
    } while (at < to)
}

/** Whether all pages of `[from, to)` that the map has are in memory; of what the system does not tell, none is. */
private fun MMap.isResident(from: Long, to: Long): Boolean = pinned { generation ->
    val end = minOf(to, generation.size)
    if (from >= end) return@pinned true
    if (!mapping.reportsResidency) return@pinned false
    val pages = mapping.pages(generation, from, end - from)
    val states = ByteArray(pages.count.toInt())
    mapping.residency(generation, pages.first, states)
    states.all { it.toInt() and 1 == 1 }
}

private fun MMap.pageInNow(from: Long, to: Long): Unit = reading { generation ->
    val end = minOf(to, generation.size)
    if (from < end) mapping.populate(generation, from, end - from)
}
