package dev.kmmap.internal.memory

import dev.kmmap.internal.base.reversed
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.NativePtr
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.readBits
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.writeBits

/** Runs [block] with the address of the elements of [array], one of numbers, from [startIndex] on; not for none. */
internal inline fun withElements(array: Any, startIndex: Int, count: Int, block: (CPointer<*>) -> Unit) {
    if (count == 0) return
    when (array) {
        is ShortArray -> array.usePinned { block(it.addressOf(startIndex)) }
        is IntArray -> array.usePinned { block(it.addressOf(startIndex)) }
        is LongArray -> array.usePinned { block(it.addressOf(startIndex)) }
        is FloatArray -> array.usePinned { block(it.addressOf(startIndex)) }
        else -> (array as DoubleArray).usePinned { block(it.addressOf(startIndex)) }
    }
}

/** Copies [count] numbers of [size] bytes each, with the bytes of each reversed. */
internal fun copyReversed(to: NativePtr, from: NativePtr, count: Int, size: Int): Unit = when (size) {
    Short.SIZE_BYTES -> copyEach(count, size) {
        val value = readBits(from + it, 0, Short.SIZE_BITS, true).toShort()
        writeBits(to + it, 0, Short.SIZE_BITS, reversed(value).toLong())
    }
    Int.SIZE_BYTES -> copyEach(count, size) {
        val value = readBits(from + it, 0, Int.SIZE_BITS, true).toInt()
        writeBits(to + it, 0, Int.SIZE_BITS, reversed(value).toLong())
    }
    else -> copyEach(count, size) {
        writeBits(to + it, 0, Long.SIZE_BITS, reversed(readBits(from + it, 0, Long.SIZE_BITS, true)))
    }
}

/** Runs [copy] with where each of [count] numbers begins. */
private inline fun copyEach(count: Int, size: Int, copy: (Long) -> Unit) {
    var place = 0L
    val end = count.toLong() * size
    while (place < end) {
        copy(place)
        place += size
    }
}
