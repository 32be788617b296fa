package dev.kmmap.search

import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.contains
import dev.kmmap.find
import dev.kmmap.fixtures.Naive
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.search.bytePattern
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import dev.kmmap.rfind
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random
import kotlinx.io.bytestring.ByteString

/** Where a search by Python's rules begins and ends; a start past the end stays there, and nothing is found. */
private fun searched(start: Long, end: Long, size: Long): Pair<Long, Long> {
    val first = if (start < 0) maxOf(start + size, 0) else start
    val last = if (end < 0) maxOf(end + size, 0) else minOf(end, size)
    return first to last
}

private fun naiveFind(content: ByteArray, needle: ByteArray, start: Long, end: Long): Long {
    val (first, last) = searched(start, end, content.size.toLong())
    if (first > last) return -1
    return Naive.first(content, needle, first.toInt(), last.toInt()).toLong()
}

private fun naiveRfind(content: ByteArray, needle: ByteArray, start: Long, end: Long): Long {
    val (first, last) = searched(start, end, content.size.toLong())
    if (first > last) return -1
    return Naive.last(content, needle, first.toInt(), last.toInt()).toLong()
}

private fun expectSame(expected: Long, actual: Long, where: () -> String) {
    if (expected != actual) throw AssertionError("${where()}: expected $expected, but was $actual")
}

