package dev.kmmap.internal.search.scan

import dev.kmmap.internal.ffm.KernelScan
import dev.kmmap.of

internal actual fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner? =
    KernelScan.of(needle, ignoreCase) { PortableScan(needle, ignoreCase) }

internal actual fun kernelScanOfSet(set: ByteArray): Scanner? = KernelScan.ofSet(set) { PortableSetScan(set) }
