@file:JvmName("Suspending")

package dev.kmmap

import dev.kmmap.internal.Needle
import dev.kmmap.internal.searchBackward
import dev.kmmap.internal.searchForward
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
): Long = awaitForward(Needle(needle), start, end, dispatcher)

/** As [awaitFind] with an array of this one byte. */
public suspend fun MMap.awaitFind(
    needle: Byte,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(Needle(needle), start, end, dispatcher)

/** As [awaitFind] with the UTF-8 form of [needle]. */
public suspend fun MMap.awaitFind(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(Needle(needle.encodeToByteArray()), start, end, dispatcher)

/** As [awaitFind] with the bytes of [needle]. */
public suspend fun MMap.awaitFind(
    needle: ByteString,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitForward(Needle(needle.toByteArray()), start, end, dispatcher)

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
): Long = awaitBackward(Needle(needle), start, end, dispatcher)

/** As [awaitRfind] with an array of this one byte. */
public suspend fun MMap.awaitRfind(
    needle: Byte,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(Needle(needle), start, end, dispatcher)

/** As [awaitRfind] with the UTF-8 form of [needle]. */
public suspend fun MMap.awaitRfind(
    needle: String,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(Needle(needle.encodeToByteArray()), start, end, dispatcher)

/** As [awaitRfind] with the bytes of [needle]. */
public suspend fun MMap.awaitRfind(
    needle: ByteString,
    start: Long = position,
    end: Long = Long.MAX_VALUE,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Long = awaitBackward(Needle(needle.toByteArray()), start, end, dispatcher)

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

private suspend fun MMap.awaitForward(needle: Needle, start: Long, end: Long, dispatcher: CoroutineDispatcher): Long =
    withContext(dispatcher) { searchForward(needle, start, end) { ensureActive() } }

private suspend fun MMap.awaitBackward(needle: Needle, start: Long, end: Long, dispatcher: CoroutineDispatcher): Long =
    withContext(dispatcher) { searchBackward(needle, start, end) { ensureActive() } }
