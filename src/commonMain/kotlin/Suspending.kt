@file:JvmName("Suspending")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.encodedText
import dev.kmmap.internal.base.searchBounds
import dev.kmmap.internal.coroutines.Progress
import dev.kmmap.internal.coroutines.countParallel
import dev.kmmap.internal.coroutines.pageIn
import dev.kmmap.internal.coroutines.runWhereFast
import dev.kmmap.internal.coroutines.searchBackwardParallel
import dev.kmmap.internal.coroutines.searchForwardParallel
import dev.kmmap.internal.search.FixedPattern
import dev.kmmap.internal.search.bytePattern
import dev.kmmap.internal.search.countAll
import dev.kmmap.internal.search.occurrences
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import dev.kmmap.internal.search.windowEnd
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlinx.coroutines.*
import kotlinx.io.bytestring.ByteString

/*
 * The operations that can take long, for coroutines. They have names of their own, since a suspending overload of the
 * same name could not be told apart. Star import of kotlinx.coroutines: Dispatchers.IO is a member on the JVM and an
 * extension on Native.
 */

/**
 * As [MMap.find], without holding up the caller's thread. A slice of up to 64 KiB whose pages are all in memory is
 * searched at once, where the caller is: that takes less time than to change the thread twice. Anything else is
 * searched on [dispatcher] (by default [Dispatchers.IO]), and what is not in memory is brought in there before, so that
 * the caller's thread never waits for a device. (The system is asked for [residency], so what is said there holds here;
 * and it may drop a page between the answer and the search.)
 *
 * A cancelled search ends at the next of its 4 MiB windows, or at the next MiB that is brought in. The slice is that of
 * the map when it is called, and so is the default start, the cursor.
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

/**
 * As [awaitFind] with the UTF-8 form of [needle].
 *
 * @throws IllegalArgumentException if it contains half of a surrogate pair, which has no form in UTF-8.
 */
