package dev.kmmap.internal

private const val REPLACEMENT = '\ufffd'

/** The lowest and the highest byte that can continue a character. */
private const val FIRST_CONTINUATION = 0x80
private const val LAST_CONTINUATION = 0xbf

/** The first code point that is a surrogate pair. */
private const val FIRST_SUPPLEMENTARY = 0x10000

/** Whether a byte, as UTF-8, belongs to the character of a byte before it, unless it is malformed. */
internal fun isContinuation(byte: Byte): Boolean = byte.toInt() and 0xc0 == 0x80

/**
 * Decodes the first [size] of [bytes] into [chars], and writes into [offsets] where each character begins, and behind
 * them the size. Both have room for as many as there are bytes, and one more. The number of characters.
 *
 * The second half of a surrogate pair begins where the four bytes of the pair end. What is malformed becomes U+FFFD as
 * [dev.kmmap.TextEncoding.UTF_8] says (the Unicode Standard, 3.9, table 3-7 and "U+FFFD Substitution of Maximal
 * Subparts").
 */
internal fun decodeUtf8(bytes: ByteArray, size: Int, chars: CharArray, offsets: IntArray): Int {
    var at = 0
    var count = 0
    while (at < size) {
        offsets[count] = at
        val lead = bytes[at++].toInt() and 0xff
        if (lead < FIRST_CONTINUATION) {
            chars[count++] = lead.toChar()
            continue
        }
        val missing = continuations(lead)
        var code = lead and (0x3f shr missing)
        var left = missing
        while (left > 0 && at < size) {
            val next = bytes[at].toInt() and 0xff
            val fits = if (left == missing) next in lowestSecond(lead)..highestSecond(lead)
            else next in FIRST_CONTINUATION..LAST_CONTINUATION
            if (!fits) break
            code = code shl 6 or (next and 0x3f)
            at++
            left--
        }
        if (missing == 0 || left > 0) {
            chars[count++] = REPLACEMENT
        } else if (code < FIRST_SUPPLEMENTARY) {
            chars[count++] = code.toChar()
        } else {
            chars[count++] = Char.MIN_HIGH_SURROGATE + ((code - FIRST_SUPPLEMENTARY) ushr 10)
            offsets[count] = at
            chars[count++] = Char.MIN_LOW_SURROGATE + (code and 0x3ff)
        }
    }
    offsets[count] = size
    return count
}

/** How many bytes have to follow the first one of a character; 0 if it cannot be one. */
private fun continuations(lead: Int): Int = when (lead) {
    in 0xc2..0xdf -> 1
    in 0xe0..0xef -> 2
    in 0xf0..0xf4 -> 3
    else -> 0
}

/** Lower ones would be a longer form of a character that has a shorter one. */
private fun lowestSecond(lead: Int): Int = when (lead) {
    0xe0 -> 0xa0
    0xf0 -> 0x90
    else -> FIRST_CONTINUATION
}

/** Higher ones would be a surrogate, or no code point. */
private fun highestSecond(lead: Int): Int = when (lead) {
    0xed -> 0x9f
    0xf4 -> 0x8f
    else -> LAST_CONTINUATION
}
