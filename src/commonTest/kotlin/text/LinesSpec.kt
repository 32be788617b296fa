package dev.kmmap.text

import dev.kmmap.Line
import dev.kmmap.LineIndex
import dev.kmmap.MMap
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.internal.access.end
import dev.kmmap.lineIndex
import dev.kmmap.lineStrings
import dev.kmmap.lines
import dev.kmmap.linesBackward
import dev.kmmap.linesFrom
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random

private const val ALL = Long.MAX_VALUE

/** A line as three numbers: start, end, end of the content. */
private typealias Range = Triple<Long, Long, Long>

/** The lines of [content] from [from] to [to], as plainly as possible. */
private fun naiveLines(content: ByteArray, from: Int = 0, to: Int = content.size): List<Range> {
    val lines = ArrayList<Range>()
    var start = from
    for (i in from until to) {
        val ends = content[i] == '\n'.code.toByte()
        if (!ends && i + 1 < to) continue
        var contentEnd = if (ends) i else i + 1
        if (ends && i > start && content[i - 1] == '\r'.code.toByte()) contentEnd--
        lines += Range(start.toLong(), i + 1L, contentEnd.toLong())
        start = i + 1
    }
    return lines
}

private fun ByteArray.texts(lines: List<Range>): List<String> =
    lines.map { (start, _, contentEnd) -> decodeToString(start.toInt(), contentEnd.toInt()) }

private fun Sequence<Line>.ranges(): List<Range> = map { Range(it.start, it.end, it.contentEnd) }.toList()

