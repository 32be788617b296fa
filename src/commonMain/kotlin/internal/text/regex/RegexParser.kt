package dev.kmmap.internal.text.regex

import dev.kmmap.internal.base.halfOfPair

/** A parsed expression: what it matches, and its groups. */
internal class ParsedRegex(
    val root: RegexNode,
    /** How many groups there are, the whole match not counted. */
    val groupCount: Int,
    val groupNames: Map<String, Int>,
)

/** The letters of inline flags, and what they mean. */
private const val IGNORE_CASE = 1
private const val UNIX_LINES = 2
private const val MULTILINE = 4
private const val DOT_ALL = 8
private const val UNICODE_CASE = 16
private const val COMMENTS = 32

private val inlineFlags = mapOf(
    'i' to IGNORE_CASE, 'd' to UNIX_LINES, 'm' to MULTILINE, 's' to DOT_ALL, 'u' to UNICODE_CASE, 'x' to COMMENTS,
)

/** Those of [options]. IGNORE_CASE is that of Kotlin, which knows all letters; `(?i)` is that of ASCII alone. */
private fun flagsOf(options: Set<RegexOption>): Int = options.fold(0) { flags, option ->
    flags or when (option.name) {
        "IGNORE_CASE" -> IGNORE_CASE or UNICODE_CASE
        "MULTILINE" -> MULTILINE
        "UNIX_LINES" -> UNIX_LINES
        "COMMENTS" -> COMMENTS
        "DOT_MATCHES_ALL" -> DOT_ALL
        else -> 0
    }
}

/**
 * Reads a regular expression in the grammar that docs/semantics.md has the table of. What is not in it is refused by
 * its name and place.
 *
 * An option that the expression itself sets outside of groups shows in [Regex.options] as if it had been given, on all
 * platforms. So it is not looked at there: such a flag counts from where it stands.
 */
internal fun parseRegex(regex: Regex): ParsedRegex =
    parseRegex(regex.pattern, regex.options).also { requireCommonOptions(regex) }

internal fun parseRegex(pattern: String, options: Set<RegexOption>): ParsedRegex {
    val names = options.map { it.name }
    val half = halfOfPair(pattern)
    if (half >= 0) refuse("half of a surrogate pair", half)
    val given = flagsOf(options)
    if ("LITERAL" in names) return ParsedRegex(literal(pattern, given), 0, emptyMap())
    val first = RegexParser(pattern, given)
    val parsed = first.parse()
    require("CANON_EQ" !in names) { "CANON_EQ (canonical equivalence) is not the same on all platforms" }
    if (first.changed == 0) return parsed
    // Without (?u), (?i) means letters of ASCII.
    val changed = if (first.changed and IGNORE_CASE != 0) first.changed or UNICODE_CASE else first.changed
    val second = RegexParser(pattern, given and changed.inv())
    val again = second.parse()
    if (second.changed != first.changed) refuse("(?x) that is not at the beginning", 0)
    return again
}

private val lineBreak: RegexNode = RegexNode.Choice(
    listOf(
        RegexNode.Sequence(listOf('\r', '\n').map { RegexNode.One(setOfCode(it.code)) }),
        RegexNode.One(LINE_BREAKS),
    ),
)

private fun literal(text: String, flags: Int): RegexNode =
    RegexNode.Sequence(codePoints(text).map { RegexNode.One(folded(setOfCode(it), foldingOf(flags))) })

private fun codePoints(text: String): List<Int> = buildList {
    var at = 0
    while (at < text.length) {
        val code = codeAt(text, at)
        add(code)
        at += widthOf(code)
    }
}

internal fun refuse(what: String, at: Int): Nothing =
    throw IllegalArgumentException("$what at $at is not the same on all platforms")

internal fun setOfCode(code: Int): CodeSet = CodeSet.Builder().add(code).build()

private fun foldingOf(flags: Int): CaseFolding = when {
    flags and IGNORE_CASE == 0 -> CaseFolding.NONE
    flags and UNICODE_CASE == 0 -> CaseFolding.ASCII
    else -> CaseFolding.UNICODE
}

internal class RegexParser(private val pattern: String, private var flags: Int) {
    private val scanner = RegexScanner(pattern)
    private var groupCount = 0
    private val groupNames = HashMap<String, Int>()
    private var depth = 0

    /** Whether nothing but flags has come so far. */
    private var isLeading = true

    /** Flags that are set or unset outside of groups. */
    var changed = 0
        private set

    private val folding: CaseFolding get() = foldingOf(flags)
    private val isUnix: Boolean get() = flags and UNIX_LINES != 0

    fun parse(): ParsedRegex {
        val root = choice()
        if (!scanner.isAtEnd) refuse("an unmatched )", scanner.at)
        return ParsedRegex(root, groupCount, groupNames)
    }

