package dev.kmmap.internal

import kotlin.concurrent.Volatile

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
    override val shortest: Int get() = length
    override val longest: Int get() = length
    override val exactly: ByteArray? = if (foldsCase || isSet) null else bytes

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
internal const val LINE_FEED_BYTE: Byte = 10
internal val LINE_FEED: FixedPattern = bytePattern(LINE_FEED_BYTE)
