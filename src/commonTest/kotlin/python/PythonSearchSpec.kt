package dev.kmmap.python

import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.Whence
import dev.kmmap.find
import dev.kmmap.fixtures.Naive
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.fixtures.python.withMemory
import dev.kmmap.rfind
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.io.bytestring.ByteString

/** CPython's test_mmap: find and rfind. */
internal class PythonSearchSpec : FunSpec({
    val words = "one two ones"

    /** Python's `find` and `rfind` on a bytes object, from the plain search of arrays. */
    fun expected(content: ByteArray, needle: ByteArray, start: Int, end: Int, search: Search): Long {
        val from = if (start < 0) maxOf(start + content.size, 0) else start
        val to = if (end < 0) maxOf(end + content.size, 0) else minOf(end, content.size)
        return search(content, needle, from, to).toLong()
    }

    test("test_tougher_find: finds what a plain search finds") {
        val content = bytes("aabaac\u0000deef\u0000\u0000aa\u0000")
        withFile(content) { map, _ ->
            for (start in 0..content.size) {
                for (end in start..content.size) {
                    val needle = content.copyOfRange(start, end)
                    map.find(needle) shouldBe Naive.first(content, needle).toLong()
                    map.find(needle + byte('x')) shouldBe -1
                }
            }
        }
    }

    test("test_find_end: find honours its start and end") {
        withFile(bytes(words)) { map, _ ->
            map.find("one") shouldBe 0
            map.find("ones") shouldBe 8
            map.find("one", 0, -1) shouldBe 0
            map.find("one", 1) shouldBe 8
            map.find("one", 1, -1) shouldBe 8
            map.find("one", 1, -2) shouldBe -1
            map.find(bytes("one")) shouldBe 0
            map.find("", map.size + 1) shouldBe -1
            map.rfind("", map.size + 1) shouldBe -1
        }
    }

    test("test_find_end: find and rfind agree with a plain search for all starts and ends") {
        val content = bytes(words)
        withFile(content) { map, _ ->
            for (start in -content.size - 1..content.size) {
                for (end in -content.size - 1..content.size) {
                    for (needle in listOf("o", "on", "two", "ones", "s").map(::bytes)) {
                        map.find(needle, start.toLong(), end.toLong()) shouldBe
                            expected(content, needle, start, end, Naive::first)
                        map.rfind(needle, start.toLong(), end.toLong()) shouldBe
                            expected(content, needle, start, end, Naive::last)
                    }
                }
            }
        }
    }

    test("test_find_does_not_access_beyond_buffer: a search ends at the last byte, whatever lies behind it") {
        for (pages in 0 until 2048L) {
            val fence = MMapOptions().protection().flags(MapFlag.PRIVATE).length(page * (pages + 1))
            val memory = MMapOptions().protection(Protection.READ).flags(MapFlag.PRIVATE).length(page * (pages + 2048))
            fence.anonymous().use { memory.anonymous().use { map -> map.find("fo", -2) shouldBe -1 } }
        }
    }

    test("test_rfind: rfind honours its start and end") {
        withFile(bytes(words)) { map, _ ->
            map.rfind("one") shouldBe 8
            map.rfind("one ") shouldBe 0
            map.rfind("one", 0, -1) shouldBe 8
            map.rfind("one", 0, -2) shouldBe 0
            map.rfind("one", 1, -1) shouldBe 8
            map.rfind("one", 1, -2) shouldBe -1
            map.rfind(bytes("one")) shouldBe 8
        }
    }

    test("the default start of find and rfind is the cursor, which a search leaves where it is") {
        withMemory(bytes("abcabcabc")) { map ->
            map.seek(1)
            map.find("abc") shouldBe 3
            map.rfind("abc") shouldBe 6
            map.seek(7)
            map.find("abc") shouldBe -1
            map.rfind("abc") shouldBe -1
            map.position shouldBe 7
        }
    }

    test("the end of a search counts without a start, too (deviation: CPython ignores it then)") {
        withMemory(bytes("abcabcabc")) { map ->
            map.seek(1)
            map.find("abc", end = 4) shouldBe -1
            map.find("abc", end = 6) shouldBe 3
            map.rfind("abc", end = 8) shouldBe 3
        }
    }

    test("the empty needle is found at the start, or from behind at the end, and never where they are crossed") {
        withMemory(bytes("abcabcabc")) { map ->
            map.find("", 9) shouldBe 9
            map.find("", 10) shouldBe -1
            map.rfind("", 2, 6) shouldBe 6
            map.find("", 5, 3) shouldBe -1
            map.rfind("", 5, 3) shouldBe -1
            map.seek(4)
            map.find("") shouldBe 4
            map.rfind("") shouldBe 9
        }
    }

    test("a search from a cursor that a resize has left behind the end finds nothing") {
        withMemory(bytes("abcabcabc")) { map ->
            map.seek(0, Whence.END)
            map.resize(3)
            map.find("abc") shouldBe -1
            map.rfind("abc") shouldBe -1
            map.find("") shouldBe -1
        }
    }

    test("a needle is an array, a byte, text or a ByteString (deviation: Python takes bytes-like objects only)") {
        withMemory("aé€é".encodeToByteArray()) { map ->
            map.find("é") shouldBe 1
            map.rfind("é") shouldBe 6
            map.find(0xe2.toByte()) shouldBe 3
            map.rfind(0xa9.toByte()) shouldBe 7
            map.find(ByteString(bytes("\u00a9"))) shouldBe 2
            map.rfind(ByteString(bytes("\u00a9"))) shouldBe 7
        }
    }

    test("a bound of a search can be any number (deviation: Python refuses those that do not fit in a machine word)") {
        MMap.anonymous(3).use { map ->
            map.find(0.toByte(), Long.MIN_VALUE, Long.MAX_VALUE) shouldBe 0
            map.rfind(0.toByte(), Long.MIN_VALUE, Long.MAX_VALUE) shouldBe 2
            map.find(0.toByte(), Long.MAX_VALUE, Long.MAX_VALUE) shouldBe -1
        }
    }
})

private typealias Search = (ByteArray, ByteArray, Int, Int) -> Int
