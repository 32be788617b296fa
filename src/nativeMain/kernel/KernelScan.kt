package dev.kmmap.internal

import dev.kmmap.internal.kernel.kmmap_scanner_first
import dev.kmmap.internal.kernel.kmmap_scanner_free
import dev.kmmap.internal.kernel.kmmap_scanner_last
import dev.kmmap.internal.kernel.kmmap_scanner_new
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.usePinned
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.ref.createCleaner

/** The search of scan.c, by SIMD instructions. */
internal actual fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner? {
    if (ignoreCase) return null
    val scanner = needle.usePinned { kmmap_scanner_new(it.addressOf(0), needle.size.toLong()) }
    return if (scanner == 0L) null else KernelScan(scanner, needle.size)
}

@Suppress("UNUSED_PARAMETER")
internal actual fun kernelScanOfSet(set: ByteArray): Scanner? = null

/** A prepared scanner of the C kernel, at the address [scanner]; freed when nobody has this object any more. */
private class KernelScan(private val scanner: Long, private val size: Int) : Scanner {
    @OptIn(ExperimentalNativeApi::class)
    @Suppress("unused")
    private val cleaner = createCleaner(scanner) { kmmap_scanner_free(it) }

    override fun first(region: Region, from: Long, to: Long): Long =
        index(from, kmmap_scanner_first(scanner, region.address(from), to - from))

    override fun last(region: Region, from: Long, to: Long): Long =
        index(from, kmmap_scanner_last(scanner, region.address(from), to - from))

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int =
        collectOneByOne(region, from, to, if (overlapping) 1 else size, indices)

    private fun index(from: Long, found: Long): Long = if (found < 0) -1 else from + found
}
