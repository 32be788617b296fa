package dev.kmmap.internal.text

import dev.kmmap.MMap
import dev.kmmap.internal.base.checkArrayRange
import dev.kmmap.internal.base.checkIndex

/** The [length] bytes of [map] from [start] on, as characters. */
internal class Latin1View(private val map: MMap, private val start: Long, override val length: Int) : CharSequence {
    override fun get(index: Int): Char {
        checkIndex(index.toLong(), length.toLong())
        return latin1(map[start + index])
    }

    override fun subSequence(startIndex: Int, endIndex: Int): CharSequence {
        checkArrayRange(startIndex, endIndex, length)
        return Latin1View(map, start + startIndex, endIndex - startIndex)
    }

    override fun toString(): String {
        val bytes = ByteArray(length)
        map.copyTo(start, bytes)
        return CharArray(length) { latin1(bytes[it]) }.concatToString()
    }
}

/** The character of a byte in ISO-8859-1. */
internal fun latin1(byte: Byte): Char = (byte.toInt() and 0xff).toChar()
