package dev.kmmap.internal

/** The kernel is C, which can only be compiled for macOS on macOS. */
@Suppress("UNUSED_PARAMETER")
internal actual fun kernelScan(needle: ByteArray): Scanner? = null