public suspend fun MMap.awaitFind(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(bytePattern(encodedText("needle", needle)), start, end, dispatcher)

/** As [awaitFind] with the bytes of [needle]. */
public suspend fun MMap.awaitFind(
    needle: ByteString,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(bytePattern(needle.toByteArray()), start, end, dispatcher)

/**
 * As [MMap.rfind], without holding up the caller's thread: see [awaitFind].
 *
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.lastLine
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

/**
 * As [awaitRfind] with the UTF-8 form of [needle].
 *
 * @throws IllegalArgumentException if it contains half of a surrogate pair, which has no form in UTF-8.
 */
public suspend fun MMap.awaitRfind(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(bytePattern(encodedText("needle", needle)), start, end, dispatcher)

/** As [awaitRfind] with the bytes of [needle]. */
public suspend fun MMap.awaitRfind(
    needle: ByteString,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(bytePattern(needle.toByteArray()), start, end, dispatcher)

/**
 * As [find][MMap.find] with a prepared [needle], without holding up the caller's thread: see the other [awaitFind].
 *
 * With a [parallelism] of more than 1 (the default) as many coroutines search windows of 4 MiB at the same time, as far
 * as the dispatcher has threads for them, and find exactly what one would: the first occurrence. Once one is found, the
 * windows behind it are not begun. More than one is worth while where one does not reach the limit of the memory: if
 * pages have to be read from a device or brought into the map first, where the search does without SIMD instructions,
 * or for data full of near misses. A search by SIMD instructions of pages that are there gains next to nothing: one
 * thread alone reads about as fast as the memory can deliver.
 *
 * [onProgress] is called after each window, but for the last one, with the number of bytes that have been searched: on
 * [dispatcher], one call at a time, while the map is free for [MMap.resize] and [MMap.close]. It may suspend, and the
 * search waits for it; what it throws ends the search.
 *
 * @throws IllegalArgumentException if [parallelism] is less than 1.
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.searchInParallel
 * @sample dev.kmmap.samples.SuspendingSamples.findWithProgress
 */
public suspend fun MMap.awaitFind(
    needle: Needle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    parallelism: Int = 1,
    onProgress: (suspend (searchedBytes: Long) -> Unit)? = null,
): Long = awaitForward(needle.pattern, start, end, dispatcher, parallelism, onProgress)

/**
 * As [find], without holding up the caller's thread: as awaitFind of a [Needle] does it.
 *
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.MultiNeedleSamples.findWithoutWaiting
 */
public suspend fun MMap.awaitFind(
    needles: MultiNeedle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): NeedleMatch? {
    val bounds = searchBounds(start, end, size)
    return runWhereFast(bounds, dispatcher) { isResident ->
        val set = needles.set ?: return@runWhereFast null
        if (!isResident) pageIn(bounds.start, set.windowEnd(bounds.start, bounds.end))
        searchForward(needles, bounds.start, bounds.end) { next -> pageIn(next, set.windowEnd(next, bounds.end)) }
    }
}

/**
 * As [rfind][MMap.rfind] with a prepared [needle], without holding up the caller's thread, by [parallelism] coroutines:
 * see [awaitFind], for [onProgress], too.
 *
 * @throws IllegalArgumentException if [parallelism] is less than 1.
 * @throws CancellationException if the coroutine is cancelled.
 * @sample dev.kmmap.samples.SuspendingSamples.lastLine
 */
public suspend fun MMap.awaitRfind(
    needle: Needle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
    parallelism: Int = 1,
    onProgress: (suspend (searchedBytes: Long) -> Unit)? = null,
): Long = awaitBackward(needle.pattern, start, end, dispatcher, parallelism, onProgress)

/**
 * As [MMap.count], without holding up the caller's thread, by [parallelism] coroutines: see [awaitFind], for
 * [onProgress], too. With several coroutines, occurrences that reach from one window into the next, and may not
 * overlap, make that one be counted a second time.
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
    onProgress: (suspend (searchedBytes: Long) -> Unit)? = null,
): Long {
    requireParallelism(parallelism)
    val pattern = needle.pattern
    val bounds = searchBounds(start, end, size)
    return runWhereFast(bounds, dispatcher) { isResident ->
        if (!isAlone(isResident, parallelism, pattern)) {
            return@runWhereFast countParallel(pattern, bounds, overlapping, parallelism, onProgress)
        }
        if (!isResident) pageIn(bounds.start, pattern.windows.end(bounds.start, bounds.end))
        occurrences(pattern, bounds.start, bounds.end, overlapping).countAll { next ->
            onProgress?.invoke(next - bounds.start)
            pageIn(next, pattern.windows.end(next, bounds.end))
        }
    }
}

private suspend fun MMap.awaitForward(
    pattern: FixedPattern,
    start: Long,
    end: Long,
    dispatcher: CoroutineDispatcher,
    parallelism: Int = 1,
    onProgress: Progress? = null,
): Long {
    requireParallelism(parallelism)
    val bounds = searchBounds(start, end, size)
    return runWhereFast(bounds, dispatcher) { isResident ->
        if (!isAlone(isResident, parallelism, pattern)) {
            return@runWhereFast searchForwardParallel(pattern, bounds, parallelism, onProgress)
        }
        if (!isResident) pageIn(bounds.start, pattern.windows.end(bounds.start, bounds.end))
        searchForward(pattern, bounds.start, bounds.end) { next ->
            onProgress?.invoke(next - bounds.start)
            pageIn(next, pattern.windows.end(next, bounds.end))
        }
    }
}

private suspend fun MMap.awaitBackward(
    pattern: FixedPattern,
    start: Long,
    end: Long,
    dispatcher: CoroutineDispatcher,
    parallelism: Int = 1,
    onProgress: Progress? = null,
): Long {
    requireParallelism(parallelism)
    val bounds = searchBounds(start, end, size)
    return runWhereFast(bounds, dispatcher) { isResident ->
        if (!isAlone(isResident, parallelism, pattern)) {
            return@runWhereFast searchBackwardParallel(pattern, bounds, parallelism, onProgress)
        }
        if (!isResident) pageIn(pattern.windows.start(bounds.start, bounds.end), bounds.end)
        searchBackward(pattern, bounds.start, bounds.end) { next ->
            onProgress?.invoke(bounds.end - next)
            pageIn(pattern.windows.start(bounds.start, next), next)
        }
    }
}

private fun requireParallelism(parallelism: Int) {
    require(parallelism >= 1) { "parallelism must be at least 1: $parallelism" }
}

/** Whether one coroutine is enough. The empty pattern is found without looking. */
private fun isAlone(isResident: Boolean, parallelism: Int, pattern: FixedPattern): Boolean =
    isResident || parallelism == 1 || pattern.length == 0