    private fun skipComments() {
        if (flags and COMMENTS != 0) scanner.skipComments(isUnix)
    }

    private fun choice(): RegexNode {
        val branches = ArrayList<RegexNode>()
        while (true) {
            branches += sequence()
            if (!scanner.take('|')) break
            isLeading = false
        }
        return branches.singleOrNull() ?: RegexNode.Choice(branches)
    }

    private fun sequence(): RegexNode {
        val parts = ArrayList<RegexNode>()
        while (true) {
            skipComments()
            if (scanner.isAtEnd || !scanner.isQuoted && scanner.peek in "|)") break
            val atom = atom() ?: continue
            parts += repeated(atom)
        }
        return parts.singleOrNull() ?: RegexNode.Sequence(parts)
    }

    /** The next atom; `null` for what is none, as flags or the end of a quotation. */
    private fun atom(): RegexNode? {
        val start = scanner.at
        val leads = isLeading
        isLeading = false
        if (scanner.takeQuotation()) return null
        if (scanner.isQuoted) return one(setOfCode(scanner.code()))
        return when (scanner.peek) {
            '(' -> group(leads)
            '[' -> RegexNode.One(charClass())
            '.' -> scanner.skip(1).let { RegexNode.One(anyCharacter()) }
            '^' -> scanner.skip(1).let { lineStart() }
            '$' -> scanner.skip(1).let { lineEnd() }
            '*', '+', '?', '{' -> refuse("a quantifier of nothing", start)
            '\\' -> escape()
            else -> one(setOfCode(scanner.code()))
        }
    }

    private fun one(set: CodeSet) = RegexNode.One(folded(set, folding))

    private fun anyCharacter(): CodeSet = when {
        flags and DOT_ALL != 0 -> CodeSet.ALL
        isUnix -> setOfCode('\n'.code).complement()
        else -> LINE_TERMINATORS.complement()
    }

    private fun lineStart() = RegexNode.At(
        when {
            flags and MULTILINE == 0 -> Anchor.TEXT_START
            isUnix -> Anchor.LINE_START_UNIX
            else -> Anchor.LINE_START
        },
    )

    private fun lineEnd() = if (flags and MULTILINE == 0) lastLineEnd() else
        RegexNode.At(if (isUnix) Anchor.LINE_END_UNIX else Anchor.LINE_END)

    private fun lastLineEnd() = RegexNode.At(if (isUnix) Anchor.LAST_LINE_END_UNIX else Anchor.LAST_LINE_END)

    private fun repeated(atom: RegexNode): RegexNode {
        if (scanner.isQuoted) scanner.takeQuotation()
        skipComments()
        if (scanner.isQuoted || scanner.isAtEnd || scanner.peek !in "*+?{") return atom
        val (min, max) = scanner.quantifier()
        skipComments()
        val mode = when {
            scanner.take('?') -> RepeatMode.LAZY
            scanner.take('+') -> RepeatMode.POSSESSIVE
            else -> RepeatMode.GREEDY
        }
        skipComments()
        if (!scanner.isAtEnd && scanner.peek in "*+?{") refuse("a quantifier of a quantifier", scanner.at)
        // As in java.util.regex, a quantified \R never takes one half of \r\n.
        val isLineBreak = atom === lineBreak || atom is RegexNode.Group && atom.body === lineBreak
        val body = if (isLineBreak) RegexNode.Atomic(atom) else atom
        return RegexNode.Repeat(body, min, max, mode)
    }

    private fun escape(): RegexNode {
        val start = scanner.at
        val letter = scanner.escaped
        classOf(letter)?.let { return scanner.skip(2).let { _ -> RegexNode.One(it) } }
        val simple = when (letter) {
            'b' -> RegexNode.At(Anchor.WORD_BOUNDARY)
            'B' -> RegexNode.At(Anchor.NO_WORD_BOUNDARY)
            'A' -> RegexNode.At(Anchor.TEXT_START)
            'z' -> RegexNode.At(Anchor.TEXT_END)
            'Z' -> lastLineEnd()
            'R' -> lineBreak
            else -> null
        }
        if (simple != null) {
            scanner.skip(2)
            if (letter == 'b' && scanner.take("{g}")) refuse("\\b{g} (boundary of a grapheme cluster)", start)
            return simple
        }
        return when (letter) {
            'p', 'P' -> RegexNode.One(scanner.property(folding))
            in '1'..'9' -> scanner.skip(1).let { RegexNode.Reference(scanner.reference(groupCount), folding) }
            'k' -> scanner.skip(2).let { namedReference(start) }
            else -> one(setOfCode(scanner.escapedCode()))
        }
    }

    private fun namedReference(start: Int): RegexNode {
        if (!scanner.take('<')) refuse("\\k without a name", start)
        val name = scanner.groupName()
        val group = groupNames[name] ?: refuse("a reference to the group $name before it begins", start)
        return RegexNode.Reference(group, folding)
    }

