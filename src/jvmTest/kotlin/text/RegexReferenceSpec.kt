package dev.kmmap.text

import dev.kmmap.MMap
import dev.kmmap.TextEncoding
import dev.kmmap.fixtures.EXPRESSIONS
import dev.kmmap.fixtures.RANDOM_EXPRESSIONS
import dev.kmmap.fixtures.RegexCase
import dev.kmmap.fixtures.RegexGenerator
import dev.kmmap.fixtures.shownMatch
import dev.kmmap.internal.text.RegexSearch
import dev.kmmap.internal.text.regex.compileRegex
import dev.kmmap.internal.text.regex.parseRegex
import dev.kmmap.internal.text.textMatches
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import java.io.File
import java.util.regex.Matcher
import kotlin.random.Random

private const val RANDOM_CASES = 1_000

/** One in so many is recorded without looking for matches. */
private const val NO_MATCH = 10

/** So many characters of a text, and of an expression, are recorded at most. */
private const val LONGEST_LINE = 300

/**
 * The recordings hold what java.util.regex does; `-Dregex.write=true` records them anew. Random expressions are
 * recorded if the own engine agrees, which it does but for what java.util.regex leaves in groups of a way that failed,
 * and for matches that begin inside a character. Most of those that are recorded have matches.
 */
internal class RegexReferenceSpec : FunSpec({
    test("the recorded matches of both files are those of java.util.regex") {
        if (System.getProperty("regex.write") == "true") write()
        for (path in listOf(EXPRESSIONS, RANDOM_EXPRESSIONS)) for (case in RegexCase.readAll(path)) withClue(case) {
            reference(case.regex(), case.text) shouldBe case.matches
        }
    }

    test("other random expressions have the places of java.util.regex") {
        val differences = ArrayList<String>()
        val first = System.getProperty("regex.seed")?.toInt() ?: 1_000_000
        val count = System.getProperty("regex.cases")?.toInt() ?: 4_000
        for (seed in first until first + count) {
            val case = randomCase(seed) ?: continue
            // What groups hold of a way that failed, halves of pairs, accents at a boundary of words, and the capital
            // sharp s are where the two differ: docs/semantics.md.
            if ("(?!" in case.pattern || "(?<!" in case.pattern || "\\1" in case.pattern) continue
            if (case.text.any { it.isSurrogate() || it == '\u0301' || it == '\u1e9e' }) continue
            val own = places(own(case))
            val reference = places(reference(case.regex(), case.text))
            if (own != reference) differences += "$seed: ${case.line(own)}, not $reference"
        }
        differences.shouldBeEmpty()
    }
})

private fun places(matches: String): String = matches.split(' ').joinToString(" ") { it.substringBefore('|') }

private fun own(case: RegexCase): String {
    val content = case.text.encodeToByteArray()
    val program = compileRegex(parseRegex(case.regex()))
    return MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        map.textMatches(0, Long.MAX_VALUE, 1_000, TextEncoding.UTF_8, 1_000) { RegexSearch(program) }
            .joinToString(" ") { shownMatch(it.start, it.end, it.groups.drop(1)) }
    }
}

private fun reference(regex: Regex, text: String): String {
    val matcher: Matcher = regex.toPattern().matcher(text)
    val matches = ArrayList<String>()
    fun place(index: Int) = text.substring(0, index).encodeToByteArray().size.toLong()
    while (matcher.find()) {
        val groups = List(matcher.groupCount()) { matcher.group(it + 1) }
        // Between the halves of a pair Java has matches of nothing, which are no places in a map.
        val start = matcher.start()
        val isInside = start in 1 until text.length && text[start - 1].isHighSurrogate() && text[start].isLowSurrogate()
        if (!isInside || matcher.end() > start) matches += shownMatch(place(start), place(matcher.end()), groups)
    }
    return matches.joinToString(" ")
}

private fun randomCase(seed: Int): RegexCase? {
    val generator = RegexGenerator(Random(seed))
    val (pattern, options) = generator.expression()
    val case = RegexCase(pattern, RegexCase.optionsOf(options), generator.text(), "")
    return try {
        compileRegex(parseRegex(case.regex()))
        case
    } catch (_: IllegalArgumentException) {
        null
    }
}

private fun write() {
    File(EXPRESSIONS).writeText(RegexCase.readAll(EXPRESSIONS).lines { reference(it.regex(), it.text) })
    val random = generateSequence(0) { it + 1 }.mapNotNull(::randomCase)
        .filter { it.pattern.length + it.text.length < LONGEST_LINE && own(it) == reference(it.regex(), it.text) }
        .filterIndexed { index, case -> index % NO_MATCH == 0 || own(case) != "" }
        .take(RANDOM_CASES).toList()
    File(RANDOM_EXPRESSIONS).writeText(random.lines { reference(it.regex(), it.text) })
}

private fun List<RegexCase>.lines(matches: (RegexCase) -> String): String =
    joinToString("") { it.line(matches(it)) + "\n" }
