package dev.kmmap.internal

import dev.kmmap.MMap
import dev.kmmap.Whence

/** A copy of the bytes inside [bounds], which may lie past the end if there are none. */
internal fun Generation.copyOf(bounds: Bounds): ByteArray {
    val copy = ByteArray(arraySize(bounds.length))
    if (copy.isNotEmpty()) region.copyTo(bounds.start, copy, 0, copy.size)
    return copy
}

/** A copy of the bytes that [stride] selects. */
internal fun Generation.copyOf(stride: Stride): ByteArray =
    ByteArray(arraySize(stride.count)) { region.get(stride.first + it * stride.step) }

/** Replaces the bytes inside [bounds]. */
internal fun Generation.replace(bounds: Bounds, source: ByteArray) {
    requireSameSize(bounds.length, source)
    region.copyFrom(bounds.start, source, 0, source.size)
}

/** Replaces the bytes that [stride] selects. */
internal fun Generation.replace(stride: Stride, source: ByteArray) {
    requireSameSize(stride.count, source)
    source.forEachIndexed { i, value -> region.put(stride.first + i * stride.step, value) }
}

private fun requireSameSize(count: Long, source: ByteArray) {
    require(count == source.size.toLong()) { "the slice has $count bytes, but the source ${source.size}" }
}

/** Throws unless [index] begins a range for `startIndex until endIndex` of an array with [arraySize] elements. */
internal fun checkCopy(what: String, index: Long, size: Long, startIndex: Int, endIndex: Int, arraySize: Int) {
    checkArrayRange(startIndex, endIndex, arraySize)
    checkRange(what, index, (endIndex - startIndex).toLong(), size)
}

/** Copies bytes inside the map; the ranges may overlap. */
internal fun Generation.move(destination: Long, source: Long, count: Long) {
    requireRange("destination of move", destination, count, size)
    requireRange("source of move", source, count, size)
    region.move(destination, source, count)
}

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
