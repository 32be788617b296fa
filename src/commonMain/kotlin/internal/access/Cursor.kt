package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.Whence

/** Where a seek leads: a position in `0..size`. */
internal fun seekTarget(offset: Long, whence: Whence, position: Long, size: Long): Long {
    val base = when (whence) {
        Whence.START -> 0
        Whence.CURRENT -> position
        Whence.END -> size
    }
    // The position may exceed the size after a shrink; then only going back far enough is allowed.
    require(offset >= -base && offset <= size - base) {
        "seek out of range: offset=$offset, whence=$whence, size=$size"
    }
    return base + offset
}

/** The bytes of a map one by one; the end is where the map ends at that moment. */
internal class MMapIterator(private val map: MMap) : ByteIterator() {
    private var next = 0L

    override fun hasNext(): Boolean = next < map.size

    override fun nextByte(): Byte {
        // Asking first would not help: the map may become shorter between the question and the access.
        try {
            return map[next].also { next++ }
        } catch (e: IndexOutOfBoundsException) {
            throw NoSuchElementException(e.message)
        }
    }
}
