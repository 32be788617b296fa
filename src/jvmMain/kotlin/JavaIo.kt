@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.requireUsable
import dev.kmmap.internal.access.requireWritable
import dev.kmmap.internal.base.checkRange
import dev.kmmap.internal.base.sliceBounds
import dev.kmmap.internal.io.MapChannel
import dev.kmmap.internal.io.MapInputStream
import dev.kmmap.internal.io.MapOutputStream
import dev.kmmap.internal.system.filePathOf
import java.io.IOException
import java.io.InputStream
import java.io.OutputStream
import java.nio.channels.SeekableByteChannel
import java.nio.file.Path

/**
 * Maps the file at this path, as [MMap.open] does: `MMaps.open(path, Access.READ)` in Java.
 *
 * It is the file that `FileChannel.open(path)` opens, in every locale and whatever bytes its name has. A relative path
 * starts where the JDK lets it start, which `-Duser.dir` can change; messages show the absolute one.
 *
 * @throws UnsupportedOperationException if the path is not one of the system's own files, but in an archive, say.
 */
@JvmOverloads
@Throws(IOException::class)
@JvmName("open")
public fun Path.mmap(access: Access = Access.READ, offset: Long = 0, length: Long = 0): MMap =
    MMapOptions().access(access).offset(offset).length(length).open(this)

/**
 * Maps the file at a path of java.nio, as [MMapOptions.open] does; which file that is, [mmap] says.
 *
 * @throws UnsupportedOperationException if the path is not one of the system's own files.
 */
@Throws(IOException::class)
public fun MMapOptions.open(path: Path): MMap = open(filePathOf(path))

/**
 * Opens the file at this path to append at its end, as [MMapAppender.open] does: `MMaps.openAppender(path)` in Java.
 * Which file that is, [mmap] says.
 *
 * @param reserve bytes of addresses that are kept; by default [MMapAppender.DEFAULT_RESERVE].
 * @param step bytes that are allocated ahead; by default [MMapAppender.DEFAULT_STEP].
 * @throws UnsupportedOperationException if the path is not one of the system's own files.
 */
@JvmOverloads
@Throws(IOException::class)
@JvmName("openAppender")
public fun Path.mmapAppender(
    reserve: Long = MMapAppender.DEFAULT_RESERVE,
    step: Long = MMapAppender.DEFAULT_STEP,
): MMapAppender = MMapAppender.open(filePathOf(this), reserve, step)

/**
 * The bytes from [start] to before [end] as a stream; bounds as in [MMap.slice]. They are copied when they are read,
 * once: a `BufferedInputStream` around it gains nothing but for single bytes. It can be marked, and skips at no cost.
 *
 * The range is that of the moment the stream is made; if the map shrinks, the stream ends at the new end. Closing the
 * stream does not close the map, and needs not be done. Reading throws [IllegalStateException] when the map is closed,
 * `IOException` when the stream is, and [MMapFaultException] where a page is gone. A stream is for one thread.
 *
 * @throws UnsupportedOperationException if the map has no read permission.
 */
@JvmOverloads
public fun MMap.inputStream(start: Long = 0, end: Long = Long.MAX_VALUE): InputStream {
    requireUsable()
    val bounds = sliceBounds(start, end, size)
    return MapInputStream(this, bounds.start, bounds.end)
}

/**
 * A stream that writes into the map, from [index] on. What does not fit between its place and the end of the map is an
 * `EOFException`, and nothing of that one `write` is written: a map does not grow by itself. The `flush` of the stream
 * has nothing to do; that the bytes are on the device is for [MMap.flush].
 *
 * Closing the stream does not close the map. Writing throws [IllegalStateException] when the map is closed, and
 * `IOException` when the stream is. A stream is for one thread.
 *
 * @throws IndexOutOfBoundsException if [index] does not lie in `0..size`.
 * @throws ReadOnlyMMapException if the map is read-only.
 */
@JvmOverloads
public fun MMap.outputStream(index: Long = 0): OutputStream {
    requireWritable("outputStream")
    checkRange("outputStream", index, 0, size)
    return MapOutputStream(this, index)
}

/**
 * The map as a channel with a position of its own, at first 0; not the cursor. What is read and written is copied once,
 * from and to buffers of all kinds.
 *
 * It does what a `FileChannel` does, with what a map is in mind: `size` is the size of the map. The position may lie
 * past it; reading there is the end, and a `write` that does not fit is an `EOFException` and writes nothing, since a
 * map does not grow by itself. `truncate` to less is [MMap.resize], which cuts the file, too. A map that cannot be
 * written throws `NonWritableChannelException` for both.
 *
 * Closing the channel does not close the map. When the map is closed the channel is not open any more and throws
 * [IllegalStateException]; when only the channel is, `ClosedChannelException`. A channel may be used by several
 * threads, which wait for each other; that of a [confined][MMapOptions.confined] map only by the map's own.
 *
 * @throws UnsupportedOperationException if the map has no read permission.
 */
public fun MMap.byteChannel(): SeekableByteChannel {
    requireUsable()
    return MapChannel(this)
}
