package dev.kmmap.internal.text.regex

private const val FIRST_SUPPLEMENTARY = 0x10000

/** How many `Char`s a code point takes. */
internal fun widthOf(code: Int): Int = if (code < FIRST_SUPPLEMENTARY) 1 else 2

/** The code point of a surrogate pair. */
internal fun codeOf(high: Char, low: Char): Int =
    FIRST_SUPPLEMENTARY + ((high - Char.MIN_HIGH_SURROGATE) shl 10) + (low - Char.MIN_LOW_SURROGATE)

/** The code point that begins at [index] of [text]. */
internal fun codeAt(text: CharSequence, index: Int): Int {
    val high = text[index]
    if (!high.isHighSurrogate() || index + 1 == text.length || !text[index + 1].isLowSurrogate()) return high.code
    return codeOf(high, text[index + 1])
}

/** Escapes that are one character. */
private val escapes = mapOf('t' to 9, 'n' to 10, 'r' to 13, 'f' to 12, 'a' to 7, 'e' to 27)

/** What is told by its letter when it is refused. */
private val refusedEscapes = mapOf(
    'X' to "extended grapheme cluster",
    'G' to "the end of the match before",
    'N' to "name of a character",
    'E' to "end of a quotation that has not begun",
)

/** What the grammar of [pattern] is made of, from [at] on. */
internal class RegexScanner(private val pattern: String) {
    var at = 0
        private set

    /** Whether it is between `\Q` and `\E`. */
    var isQuoted = false
        private set

    val isAtEnd: Boolean get() = at == pattern.length
    val peek: Char get() = pattern[at]

    /** The character behind a backslash. */
    val escaped: Char get() = if (at + 1 < pattern.length) pattern[at + 1] else refuse("a \\ at the end", at)

    fun skip(count: Int) {
        at += count
    }

    fun take(char: Char): Boolean = take(char.toString())

    fun take(text: String): Boolean = pattern.startsWith(text, at).also { if (it) at += text.length }

    /** Takes the beginning or the end of a quotation. */
    fun takeQuotation(): Boolean {
        if (!take(if (isQuoted) "\\E" else "\\Q")) return false
        isQuoted = !isQuoted
        return true
    }

    /** Skips white space, and comments up to the end of a line. */
    fun skipComments(isUnix: Boolean) {
        if (isQuoted) return
        while (!isAtEnd) {
            when (peek) {
                ' ', in '\t'..'\r' -> at++
                '#' -> while (!isAtEnd && !(if (isUnix) peek == '\n' else peek.code in LINE_TERMINATORS)) at++
                else -> return
            }
        }
    }

    /** The next code point. */
    fun code(): Int = codeAt(pattern, at).also { at += widthOf(it) }

    /** Whether a hyphen comes next, and something that can end a range. */
    fun isRange(): Boolean = !isAtEnd && peek == '-' && at + 1 < pattern.length && pattern[at + 1] !in "[]" &&
        !pattern.startsWith("&&", at + 1)

    /** The least and the greatest number of times. */
    fun quantifier(): Pair<Int, Int> {
        val start = at
        when (pattern[at++]) {
            '*' -> return 0 to UNBOUNDED
            '+' -> return 1 to UNBOUNDED
            '?' -> return 0 to 1
        }
        val min = number(start)
        var max = min
        if (take(',')) max = if (!isAtEnd && peek == '}') UNBOUNDED else number(start)
        if (!take('}') || max < min) refuse("the quantifier {", start)
        return min to max
    }

    private fun number(start: Int): Int {
        val first = at
        while (!isAtEnd && peek in '0'..'9') at++
        return pattern.substring(first, at).toIntOrNull() ?: refuse("the quantifier {", start)
    }

    /** The number of a group that has begun; more digits count as long as there is such a group. */
    fun reference(groupCount: Int): Int {
        val start = at - 1
        var group = pattern[at++].digitToInt()
        while (!isAtEnd && peek in '0'..'9') {
            val longer = group * 10 + peek.digitToInt()
            if (longer > groupCount) break
            group = longer
            at++
        }
        if (group > groupCount) refuse("\\$group, a reference to a group before it begins,", start)
        return group
    }

