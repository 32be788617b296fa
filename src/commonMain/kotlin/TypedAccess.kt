@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.checkWritable
import dev.kmmap.internal.access.unpinned
import dev.kmmap.internal.base.arraySize
import dev.kmmap.internal.base.checkElements
import dev.kmmap.internal.base.checkRange
import dev.kmmap.internal.base.swapped
import dev.kmmap.internal.memory.Region
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/* Numbers of several bytes, at any index. */

/**
 * The number in the [Short.SIZE_BYTES] bytes from [index] on, which need no alignment, in the order that [endian] says.
 * Another thread that writes them at the same time may be seen half-way; see [getIntVolatile] for what is not.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws MMapFaultException if a page of them is gone.
 * @sample dev.kmmap.samples.TypedSamples.recordsOfAFile
 */
public fun MMap.getShort(index: Long, endian: Endian): Short = unpinned(
    { checkRange("getShort", index, Short.SIZE_BYTES.toLong(), it.size()) },
    dependency = { it.toInt() and 0xff },
) { it.getShort(index) }.swapped(endian)

/** As [getShort], of [Int.SIZE_BYTES] bytes. */
public fun MMap.getInt(index: Long, endian: Endian): Int = intAt("getInt", index, endian)

/** As [getShort], of [Long.SIZE_BYTES] bytes. */
public fun MMap.getLong(index: Long, endian: Endian): Long = longAt("getLong", index, endian)

/** As [getShort], of [Float.SIZE_BYTES] bytes: the bits of IEEE 754. */
public fun MMap.getFloat(index: Long, endian: Endian): Float = Float.fromBits(intAt("getFloat", index, endian))

/** As [getShort], of [Double.SIZE_BYTES] bytes: the bits of IEEE 754. */
public fun MMap.getDouble(index: Long, endian: Endian): Double = Double.fromBits(longAt("getDouble", index, endian))

/**
 * Stores [value] in the [Short.SIZE_BYTES] bytes from [index] on, which need no alignment, in the order that [endian]
 * says. A thread that reads them at the same time may see them half-way; see [setIntVolatile] for what is not.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside; nothing is stored then.
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if a page of them is gone.
 * @sample dev.kmmap.samples.TypedSamples.recordsOfAFile
 */
public fun MMap.setShort(index: Long, value: Short, endian: Endian) {
    unpinned({ checkPut("setShort", index, Short.SIZE_BYTES, it) }) {
        it.putShort(index, value.swapped(endian))
    }
}

/** As [setShort], in [Int.SIZE_BYTES] bytes. */
public fun MMap.setInt(index: Long, value: Int, endian: Endian): Unit = putInt("setInt", index, value, endian)

/** As [setShort], in [Long.SIZE_BYTES] bytes. */
public fun MMap.setLong(index: Long, value: Long, endian: Endian): Unit = putLong("setLong", index, value, endian)

/** As [setShort], in [Float.SIZE_BYTES] bytes: the bits of IEEE 754, also those of a NaN. */
public fun MMap.setFloat(index: Long, value: Float, endian: Endian): Unit =
    putInt("setFloat", index, value.toRawBits(), endian)

/** As [setShort], in [Double.SIZE_BYTES] bytes: the bits of IEEE 754, also those of a NaN. */
public fun MMap.setDouble(index: Long, value: Double, endian: Endian): Unit =
    putLong("setDouble", index, value.toRawBits(), endian)

/**
 * Copies numbers from [index] on, which needs no alignment, into the array [destination], `startIndex until endIndex`
 * of it (by default all). The bytes of each are in the order that [endian] says.
 *
 * @throws IndexOutOfBoundsException if one of the ranges lies outside.
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws MMapFaultException if a page of the map's range is gone.
 * @sample dev.kmmap.samples.TypedSamples.sumOfNumbers
 */
@JvmOverloads
public fun MMap.copyTo(
    index: Long,
    destination: ShortArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = destination.size,
): Unit = copyElementsTo(index, destination, destination.size, Short.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyTo] with a [ShortArray], of [Int] values. */
@JvmOverloads
public fun MMap.copyTo(
    index: Long,
    destination: IntArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = destination.size,
): Unit = copyElementsTo(index, destination, destination.size, Int.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyTo] with a [ShortArray], of [Long] values. */
@JvmOverloads
public fun MMap.copyTo(
    index: Long,
    destination: LongArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = destination.size,
): Unit = copyElementsTo(index, destination, destination.size, Long.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyTo] with a [ShortArray], of [Float] values. */
@JvmOverloads
public fun MMap.copyTo(
    index: Long,
    destination: FloatArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = destination.size,
): Unit = copyElementsTo(index, destination, destination.size, Float.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyTo] with a [ShortArray], of [Double] values. */
@JvmOverloads
public fun MMap.copyTo(
    index: Long,
    destination: DoubleArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = destination.size,
): Unit = copyElementsTo(index, destination, destination.size, Double.SIZE_BYTES, endian, startIndex, endIndex)

