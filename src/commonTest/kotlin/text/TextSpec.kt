package dev.kmmap.text

import dev.kmmap.MMap
import dev.kmmap.RegexMatch
import dev.kmmap.TextEncoding
import dev.kmmap.asLatin1
import dev.kmmap.findRegex
import dev.kmmap.fixtures.bytes
import dev.kmmap.internal.text.TEXT_STEP
import dev.kmmap.internal.text.regexMatches
import dev.kmmap.view
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import kotlin.random.Random

private inline fun withBytes(content: ByteArray, block: (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

private inline fun withText(text: String, block: (MMap) -> Unit) = withBytes(text.encodeToByteArray(), block)

private fun RegexMatch.show() = "$start-$end $groups"

private val expressions = listOf(
    "", "a", "a*", "a+b", ".", "[^\\n]+", ".+", "[^a]", "(a)|(b+)", "(?<x>a)b?", "\\bab?\\b", "\\B.", "^a", "^.", "^",
    "b$", "$", "(?<=a)b", "(?<!a)b", "a(?=b)", "a(?!b)", "(?<=\u00e4.)a", "\u00e4+", "\ud83d\uddfa", "\ufffd+",
    "\\r?\\n", "\\s", "(a|\u00e4)\\1",
)

internal class TextSpec : FunSpec({
    test("findRegex gives in windows, however small, what it gives in one that has the whole text") {
        var compared = 0
        val alphabets = listOf("ab", "ab \n", "a\r\n", "ab\u00e4\u20ac ", "a").map { text ->
            text.map { it.toString().encodeToByteArray() }
        }
        val pairs = listOf("\ud83d\uddfa".encodeToByteArray())
        val malformed = listOf("\u0080", "\u00e2\u0082", "\u00f0\u009f", "\u00c3", "\u00ff").map(::bytes)
        for (case in 0 until 4_000) {
            val random = Random(case)
            val pieces = alphabets.random(random) + listOf(listOf(), pairs, malformed).random(random)
            val content = List(random.nextInt(40)) { pieces.random(random) }.fold(ByteArray(0)) { all, it -> all + it }
            val options = if (random.nextBoolean()) setOf(RegexOption.MULTILINE) else emptySet()
            val regex = Regex(expressions.random(random), options)
            val encoding = TextEncoding.entries.random(random)
            val longest = random.nextInt(4, 16)
            val step = random.nextInt(1, 12)
            withBytes(content) { map ->
                val expected = map.inOneWindow(regex, encoding)
                if (expected.any { it.second > longest }) return@withBytes
                compared++
                val all = map.regexMatches(regex, 0, Long.MAX_VALUE, longest, encoding, step)
                val found = all.toList().map { it.show() }
                if (found != expected.map { it.first }) {
                    throw AssertionError(
                        "case $case: $regex in ${content.toList()} as $encoding, $step: $found, not $expected",
                    )
                }
            }
        }
        (compared > 2_000) shouldBe true
    }

    test("a match across a border of two windows is found up to the longest length") {
        val size = 2 * TEXT_STEP
        withBytes(ByteArray(size) { ' '.code.toByte() }) { map ->
            for (length in listOf(1, 2, 1_000, 64 * 1024)) {
                for (before in listOf(0, 1, length / 2, length - 1).distinct()) {
                    val start = TEXT_STEP - before.toLong()
                    map.copyFrom(start, ByteArray(length) { 'x'.code.toByte() })
                    map.findRegex(Regex("x+")).map { it.start to it.end }.toList() shouldBe
                        listOf(start to start + length)
                    map.copyFrom(start, ByteArray(length) { ' '.code.toByte() })
                }
            }
            map.copyFrom(TEXT_STEP - 200_000L, ByteArray(300_000) { 'x'.code.toByte() })
            map.findRegex(Regex("x+"), longestMatch = 300_000).single().value.length shouldBe 300_000
        }
    }

    test("places count bytes behind characters of several bytes") {
        withText("\u20ac12 \ud83d\uddfa34") { map ->
            map.findRegex(Regex("\\d+")).map { it.show() }.toList() shouldBe listOf("3-5 [12]", "10-12 [34]")
            map.findRegex(Regex("[^\\d ]+")).map { it.show() }.toList() shouldBe
                listOf("0-3 [\u20ac]", "6-10 [\ud83d\uddfa]")
            map.findRegex(Regex("\\d+"), encoding = TextEncoding.LATIN_1).map { it.start }.toList() shouldBe
                listOf(3L, 10L)
            map.findRegex(Regex("."), encoding = TextEncoding.LATIN_1).first().value shouldBe "\u00e2"
        }
    }

    test("only the slice is seen, and it is the whole text") {
        withText("abcabc") { map ->
            map.findRegex(Regex("^b"), 1).map { it.start }.toList() shouldBe listOf(1L)
            map.findRegex(Regex("b$"), 0, -1).map { it.start }.toList() shouldBe listOf(4L)
            map.findRegex(Regex("(?<=a)b"), 1).map { it.start }.toList() shouldBe listOf(4L)
            map.findRegex(Regex(""), 6).map { it.start }.toList() shouldBe listOf(6L)
            map.findRegex(Regex(""), 7).toList().shouldBeEmpty()
            map.findRegex(Regex(""), 4, 2).toList().shouldBeEmpty()
            map.position shouldBe 0
        }
        MMap.anonymous(0).use { it.findRegex(Regex("x|")).single().show() shouldBe "0-0 []" }
    }

    test("groups are given by index and by name") {
        withText("k=v; novalue") { map ->
            val matches = map.findRegex(Regex("(?<key>\\w+)(=(?<value>\\w+))?")).toList()
            matches.map { it.groups } shouldBe
                listOf(listOf("k=v", "k", "=v", "v"), listOf("novalue", "novalue", null, null))
            matches[0].value shouldBe "k=v"
            matches[0].group("key") shouldBe "k"
            matches[1].group("value") shouldBe null
            val failure = shouldThrow<IllegalArgumentException> { matches[1].group("other") }
            failure.message shouldBe "no group is named other"
            matches[0].toString() shouldBe "RegexMatch(start=0, end=3, value=k=v)"
            map.findRegex(Regex("\\(?<key>|k")).first().groups shouldBe listOf("k")
        }
    }

    test("a longest match that is none is refused") {
        withText("a") { map ->
            for (longest in listOf(0, -1, Int.MAX_VALUE)) {
                shouldThrow<IllegalArgumentException> { map.findRegex(Regex("a"), longestMatch = longest) }
            }
        }
    }

    test("between the windows the map may be changed, shrunk or closed") {
        withBytes(ByteArray(4 * TEXT_STEP) { ' '.code.toByte() }) { map ->
            map[0] = 'x'.code.toByte()
            map[map.size - 1] = 'x'.code.toByte()
            val all = map.findRegex(Regex("x"))
            all.count() shouldBe 2
            val matches = all.iterator()
            matches.next().start shouldBe 0
            map[TEXT_STEP + 1L] = 'x'.code.toByte()
            matches.next().start shouldBe TEXT_STEP + 1L
            map.resize(2L * TEXT_STEP)
            matches.hasNext() shouldBe false
            val others = all.iterator()
            others.next()
            map.close()
            shouldThrow<IllegalStateException> { others.next() }.message shouldBe "mmap is closed"
            shouldThrow<IllegalStateException> { map.findRegex(Regex("x")) }
        }
    }

    test("a view is the bytes as characters, without a copy") {
        withBytes(ByteArray(256) { it.toByte() }) { map ->
            val view = map.asLatin1()
            view.length shouldBe 256
            view.toString() shouldBe CharArray(256) { it.toChar() }.concatToString()
            map[255] = 'x'.code.toByte()
            view[255] shouldBe 'x'
            val part = map.asLatin1(-191, -180)
            part.toString() shouldBe "ABCDEFGHIJK"
            part.subSequence(2, 5).toString() shouldBe "CDE"
            part.subSequence(2, 5).subSequence(1, 1).toString() shouldBe ""
            Regex("[E-G]+").find(part)?.range shouldBe 4..6
            map.asLatin1(5, 2).length shouldBe 0
            shouldThrow<IndexOutOfBoundsException> { part[11] }
            shouldThrow<IndexOutOfBoundsException> { part[-1] }
            shouldThrow<IndexOutOfBoundsException> { part.subSequence(3, 12) }
        }
    }

    test("a view dies with what it shows") {
        withText("0123456789") { map ->
            val view = map.asLatin1(2)
            map.resize(5)
            view[2] shouldBe '4'
            shouldThrow<IndexOutOfBoundsException> { view[3] }
            shouldThrow<IndexOutOfBoundsException> { view.toString() }
            map.close()
            shouldThrow<IllegalStateException> { view[2] }.message shouldBe "mmap is closed"
            shouldThrow<IllegalStateException> { map.asLatin1() }
        }
    }
})

/** The matches in the whole text as one window: as [show] gives them, and the bytes of each. */
private fun MMap.inOneWindow(regex: Regex, encoding: TextEncoding): List<Pair<String, Long>> =
    regexMatches(regex, 0, Long.MAX_VALUE, 1_000, encoding, 1_000).map { it.show() to it.end - it.start }.toList()