    /** The name of a group, up to the bracket that ends it. */
    fun groupName(): String {
        val start = at
        while (!isAtEnd && (peek in 'a'..'z' || peek in 'A'..'Z' || at > start && peek in '0'..'9')) at++
        val name = pattern.substring(start, at)
        if (name.isEmpty() || !take('>')) refuse("the name of a group", start)
        return name
    }

    /** The character that an escape stands for; its backslash is next. */
    fun escapedCode(): Int {
        val start = at
        val letter = escaped
        skip(2)
        escapes[letter]?.let { return it }
        return when (letter) {
            '0' -> octal(start)
            'x' -> if (take('{')) hex(start, '}') else hex(start, 2)
            'u' -> unicode(start)
            'c' -> {
                if (isAtEnd || peek !in '@'..'_') refuse("\\c of what is no upper case letter", start)
                pattern[at++].code xor '@'.code
            }
            in '1'..'9', in 'a'..'z', in 'A'..'Z' -> {
                val name = refusedEscapes[letter]
                refuse("\\$letter" + if (name == null) "" else " ($name)", start)
            }
            else -> {
                at--
                code()
            }
        }
    }

    private fun octal(start: Int): Int {
        val digits = pattern.drop(at).take(3).takeWhile { it in '0'..'7' }
        val count = if (digits.length == 3 && digits[0] > '3') 2 else digits.length
        if (count == 0) refuse("\\0 without digits", start)
        at += count
        return digits.take(count).toInt(radix = 8)
    }

    private fun hex(start: Int, count: Int): Int {
        if (pattern.length - at < count) refuse("\\${pattern[start + 1]} without $count digits", start)
        at += count
        return hexNumber(start, pattern.substring(at - count, at))
    }

    private fun hex(start: Int, end: Char): Int {
        val last = pattern.indexOf(end, at)
        if (last < 0) refuse("\\x{ without its end", start)
        val digits = pattern.substring(at, last)
        at = last + 1
        return hexNumber(start, digits)
    }

    private fun hexNumber(start: Int, digits: String): Int {
        val code = if (digits.all { it.isHexDigit() }) digits.toIntOrNull(radix = 16) else null
        if (code == null || code > LAST_CODE) refuse("\\${pattern[start + 1]} with $digits", start)
        if (code in Char.MIN_SURROGATE.code..Char.MAX_SURROGATE.code && pattern[start + 1] == 'x') {
            refuse("half of a surrogate pair", start)
        }
        return code
    }

    private fun unicode(start: Int): Int {
        val high = hex(start, 4).toChar()
        if (!high.isSurrogate()) return high.code
        if (!high.isHighSurrogate() || !take("\\u")) refuse("half of a surrogate pair", start)
        val low = hex(start, 4).toChar()
        if (!low.isLowSurrogate()) refuse("half of a surrogate pair", start)
        return codeOf(high, low)
    }

    /** `\p{name}` or `\pL`, and with `\P` all other characters. */
    fun property(folding: CaseFolding): CodeSet {
        val start = at
        val isNegative = escaped == 'P'
        skip(2)
        val name = if (take('{')) {
            val end = pattern.indexOf('}', at)
            if (end < 0) refuse("\\p without its end", start)
            pattern.substring(at, end).also { at = end + 1 }
        } else {
            if (isAtEnd) refuse("\\p without a name", start)
            pattern[at++].toString()
        }
        val set = classOf(name, folding)
            ?: refuse("\\${pattern[start + 1]}{$name}, neither a class of POSIX nor a category of Unicode,", start)
        return if (isNegative) set.complement() else set
    }
}

private fun Char.isHexDigit(): Boolean = this in '0'..'9' || this in 'a'..'f' || this in 'A'..'F'
