package dev.kmmap.internal.search.scan

import dev.kmmap.internal.kernel.kmmap_guarded_backward
import dev.kmmap.internal.kernel.kmmap_guarded_count
import dev.kmmap.internal.kernel.kmmap_guarded_forward
import dev.kmmap.internal.kernel.kmmap_scanner_collect
import dev.kmmap.internal.kernel.kmmap_scanner_free
import dev.kmmap.internal.kernel.kmmap_scanner_level
import dev.kmmap.internal.kernel.kmmap_scanner_new
import dev.kmmap.internal.kernel.kmmap_scanner_new_of_set
import dev.kmmap.internal.memory.Region
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.ref.createCleaner
import kotlinx.cinterop.LongVar
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.alloc
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.toLong
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.value

/* The search of scan.c, by SIMD instructions. */

internal actual fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner? =
    kernelScan(needle.usePinned { kmmap_scanner_new(it.addressOf(0), needle.size.toLong(), flag(ignoreCase)) })

internal fun scanLevel(): Long? = kmmap_scanner_level()

internal actual fun kernelScanOfSet(set: ByteArray): Scanner? =
    kernelScan(set.usePinned { kmmap_scanner_new_of_set(it.addressOf(0), set.size.toLong()) })

private fun kernelScan(scanner: Long): Scanner? = if (scanner == 0L) null else KernelScan(scanner)

/** A prepared scanner of the C kernel, at the address [scanner]; freed when nobody has this object any more. */
private class KernelScan(private val scanner: Long) : Scanner {
    @OptIn(ExperimentalNativeApi::class)
    @Suppress("unused")
    private val cleaner = createCleaner(scanner) { kmmap_scanner_free(it) }

    override fun first(region: Region, from: Long, to: Long): Long =
        index(from, kmmap_guarded_forward(scanner, region.address(from), to - from))

    override fun last(region: Region, from: Long, to: Long): Long =
        index(from, kmmap_guarded_backward(scanner, region.address(from), to - from))

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int {
        if (indices.isEmpty()) return 0
        val haystack = region.address(from)
        val room = indices.size.toLong()
        val count = indices.usePinned {
            kmmap_scanner_collect(scanner, haystack, to - from, flag(overlapping), from, it.addressOf(0), room)
        }
        return count.toInt()
    }

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally) {
        val from = tally.next
        if (from >= to) return
        memScoped {
            val next = alloc<LongVar>()
            val found = next.ptr.toLong()
            tally.count += kmmap_guarded_count(scanner, region.address(from), to - from, flag(overlapping), found)
            tally.next = from + next.value
        }
    }

    private fun index(from: Long, found: Long): Long = if (found < 0) -1 else from + found
}

private fun flag(condition: Boolean): Long = if (condition) 1 else 0