private fun withBytes(content: ByteArray, block: (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

private fun withText(text: String, block: (MMap) -> Unit) = withBytes(text.encodeToByteArray(), block)

/** Zeros of [windows] search windows, of which only what is touched takes memory. */
private fun withWindows(windows: Int, block: (MMap) -> Unit) =
    MMapOptions().flags(MapFlag.PRIVATE).length(windows * SEARCH_WINDOW).anonymous().use(block)

internal class SearchSpec : FunSpec({
    test("every search of small maps, with all bounds, is that of a naive oracle") {
        val bounds = (-8L..8L) + listOf(Long.MIN_VALUE, Long.MAX_VALUE)
        val needles = listOf("", "a", "b", "ab", "aa", "aba", "abaab", "abaaba").map { it.encodeToByteArray() }
        for (text in listOf("", "a", "ab", "aaaa", "abaab", "babaaba")) withText(text) { map ->
            val content = text.encodeToByteArray()
            for (needle in needles) for (start in bounds) for (end in bounds) {
                val where = { "'${needle.decodeToString()}' in $text[$start:$end]" }
                expectSame(naiveFind(content, needle, start, end), map.find(needle, start, end), where)
                expectSame(naiveRfind(content, needle, start, end), map.rfind(needle, start, end), where)
            }
        }
    }

    test("every mapping is searched from its first to its last byte and no further") {
        val seed = Random.nextInt()
        val random = Random(seed)
        forEachOf(mappingsByPath.filter { it.size > 0 }) { subject ->
            val content = subject.content
            subject.map.find(content, 0) shouldBe 0
            subject.map.rfind(content, 0) shouldBe 0
            repeat(10) {
                val from = random.nextInt(subject.size)
                val needle = content.copyOfRange(from, minOf(from + random.nextInt(1, 40), subject.size))
                val start = random.nextLong(-subject.row.size, subject.row.size + 1)
                val where = { "seed $seed: ${needle.toList()} from $start" }
                val all = Long.MAX_VALUE
                expectSame(naiveFind(content, needle, start, all), subject.map.find(needle, start), where)
                expectSame(naiveRfind(content, needle, start, all), subject.map.rfind(needle, start), where)
            }
            // The bytes of the file before and behind the map.
            subject.map.find(-2, 0) shouldBe Naive.first(content, byteArrayOf(-2)).toLong()
            subject.map.find(byteArrayOf(-3, -3), 0) shouldBe -1
        }
    }

    test("both searches begin at the cursor by default and leave it there") {
        withText("abc abc abc") { map ->
            map.seek(1)
            map.find("abc") shouldBe 4
            map.rfind("abc") shouldBe 8
            map.find('a'.code.toByte()) shouldBe 4
            map.find(byteArrayOf(97)) shouldBe 4
            map.seek(9)
            map.find("abc") shouldBe -1
            map.rfind("abc") shouldBe -1
            map.rfind('c'.code.toByte()) shouldBe 10
            map.rfind(ByteString(98)) shouldBe 9
            map.find(ByteString(97)) shouldBe -1
            map.seek(11)
            map.find("") shouldBe 11
            map.rfind("") shouldBe 11
            map.position shouldBe 11
        }
    }

    test("the end counts, however the start is given") {
        withText("abc abc abc") { map ->
            map.find("abc", 1, 7) shouldBe 4
            map.find("abc", 1, 6) shouldBe -1
            map.rfind("abc", 0, 10) shouldBe 4
            map.rfind("abc", 0, -1) shouldBe 4
            map.find("abc", -3, -1) shouldBe -1
            map.find("abc", end = 2) shouldBe -1
            map.seek(4)
            map.find("abc", end = 7) shouldBe 4
            map.rfind("abc", end = 7) shouldBe 4
        }
    }

    test("the empty needle is found at the start and at the end of what is searched") {
        withText("abc") { map ->
            map.find("", 0) shouldBe 0
            map.find("", 3) shouldBe 3
            map.find("", 4) shouldBe -1
            map.find("", 2, 1) shouldBe -1
            map.rfind("", 0) shouldBe 3
            map.rfind("", 0, 2) shouldBe 2
            map.rfind("", 4) shouldBe -1
            map.find(ByteArray(0), -1) shouldBe 2
            map.rfind(ByteString(), 0, -1) shouldBe 2
        }
        MMap.anonymous(0).use { map ->
            map.find("") shouldBe 0
            map.rfind("") shouldBe 0
            map.find("a") shouldBe -1
            map.rfind(1) shouldBe -1
        }
    }

    test("a needle is bytes, as an array, one byte, UTF-8 text or a ByteString") {
        withText("na\u00efve caf\u00e9 \ud83d\uddfa caf\u00e9") { map ->
            val needle = "caf\u00e9"
            map.find(needle, 0) shouldBe 7
            map.find(needle.encodeToByteArray(), 0) shouldBe 7
            map.find(ByteString(needle.encodeToByteArray()), 0) shouldBe 7
            map.rfind(needle, 0) shouldBe 18
            map.rfind(needle.encodeToByteArray(), 0) shouldBe 18
            map.rfind(ByteString(needle.encodeToByteArray()), 0) shouldBe 18
            map.find(0xc3.toByte(), 0) shouldBe 2
            map.rfind(0xc3.toByte(), 0) shouldBe 21
            map.find("\ud83d\uddfa", 0) shouldBe 13
            (ByteString(1, 2) in map) shouldBe false
            (ByteString("na".encodeToByteArray()) in map) shouldBe true
        }
    }

    test("changing the needle's array afterwards, or the map, changes nothing about a search that has ended") {
        withText("abcabc") { map ->
            val needle = "bc".encodeToByteArray()
            map.find(needle, 0) shouldBe 1
            needle[0] = 'x'.code.toByte()
            map.find(needle, 0) shouldBe -1
            map[1] = 'x'.code.toByte()
            map.find(needle, 0) shouldBe 1
        }
    }

    test("needles across the border of two windows are found, in both directions") {
        withWindows(3) { map ->
            for (size in listOf(1, 2, 9, 100)) {
                val needle = ByteArray(size) { (it + 1).toByte() }
                for (at in listOf(-size, -size + 1, -size / 2, -1, 0, 1).distinct()) {
                    val fromStart = SEARCH_WINDOW + at
                    map.copyFrom(fromStart, needle)
                    expectSame(fromStart, map.find(needle, 0)) { "$size bytes, $at from the border" }
                    map.copyFrom(fromStart, ByteArray(size))
                    val fromEnd = map.size - SEARCH_WINDOW + at
                    map.copyFrom(fromEnd, needle)
                    expectSame(fromEnd, map.rfind(needle, 0)) { "$size bytes, $at from the last border" }
                    map.copyFrom(fromEnd, ByteArray(size))
                }
            }
            map.find(1, 0) shouldBe -1
            map.rfind(1, 0) shouldBe -1
        }
    }

    test("a needle longer than a window is found, in both directions") {
        val size = SEARCH_WINDOW + 12_345
        withWindows(3) { map ->
            val needle = ByteArray(size.toInt())
            needle[0] = 1
            needle[needle.size - 1] = 2
            val at = 2 * SEARCH_WINDOW - 20_000
            map.copyFrom(at, needle)
            map.find(needle, 0) shouldBe at
            map.rfind(needle, 0) shouldBe at
            map.find(needle, at + 1) shouldBe -1
            map.rfind(needle, 0, at + size - 1) shouldBe -1
        }
    }

    test("between windows others get their turn: what a resize leaves is searched on") {
        withWindows(4) { map ->
            val last = map.size - 1
            map[last] = 1
            var windows = 0
            map.searchForward(bytePattern(1), 0, Long.MAX_VALUE) {
                windows++
                if (windows == 2) map.resize(2 * SEARCH_WINDOW + 5)
            } shouldBe -1
            windows shouldBe 2
        }
    }

    test("a map that shrinks during a search backwards is searched on from its new end") {
        withWindows(4) { map ->
            map[SEARCH_WINDOW + 3] = 1
            map[2 * SEARCH_WINDOW] = 1
            var windows = 0
            map.searchBackward(bytePattern(1), 0, Long.MAX_VALUE) {
                windows++
                if (windows == 1) map.resize(SEARCH_WINDOW + 4)
            } shouldBe SEARCH_WINDOW + 3
            windows shouldBe 2
        }
    }

    test("a map that shrinks to nothing or grows during a search") {
        withWindows(3) { map ->
            map.searchForward(bytePattern(1), 0, Long.MAX_VALUE) { map.resize(0) } shouldBe -1
            map.resize(3 * SEARCH_WINDOW)
            map.searchBackward(bytePattern(1), 0, Long.MAX_VALUE) { map.resize(0) } shouldBe -1
            map.resize(2 * SEARCH_WINDOW)
            // What the map gains during a search is not searched: the bounds are those at the beginning.
            map.searchForward(bytePattern(1), 0, Long.MAX_VALUE) {
                map.resize(3 * SEARCH_WINDOW)
                map[3 * SEARCH_WINDOW - 1] = 1
            } shouldBe -1
            map.find(1, 0) shouldBe 3 * SEARCH_WINDOW - 1
        }
    }

    test("a search ends with an exception when the map is closed between two windows") {
        for (backward in listOf(false, true)) {
            withWindows(3) { map ->
                val failure = runCatching {
                    if (backward) map.searchBackward(bytePattern(1), 0, Long.MAX_VALUE) { map.close() }
                    else map.searchForward(bytePattern(1), 0, Long.MAX_VALUE) { map.close() }
                }.exceptionOrNull()
                (failure is IllegalStateException) shouldBe true
                failure?.message shouldBe "mmap is closed"
            }
        }
    }

    test("the checkpoint runs once between windows, and not where one window is enough") {
        withWindows(3) { map ->
            for ((end, checkpoints) in listOf(0L to 0, SEARCH_WINDOW to 0, SEARCH_WINDOW + 1 to 1, map.size to 2)) {
                var forward = 0
                var backward = 0
                map.searchForward(bytePattern(1), 0, end) { forward++ }
                map.searchBackward(bytePattern(1), 0, end) { backward++ }
                forward shouldBe checkpoints
                backward shouldBe checkpoints
            }
        }
    }
})
