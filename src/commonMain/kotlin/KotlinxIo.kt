@file:JvmName("KotlinxIo")
@file:OptIn(UnsafeByteStringApi::class)

package dev.kmmap

import dev.kmmap.internal.access.requireUsable
import dev.kmmap.internal.access.requireWritable
import dev.kmmap.internal.base.checkRange
import dev.kmmap.internal.base.sliceBounds
import dev.kmmap.internal.io.MapSink
import dev.kmmap.internal.io.MapSource
import dev.kmmap.internal.io.TRANSFER_STEP
import dev.kmmap.internal.search.bytePattern
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads
import kotlinx.io.Buffer
import kotlinx.io.IOException
import kotlinx.io.RawSink
import kotlinx.io.RawSource
import kotlinx.io.bytestring.ByteString
import kotlinx.io.bytestring.unsafe.UnsafeByteStringApi
import kotlinx.io.bytestring.unsafe.UnsafeByteStringOperations
import kotlinx.io.files.Path

/**
 * As [MMap.Companion.open] with the path's string form.
 *
 * @sample dev.kmmap.samples.KotlinxIoSamples.pathAndByteString
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.Companion.open(path: Path, access: Access = Access.READ, offset: Long = 0, length: Long = 0): MMap =
    open(path.toString(), access, offset, length)

/**
 * The bytes from [start] to before [end] as a source, one after the other; bounds as in [MMap.slice]. They are copied
 * when they are read, once, into the reader's own buffer, at most a segment of it at a time. `buffered()` makes it a
 * `Source` with all that those can do.
 *
 * The range is that of the moment the source is made; if the map shrinks, the source ends at the new end. What is read
 * is what the map shows then. Closing the source does not close the map, and needs not be done. After either is closed,
 * reading throws [IllegalStateException]; a page that is gone is an [MMapFaultException]. A source is for one thread,
 * and for that of a [confined][MMapOptions.confined] map.
 *
 * @throws UnsupportedOperationException if the map has no read permission.
 * @sample dev.kmmap.samples.KotlinxIoSamples.readRecords
 */
@JvmOverloads
public fun MMap.asSource(start: Long = 0, end: Long = Long.MAX_VALUE): RawSource {
    requireUsable()
    val bounds = sliceBounds(start, end, size)
    return MapSource(this, bounds.start, bounds.end)
}

/**
 * A sink that writes into the map, from [index] on, with one copy. `buffered()` makes it a `Sink`.
 *
 * What does not fit between its place and the end of the map is an [EOFException][kotlinx.io.EOFException], an
 * [IOException]: nothing of that one `write` is taken or written, and the map never grows by
 * itself. What goes through a buffered sink comes here in pieces, each of which is written or refused. What was written
 * is seen at once through every map of the file, so the `flush` of the sink itself has nothing to do; that the bytes
 * are on the device is for [MMap.flush].
 *
 * Closing the sink does not close the map. After either is closed, writing and flushing throw [IllegalStateException].
 * A sink is for one thread, and for that of a [confined][MMapOptions.confined] map.
 *
 * @throws IndexOutOfBoundsException if [index] does not lie in `0..size`.
 * @throws ReadOnlyMMapException if the map is read-only.
 * @sample dev.kmmap.samples.KotlinxIoSamples.writeRecords
 */
@JvmOverloads
public fun MMap.asSink(index: Long = 0): RawSink {
    requireWritable("asSink")
    checkRange("asSink", index, 0, size)
    return MapSink(this, index)
}

/**
 * Writes the bytes from [start] to before [end] to [sink], with one copy, and returns their number; bounds as in
 * [MMap.slice]. Close and resize get their turn all the time: if the map shrinks, the transfer ends at the new end.
 * The sink is neither flushed nor closed.
 *
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws IOException if the sink does, or a page of the map is gone; [sink] has part of the bytes then.
 * @sample dev.kmmap.samples.KotlinxIoSamples.copyThroughBuffers
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.transferTo(sink: RawSink, start: Long = 0, end: Long = Long.MAX_VALUE): Long {
    val source = asSource(start, end)
    val buffer = Buffer()
    var total = 0L
    while (true) {
        while (buffer.size < TRANSFER_STEP) {
            if (source.readAtMostTo(buffer, TRANSFER_STEP - buffer.size) < 0) break
        }
        val count = buffer.size
        if (count == 0L) return total
        sink.write(buffer, count)
        total += count
    }
}

/**
 * Replaces the bytes from [start] on, to before [end] at most, by those of [source], with one copy, until the range is
 * full or the source is exhausted; bounds as in [MMap.slice]. Returns the number of bytes. What does not fit stays in
 * the source, and the map never grows by itself. The source is not closed.
 *
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws IOException if the source does, the map shrinks meanwhile, or a page of the map is gone; part of the bytes is
 *   written then, and some bytes of [source] may be lost.
 * @sample dev.kmmap.samples.KotlinxIoSamples.copyThroughBuffers
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.readFrom(source: RawSource, start: Long = 0, end: Long = Long.MAX_VALUE): Long {
    requireWritable("readFrom")
    val bounds = sliceBounds(start, end, size)
    val sink = MapSink(this, bounds.start)
    val buffer = Buffer()
    var left = bounds.length
    while (left > 0) {
        val count = source.readAtMostTo(buffer, minOf(left, TRANSFER_STEP))
        if (count < 0) break
        sink.write(buffer, count)
        left -= count
    }
    return bounds.length - left
}

/** As [MMap.find] with the bytes of [needle]. */
@JvmOverloads
public fun MMap.find(needle: ByteString, start: Long = position, end: Long = Long.MAX_VALUE): Long =
    searchForward(bytePattern(needle.toByteArray()), start, end) {}

/** As [MMap.rfind] with the bytes of [needle]. */
@JvmOverloads
public fun MMap.rfind(needle: ByteString, start: Long = position, end: Long = Long.MAX_VALUE): Long =
    searchBackward(bytePattern(needle.toByteArray()), start, end) {}

/** As [Needle.Companion.of] with the bytes of [bytes]. */
@JvmOverloads
public fun Needle.Companion.of(bytes: ByteString, ignoreCase: Boolean = false): Needle =
    of(bytes.toByteArray(), ignoreCase)

/** Whether [needle] occurs anywhere in the map. */
public operator fun MMap.contains(needle: ByteString): Boolean = find(needle, 0) >= 0

/** As [MMap.read], as an immutable string of bytes. */
@JvmOverloads
public fun MMap.readByteString(count: Long = -1): ByteString = UnsafeByteStringOperations.wrapUnsafe(read(count))

/** As [MMap.write] with the bytes of [source]. */
public fun MMap.write(source: ByteString): Int {
    val count: Int
    UnsafeByteStringOperations.withByteArrayUnsafe(source) { count = write(it) }
    return count
}

/** As [MMap.copyFrom] with the bytes of [source]. */
public fun MMap.copyFrom(index: Long, source: ByteString): Unit =
    UnsafeByteStringOperations.withByteArrayUnsafe(source) { copyFrom(index, it) }

/** As [MMap.slice], as an immutable string of bytes. */
@JvmOverloads
public fun MMap.sliceToByteString(start: Long, end: Long = Long.MAX_VALUE): ByteString =
    UnsafeByteStringOperations.wrapUnsafe(slice(start, end))

/** As [MMap.setSlice] with the bytes of [source]. */
public fun MMap.setSlice(start: Long, end: Long, source: ByteString): Unit =
    UnsafeByteStringOperations.withByteArrayUnsafe(source) { setSlice(start, end, it) }