private fun withBytes(content: ByteArray, block: (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

private fun withText(text: String, block: (MMap) -> Unit) = withBytes(text.encodeToByteArray(), block)

private val texts = listOf(
    "", "\n", "\n\n", "\r", "\r\n", "\r\n\r\n", "\n\r", "a", "a\n", "a\r\n", "a\r", "a\nb", "a\n\nb\n", "\na",
    "\r\na\r\n", "a\r\r\nb", "one\ntwo\r\nthree", "caf\u00e9\n\ud83d\uddfa\n",
)

/** Lines around the number that is looked up at once, and longer ones than the bytes looked through at once. */
private fun largeTexts(): List<ByteArray> {
    val random = Random(7)
    fun text(lines: Int, longest: Int, terminator: String) = buildString {
        repeat(lines) { append("x".repeat(random.nextInt(longest + 1))).append(terminator) }
    }.encodeToByteArray()
    val bytes = 64 * 1024
    return listOf(1023, 1024, 1025, 2048, 3000).flatMap { listOf(text(it, 0, "\n"), text(it, 9, "\r\n")) } +
        listOf(text(1000, 300, "\n"), text(20, 200_000, "\r\n")) +
        listOf(-2, -1, 0, 1, 2).flatMap { listOf(bytes + it, 2 * bytes + it, 3 * bytes + it) }.flatMap { size ->
            listOf("\n", "\r\n", "").map { ("y".repeat(size) + it + "z").encodeToByteArray() }
        }
}

internal class LinesSpec : FunSpec({
    test("lines of small maps, from every start and to every end, are those of a naive search") {
        for (text in texts) withText(text) { map ->
            val content = text.encodeToByteArray()
            val size = content.size
            for (bound in (-size - 2L..size + 2L) + listOf(Long.MIN_VALUE, ALL)) withClue("$bound of '$text'") {
                val place = (if (bound < 0) maxOf(bound + size, 0) else minOf(bound, size.toLong())).toInt()
                val forward = naiveLines(content, place)
                map.lines(bound).ranges() shouldBe forward
                map.lineStrings(bound).toList() shouldBe content.texts(forward)
                map.linesBackward(bound).ranges() shouldBe naiveLines(content, 0, place).reversed()
                val isBehindLast = place == size && content.lastOrNull() == '\n'.code.toByte()
                val own = if (isBehindLast) null else naiveLines(content).lastOrNull { it.first <= place }
                map.linesFrom(bound).ranges() shouldBe naiveLines(content, own?.first?.toInt() ?: size)
            }
        }
    }

    test("they are the lines of readLine, which keeps their ends, and the cursor stays") {
        for (text in texts) withText(text) { map ->
            val byCursor = generateSequence { map.readLine().takeIf { it.isNotEmpty() } }.map { it.decodeToString() }
            val expected = byCursor.toList()
            val position = map.position
            map.lines().map { map.slice(it.start, it.end).decodeToString() }.toList() shouldBe expected
            map.position shouldBe position
        }
    }

    test("a line gives its content as text and bytes") {
        withText("caf\u00e9\r\n\n") { map ->
            val (first, second) = map.lines().toList()
            first.text() shouldBe "caf\u00e9"
            first.bytes() shouldBe "caf\u00e9".encodeToByteArray()
            first.toString() shouldBe "Line(start=0, end=7, contentEnd=5)"
            second.text() shouldBe ""
        }
    }

    test("what is not UTF-8 is replaced, line by line") {
        withBytes(byteArrayOf(97, -1, 10, -61, 10, -87)) { map ->
            map.lineStrings().toList() shouldBe listOf("a\ufffd", "\ufffd", "\ufffd")
            map.lines().map { it.text() }.toList() shouldBe listOf("a\ufffd", "\ufffd", "\ufffd")
        }
    }

    test("more lines than are looked up at once, and longer ones than are looked through at once") {
        for (content in largeTexts()) withBytes(content) { map ->
            val expected = naiveLines(content)
            withClue("${content.size} bytes in ${expected.size} lines") {
                (map.lines().ranges() == expected) shouldBe true
                (map.linesBackward().ranges() == expected.reversed()) shouldBe true
                (map.lineStrings().toList() == content.texts(expected)) shouldBe true
                map.linesFrom(-1).first().start shouldBe expected.last().first
            }
        }
    }

    test("every mapping has the lines of its bytes and no others") {
        forEachOf(mappingsByPath) { subject ->
            val content = subject.bytes()
            val expected = naiveLines(content)
            subject.map.lines().ranges() shouldBe expected
            subject.map.linesBackward().ranges() shouldBe expected.reversed()
            subject.map.lineStrings().toList() shouldBe content.texts(expected)
        }
    }

    test("a sequence searches when it is iterated, each time anew") {
        withText("a\nb\n") { map ->
            val lines = map.lineStrings()
            lines.toList() shouldBe listOf("a", "b")
            map[1] = 'x'.code.toByte()
            lines.toList() shouldBe listOf("axb")
            map.resize(5)
            map[4] = 'c'.code.toByte()
            lines.toList() shouldBe listOf("axb", "c")
        }
    }

    test("a map that grows in between has more lines, as for readLine") {
        withText("a\nb") { map ->
            val forward = map.lineStrings().iterator()
            val backward = map.linesBackward().iterator()
            forward.next() shouldBe "a"
            backward.next().text() shouldBe "b"
            map.resize(6)
            map.copyFrom(3, "c\nd".encodeToByteArray())
            forward.asSequence().toList() shouldBe listOf("bc", "d")
            backward.asSequence().map { it.text() }.toList() shouldBe listOf("a")
        }
        withText("a") { map ->
            val lines = map.lineStrings().iterator()
            lines.next() shouldBe "a"
            map.resize(3)
            map.copyFrom(1, "b\n".encodeToByteArray())
            lines.next() shouldBe "b"
            lines.hasNext() shouldBe false
            map.resize(4)
            lines.hasNext() shouldBe false
            shouldThrow<NoSuchElementException> { lines.next() }
        }
    }

    test("a map that shrinks in between has fewer lines") {
        withText("a\nbcd\ne\n") { map ->
            val forward = map.lines().iterator()
            val backward = map.linesBackward().iterator()
            forward.next().text() shouldBe "a"
            backward.next().text() shouldBe "e"
            map.resize(4)
            forward.asSequence().map { it.text() }.toList() shouldBe listOf("bc")
            backward.asSequence().map { it.text() }.toList() shouldBe listOf("bc", "a")
        }
        withText("a\nb\nc\n") { map ->
            val forward = map.lines().iterator()
            val backward = map.linesBackward().iterator()
            val line = listOf(forward.next(), forward.next())[1]
            backward.next()
            map.resize(0)
            forward.hasNext() shouldBe false
            backward.hasNext() shouldBe false
            shouldThrow<NoSuchElementException> { backward.next() }
            line.text() shouldBe ""
        }
    }

    test("a map closed in between ends the iteration with an exception, even if more lines were found already") {
        val sequences = listOf<(MMap) -> Sequence<Any>>({ it.lines() }, { it.lineStrings() }, { it.linesBackward() })
        for (sequence in sequences) {
            withText("a\nb\nc\n") { map ->
                val lines = sequence(map).iterator()
                lines.next()
                lines.hasNext() shouldBe true
                map.close()
                shouldThrow<IllegalStateException> { lines.next() }.message shouldBe "mmap is closed"
                shouldThrow<IllegalStateException> { sequence(map).iterator() }
            }
        }
    }

    test("a line of a closed map cannot be read, but knows where it was") {
        withText("a\n") { map ->
            val line = map.lines().first()
            map.close()
            line.end shouldBe 2
            shouldThrow<IllegalStateException> { line.text() }
        }
    }

    test("an index knows every line by its number and by each of its bytes") {
        val contents = texts.map { it.encodeToByteArray() } +
            listOf(63, 64, 65, 128, 200).map { "x\n".repeat(it).encodeToByteArray() } + largeTexts().takeLast(2)
        for (content in contents) withBytes(content) { map ->
            val expected = naiveLines(content)
            val index = map.lineIndex()
            index.lineCount shouldBe expected.size
            index.toString() shouldBe "LineIndex(${expected.size} lines)"
            for ((number, line) in expected.withIndex()) {
                index.start(number.toLong()) shouldBe line.first
                val found = index.line(number.toLong())
                Range(found.start, found.end, found.contentEnd) shouldBe line
                for (offset in listOf(line.first, line.second - 1)) index.lineAt(offset) shouldBe number
            }
            for (number in listOf(-1, index.lineCount, ALL)) {
                shouldThrow<IndexOutOfBoundsException> { index.line(number) }
                shouldThrow<IndexOutOfBoundsException> { index.start(number) }
            }
            for (offset in listOf(-1L, content.size.toLong(), ALL)) {
                shouldThrow<IndexOutOfBoundsException> { index.lineAt(offset) }
            }
        }
    }

    test("an index outlives growth, notices that lines are gone, and ends with its map") {
        withText("a\nb\nc") { map ->
            val index = LineIndex.of(map)
            map.resize(10)
            map.copyFrom(5, "\nd\ne\n".encodeToByteArray())
            index.lineCount shouldBe 3
            index.line(2).text() shouldBe "c"
            shouldThrow<IndexOutOfBoundsException> { index.lineAt(5) }
            map.resize(3)
            index.lineAt(1) shouldBe 0
            shouldThrow<ConcurrentModificationException> { index.line(2) }
            shouldThrow<ConcurrentModificationException> { index.lineAt(4) }
            map.close()
            index.lineCount shouldBe 3
            shouldThrow<IllegalStateException> { index.line(0) }
            shouldThrow<IllegalStateException> { LineIndex.of(map) }
        }
    }
})
