package dev.kmmap.internal

import kotlin.concurrent.Volatile

/** The kernel is prepared for windows of at least so many bytes: it has to win back what that costs. */
private const val KERNEL_WINDOW = 4096L

/**
 * A pattern all of whose occurrences have [length] bytes, so that the place of one tells where the next may begin. That
 * of no bytes is found without a scanner, and has none. Scanners are prepared once; [prepareKernel] may give `null`.
 */
internal class FixedPattern(
    val length: Int,
    private val portable: Scanner?,
    private val prepareKernel: () -> Scanner?,
) : Pattern {
    override val shortest: Int get() = length
    override val longest: Int get() = length

    /** Prepared when it is first of use; two threads may prepare one each. */
    @Volatile
    private var kernel: Scanner? = null

    override fun scanner(length: Long): Scanner {
        val simple = checkNotNull(portable)
        if (length < KERNEL_WINDOW) return simple
        return kernel ?: (prepareKernel() ?: simple).also { kernel = it }
    }
}

/** Looks for a copy of [bytes]; with [ignoreCase] ASCII letters match in either case. */
internal fun bytePattern(bytes: ByteArray, ignoreCase: Boolean = false): FixedPattern {
    val copy = bytes.copyOf()
    val foldsCase = ignoreCase && copy.any(::isAsciiLetter)
    val portable = if (copy.isEmpty()) null else PortableScan(copy, foldsCase)
    return FixedPattern(copy.size, portable) { kernelScan(copy, foldsCase) }
}

internal fun bytePattern(byte: Byte): FixedPattern = bytePattern(byteArrayOf(byte))

/** Looks for any one of the bytes of [set], of which there is at least one. */
internal fun setPattern(set: ByteArray): FixedPattern {
    val distinct = set.distinct().toByteArray()
    if (distinct.size == 1) return bytePattern(distinct)
    return FixedPattern(1, PortableSetScan(distinct)) { kernelScanOfSet(distinct) }
}

private fun isAsciiLetter(byte: Byte): Boolean = byte in 'A'.code..'Z'.code || byte in 'a'.code..'z'.code

/** What ends a line. */
internal const val LINE_FEED_BYTE: Byte = 10
internal val LINE_FEED: FixedPattern = bytePattern(LINE_FEED_BYTE)
