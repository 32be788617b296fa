package dev.kmmap.internal.search.scan

/*
 * Eight bytes at a time in an ordinary 64-bit register (SWAR). Inline in the source, so that neither compiler has to
 * decide whether it is worth it.
 *
 * The test for a zero byte is the one of A. Mycroft, and its exact form that of H. Warren, *Hacker's Delight*, 6-1.
 */

/** Bytes, and positions of a needle, in one word. */
internal const val WORD = 8

/** Words per branch of the loops: enough to make its cost small, few enough to keep them all in registers. */
internal const val STEP_WORDS = 4
internal const val STEP = STEP_WORDS * WORD

internal const val LOW_BITS = 0x0101010101010101L
internal const val HIGH_BITS = LOW_BITS shl 7
internal const val LOW_SEVEN = 0x7f7f7f7f7f7f7f7fL

/** The high bit of the first byte of a word. */
internal const val FIRST_BYTE_FLAG = 0x80L

/** Multiplied by this, the lowest bit of each byte gets to a place of its own in the highest byte. */
internal const val GATHER = 0x0102040810204080L

/** The bit that makes a capital ASCII letter a small one. */
internal const val CASE_BIT = 0x20

/** The same byte in all eight places of a word. */
internal fun broadcast(byte: Byte): Long = (byte.toLong() and 0xff) * LOW_BITS

/** A word with [CASE_BIT] in each byte if [byte] is a small letter and case is ignored; `or`-ed to what is compared. */
internal fun caseMask(byte: Byte, ignoreCase: Boolean): Long =
    if (ignoreCase && byte in 'a'.code..'z'.code) CASE_BIT * LOW_BITS else 0

/** A capital ASCII letter as the small one, all else as it is. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun lowerCase(byte: Byte): Byte =
    if (byte in 'A'.code..'Z'.code) (byte + CASE_BIT).toByte() else byte

/** A copy of [bytes] with each byte as [lowerCase] has it. */
internal fun lowerCase(bytes: ByteArray): ByteArray = ByteArray(bytes.size) { lowerCase(bytes[it]) }

/**
 * High bits of bytes, one of them of a zero byte if there is any. Which one, this cheap form cannot tell: a borrow runs
 * into the byte above a zero. The other bits mean nothing.
 */
@Suppress("NOTHING_TO_INLINE")
internal inline fun zeroHints(x: Long): Long = (x - LOW_BITS) and x.inv()

/** The high bit of each byte of [x] that is zero, and nothing else: no carry leaves its byte. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun zeroBytes(x: Long): Long = (((x and LOW_SEVEN) + LOW_SEVEN) or x or LOW_SEVEN).inv()

/** The high bits of the eight bytes of [flags], which has no others, as the eight lowest bits. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun gathered(flags: Long): Long = ((flags ushr 7) * GATHER) ushr (Long.SIZE_BITS - WORD)
