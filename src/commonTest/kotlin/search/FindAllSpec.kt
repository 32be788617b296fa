package dev.kmmap.search

import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Needle
import dev.kmmap.contains
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.findAll
import dev.kmmap.fixtures.Naive
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.indexOfAny
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.search.occurrences
import dev.kmmap.lastIndexOfAny
import dev.kmmap.of
import dev.kmmap.rfind
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.io.bytestring.ByteString

private const val ALL = Long.MAX_VALUE

/** A needle, and its occurrences in an array by the plainest means. */
private class OpenMap(private val name: String, val needle: Needle, private val matches: ByteArray.(Int) -> Boolean) {
    /** All indices from [start] to [end] at which it occurs; bounds as Python's. */
    fun occurrences(content: ByteArray, start: Long, end: Long, overlapping: Boolean): List<Long> {
        val size = content.size.toLong()
        val first = if (start < 0) maxOf(start + size, 0) else start
        val last = if (end < 0) maxOf(end + size, 0) else minOf(end, size)
        val found = ArrayList<Long>()
        var at = first
        while (at <= last - needle.length) {
            if (content.matches(at.toInt())) {
                found += at
                at += if (overlapping) 1 else maxOf(needle.length, 1)
            } else {
                at++
            }
        }
        return found
    }

    override fun toString(): String = name
}

private fun exact(text: String): OpenMap {
    val bytes = text.encodeToByteArray()
    return OpenMap("'$text'", Needle.of(text)) { at -> Naive.first(this, bytes, at, at + bytes.size) == at }
}

private fun ignoringCase(text: String): OpenMap {
    val bytes = text.lowercase().encodeToByteArray()
    return OpenMap("'$text' in either case", Needle.of(text, ignoreCase = true)) { at ->
        val lower = decodeToString(at, at + bytes.size).lowercase().encodeToByteArray()
        lower.contentEquals(bytes)
    }
}

private fun anyOf(text: String): OpenMap {
    val bytes = text.encodeToByteArray()
    return OpenMap("any of '$text'", Needle.anyOf(bytes)) { at -> this[at] in bytes }
}

private val subjects = listOf("", "a", "b", "ab", "aa", "aba", "abaab", "abaaba", "x").map(::exact) +
    listOf("", "A", "aB", "AA", "aBA", "1", "1a").map(::ignoringCase) +
    listOf("a", "b", "ab", "bbb", "xA", "abAB1x").map(::anyOf)

