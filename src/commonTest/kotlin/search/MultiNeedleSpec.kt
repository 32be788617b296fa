package dev.kmmap.search

import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.MultiNeedle
import dev.kmmap.NeedleMatch
import dev.kmmap.awaitFind
import dev.kmmap.contains
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.findAll
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import dev.kmmap.rfind
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlin.random.Random
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.withContext

private inline fun withBytes(content: ByteArray, block: (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

private inline fun withText(text: String, block: (MMap) -> Unit) = withBytes(bytes(text), block)

/** Zeros of [windows] search windows, of which only what is touched takes memory. */
private inline fun withWindows(windows: Int, block: (MMap) -> Unit) =
    MMapOptions().flags(MapFlag.PRIVATE).length(windows * SEARCH_WINDOW).anonymous().use(block)

private fun match(needle: Int, start: Long, end: Long): String = "NeedleMatch(needle=$needle, start=$start, end=$end)"

private fun fail(message: String): Nothing = throw AssertionError(message)

internal class MultiNeedleSpec : FunSpec({
    test("the lowest place counts first, then the order in the list") {
        // Needles; text; what find, rfind and findAll give, as needle@start.
        val table = listOf(
            Row("a,ab", "xab", "0@1", "0@1", "0@1"),
            Row("ab,a", "xab", "0@1", "0@1", "0@1"),
            Row("ab,a", "xa", "1@1", "1@1", "1@1"),
            Row("b,ab", "xab", "1@1", "0@2", "1@1"),
            Row("abcd,bc", "abce", "1@1", "1@1", "1@1"),
            Row("abcd,bc,c", "abce", "1@1", "2@2", "1@1"),
            Row("aa", "aaaaa", "0@0", "0@3", "0@0 0@2"),
            Row("aa,a", "aaaaa", "0@0", "1@4", "0@0 0@2 1@4"),
            Row("x,x,x", "axa", "0@1", "0@1", "0@1"),
            Row("one,two,three", "three two one", "2@0", "0@10", "2@0 1@6 0@10"),
            Row("q,r", "abc", "", "", ""),
            Row("abc", "ab", "", "", ""),
            Row("a", "", "", "", ""),
        )
        for (row in table) withText(row.text) { map ->
            val needles = MultiNeedle.ofStrings(row.needles.split(','))
            fun show(match: NeedleMatch?) = if (match == null) "" else "${match.needle}@${match.start}"
            val found = listOf(
                show(map.find(needles, 0)),
                show(map.rfind(needles, 0)),
                map.findAll(needles).joinToString(" ", transform = ::show),
            )
            if (found != listOf(row.first, row.last, row.all)) fail("${row.needles} in ${row.text}: $found")
            map.count(needles) shouldBe row.all.split(' ').count { it.isNotEmpty() }
            (needles in map) shouldBe row.first.isNotEmpty()
        }
    }

    test("every mapping is searched between all bounds as a naive search does") {
        val random = Random(1)
        forEachOf(mappingsByPath.filter { it.size > 0 }) { subject ->
            val content = subject.content
            repeat(4) {
                val list = List(3) {
                    val from = random.nextInt(subject.size)
                    content.copyOfRange(from, minOf(from + random.nextInt(1, 40), subject.size))
                }
                val start = random.nextLong(-subject.row.size, subject.row.size + 1)
                val end = random.nextLong(-subject.row.size, subject.row.size + 1)
                compare(subject.map, content, list, false, start, end)
                // The bytes of the file before and behind the map.
                subject.map.find(MultiNeedle.of(bytes("\u00fd\u00fd"), bytes("\u00fe\u00fe\u00fe")), 0) shouldBe null
            }
        }
    }

    test("random needles in random text are found as by a naive search") {
        for (case in 0 until 600) {
            val random = Random(case)
            val alphabet = listOf("ab", "abcd", "aAbB[{", "abcdefghijklmnopqrstuvwxyz ").random(random)
            fun text(size: Int) = ByteArray(size) { alphabet.random(random).code.toByte() }
            val content = text(random.nextInt(listOf(1, 20, 100, 1000).random(random)))
            val shortest = random.nextInt(1, 12)
            val list = List(random.nextInt(1, 12)) {
                val size = shortest + random.nextInt(10)
                val cut = random.nextInt(maxOf(1, content.size - size))
                // Half of them are cut from the text, so that they occur.
                if (content.size > size && random.nextBoolean()) content.copyOfRange(cut, cut + size) else text(size)
            }
            withBytes(content) { map ->
                val size = content.size.toLong()
                compare(map, content, list, random.nextInt(3) == 0, 0, size)
                compare(map, content, list, random.nextBoolean(), random.nextLong(-size, size + 1), size)
            }
        }
    }

    test("findAll gives what the regular expression of the alternatives gives") {
        val words = listOf("in", "int", "print", "printf", "f", "tf(", "intern")
        val text = "int printf(intern) inf print interprintf(in)"
        val regex = Regex(words.joinToString("|") { Regex.escape(it) })
        withText(text) { map ->
            map.findAll(MultiNeedle.ofStrings(words)).map { words[it.needle] to it.start }.toList() shouldBe
                regex.findAll(text).map { it.value to it.range.first.toLong() }.toList()
        }
    }

    for (count in listOf(64, 1_000, 5_000)) {
        test("$count needles are each found") {
            val random = Random(count)
            val words = LinkedHashSet<String>()
            while (words.size < count) {
                words += List(random.nextInt(3, 15)) { ('a'..'z').random(random) }.joinToString("")
            }
            val text = words.shuffled(random).joinToString(" ")
            val needles = MultiNeedle.ofStrings(words.map { " $it " })
            needles.size shouldBe count
            withText("  ${text.replace(" ", "  ")}  ") { map ->
                map.count(needles) shouldBe count
                val places = map.findAll(needles).associate { it.needle to it.start }
                places.size shouldBe count
                for ((index, start) in places) {
                    map.slice(start, start + needles[index].size).toList() shouldBe needles[index].toList()
                }
            }
        }
    }

    test("case is ignored for the letters of ASCII only") {
        withBytes(bytes("STRASSE \u00e4\u00c4 [{ @` kK\u212a")) { map ->
            fun starts(needle: String, ignoreCase: Boolean) =
                map.findAll(MultiNeedle.of(listOf(bytes(needle)), ignoreCase)).map { it.start.toInt() }.toList()
            starts("strasse", false) shouldBe emptyList()
            starts("strasse", true) shouldBe listOf(0)
            starts("sTr", true) shouldBe listOf(0)
            starts("\u00e4", true) shouldBe listOf(8)
            starts("[", true) shouldBe listOf(11)
            starts("`", true) shouldBe listOf(15)
            starts("K", true) shouldBe listOf(17, 18)
        }
    }

    test("the searches begin at the cursor, all others at the start") {
        withText("abc abc abc") { map ->
            val needles = MultiNeedle.ofStrings("ab", "c")
            map.seek(5)
            map.find(needles).toString() shouldBe match(1, 6, 7)
            map.find(needles, end = 6) shouldBe null
            map.rfind(needles).toString() shouldBe match(1, 10, 11)
            map.rfind(needles, -11, -1).toString() shouldBe match(0, 8, 10)
            map.findAll(needles).count() shouldBe 6
            map.count(needles, -4) shouldBe 2
            map.position shouldBe 5
        }
    }

    test("an empty needle is refused, and a set of none is found nowhere") {
        shouldThrow<IllegalArgumentException> { MultiNeedle.ofStrings("a", "") }.message shouldBe "needle 1 is empty"
        val none = MultiNeedle.ofStrings()
        none.size shouldBe 0
        withText("abc") { map ->
            map.find(none, 0) shouldBe null
            map.rfind(none, 0) shouldBe null
            map.findAll(none).toList().shouldBeEmpty()
            map.count(none) shouldBe 0
            map.awaitFind(none) shouldBe null
        }
    }

    test("the needles are copied, in and out") {
        val needle = bytes("bc")
        val needles = MultiNeedle.of(needle)
        needle[0] = 0
        needles[0][1] = 0
        withText("abc") { map -> map.find(needles, 0).toString() shouldBe match(0, 1, 3) }
        shouldThrow<IndexOutOfBoundsException> { needles[1] }
        MultiNeedle.ofStrings("a", "\u00e4").toString() shouldBe "MultiNeedle(a|\u00e4)"
    }

    test("matches are values") {
        withText("aba") { map ->
            val needles = MultiNeedle.ofStrings("a")
            val match = map.find(needles, 0)
            match shouldBe map.find(needles, 0)
            match.hashCode() shouldBe map.find(needles, 0).hashCode()
            match shouldNotBe map.find(needles, 1)
        }
    }

    test("needles across the border of two windows are found, in both directions") {
        withWindows(2) { map ->
            for (size in listOf(1, 9, 100)) {
                val needle = ByteArray(size) { (it + 1).toByte() }
                val needles = MultiNeedle.of(bytes("absent"), needle, ByteArray(150) { 7 })
                for (at in listOf(-size, -size + 1, -size / 2, -1, 0, 1).distinct()) {
                    val start = SEARCH_WINDOW + at
                    map.copyFrom(start, needle)
                    val expected = match(1, start, start + size)
                    map.find(needles, 0).toString() shouldBe expected
                    map.rfind(needles, 0).toString() shouldBe expected
                    map.findAll(needles).joinToString() shouldBe expected
                    map.copyFrom(start, ByteArray(size))
                }
            }
        }
    }

    test("time is linear in the haystack, however the needles begin and end") {
        val size = 1 shl 20
        val deep = ByteArray(size / 8) { 'a'.code.toByte() }
        val endsWithB = deep.copyOf().also { it[it.size - 1] = 'b'.code.toByte() }
        val beginsWithB = deep.copyOf().also { it[0] = 'b'.code.toByte() }
        withBytes(ByteArray(size) { 'a'.code.toByte() }) { map ->
            val needles = MultiNeedle.of(endsWithB, beginsWithB, bytes("aaa"))
            map.count(needles) shouldBe size / 3
            map.rfind(needles, 0).toString() shouldBe match(2, size - 3L, size.toLong())
            val absent = MultiNeedle.of(endsWithB, beginsWithB)
            map.find(absent, 0) shouldBe null
            map.rfind(absent, 0) shouldBe null
        }
    }

    test("between the steps of a sequence the map may be changed, shrunk or closed") {
        withWindows(3) { map ->
            val needles = MultiNeedle.of(byteArrayOf(1), byteArrayOf(2))
            map[0] = 1
            map[SEARCH_WINDOW + 5] = 2
            map[2 * SEARCH_WINDOW + 5] = 1
            val matches = map.findAll(needles).iterator()
            matches.next().start shouldBe 0
            map[SEARCH_WINDOW + 5] = 0
            map[SEARCH_WINDOW + 9] = 1
            matches.next().start shouldBe SEARCH_WINDOW + 9
            map.resize(2 * SEARCH_WINDOW)
            matches.hasNext() shouldBe false
            map.findAll(needles).count() shouldBe 2
            val others = map.findAll(needles).iterator()
            others.next().start shouldBe 0
            map.close()
            shouldThrow<IllegalStateException> { others.next() }.message shouldBe "mmap is closed"
            shouldThrow<IllegalStateException> { map.findAll(needles) }
            shouldThrow<IllegalStateException> { map.count(needles) }
        }
    }

    test("a map that is resized or closed between two windows") {
        val needles = MultiNeedle.of(byteArrayOf(1), byteArrayOf(3, 1))
        withWindows(4) { map ->
            map[SEARCH_WINDOW + 3] = 1
            map[3 * SEARCH_WINDOW] = 1
            var windows = 0
            map.searchForward(needles, SEARCH_WINDOW + 4, Long.MAX_VALUE) {
                if (++windows == 1) map.resize(2 * SEARCH_WINDOW + 5)
            } shouldBe null
            map.resize(4 * SEARCH_WINDOW)
            map.searchBackward(needles, 0, Long.MAX_VALUE) { map.resize(SEARCH_WINDOW + 4) }.toString() shouldBe
                match(0, SEARCH_WINDOW + 3, SEARCH_WINDOW + 4)
            map.resize(3 * SEARCH_WINDOW)
            map[SEARCH_WINDOW + 3] = 0
            map.searchBackward(needles, 0, Long.MAX_VALUE) { map.resize(0) } shouldBe null
            map.resize(3 * SEARCH_WINDOW)
            shouldThrow<IllegalStateException> { map.searchForward(needles, 0, Long.MAX_VALUE) { map.close() } }
        }
        withWindows(3) { map ->
            shouldThrow<IllegalStateException> { map.searchBackward(needles, 0, Long.MAX_VALUE) { map.close() } }
        }
    }

    test("a coroutine finds the same, and ends at the next window when it is cancelled") {
        withWindows(2) { map ->
            val needles = MultiNeedle.of(byteArrayOf(1), byteArrayOf(2))
            map[map.size - 1] = 2
            map.awaitFind(needles).toString() shouldBe match(1, map.size - 1, map.size)
            map.awaitFind(needles, end = -1) shouldBe null
            val job = Job().also { it.cancel() }
            shouldThrow<CancellationException> {
                withContext(job) { map.awaitFind(needles, dispatcher = Dispatchers.Default) }
            }
        }
    }
})

private class Row(val needles: String, val text: String, val first: String, val last: String, val all: String)

/** Compares all searches of [map], which holds [content], with a naive one. */
private fun compare(
    map: MMap,
    content: ByteArray,
    list: List<ByteArray>,
    ignoreCase: Boolean,
    start: Long,
    end: Long,
) {
    val from = (if (start < 0) start + content.size else start).toInt()
    val to = (if (end < 0) end + content.size else end).toInt()
    val everywhere = (from until to).mapNotNull { at ->
        val needle = list.indexOfFirst { occurs(it, content, at, to, ignoreCase) }
        if (needle < 0) null else Triple(needle, at.toLong(), at.toLong() + list[needle].size)
    }
    var settled = 0L
    val apart = everywhere.filter { (_, at, next) -> (at >= settled).also { if (it) settled = next } }
    val needles = MultiNeedle.of(list, ignoreCase)
    fun NeedleMatch.triple() = Triple(needle, this.start, this.end)
    val found = map.findAll(needles, start, end).map { it.triple() }.toList()
    val first = map.find(needles, start, end)?.triple()
    val last = map.rfind(needles, start, end)?.triple()
    if (found != apart || first != apart.firstOrNull() || last != everywhere.lastOrNull()) {
        fail("${list.map { it.toList() }} in ${content.toList()}[$start:$end]: $found, $first, $last")
    }
}

private fun occurs(needle: ByteArray, content: ByteArray, at: Int, to: Int, ignoreCase: Boolean): Boolean =
    to - at >= needle.size && needle.indices.all { fold(content[at + it], ignoreCase) == fold(needle[it], ignoreCase) }

private fun fold(byte: Byte, ignoreCase: Boolean): Int =
    if (ignoreCase && byte in 'A'.code..'Z'.code) byte + 32 else byte.toInt()
