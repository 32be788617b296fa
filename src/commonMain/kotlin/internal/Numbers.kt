package dev.kmmap.internal

import dev.kmmap.Endian

/* What access to numbers of several bytes needs besides the region. */

/** A number that a region has, which is little-endian, as [endian] says; and back. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun Short.swapped(endian: Endian): Short = if (endian == Endian.LITTLE) this else reversed(this)

@Suppress("NOTHING_TO_INLINE")
internal inline fun Int.swapped(endian: Endian): Int = if (endian == Endian.LITTLE) this else reversed(this)

@Suppress("NOTHING_TO_INLINE")
internal inline fun Long.swapped(endian: Endian): Long = if (endian == Endian.LITTLE) this else reversed(this)

/** As [checkCopy], for elements of [elementSize] bytes. */
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
