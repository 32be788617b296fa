package dev.kmmap.internal.base

/*
 * Every check and every clamping of a range, once. No sum is formed that could overflow: `size - offset < count`, never
 * `offset + count > size`.
 */

/** The range `start until end` of a slice after Python's rules; never reaches outside `0..size`. */
internal class Bounds(val start: Long, val end: Long) {
    /** Bytes in the range. */
    val length: Long
        get() = if (end > start) end - start else 0
}

/** A bound of a slice: a negative one counts from the end, and both ends are clamped to `0..size`. */
internal fun clampBound(bound: Long, size: Long): Long = when {
    bound < 0 -> maxOf(bound + size, 0)
    else -> minOf(bound, size)
}

/** The bounds of a slice with step 1. */
internal fun sliceBounds(start: Long, end: Long, size: Long): Bounds =
    Bounds(clampBound(start, size), clampBound(end, size))

/**
 * The bounds of a search. Unlike those of a slice, a start past the end is kept, so that even the empty needle is not
 * found there (CPython 3.15).
 */
internal fun searchBounds(start: Long, end: Long, size: Long): Bounds =
    Bounds(searchStart(start, size), clampBound(end, size))

/** The start of [searchBounds]. */
internal fun searchStart(start: Long, size: Long): Long = if (start < 0) maxOf(start + size, 0) else start

/** What a read of [count] bytes at [position] gets: as many as there are, all if [count] is negative. */
internal fun readBounds(position: Long, count: Long, size: Long): Bounds {
    val left = maxOf(size - position, 0)
    return Bounds(position, position + if (count < 0) left else minOf(count, left))
}

/** The bytes a slice with a step selects: [count] of them, the first at [first], each [step] after the one before. */
internal class Stride(val first: Long, val step: Long, val count: Long)

/** A slice `[start:end:step]` of Python: `null` bounds are the ends in the direction of the step. */
internal fun stride(start: Long?, end: Long?, step: Long, size: Long): Stride {
    require(step != 0L) { "slice step cannot be zero" }
    if (step > 0) {
        val bounds = sliceBounds(start ?: 0, end ?: size, size)
        return Stride(bounds.start, step, if (bounds.length == 0L) 0 else (bounds.length - 1) / step + 1)
    }
    val first = if (start == null) size - 1 else minOf(clampDownwards(start, size), size - 1)
    val beforeLast = if (end == null) -1 else clampDownwards(end, size)
    // Divided by the negative step itself, since the magnitude of Long.MIN_VALUE does not fit in a Long.
    return Stride(first, step, if (first <= beforeLast) 0 else (beforeLast + 1 - first) / step + 1)
}

/** A bound of a slice that runs downwards: clamped to `-1..size`, where -1 is the place before the first byte. */
private fun clampDownwards(bound: Long, size: Long): Long = when {
    bound < 0 -> maxOf(bound + size, -1)
    else -> minOf(bound, size)
}

/** Throws unless `offset` and `count` describe a range inside `0..size`. The [what] begins the message. */
internal fun requireRange(what: String, offset: Long, count: Long, size: Long) {
    require(offset >= 0 && count >= 0 && offset <= size && size - offset >= count) {
        "$what out of range: offset=$offset, length=$count, size=$size"
    }
}

/** As [requireRange], where a [length] of -1 is "to the end": the bytes of the range. */
internal fun rangeLength(what: String, offset: Long, length: Long, size: Long): Long {
    val count = if (length == -1L) size - offset else length
    requireRange(what, offset, count, size)
    return count
}

/** The length of a range for an advice: clamped to the map, in which the range has to begin, as in Python. */
internal fun adviseLength(offset: Long, length: Long, size: Long): Long {
    require(offset >= 0 && (offset < size || offset == 0L)) { "advise out of range: offset=$offset, size=$size" }
    require(length >= 0) { "length must not be negative: $length" }
    return minOf(length, size - offset)
}

/** Throws unless [index] lies in `0 until size`. */
internal fun checkIndex(index: Long, size: Long) {
    if (index < 0 || index >= size) throwOutside(index, size)
}

/** Apart, so that the check itself is compiled into its callers, and throwing here, so that they hold no object. */
private fun throwOutside(index: Long, size: Long): Nothing =
    throw IndexOutOfBoundsException("Index $index out of bounds for length $size")

/** As [requireRange], for positions that are indices. */
internal fun checkRange(what: String, index: Long, count: Long, size: Long) {
    if (index < 0 || count < 0 || index > size || size - index < count) throwOutside(what, index, count, size)
}

private fun throwOutside(what: String, index: Long, count: Long, size: Long): Nothing =
    throw IndexOutOfBoundsException("$what out of range: index=$index, count=$count, size=$size")

/** Throws unless `startIndex until endIndex` is a range inside an array of [size] elements. */
internal fun checkArrayRange(startIndex: Int, endIndex: Int, size: Int) {
    if (startIndex < 0 || endIndex > size || startIndex > endIndex) throwOutside(startIndex, endIndex, size)
}

private fun throwOutside(startIndex: Int, endIndex: Int, size: Int): Nothing {
    if (startIndex < 0 || endIndex > size) {
        throw IndexOutOfBoundsException("startIndex: $startIndex, endIndex: $endIndex, size: $size")
    }
    throw IllegalArgumentException("startIndex: $startIndex > endIndex: $endIndex")
}

/** [count] as the size of an array, where one can be that large. */
internal fun arraySize(count: Long): Int {
    require(count <= Int.MAX_VALUE) { "$count bytes do not fit in an array; read them in parts" }
    return count.toInt()
}

/** The smallest multiple of [unit] that is not less than [value], a length in memory and so far from overflowing. */
internal fun roundUp(value: Long, unit: Long): Long = if (value % unit == 0L) value else value - value % unit + unit

/** Throws unless [index] begins a range for `startIndex until endIndex` of an array with [arraySize] elements. */
internal fun checkCopy(what: String, index: Long, size: Long, startIndex: Int, endIndex: Int, arraySize: Int) {
    checkArrayRange(startIndex, endIndex, arraySize)
    checkRange(what, index, (endIndex - startIndex).toLong(), size)
}

/** Throws unless [index] begins a range for elements of [elementSize] bytes each: see [checkCopy]. */
internal fun checkElements(
    what: String,
    index: Long,
    elementSize: Int,
    size: Long,
    startIndex: Int,
    endIndex: Int,
    arraySize: Int,
) {
    checkArrayRange(startIndex, endIndex, arraySize)
    checkRange(what, index, (endIndex - startIndex).toLong() * elementSize, size)
}

/**
 * Throws unless the [bytes] bytes at [index] of a map from [offset] on lie inside, and at a multiple of their number. A
 * mapping begins at a whole page, so that places in the file tell of addresses.
 */
internal fun checkAligned(what: String, offset: Long, index: Long, bytes: Int, size: Long) {
    checkRange(what, index, bytes.toLong(), size)
    if ((offset + index) and (bytes - 1L) != 0L) throwMisaligned(what, offset, index, bytes)
}

private fun throwMisaligned(what: String, offset: Long, index: Long, bytes: Int): Nothing =
    throw IllegalArgumentException("$what needs a multiple of $bytes: index=$index, and the map's offset=$offset")
