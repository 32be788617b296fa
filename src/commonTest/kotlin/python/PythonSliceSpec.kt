package dev.kmmap.python

import dev.kmmap.MMap
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.sliceIndices
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.fixtures.python.withMemory
import dev.kmmap.fixtures.python.withSparseFile
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe

/** CPython's test_mmap: slices, items and move. */
internal class PythonSliceSpec : FunSpec({
    /** The bounds of CPython's tests; its steps are the same without 0. */
    val bounds = listOf(0L, null, 1L, 3L, 19L, 300L, Long.MAX_VALUE, -1L, -2L, -31L, -300L)
    val steps = bounds.map { it ?: 1 }.filter { it != 0L }.toSet()

    test("test_extended_getslice: a slice with a step selects what it selects of a sequence") {
        val content = ByteArray(256) { (255 - it).toByte() }
        withMemory(content) { map ->
            for (start in bounds) for (end in bounds) for (step in steps) {
                map.slice(start, end, step) shouldBe content.sliceArray(sliceIndices(start, end, step, content.size))
            }
        }
    }

    test("test_extended_set_del_slice: a slice with a step replaces what it replaces of a sequence") {
        val content = ByteArray(256) { (255 - it).toByte() }
        withMemory(content) { map ->
            for (start in bounds) for (end in bounds) for (step in steps) {
                val indices = sliceIndices(start, end, step, content.size)
                val reversed = content.sliceArray(indices.asReversed())
                indices.forEachIndexed { i, index -> content[index] = reversed[i] }
                map.setSlice(start, end, step, reversed)
                map.slice(0) shouldBe content
            }
        }
    }

    test("test_move: moves bytes inside the map") {
        withFile(bytes("ABCDEabcde")) { map, _ ->
            map.move(5, 0, 5)
            map.slice(0) shouldBe bytes("ABCDEABCDE")
        }
    }

    test("test_move: every move of ten bytes is as if through a buffer") {
        val content = bytes("0123456789")
        withMemory(content) { map ->
            for (destination in 0..10) for (source in 0..10) for (count in 0..10 - maxOf(destination, source)) {
                map.setSlice(0, Long.MAX_VALUE, content)
                map.move(destination.toLong(), source.toLong(), count.toLong())
                map.slice(0) shouldBe content.copyInto(content.copyOf(), destination, source, source + count)
            }
        }
    }

    test("test_move: numbers outside of the map are refused and move nothing") {
        MMap.anonymous(100).use { map ->
            val numbers = listOf(-100L, -1L, 0L, 1L, 100L)
            for (destination in numbers) for (source in numbers) for (count in numbers) {
                val inside = minOf(destination, source, count) >= 0 && maxOf(destination, source) + count <= 100
                if (inside) {
                    map.move(destination, source, count)
                } else {
                    shouldThrow<IllegalArgumentException> { map.move(destination, source, count) }
                }
            }
        }
    }

    test("test_move: in a map of one byte nothing but that byte can be moved") {
        MMap.anonymous(1).use { map ->
            for ((destination, source, count) in listOf(Triple(0L, 0L, 2L), Triple(1L, 0L, 1L), Triple(0L, 1L, 1L))) {
                shouldThrow<IllegalArgumentException> { map.move(destination, source, count) }
            }
            map.move(0, 0, 1)
            map.move(0, 0, 0)
        }
    }

    test("test_move: no bytes can be moved to and from the end, but not behind it, and no sum overflows") {
        MMap.anonymous(10).use { map ->
            map.move(10, 10, 0)
            shouldThrow<IllegalArgumentException> { map.move(11, 0, 0) }
            shouldThrow<IllegalArgumentException> { map.move(Long.MAX_VALUE, 0, Long.MAX_VALUE) }
            shouldThrow<IllegalArgumentException> { map.move(0, Long.MAX_VALUE, 1) }
        }
    }

    test("test_setitem_resize_reentrancy: an index outside of the map that a value's resize leaves is out of bounds") {
        MMap.anonymous(2 * page).use { map ->
            shouldThrow<IndexOutOfBoundsException> {
                map[2 * page - 1] = 1.toByte().also { map.resize(page) }
            }
            map.size shouldBe page
        }
    }

    test("test_setitem_slice_resize_reentrancy: so is a slice (deviation: IllegalArgumentException, for its size)") {
        MMap.anonymous(2 * page).use { map ->
            shouldThrow<IllegalArgumentException> {
                map.setSlice(0, 2 * page, ByteArray(2 * page.toInt()).also { map.resize(page) })
            }
            map.size shouldBe page
        }
    }

    test("a negative index is out of bounds (deviation: in Python it counts from the end)") {
        withMemory(bytes("abc")) { map ->
            shouldThrow<IndexOutOfBoundsException> { map[-1] }
            shouldThrow<IndexOutOfBoundsException> { map[-1] = 1 }
            map[map.size - 1] shouldBe byte('c')
            map.slice(-1) shouldBe bytes("c")
        }
    }

    test("the bounds of a slice are clamped, and crossed ones select nothing") {
        withMemory(bytes("0123456789")) { map ->
            map.slice(3, 6) shouldBe bytes("345")
            map.slice(-3) shouldBe bytes("789")
            map.slice(-100, -8) shouldBe bytes("01")
            map.slice(6, 3) shouldBe ByteArray(0)
            map.slice(20, 30) shouldBe ByteArray(0)
            map.slice(0, Long.MAX_VALUE) shouldBe bytes("0123456789")
            map.slice(null, null, Long.MAX_VALUE) shouldBe bytes("0")
            map.slice(null, null, Long.MIN_VALUE) shouldBe bytes("9")
            map.slice(null, null, -1) shouldBe bytes("9876543210")
            shouldThrow<IllegalArgumentException> { map.slice(null, null, 0) }
        }
    }

    test("a slice that does not fit in an array is refused (deviation: in Python memory is the only limit)") {
        withSparseFile(1L shl 32) { file ->
            MMap.open(file.path).use { map ->
                shouldThrow<IllegalArgumentException> { map.slice(0) }
                shouldThrow<IllegalArgumentException> { map.read() }
                map.position shouldBe 0
            }
        }
    }

    test("a slice takes exactly as many bytes as it has (deviation: IllegalArgumentException, in Python IndexError)") {
        withMemory(bytes("0123456789")) { map ->
            shouldThrow<IllegalArgumentException> { map.setSlice(0, 3, bytes("ab")) }
            shouldThrow<IllegalArgumentException> { map.setSlice(0, 6, 2, bytes("abcd")) }
            shouldThrow<IllegalArgumentException> { map.setSlice(20, 30, bytes("a")) }
            map.setSlice(20, 30, ByteArray(0))
            map.slice(0) shouldBe bytes("0123456789")
        }
    }

    test("in asks for a byte or for several (deviation: in Python only bytes objects of length 1 are in a map)") {
        withMemory(bytes("hello")) { map ->
            map.seek(5)
            (byte('h') in map) shouldBe true
            (byte('x') in map) shouldBe false
            (bytes("ell") in map) shouldBe true
            (bytes("elo") in map) shouldBe false
            (ByteArray(0) in map) shouldBe true
        }
    }

    test("iteration gives the bytes, whatever the cursor (deviation: numbers, in Python bytes objects of length 1)") {
        withMemory(bytes("hello")) { map ->
            map.seek(3)
            map.toList() shouldBe bytes("hello").toList()
            map.position shouldBe 3
        }
    }

    test("iteration ends where a resize has put the end, and throws after close") {
        MMap.anonymous(2 * page).use { map ->
            var count = 0L
            for (value in map) {
                if (count++ == 0L) map.resize(page + value)
            }
            count shouldBe page
            val iterator = map.iterator()
            map.close()
            shouldThrow<IllegalStateException> { iterator.hasNext() }
        }
    }

    test("maps are equal only to themselves, whatever they show") {
        TemporaryFile(bytes("same")).use { file ->
            MMap.open(file.path).use { one ->
                MMap.open(file.path).use { other ->
                    one shouldBe one
                    one shouldNotBe other
                }
            }
        }
    }
})
