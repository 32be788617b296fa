package dev.kmmap.text

import dev.kmmap.MMap
import dev.kmmap.MultiNeedle
import dev.kmmap.TextEncoding
import dev.kmmap.awaitLineStrings
import dev.kmmap.awaitLines
import dev.kmmap.contains
import dev.kmmap.findRegex
import dev.kmmap.internal.text.regexMatches
import dev.kmmap.lineIndex
import dev.kmmap.lineStrings
import dev.kmmap.lines
import dev.kmmap.linesBackward
import dev.kmmap.linesFrom
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.toList

/** Bytes around every border of Unicode's table 3-7, "Well-Formed UTF-8 Byte Sequences". */
private val critical = listOf(
    0x00, 0x41, 0x7f, 0x80, 0x81, 0x8f, 0x90, 0x91, 0x9f, 0xa0, 0xa1, 0xbd, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1,
    0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xf7, 0xfb, 0xff,
).map { it.toByte() }

private const val LINE_FEED: Byte = 10
private const val CARRIAGE_RETURN: Byte = 13

/** The rows of that table: which bytes may stand in each place. */
private val rows: List<List<IntRange>> = run {
    val any = 0x80..0xbf
    listOf(
        listOf(0x00..0x7f),
        listOf(0xc2..0xdf, any),
        listOf(0xe0..0xe0, 0xa0..0xbf, any),
        listOf(0xe1..0xec, any, any),
        listOf(0xed..0xed, 0x80..0x9f, any),
        listOf(0xee..0xef, any, any),
        listOf(0xf0..0xf0, 0x90..0xbf, any, any),
        listOf(0xf1..0xf3, any, any, any),
        listOf(0xf4..0xf4, 0x80..0x8f, any, any),
    )
}

/**
 * The rule, as plainly as possible: the longest beginning of a character is one U+FFFD, unless it is a whole character;
 * a byte that begins none is one by itself.
 */
private fun reference(bytes: List<Byte>): String = buildString {
    var at = 0
    while (at < bytes.size) {
        val rest = bytes.drop(at).map { it.toInt() and 0xff }
        fun fitting(row: List<IntRange>) = row.zip(rest).takeWhile { (range, byte) -> byte in range }.size
        val row = rows.maxBy(::fitting)
        val length = fitting(row)
        if (length == row.size) append(character(rest.take(length))) else append('\ufffd')
        at += maxOf(length, 1)
    }
}

private fun character(bytes: List<Int>): String {
    if (bytes.size == 1) return bytes[0].toChar().toString()
    val code = bytes.drop(1).fold(bytes[0] and (0x7f shr bytes.size)) { code, byte -> code * 64 + byte - 0x80 }
    if (code < 0x10000) return code.toChar().toString()
    return "" + (0xd800 + (code - 0x10000) / 0x400).toChar() + (0xdc00 + code % 0x400).toChar()
}

private fun allSequences(): List<List<Byte>> {
    val every = (0..255).map { it.toByte() }
    val random = Random(11)
    val long = List(5_000) { List(random.nextInt(4, 9)) { critical.random(random) } }
    val all = every.map { listOf(it) } + critical.flatMap { one -> critical.map { listOf(one, it) } } +
        critical.flatMap { one -> critical.flatMap { two -> critical.map { listOf(one, two, it) } } } + long
    return all.filter { LINE_FEED !in it && CARRIAGE_RETURN !in it }
}

private val notLineEnd = Regex("[^\\n]+")

/** Every function that gives the lines of a map as text. */
private val readers = mapOf<String, suspend (MMap) -> List<String>>(
    "lineStrings" to { map -> map.lineStrings().toList() },
    "lines" to { map -> map.lines().map { it.text() }.toList() },
    "linesBackward" to { map -> map.linesBackward().map { it.text() }.toList().reversed() },
    "linesFrom" to { map -> map.linesFrom(0).map { it.text() }.toList() },
    "lineIndex" to { map ->
        val index = map.lineIndex()
        List(index.lineCount.toInt()) { index.line(it.toLong()).text() }
    },
    "awaitLineStrings" to { map -> map.awaitLineStrings().toList() },
    "awaitLines" to { map -> map.awaitLines().map { it.text() }.toList() },
    "findRegex" to { map -> map.findRegex(notLineEnd).map { it.value }.toList() },
    "findRegex, groups" to { map -> map.findRegex(Regex("(?<all>[^\\n]+)\\n")).map { it.group("all")!! }.toList() },
    "findRegex in small windows" to { map ->
        map.regexMatches(notLineEnd, 0, Long.MAX_VALUE, longestMatch = 16, TextEncoding.UTF_8, step = 61)
            .map { it.value }.toList()
    },
)

private suspend fun withBytes(content: ByteArray, block: suspend (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

/** There is one rule for what is no UTF-8, and each function that gives text has it, on every platform. */
internal class TextDecodingSpec : FunSpec({
    test("a surrogate is three replacement characters to every function") {
        val bytes = listOf(0x41, 0xed, 0xa0, 0x80, 0x42, 10).map { it.toByte() }.toByteArray()
        withBytes(bytes) { map ->
            for ((name, read) in readers) withClue(name) { read(map) shouldBe listOf("A\ufffd\ufffd\ufffdB") }
        }
    }

    test("all sequences of three bytes around the table's borders, and longer ones, are what a plain decoder says") {
        val sequences = allSequences()
        val expected = sequences.map(::reference)
        val content = sequences.flatMap { it + LINE_FEED }.toByteArray()
        // Shifted, so that other sequences lie across the borders of windows.
        for (shift in 0..1) withBytes(ByteArray(shift) { 'a'.code.toByte() } + content) { map ->
            for ((name, read) in readers) withClue("$name, shifted by $shift") {
                val texts = read(map)
                texts.size shouldBe expected.size
                val wrong = texts.indices.firstOrNull {
                    texts[it] != "a".repeat(if (it == 0) shift else 0) + expected[it]
                }
                withClue(wrong?.let { "${sequences[it]}: ${texts[it].map { char -> char.code.toString(16) }}" }) {
                    wrong shouldBe null
                }
            }
        }
    }

    test("a needle's own text is decoded by the same rule") {
        for (sequence in listOf(listOf(0xed, 0xa0, 0x80), listOf(0xf0, 0x9f), listOf(0xc0, 0x80), listOf(0x41))) {
            val bytes = sequence.map { it.toByte() }
            MultiNeedle.of(bytes.toByteArray()).toString() shouldBe "MultiNeedle(${reference(bytes)})"
        }
    }
})
