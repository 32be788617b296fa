package dev.kmmap.text

import dev.kmmap.MMap
import dev.kmmap.RegexMatch
import dev.kmmap.TextEncoding
import dev.kmmap.findRegex
import dev.kmmap.fixtures.EXPRESSIONS
import dev.kmmap.fixtures.RANDOM_EXPRESSIONS
import dev.kmmap.fixtures.RegexCase
import dev.kmmap.fixtures.shownMatch
import dev.kmmap.internal.access.end
import dev.kmmap.internal.text.RegexSearch
import dev.kmmap.internal.text.regex.compileRegex
import dev.kmmap.internal.text.regex.parseRegex
import dev.kmmap.internal.text.textMatches
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldStartWith

private fun Sequence<RegexMatch>.shown(): String =
    joinToString(" ") { shownMatch(it.start, it.end, it.groups.drop(1)) }

private inline fun <T> withText(text: String, block: (MMap) -> T): T {
    val content = text.encodeToByteArray()
    return MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

/** The matches in windows of [step] bytes, of an expression that the platform need not know. */
private fun RegexCase.matchesIn(map: MMap, longest: Int, step: Int): String {
    val program = compileRegex(parseRegex(pattern, optionSet))
    return map.textMatches(0, Long.MAX_VALUE, longest, TextEncoding.UTF_8, step) { RegexSearch(program) }.shown()
}

/** What the Regex of Kotlin/Native does not take, so that no search gets to see it there. */
private val notMadeEverywhere = listOf("\\x{", "\\p{", "\\P{", "\\Qa.b\\E){2}?")

/** Constructs, and what the message calls them. Some of them no platform makes a Regex of. */
private val refused = listOf(
    "ab\\Xc" to "\\X (extended grapheme cluster) at 2",
    "\\N{LATIN SMALL LETTER A}" to "\\N (name of a character) at 0",
    "a\\G" to "\\G (the end of the match before) at 1",
    "\\b{g}" to "\\b{g} (boundary of a grapheme cluster) at 0",
    "(?U)\\w" to "(?U (a flag, or a kind of group) at 0",
    "(?c)a" to "(?c (a flag, or a kind of group) at 0",
    "x\\p{IsLatin}" to "\\p{IsLatin}, neither a class of POSIX nor a category of Unicode, at 1",
    "\\p{InGreek}" to "\\p{InGreek}, neither",
    "\\P{javaLowerCase}" to "\\P{javaLowerCase}, neither",
    "\\p{IsAlphabetic}" to "\\p{IsAlphabetic}, neither",
    "\\ca" to "\\c of what is no upper case letter at 0",
    "(?<=a*)b" to "a look behind that has no longest match at 0",
    "(?<!(a)\\1)b" to "a look behind that has no longest match at 0",
    "\\1(a)" to "\\1, a reference to a group before it begins, at 0",
    "(a)\\k<b>(?<b>c)" to "a reference to the group b before it begins at 3",
    "a{2}{3}" to "a quantifier of a quantifier at 4",
    "[a&&]" to "&& with nothing behind it at 4",
    "[&&a]" to "&& with nothing before it at 1",
    "a(?-i)b" to "(?-) outside of groups, but for one at the beginning, at 1",
    "a\ud83d" to "half of a surrogate pair at 1",
    "\\ud83d" to "half of a surrogate pair at 0",
    "\\x{d83d}" to "half of a surrogate pair at 0",
    "\\E" to "\\E (end of a quotation that has not begun) at 0",
    "\\y" to "\\y at 0",
    "[\\b]" to "\\b at 1",
    "[a-\\d]" to "\\d at 3",
)

/** One engine in common code, so that an expression means the same on all platforms. */
internal class RegexSpec : FunSpec({
    for ((path, name) in mapOf(EXPRESSIONS to "written by hand", RANDOM_EXPRESSIONS to "made at random")) {
        test("expressions $name have the matches that java.util.regex has, in any window") {
            val cases = RegexCase.readAll(path)
            cases.size shouldBeGreaterThan 800
            for ((index, case) in cases.withIndex()) withClue(case) {
                // Every second time windows that begin and end anywhere, with the whole text as context.
                val step = if (index % 2 == 0) 1_000 else 1 + index % 7
                withText(case.text) { map -> case.matchesIn(map, 1_000, step) shouldBe case.matches }
            }
        }

        test("so does findRegex, for those $name that the platform makes a Regex of") {
            val missing = RegexCase.readAll(path).filter { case ->
                val regex = try {
                    case.regex()
                } catch (_: IllegalArgumentException) {
                    return@filter notMadeEverywhere.none { it in case.pattern }
                }
                withClue(case) { withText(case.text) { it.findRegex(regex).shown() shouldBe case.matches } }
                false
            }
            missing.map { it.pattern }.distinct().shouldBeEmpty()
        }
    }

    test("what would not be the same everywhere is refused by name and place, before anything is searched") {
        withText("abc") { map ->
            for ((pattern, message) in refused) withClue(pattern) {
                val failure = shouldThrow<IllegalArgumentException> { parseRegex(pattern, emptySet()) }
                failure.message.orEmpty() shouldStartWith message
                failure.message.orEmpty() shouldEndWith "is not the same on all platforms"
                val regex = try {
                    Regex(pattern)
                } catch (_: IllegalArgumentException) {
                    continue
                }
                shouldThrow<IllegalArgumentException> { map.findRegex(regex) }.message shouldBe failure.message
            }
        }
    }

    test("letters that differ in case only are the same for IGNORE_CASE, and (?i) knows those of ASCII") {
        withText("\u00e4\u00c4 \u00df\u1e9e \u03c3\u03c2\u03a3 k\u212a") { map ->
            fun found(regex: Regex) = map.findRegex(regex).joinToString(" ") { it.value }
            val ignoring = RegexOption.IGNORE_CASE
            found(Regex("\u00e4+", ignoring)) shouldBe "\u00e4\u00c4"
            found(Regex("\u00df+", ignoring)) shouldBe "\u00df\u1e9e"
            found(Regex("\u1e9e+", ignoring)) shouldBe "\u00df\u1e9e"
            found(Regex("\u03c3+", ignoring)) shouldBe "\u03c3\u03c2\u03a3"
            found(Regex("[\u00df-\u00ff]+", ignoring)) shouldBe "\u00e4\u00c4 \u00df\u1e9e"
            found(Regex("(\u00e4)\\1", ignoring)) shouldBe "\u00e4\u00c4"
            found(Regex("K+", ignoring)) shouldBe "k\u212a"
            found(Regex("(?i)\u00e4+")) shouldBe "\u00e4"
            found(Regex("(?iu)\u00e4+")) shouldBe "\u00e4\u00c4"
            found(Regex("(?i)K+")) shouldBe "k"
            found(Regex("(?i:K+)|\u00c4")) shouldBe "\u00c4 k"
        }
    }

    test("an option that the expression sets outside of groups counts from there on") {
        withText("ab AB aB Ab") { map ->
            fun found(pattern: String) = map.findRegex(Regex(pattern)).joinToString(" ") { it.value }
            found("(?i)ab") shouldBe "ab AB aB Ab"
            found("a(?i)b") shouldBe "ab aB"
            found("(?i)a(?-i)b") shouldBe "ab Ab"
            found("(?i:a)b") shouldBe "ab Ab"
            found("(?:(?i)a)b") shouldBe "ab Ab"
            found("(?x) a b") shouldBe "ab"
        }
    }

    test("no text is too long for a group that is repeated") {
        val text = "ab".repeat(300_000)
        withText(text) { map ->
            for (pattern in listOf("(a|b)*", "(?:a|b)+", "(?:(a)|(b))*", "(?:ab?)*+", "(a|b)*?$")) {
                val match = map.findRegex(Regex(pattern), longestMatch = text.length).first()
                (match.start to match.end) shouldBe (0L to text.length.toLong())
            }
        }
    }

    test("an expression that keeps too much in mind ends with an exception, and the next one is as good as ever") {
        val text = "ab".repeat(600_000)
        withText(text) { map ->
            val failure = shouldThrow<IllegalStateException> {
                map.findRegex(Regex("((((([ab])))))*"), longestMatch = text.length).first()
            }
            failure.message shouldBe "the expression goes back to more than 16 Mi places"
            map.findRegex(Regex("[ab]*"), longestMatch = text.length).first().end shouldBe text.length
        }
    }

    test("matches are of whole characters, never of half of a surrogate pair") {
        withText("\ud83d\uddfa\ud83d\uddfb") { map ->
            map.findRegex(Regex("")).map { it.start }.toList() shouldBe listOf(0L, 4L, 8L)
            map.findRegex(Regex(".*?")).map { it.start }.toList() shouldBe listOf(0L, 4L, 8L)
            map.findRegex(Regex("[^\ud83d\uddfa]")).map { it.start to it.end }.toList() shouldBe listOf(4L to 8L)
            map.findRegex(Regex("(?<=.)")).map { it.start }.toList() shouldBe listOf(4L, 8L)
            map.findRegex(Regex("(?!^)")).map { it.start }.toList() shouldBe listOf(4L, 8L)
        }
    }
})
