package dev.kmmap.internal.search

import dev.kmmap.internal.base.LINE_FEED_BYTE
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.search.scan.PortableScan
import dev.kmmap.internal.search.scan.PortableSetScan
import dev.kmmap.internal.search.scan.Scanner
import dev.kmmap.internal.search.scan.kernelScan
import dev.kmmap.internal.search.scan.kernelScanOfSet
import dev.kmmap.internal.search.scan.staged
import kotlin.concurrent.Volatile

/** What is looked for, as the search sees it. */
internal interface Pattern {
    /** Bytes in the shortest occurrence that there can be. */
    val minLength: Int

    /** Bytes in the longest one. */
    val maxLength: Int

    /** In which windows it is searched for. */
    val windows: SearchWindows

    /** The bytes that all occurrences are copies of, or `null`. */
    val literal: ByteArray? get() = null

    /** Whether each occurrence has a byte other than 0, so that there is none in a hole. */
    val needsData: Boolean get() = false

    /** What searches a window of [length] bytes best. Not asked for where [minLength] is 0. */
    fun scanner(length: Long): Scanner
}

/** What searches [length] bytes of [region]. */
internal fun Pattern.scannerFor(region: Region, length: Long): Scanner {
    val scanner = scanner(length)
    return if (region.isStaged()) scanner.staged(maxLength) else scanner
}

/** Nothing in this window, and it was not the last one. */
internal const val NOT_IN_WINDOW = -2L

/** The kernel is prepared for windows of at least so many bytes: it has to win back what that costs. */
private const val KERNEL_WINDOW = 4096L

/**
 * A pattern all of whose occurrences have [length] bytes, so that the place of one tells where the next may begin. That
 * of no bytes is found without a scanner, and has none. Everything is prepared when it is first of use; two threads may
 * prepare one each.
 *
 * It holds [bytes], which must not change: a needle, or with [isSet] those of which any one is looked for.
 */
internal class FixedPattern(
    private val bytes: ByteArray,
    private val foldsCase: Boolean,
    private val isSet: Boolean,
) : Pattern {
    val length: Int = if (isSet) 1 else bytes.size
    override val minLength: Int get() = length
    override val maxLength: Int get() = length
    override val windows: SearchWindows = SearchWindows(length)
    override val literal: ByteArray? = if (foldsCase || isSet) null else bytes

    override val needsData: Boolean get() = if (isSet) 0 !in bytes else bytes.any { it != 0.toByte() }

    @Volatile
    private var portable: Scanner? = null

    @Volatile
    private var kernel: Scanner? = null

    override fun scanner(length: Long): Scanner =
        if (length < KERNEL_WINDOW) portable() else kernel ?: prepareKernel().also { kernel = it }

    private fun portable(): Scanner = portable ?: preparePortable().also { portable = it }

    private fun preparePortable(): Scanner = if (isSet) PortableSetScan(bytes) else PortableScan(bytes, foldsCase)

    private fun prepareKernel(): Scanner =
        (if (isSet) kernelScanOfSet(bytes) else kernelScan(bytes, foldsCase)) ?: portable()
}

/** Looks for a copy of [bytes]; with [ignoreCase] ASCII letters match in either case. */
internal fun bytePattern(bytes: ByteArray, ignoreCase: Boolean = false): FixedPattern =
    FixedPattern(bytes.copyOf(), ignoreCase && bytes.any(::isAsciiLetter), isSet = false)

/** One for each byte, prepared once for all searches. */
private val singleBytes = Array(1 shl Byte.SIZE_BITS) { bytePattern(byteArrayOf(it.toByte())) }

internal fun bytePattern(byte: Byte): FixedPattern = singleBytes[byte.toInt() and 0xff]

/** Looks for any one of the bytes of [set], of which there is at least one. */
internal fun setPattern(set: ByteArray): FixedPattern {
    val distinct = set.distinct().toByteArray()
    return if (distinct.size == 1) bytePattern(distinct) else FixedPattern(distinct, foldsCase = false, isSet = true)
}

private fun isAsciiLetter(byte: Byte): Boolean = byte in 'A'.code..'Z'.code || byte in 'a'.code..'z'.code

/** What ends a line. */
internal val LINE_FEED: FixedPattern = bytePattern(LINE_FEED_BYTE)
