@file:JvmName("Suspending")

package dev.kmmap

import dev.kmmap.internal.Pattern
import dev.kmmap.internal.bytePattern
import dev.kmmap.internal.countAll
import dev.kmmap.internal.countParallel
import dev.kmmap.internal.occurrences
import dev.kmmap.internal.searchBackward
import dev.kmmap.internal.searchBackwardParallel
import dev.kmmap.internal.searchForward
import dev.kmmap.internal.searchForwardParallel
import kotlinx.coroutines.*
import kotlinx.io.IOException
import kotlinx.io.bytestring.ByteString
import kotlin.jvm.JvmName

/*
 * The operations that can take long, for coroutines. They have names of their own, since a suspending overload of the
 * same name could not be told apart. Star import of kotlinx.coroutines: Dispatchers.IO is a member on the JVM and an
 * extension on Native.
 */

/**
 * As [MMap.find], on [dispatcher] (by default [Dispatchers.IO]), so that neither the search nor the page faults it
 * meets hold up the caller's thread. A cancelled search ends at the next of its 4 MiB windows. The default start is the
 * cursor when it is called.
 *
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.findWithTimeout
 * @sample dev.kmmap.samples.SuspendingSamples.findManyAtOnce
 */
public suspend fun MMap.awaitFind(
    needle: ByteArray,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(bytePattern(needle), start, end, dispatcher)

/** As [awaitFind] with an array of this one byte. */
public suspend fun MMap.awaitFind(
    needle: Byte,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(bytePattern(needle), start, end, dispatcher)

/** As [awaitFind] with the UTF-8 form of [needle]. */
public suspend fun MMap.awaitFind(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(bytePattern(needle.encodeToByteArray()), start, end, dispatcher)

/** As [awaitFind] with the bytes of [needle]. */
public suspend fun MMap.awaitFind(
    needle: ByteString,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(bytePattern(needle.toByteArray()), start, end, dispatcher)

/**
 * As [MMap.rfind], on [dispatcher]: see [awaitFind].
 *
 * @throws CancellationException if the coroutine is cancelled.
 */
public suspend fun MMap.awaitRfind(
    needle: ByteArray,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(bytePattern(needle), start, end, dispatcher)

/** As [awaitRfind] with an array of this one byte. */
public suspend fun MMap.awaitRfind(
    needle: Byte,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(bytePattern(needle), start, end, dispatcher)

/** As [awaitRfind] with the UTF-8 form of [needle]. */
public suspend fun MMap.awaitRfind(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(bytePattern(needle.encodeToByteArray()), start, end, dispatcher)

/** As [awaitRfind] with the bytes of [needle]. */
public suspend fun MMap.awaitRfind(
    needle: ByteString,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(bytePattern(needle.toByteArray()), start, end, dispatcher)

/**
 * As [find][MMap.find] with a prepared [needle], on [dispatcher]: see the other [awaitFind].
 *
 * With a [parallelism] of more than 1 (the default) as many coroutines search windows of 4 MiB at the same time, as far
 * as the dispatcher has threads for them, and find exactly what one would: the first occurrence. Once one is found, the
 * windows behind it are not begun. More than one is worth while where one does not reach the limit of the memory: if
 * pages have to be read from a device or brought into the map first, where the search does without SIMD instructions,
 * or for data full of near misses. A search by SIMD instructions of pages that are there gains next to nothing: one
 * thread alone reads about as fast as the memory can deliver.
 *
 * @throws IllegalArgumentException if [parallelism] is less than 1.
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.searchInParallel
 */
public suspend fun MMap.awaitFind(
    needle: Needle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    parallelism: Int = 1,
): Long = when {
    isAlone(parallelism, needle) -> awaitForward(needle.pattern, start, end, dispatcher)
    else -> withContext(dispatcher) { searchForwardParallel(needle.pattern, start, end, parallelism) }
}

/**
 * As [rfind][MMap.rfind] with a prepared [needle], on [dispatcher], by [parallelism] coroutines: see [awaitFind].
 *
 * @throws IllegalArgumentException if [parallelism] is less than 1.
 * @throws CancellationException if the coroutine is cancelled.
 */
public suspend fun MMap.awaitRfind(
    needle: Needle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    parallelism: Int = 1,
): Long = when {
    isAlone(parallelism, needle) -> awaitBackward(needle.pattern, start, end, dispatcher)
    else -> withContext(dispatcher) { searchBackwardParallel(needle.pattern, start, end, parallelism) }
}

/**
 * As [MMap.count], on [dispatcher], by [parallelism] coroutines: see [awaitFind]. Occurrences that reach from one
 * window into the next, and may not overlap, make that one be counted a second time.
 *
 * @throws IllegalArgumentException if [parallelism] is less than 1.
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.searchInParallel
 */
public suspend fun MMap.awaitCount(
    needle: Needle,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    overlapping: Boolean = false,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    parallelism: Int = 1,
): Long = withContext(dispatcher) {
    val pattern = needle.pattern
    when {
        isAlone(parallelism, needle) -> occurrences(pattern, start, end, overlapping).countAll { ensureActive() }
        else -> countParallel(pattern, start, end, overlapping, parallelism)
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

private suspend fun MMap.awaitForward(needle: Pattern, start: Long, end: Long, dispatcher: CoroutineDispatcher): Long =
    withContext(dispatcher) { searchForward(needle, start, end) { ensureActive() } }

private suspend fun MMap.awaitBackward(needle: Pattern, start: Long, end: Long, dispatcher: CoroutineDispatcher): Long =
    withContext(dispatcher) { searchBackward(needle, start, end) { ensureActive() } }

/** Whether one coroutine is enough. The empty needle is found without looking. */
private fun isAlone(parallelism: Int, needle: Needle): Boolean {
    require(parallelism >= 1) { "parallelism must be at least 1: $parallelism" }
    return parallelism == 1 || needle.length == 0
}