private fun withBytes(content: ByteArray, block: (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

private fun withText(text: String, block: (MMap) -> Unit) = withBytes(text.encodeToByteArray(), block)

private fun withWindows(windows: Int, block: (MMap) -> Unit) =
    MMapOptions().flags(MapFlag.PRIVATE).length(windows * SEARCH_WINDOW).anonymous().use(block)

internal class FindAllSpec : FunSpec({
    test("every kind of needle in small maps, with all bounds, is found where a naive search finds it") {
        val bounds = (-6L..6L) + listOf(Long.MIN_VALUE, Long.MAX_VALUE)
        for (text in listOf("", "a", "B", "aaaa", "abAab", "1A1aBa1")) withText(text) { map ->
            val content = text.encodeToByteArray()
            for (subject in subjects) for (start in bounds) for (end in bounds) {
                val needle = subject.needle
                val all = subject.occurrences(content, start, end, overlapping = true)
                val apart = subject.occurrences(content, start, end, overlapping = false)
                val results = listOf(
                    map.findAll(needle, start, end, overlapping = true).toList() to all,
                    map.findAll(needle, start, end).toList() to apart,
                    map.count(needle, start, end, overlapping = true) to all.size.toLong(),
                    map.count(needle, start, end) to apart.size.toLong(),
                    map.find(needle, start, end) to (all.firstOrNull() ?: -1L),
                    map.rfind(needle, start, end) to (all.lastOrNull() ?: -1L),
                )
                for ((index, result) in results.withIndex()) if (result.first != result.second) {
                    throw AssertionError("$index: $subject in '$text'[$start:$end]: $result")
                }
            }
        }
    }

    test("every mapping is searched from its first to its last byte") {
        forEachOf(mappingsByPath.filter { it.size > 0 }) { subject ->
            val byte = subject.content.last()
            val expected = subject.content.indices.filter { subject.content[it] == byte }.map { it.toLong() }
            val needle = Needle.of(byteArrayOf(byte))
            subject.map.findAll(needle).toList() shouldBe expected
            subject.map.count(needle) shouldBe expected.size
            // The bytes of the file before and behind the map.
            subject.map.count(Needle.of(byteArrayOf(-3, -3))) shouldBe 0
        }
    }

    test("find and rfind begin at the cursor, all others at the start") {
        withText("abc abc abc") { map ->
            val needle = Needle.of("abc")
            map.seek(1)
            map.find(needle) shouldBe 4
            map.rfind(needle) shouldBe 8
            map.find(needle, 1, 7) shouldBe 4
            map.rfind(needle, end = 7) shouldBe 4
            map.seek(11)
            map.find(needle) shouldBe -1
            map.findAll(needle).toList() shouldBe listOf(0L, 4L, 8L)
            map.count(needle) shouldBe 3
            map.indexOfAny("ca".encodeToByteArray()) shouldBe 0
            map.indexOfAny("cb".encodeToByteArray(), 2) shouldBe 2
            map.indexOfAny("ab".encodeToByteArray(), -1) shouldBe -1
            map.lastIndexOfAny("ab".encodeToByteArray()) shouldBe 9
            map.lastIndexOfAny("ab".encodeToByteArray(), 0, 4) shouldBe 1
            map.lastIndexOfAny("x".encodeToByteArray()) shouldBe -1
            (needle in map) shouldBe true
            (Needle.of("abd") in map) shouldBe false
            map.position shouldBe 11
        }
    }

    test("a needle is a copy, made of an array, text or a ByteString, and says what it is") {
        val bytes = "caf\u00e9".encodeToByteArray()
        val needles = listOf(Needle.of(bytes), Needle.of("caf\u00e9"), Needle.of(ByteString(bytes)))
        bytes.fill(0)
        withText("a caf\u00e9") { map ->
            for (needle in needles) {
                map.find(needle) shouldBe 2
                needle.length shouldBe 5
                needle.toString() shouldBe "Needle(5 bytes, ignoreCase=false)"
            }
        }
        Needle.of("", ignoreCase = true).toString() shouldBe "Needle(0 bytes, ignoreCase=true)"
        Needle.anyOf(byteArrayOf(1, 2)).toString() shouldBe "Needle(any of 2 bytes)"
    }

    test("a set has at least one byte") {
        shouldThrow<IllegalArgumentException> { Needle.anyOf(ByteArray(0)) }
        withText("abc") { map ->
            shouldThrow<IllegalArgumentException> { map.indexOfAny(ByteArray(0)) }
            shouldThrow<IllegalArgumentException> { map.lastIndexOfAny(ByteArray(0)) }
        }
    }

    test("letters outside of ASCII, and what stands beside letters in ASCII, match only themselves") {
        withText("\u00e9\u00c9@`[{Zz") { map ->
            map.findAll(Needle.of("\u00c9", ignoreCase = true)).toList() shouldBe listOf(2L)
            for ((index, character) in "@`[{".withIndex()) {
                map.findAll(Needle.of("$character", ignoreCase = true)).toList() shouldBe listOf(4L + index)
            }
            map.findAll(Needle.of("{z", ignoreCase = true)).toList() shouldBe listOf(7L)
            map.findAll(Needle.of("z", ignoreCase = true)).toList() shouldBe listOf(8L, 9L)
        }
        val everyByte = ByteArray(256) { it.toByte() }
        withBytes(everyByte) { map ->
            for (byte in everyByte) {
                val isLetter = byte.toInt().toChar() in 'A'..'Z' || byte.toInt().toChar() in 'a'..'z'
                map.count(Needle.of(byteArrayOf(byte), ignoreCase = true)) shouldBe if (isLetter) 2 else 1
                map.find(Needle.anyOf(byteArrayOf(byte, byte))) shouldBe (byte.toLong() and 0xff)
            }
        }
    }

    test("occurrences across the border of two windows are found once, apart or overlapping") {
        withWindows(3) { map ->
            for (size in listOf(1, 2, 9, 100)) for (at in listOf(-size, -size + 1, -size / 2, -1, 0, 1).distinct()) {
                val first = SEARCH_WINDOW + at
                // One needle after the other, and one byte more than fits.
                map.copyFrom(first, ByteArray(3 * size + 1) { 1 })
                val needle = Needle.of(ByteArray(size) { 1 })
                withClue("$size bytes, $at from the border") {
                    val apart = List(if (size == 1) 4 else 3) { first + it * size }
                    map.findAll(needle).toList() shouldBe apart
                    map.count(needle) shouldBe apart.size
                    map.findAll(needle, overlapping = true).toList() shouldBe List(2 * size + 2) { first + it }
                    map.count(needle, overlapping = true) shouldBe 2 * size + 2
                }
                map.copyFrom(first, ByteArray(3 * size + 1))
            }
        }
    }

    test("more occurrences than are looked up at once, up to one at every byte") {
        val content = ByteArray(10_000) { if (it % 3 == 0) 1 else 2 }
        withBytes(content) { map ->
            val expected = (0L until 10_000 step 3).toList()
            map.findAll(Needle.of(byteArrayOf(1))).toList() shouldBe expected
            map.findAll(Needle.of(byteArrayOf(1, 2)), 1).toList() shouldBe expected.drop(1).dropLast(1)
            map.findAll(Needle.of("")).toList() shouldBe (0L..10_000).toList()
            map.count(Needle.of(""), 5, 9_000) shouldBe 8_996
        }
        withWindows(2) { map ->
            fun ones(size: Int) = Needle.of(ByteArray(size) { 1 })
            val from = SEARCH_WINDOW - 5_000
            map.copyFrom(from, ByteArray(10_000) { 1 })
            map.findAll(ones(1)).toList() shouldBe List(10_000) { from + it }
            map.count(ones(1)) shouldBe 10_000
            map.count(ones(1025)) shouldBe 9
            map.count(ones(1025), overlapping = true) shouldBe 10_000 - 1024
            map.count(Needle.of("")) shouldBe map.size + 1
        }
    }

    test("a needle longer than a window is found") {
        withWindows(4) { map ->
            val needle = ByteArray(SEARCH_WINDOW.toInt() + 12_345)
            needle[0] = 1
            needle[needle.size - 1] = 2
            val places = listOf(20_000L, 20_000L + needle.size)
            for (place in places) map.copyFrom(place, needle)
            map.findAll(Needle.of(needle)).toList() shouldBe places
            map.count(Needle.of(needle), 20_001) shouldBe 1
        }
    }

    test("a sequence searches when it is iterated, each time anew") {
        withText("abcabc") { map ->
            val all = map.findAll(Needle.of("b"), -6)
            all.toList() shouldBe listOf(1L, 4L)
            map[1] = 'x'.code.toByte()
            all.toList() shouldBe listOf(4L)
            map.resize(9)
            map[8] = 'b'.code.toByte()
            all.toList() shouldBe listOf(4L, 8L)
            map.close()
            shouldThrow<IllegalStateException> { all.iterator() }
            shouldThrow<IllegalStateException> { map.findAll(Needle.of("b")).toList() }.message shouldBe
                "mmap is closed"
            shouldThrow<IllegalStateException> { map.count(Needle.of("b")) }
        }
    }

    test("a resize in between ends or changes what follows, as if the next occurrence were looked for then") {
        withText("a.a.a.a.a.a.a.a.") { map ->
            val iterator = map.findAll(Needle.of("a.")).iterator()
            iterator.next() shouldBe 0
            iterator.hasNext() shouldBe true
            map.resize(9)
            iterator.next() shouldBe 2
            map.resize(12)
            map.copyFrom(3, "aa.".encodeToByteArray())
            iterator.next() shouldBe 4
            map.resize(1)
            iterator.hasNext() shouldBe false
            shouldThrow<NoSuchElementException> { iterator.next() }
        }
        withText("a") { map ->
            val iterator = map.findAll(Needle.of("a"), end = ALL).iterator()
            // What the map gains after the iteration has begun is not searched.
            map.resize(2)
            map[1] = 'a'.code.toByte()
            iterator.asSequence().toList() shouldBe listOf(0L)
        }
    }

    test("a map closed in between ends the iteration with an exception, even if more was found already") {
        withText("aaa") { map ->
            val iterator = map.findAll(Needle.of("a")).iterator()
            iterator.next() shouldBe 0
            iterator.hasNext() shouldBe true
            map.close()
            shouldThrow<IllegalStateException> { iterator.next() }.message shouldBe "mmap is closed"
        }
    }

    test("others get their turn between two windows of an iteration") {
        withWindows(4) { map ->
            map[3] = 1
            map[2 * SEARCH_WINDOW] = 1
            map[4 * SEARCH_WINDOW - 1] = 1
            val found = ArrayList<Long>()
            for (index in map.findAll(Needle.of(byteArrayOf(1)))) {
                found += index
                map.resize(2 * SEARCH_WINDOW + 1)
            }
            found shouldBe listOf(3L, 2 * SEARCH_WINDOW)
        }
    }

    test("a map without read permission cannot be searched") {
        MMapOptions().protection().flags(MapFlag.PRIVATE).length(10).anonymous().use { map ->
            shouldThrow<UnsupportedOperationException> { map.findAll(Needle.of("a")).toList() }
            shouldThrow<UnsupportedOperationException> { map.count(Needle.of("a")) }
        }
    }
})
