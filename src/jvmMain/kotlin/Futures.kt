@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.encodedText
import java.util.concurrent.CompletableFuture
import java.util.concurrent.Executor
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.asExecutor
import kotlinx.coroutines.future.future

/**
 * As [MMap.find], on [executor] (by default a pool for input and output, that of [Dispatchers.IO]), even if what is
 * searched is short and in memory; else as [awaitFind]. Cancelling the future ends the search at the next of its 4 MiB
 * windows, or at the next MiB that is brought in. The default start is the cursor when it is called.
 *
 * What the search throws, the future completes with: [IllegalStateException] if the map is closed meanwhile. An
 * executor that refuses the task cancels the future.
 *
 * @throws IllegalStateException if the map is closed already.
 */
@JvmOverloads
public fun MMap.findAsync(
    needle: ByteArray,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    executor: Executor = inputAndOutput,
): CompletableFuture<Long> = onExecutor(executor) { awaitFind(needle, start, end, it) }

/**
 * As [findAsync] with the UTF-8 form of [needle].
 *
 * @throws IllegalArgumentException if it contains half of a surrogate pair, which has no form in UTF-8.
 */
@JvmOverloads
public fun MMap.findAsync(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    executor: Executor = inputAndOutput,
): CompletableFuture<Long> = findAsync(encodedText("needle", needle), start, end, executor)

/** As [findAsync] with a prepared [needle]. */
@JvmOverloads
public fun MMap.findAsync(
    needle: Needle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    executor: Executor = inputAndOutput,
): CompletableFuture<Long> = onExecutor(executor) { awaitFind(needle, start, end, it) }

/** As [MMap.rfind], on [executor]: see [findAsync]. */
@JvmOverloads
public fun MMap.rfindAsync(
    needle: ByteArray,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    executor: Executor = inputAndOutput,
): CompletableFuture<Long> = onExecutor(executor) { awaitRfind(needle, start, end, it) }

/**
 * As [rfindAsync] with the UTF-8 form of [needle].
 *
 * @throws IllegalArgumentException if it contains half of a surrogate pair, which has no form in UTF-8.
 */
@JvmOverloads
public fun MMap.rfindAsync(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    executor: Executor = inputAndOutput,
): CompletableFuture<Long> = rfindAsync(encodedText("needle", needle), start, end, executor)

/** As [rfindAsync] with a prepared [needle]. */
@JvmOverloads
public fun MMap.rfindAsync(
    needle: Needle,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    executor: Executor = inputAndOutput,
): CompletableFuture<Long> = onExecutor(executor) { awaitRfind(needle, start, end, it) }

/**
 * As [MMap.flush], on [executor]: see [findAsync]. Completes with `null`, or with the [MMapException] of a flush that
 * has failed. A flush under way is not interrupted; cancelling the future only ends the waiting for it.
 *
 * @throws IllegalStateException if the map is closed already.
 */
@JvmOverloads
public fun MMap.flushAsync(
    offset: Long = 0,
    length: Long = -1,
    mode: FlushMode = FlushMode.SYNC,
    executor: Executor = inputAndOutput,
): CompletableFuture<Void?> = onExecutor(executor) {
    awaitFlush(offset, length, mode, it)
    null
}

/** Flushes the whole map, as far as [mode] says: see the other [flushAsync]. */
public fun MMap.flushAsync(mode: FlushMode): CompletableFuture<Void?> = flushAsync(0, -1, mode)

private val inputAndOutput: Executor = Dispatchers.IO.asExecutor()

private fun <T> MMap.onExecutor(
    executor: Executor,
    block: suspend (CoroutineDispatcher) -> T,
): CompletableFuture<T> {
    lifecycle.requireOpen()
    val dispatcher = executor.asCoroutineDispatcher()
    // The coroutine begins on the executor, so what is served at once is served there, too.
    return CoroutineScope(dispatcher).future { block(dispatcher) }
}
