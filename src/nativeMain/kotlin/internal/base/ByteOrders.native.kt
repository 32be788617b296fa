package dev.kmmap.internal.base

import kotlinx.cinterop.toLong
import kotlinx.cinterop.value

internal actual fun reversed(value: Short): Short =
    ((value.toInt() and 0xff shl 8) or (value.toInt() ushr 8 and 0xff)).toShort()

/** LLVM knows one instruction for this. */
internal actual fun reversed(value: Int): Int =
    (value shl 24) or (value and 0xff00 shl 8) or (value ushr 8 and 0xff00) or (value ushr 24)

internal actual fun reversed(value: Long): Long =
    (reversed(value.toInt()).toLong() shl 32) or (reversed((value ushr 32).toInt()).toLong() and 0xffffffff)
