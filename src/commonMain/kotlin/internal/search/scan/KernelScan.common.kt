package dev.kmmap.internal.search.scan

/**
 * A scanner by SIMD instructions for [needle], which is copied and has at least one byte; `null` where there is none.
 * With [ignoreCase] ASCII letters match in either case. It takes longer to prepare than [PortableScan], and finds the
 * same.
 */
internal expect fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner?

/** A scanner by SIMD instructions for any one of the bytes of [set]; `null` where there is none. */
internal expect fun kernelScanOfSet(set: ByteArray): Scanner?
