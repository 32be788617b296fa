package dev.kmmap.internal.text.regex

private const val CASE_DISTANCE = 'a'.code - 'A'.code

/** Other spellings of line terminators and blanks, as java.util.regex documents them. */
private val HORIZONTAL = CodeSet.of(" \t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000")
private val VERTICAL = CodeSet.of("\n-\r\u0085\u2028\u2029")

/** What `.` does not match. */
internal val LINE_TERMINATORS: CodeSet = CodeSet.of("\n\r\u0085\u2028\u2029")

/** What `\R` matches besides `\r\n`. */
internal val LINE_BREAKS: CodeSet get() = VERTICAL
internal val WORD_CHARACTERS: CodeSet = CodeSet.of("0-9A-Z_a-z")

/** The classes that have a letter of their own; the upper case one means all other characters. */
private val letterClasses: Map<Char, CodeSet> = mapOf(
    'd' to CodeSet.of("0-9"),
    's' to CodeSet.of(" \t-\r"),
    'w' to WORD_CHARACTERS,
    'h' to HORIZONTAL,
    'v' to VERTICAL,
)

/** The class of `\` and [letter], or `null`. */
internal fun classOf(letter: Char): CodeSet? =
    letterClasses[letter] ?: letterClasses[letter.lowercaseChar()]?.takeIf { letter in 'A'..'Z' }?.complement()

private val LOWER = CodeSet.of("a-z")
private val UPPER = CodeSet.of("A-Z")
private val PUNCTUATION = CodeSet.of("!-/:-@[-`{-~")

/** The classes of POSIX, of ASCII characters all. */
private val posixClasses: Map<String, CodeSet> = mapOf(
    "Lower" to LOWER,
    "Upper" to UPPER,
    "ASCII" to CodeSet.of("\u0000-\u007f"),
    "Alpha" to CodeSet.of("A-Za-z"),
    "Digit" to CodeSet.of("0-9"),
    "Alnum" to CodeSet.of("0-9A-Za-z"),
    "Punct" to PUNCTUATION,
    "Graph" to CodeSet.of("!-~"),
    "Print" to CodeSet.of(" -~"),
    "Blank" to CodeSet.of(" \t"),
    "Cntrl" to CodeSet.of("\u0000-\u001f\u007f"),
    "XDigit" to CodeSet.of("0-9A-Fa-f"),
    "Space" to CodeSet.of(" \t-\r"),
)

private val casedCategories = setOf("Lu", "Ll", "Lt")

/**
 * The class of `\p{name}`, or `null` if it is none of POSIX and no general category of Unicode. Where case is ignored,
 * the classes of upper and lower case are one.
 */
internal fun classOf(name: String, folding: CaseFolding): CodeSet? {
    val isFolded = folding != CaseFolding.NONE
    if (isFolded && (name == "Lower" || name == "Upper")) return LOWER + UPPER
    posixClasses[name]?.let { return it }
    val category = when {
        name.startsWith("Is") -> name.substring(2)
        "=" in name && name.substringBefore('=').lowercase() in setOf("gc", "general_category") ->
            name.substringAfter('=')
        else -> name
    }
    if (isFolded && category in casedCategories) return categoryClass("LC")
    return categoryClass(category)
}

/** [set], and whatever differs from its members in case only. */
internal fun folded(set: CodeSet, folding: CaseFolding): CodeSet {
    if (folding == CaseFolding.NONE) return set
    val builder = CodeSet.Builder().add(set)
    for (letter in UPPER.codes()) {
        if (letter in set) builder.add(letter + CASE_DISTANCE)
        if (letter + CASE_DISTANCE in set) builder.add(letter)
    }
    if (folding == CaseFolding.UNICODE) addOtherCases(set, builder)
    return builder.build()
}

private fun CodeSet.codes(): List<Int> = buildList { forEachRange { first, last -> addAll(first..last) } }

private fun addOtherCases(set: CodeSet, builder: CodeSet.Builder) {
    if (set.size < caseGroups.size) {
        for (code in set.codes()) caseGroups[caseKeys[code] ?: code]?.forEach { builder.add(it) }
    } else {
        for (group in caseGroups.values) if (group.any { it in set }) group.forEach { builder.add(it) }
    }
}

/** Whether two characters are the same. */
internal fun isSame(one: Int, other: Int, folding: CaseFolding): Boolean = one == other || when (folding) {
    CaseFolding.NONE -> false
    CaseFolding.ASCII -> asciiKey(one) == asciiKey(other)
    CaseFolding.UNICODE -> (caseKeys[one] ?: one) == (caseKeys[other] ?: other)
}

private fun asciiKey(code: Int): Int = if (code in 'A'.code..'Z'.code) code + CASE_DISTANCE else code
