package dev.kmmap.internal.search.scan

/* The kernel is C, which can only be compiled for macOS on macOS. */

@Suppress("UNUSED_PARAMETER")
internal actual fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner? = null

@Suppress("UNUSED_PARAMETER")
internal actual fun kernelScanOfSet(set: ByteArray): Scanner? = null

internal fun scanLevel(): Long? = null
