@file:JvmName("Suspending")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.checkArrayRange
import dev.kmmap.internal.base.checkRange
import dev.kmmap.internal.base.rangeLength
import dev.kmmap.internal.coroutines.PAGE_IN_STEP
import dev.kmmap.internal.coroutines.pageIn
import dev.kmmap.internal.coroutines.runWhereFast
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlinx.coroutines.*
import kotlinx.io.IOException

/**
 * Returns when the pages of [length] bytes from [offset] on (by default all; -1 is "to the end") are in memory. What is
 * not is brought in on [dispatcher] (by default [Dispatchers.IO]), a MiB at a time, in between which close and resize
 * get their turn, and so does a cancellation. What follows on the caller's thread then waits for no device, as long as
 * the system does not drop pages again, which it may if memory is short: [lock] forbids it.
 *
 * @throws IllegalArgumentException if the range lies outside of the map. Of a map that shrinks meanwhile, what is left
 *   is brought in.
 * @throws MMapFaultException if a page is gone: the file was truncated, or its device failed.
 * @throws MMapException if the system refuses.
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.readWithoutWaiting
 */
@Throws(IOException::class, CancellationException::class)
public suspend fun MMap.awaitResident(
    offset: Long = 0,
    length: Long = -1,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
) {
    val range = Bounds(offset, offset + rangeLength("awaitResident", offset, length, size))
    runWhereFast(range, dispatcher) { isResident -> if (!isResident) pageIn(range.start, range.end) }
}

/**
 * As [MMap.copyTo], without holding up the caller's thread: up to 64 KiB that are in memory are copied at once,
 * anything else on [dispatcher] (by default [Dispatchers.IO]), a MiB at a time, after it was brought in: see
 * [awaitFind].
 *
 * @throws IndexOutOfBoundsException if one of the ranges lies outside; if the map has become too short meanwhile, a
 *   part may have been copied.
 * @throws CancellationException if the coroutine is cancelled; a part may have been copied.
 * @sample dev.kmmap.samples.SuspendingSamples.readWithoutWaiting
 */
public suspend fun MMap.awaitCopyTo(
    index: Long,
    destination: ByteArray,
    startIndex: Int = 0,
    endIndex: Int = destination.size,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
) {
    checkArrayRange(startIndex, endIndex, destination.size)
    checkRange("awaitCopyTo", index, (endIndex - startIndex).toLong(), size)
    runWhereFast(Bounds(index, index + endIndex - startIndex), dispatcher) { isResident ->
        var copied = startIndex
        do {
            val part = minOf(endIndex - copied, PAGE_IN_STEP.toInt())
            val from = index + (copied - startIndex)
            if (!isResident) pageIn(from, from + part)
            copyTo(from, destination, copied, copied + part)
            copied += part
        } while (copied < endIndex)
    }
}

/**
 * As [MMap.flush], on [dispatcher] (by default [Dispatchers.IO]). A flush under way is not interrupted: a cancelled
 * caller gets its [CancellationException] when it has ended.
 *
 * @throws MMapException if the system refuses: what is on the device is unknown then.
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.writeDurably
 */
@Throws(IOException::class, CancellationException::class)
public suspend fun MMap.awaitFlush(
    offset: Long = 0,
    length: Long = -1,
    mode: FlushMode = FlushMode.SYNC,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Unit = withContext(dispatcher) { flush(offset, length, mode) }
