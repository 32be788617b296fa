package dev.kmmap.internal.base

internal actual fun reversed(value: Short): Short = java.lang.Short.reverseBytes(value)

internal actual fun reversed(value: Int): Int = Integer.reverseBytes(value)

internal actual fun reversed(value: Long): Long = java.lang.Long.reverseBytes(value)