/**
 * Copies `startIndex until endIndex` of the array [source] (by default all) into the map, from [index] on, which needs
 * no alignment. The bytes of each number are in the order that [endian] says.
 *
 * @throws IndexOutOfBoundsException if one of the ranges lies outside; nothing is copied then.
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if a page of the map's range is gone.
 * @sample dev.kmmap.samples.TypedSamples.sumOfNumbers
 */
@JvmOverloads
public fun MMap.copyFrom(
    index: Long,
    source: ShortArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = source.size,
): Unit = copyElementsFrom(index, source, source.size, Short.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyFrom] with a [ShortArray], of [Int] values. */
@JvmOverloads
public fun MMap.copyFrom(
    index: Long,
    source: IntArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = source.size,
): Unit = copyElementsFrom(index, source, source.size, Int.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyFrom] with a [ShortArray], of [Long] values. */
@JvmOverloads
public fun MMap.copyFrom(
    index: Long,
    source: LongArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = source.size,
): Unit = copyElementsFrom(index, source, source.size, Long.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyFrom] with a [ShortArray], of [Float] values. */
@JvmOverloads
public fun MMap.copyFrom(
    index: Long,
    source: FloatArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = source.size,
): Unit = copyElementsFrom(index, source, source.size, Float.SIZE_BYTES, endian, startIndex, endIndex)

/** As [copyFrom] with a [ShortArray], of [Double] values. */
@JvmOverloads
public fun MMap.copyFrom(
    index: Long,
    source: DoubleArray,
    endian: Endian,
    startIndex: Int = 0,
    endIndex: Int = source.size,
): Unit = copyElementsFrom(index, source, source.size, Double.SIZE_BYTES, endian, startIndex, endIndex)

/** The array [destination] has [arraySize] numbers of [elementSize] bytes. */
private fun MMap.copyElementsTo(
    index: Long,
    destination: Any,
    arraySize: Int,
    elementSize: Int,
    endian: Endian,
    startIndex: Int,
    endIndex: Int,
) {
    unpinned({ checkElements("copyTo", index, elementSize, it.size(), startIndex, endIndex, arraySize) }) {
        it.copyElementsTo(index, destination, elementSize, endian, startIndex, endIndex - startIndex)
    }
}

/** The array [source] has [arraySize] numbers of [elementSize] bytes. */
private fun MMap.copyElementsFrom(
    index: Long,
    source: Any,
    arraySize: Int,
    elementSize: Int,
    endian: Endian,
    startIndex: Int,
    endIndex: Int,
) {
    unpinned({
        checkWritable(it, "copyFrom")
        checkElements("copyFrom", index, elementSize, it.size(), startIndex, endIndex, arraySize)
    }) {
        it.copyElementsFrom(index, source, elementSize, endian, startIndex, endIndex - startIndex)
    }
}

@Suppress("NOTHING_TO_INLINE")
private inline fun MMap.checkPut(operation: String, index: Long, elementSize: Int, region: Region) {
    checkWritable(region, operation)
    checkRange(operation, index, elementSize.toLong(), region.size())
}

@Suppress("NOTHING_TO_INLINE")
private inline fun MMap.intAt(operation: String, index: Long, endian: Endian): Int = unpinned(
    { checkRange(operation, index, Int.SIZE_BYTES.toLong(), it.size()) },
    dependency = { it and 0xff },
) { it.getInt(index) }.swapped(endian)

@Suppress("NOTHING_TO_INLINE")
private inline fun MMap.putInt(operation: String, index: Long, value: Int, endian: Endian) {
    unpinned({ checkPut(operation, index, Int.SIZE_BYTES, it) }) {
        it.putInt(index, value.swapped(endian))
    }
}

@Suppress("NOTHING_TO_INLINE")
private inline fun MMap.longAt(operation: String, index: Long, endian: Endian): Long = unpinned(
    { checkRange(operation, index, Long.SIZE_BYTES.toLong(), it.size()) },
    dependency = { it.toInt() and 0xff },
) { it.getLong(index) }.swapped(endian)

@Suppress("NOTHING_TO_INLINE")
private inline fun MMap.putLong(operation: String, index: Long, value: Long, endian: Endian) {
    unpinned({ checkPut(operation, index, Long.SIZE_BYTES, it) }) {
        it.putLong(index, value.swapped(endian))
    }
}
