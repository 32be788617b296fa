package dev.kmmap.internal.base

/** What ends a line. */
internal const val LINE_FEED_BYTE: Byte = 10

private const val REPLACEMENT = '\ufffd'

/** The lowest and the highest byte that can continue a character. */
private const val FIRST_CONTINUATION = 0x80
private const val LAST_CONTINUATION = 0xbf

/** The first code point that is a surrogate pair. */
private const val FIRST_SUPPLEMENTARY = 0x10000

/** Whether a byte, as UTF-8, belongs to the character of a byte before it, unless it is malformed. */
internal fun isContinuation(byte: Byte): Boolean = byte.toInt() and 0xc0 == 0x80

/**
 * The UTF-8 form of [text], which messages call [what]. Half of a surrogate pair has none, and is refused: platforms
 * make different bytes of it.
 */
internal fun encodedText(what: String, text: String): ByteArray {
    val half = halfOfPair(text)
    require(half < 0) { "$what contains half of a surrogate pair at $half: \\u${text[half].code.toString(radix = 16)}" }
    return text.encodeToByteArray()
}

/** The index in [text] of the first surrogate that is not one of a pair, or -1. */
internal fun halfOfPair(text: CharSequence): Int {
    var at = 0
    while (at < text.length) {
        val char = text[at]
        if (char.isSurrogate()) {
            val isPair = char.isHighSurrogate() && at + 1 < text.length && text[at + 1].isLowSurrogate()
            if (!isPair) return at
            at++
        }
        at++
    }
    return -1
}

/**
 * The text of [bytes] from [from] to before [to], as [dev.kmmap.TextEncoding.UTF_8] says. Every text that is given out
 * is made here or by [decodeUtf8], which are one rule. The platform's decoder is faster, and right as long as it does
 * not replace anything: what it replaces by how many characters differs between platforms.
 */
internal fun decodedText(bytes: ByteArray, from: Int = 0, to: Int = bytes.size): String {
    val text = bytes.decodeToString(from, to)
    if (REPLACEMENT !in text) return text
    val chars = CharArray(to - from + 1)
    return chars.concatToString(0, decodeUtf8(bytes, from, to, chars))
}

/**
 * Decodes [bytes] from [from] to before [to] into [chars], and the number of characters is the result. [offsets], if
 * wanted, gets where each character begins, counted from [from], and behind them the length. Both have room for as many
 * as there are bytes, and one more.
 *
 * The second half of a surrogate pair begins where the four bytes of the pair end. What is malformed becomes U+FFFD as
 * [dev.kmmap.TextEncoding.UTF_8] says (the Unicode Standard, 3.9, table 3-7 and "U+FFFD Substitution of Maximal
 * Subparts").
 */
internal fun decodeUtf8(bytes: ByteArray, from: Int, to: Int, chars: CharArray, offsets: IntArray? = null): Int {
    var at = from
    var count = 0
    while (at < to) {
        if (offsets != null) offsets[count] = at - from
        val lead = bytes[at++].toInt() and 0xff
        if (lead < FIRST_CONTINUATION) {
            chars[count++] = lead.toChar()
            continue
        }
        val missing = continuations(lead)
        var code = lead and (0x3f shr missing)
        var left = missing
        while (left > 0 && at < to) {
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
            if (offsets != null) offsets[count] = at - from
            chars[count++] = Char.MIN_LOW_SURROGATE + (code and 0x3ff)
        }
    }
    if (offsets != null) offsets[count] = to - from
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