    private fun group(leads: Boolean): RegexNode? {
        val start = scanner.at
        scanner.skip(1)
        if (!scanner.take('?')) return capturing()
        return when {
            scanner.take('=') -> inGroup { RegexNode.Look(choice(), isBehind = false, isNegative = false) }
            scanner.take('!') -> inGroup { RegexNode.Look(choice(), isBehind = false, isNegative = true) }
            scanner.take('>') -> inGroup { RegexNode.Atomic(choice()) }
            scanner.take("<=") -> inGroup { RegexNode.Look(behind(start), isBehind = true, isNegative = false) }
            scanner.take("<!") -> inGroup { RegexNode.Look(behind(start), isBehind = true, isNegative = true) }
            scanner.take('<') -> {
                val name = scanner.groupName()
                if (name in groupNames) refuse("a second group named $name", start)
                groupNames[name] = groupCount + 1
                capturing()
            }
            else -> flagged(start, leads)
        }
    }

    private fun capturing(): RegexNode {
        val number = ++groupCount
        return inGroup { RegexNode.Group(number, choice()) }
    }

    private inline fun <T> inGroup(flagsInside: Int = flags, body: () -> T): T {
        val start = scanner.at
        val outside = flags
        flags = flagsInside
        depth++
        val node = body()
        depth--
        if (!scanner.take(')')) refuse("a group without its end", start)
        flags = outside
        return node
    }

    private fun behind(start: Int): RegexNode {
        val body = choice()
        if (body.maxLength == UNBOUNDED) refuse("a look behind that has no longest match", start)
        return body
    }

    /** `(?i)`, or `(?i:X)`. */
    private fun flagged(start: Int, leads: Boolean): RegexNode? {
        var on = 0
        var off = 0
        var isOn = true
        while (true) {
            if (scanner.isAtEnd) refuse("a group without its end", start)
            val letter = scanner.peek
            scanner.skip(1)
            when (letter) {
                '-' -> if (isOn) isOn = false else refuse("(?-- (flags)", start)
                ':' -> return inGroup(flags or on and off.inv()) { choice() }
                ')' -> {
                    flags = flags or on and off.inv()
                    if (depth == 0) change(on, off, leads, start)
                    return null
                }
                else -> {
                    val flag = inlineFlags[letter] ?: refuse("(?$letter (a flag, or a kind of group)", start)
                    if (isOn) on = on or flag else off = off or flag
                }
            }
        }
    }

    private fun change(on: Int, off: Int, leads: Boolean, start: Int) {
        if (!leads && off and changed.inv() != 0) refuse("(?-) outside of groups, but for one at the beginning,", start)
        changed = changed or on or off
        // What is at the beginning only changes flags leaves the next one at the beginning.
        isLeading = leads
    }

    /** A class, of which the opening bracket is next. */
    private fun charClass(): CodeSet {
        val start = scanner.at
        scanner.skip(1)
        val isNegative = scanner.take('^')
        val first = scanner.at
        var intersection: CodeSet? = null
        var union: CodeSet? = null
        while (true) {
            skipComments()
            if (scanner.isAtEnd) refuse("a class without its end", start)
            if (scanner.takeQuotation()) continue
            if (!scanner.isQuoted) {
                if (scanner.at > first && scanner.take(']')) break
                if (scanner.take("&&")) {
                    val before = union ?: refuse("&& with nothing before it", scanner.at - 2)
                    intersection = intersection?.intersect(before) ?: before
                    union = null
                    continue
                }
            }
            val next = if (!scanner.isQuoted && scanner.peek == '[') charClass() else classItem()
            union = union?.plus(next) ?: next
        }
        val last = union ?: refuse("&& with nothing behind it", scanner.at - 1)
        val all = intersection?.intersect(last) ?: last
        return if (isNegative) all.complement() else all
    }

    /** A character, a range of them, or one of the classes that are written with a backslash. */
    private fun classItem(): CodeSet {
        val start = scanner.at
        if (!scanner.isQuoted && scanner.peek == '\\') {
            val letter = scanner.escaped
            classOf(letter)?.let { return scanner.skip(2).let { _ -> it } }
            if (letter == 'p' || letter == 'P') return scanner.property(folding)
        }
        val from = classCode()
        skipBeforeRange()
        if (scanner.isQuoted || !scanner.isRange()) return folded(setOfCode(from), folding)
        scanner.skip(1)
        skipBeforeRange()
        val to = classCode()
        if (to < from) refuse("a range whose end is before its beginning", start)
        return folded(CodeSet.Builder().add(from, to).build(), folding)
    }

    private fun skipBeforeRange() {
        skipComments()
        while (scanner.takeQuotation()) skipComments()
    }

    private fun classCode(): Int =
        if (scanner.isQuoted || scanner.peek != '\\') scanner.code() else scanner.escapedCode()
}
