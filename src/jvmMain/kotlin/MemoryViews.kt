@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.rangeLength
import java.lang.foreign.MemorySegment
import java.nio.ByteBuffer

/**
 * The memory of the map itself, [length] bytes from [offset] on (by default all; -1 is "to the end"), without a copy:
 * for code that takes segments, or with `VarHandle`s for access to values of several bytes. That of a read-only map is
 * read-only.
 *
 * **It dies with what it shows.** After [MMap.close], and after every [MMap.resize] or [protect], even one that has
 * failed, each access throws `IllegalStateException("Already closed")`, in any thread; make a new one then. So no
 * access can reach memory that is no longer mapped. That of a [confined][MMapOptions.confined] map throws
 * `WrongThreadException` in any other thread.
 *
 * **Close and resize wait** for a foreign function that was given the segment, and for a channel or socket that is
 * reading into a buffer made of it, or writing from one, [MMapOptions.timeout] or not. So hand it only to what ends.
 *
 * **A lost page** reads as zeros if the fault guard works, and takes writes that reach nobody; nothing says so until
 * the next operation of the map: that one throws [MMapFaultException] and ends the segment as well. Without the guard
 * the access throws `InternalError`, and foreign code ends the JVM: docs/platforms.md says where.
 *
 * **The system's own copies of a lost page** raise no signal: a channel that writes from a buffer of this memory writes
 * fewer bytes or fails ("Bad address"), and neither the guard nor the map's next operation knows of it. Compare
 * [MMap.fileSize] with `offset + size` when a channel has written less than it was given.
 *
 * `force` is not for this segment; use [MMap.flush]. Its `isMapped` is `false`.
 *
 * @throws IllegalArgumentException if the range lies outside.
 * @throws UnsupportedOperationException if the map has no read permission.
 */
@JvmOverloads
public fun MMap.asMemorySegment(offset: Long = 0, length: Long = -1): MemorySegment = reading { generation ->
    generation.region.segment().asSlice(offset, rangeLength("asMemorySegment", offset, length, generation.size))
}

/**
 * The memory of the map itself as a direct buffer, with all that [asMemorySegment] says: it dies with the map. Its byte
 * order is at first big-endian, as that of every buffer.
 *
 * **`force` writes nothing.** Every direct buffer of the JDK is a `MappedByteBuffer`, but one of memory that the JDK
 * has not mapped itself has no file: its `force` and `load` return and have done nothing, and its `isLoaded` knows
 * nothing. [MMap.flush], [prefetch] and [residency] are for that.
 *
 * @throws IllegalArgumentException if the range lies outside, or has more than 2,147,483,639 bytes, the JDK's limit.
 * @throws UnsupportedOperationException if the map has no read permission.
 */
@JvmOverloads
public fun MMap.asByteBuffer(offset: Long = 0, length: Long = -1): ByteBuffer {
    val segment = asMemorySegment(offset, length)
    require(segment.byteSize() <= LONGEST_BUFFER) { "${segment.byteSize()} bytes are too many for a ByteBuffer" }
    return segment.asByteBuffer()
}

/** [MemorySegment.asByteBuffer] refuses more. */
private const val LONGEST_BUFFER = Int.MAX_VALUE - 8
