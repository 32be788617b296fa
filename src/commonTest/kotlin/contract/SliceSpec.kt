package dev.kmmap.contract

import dev.kmmap.MMap
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.pattern
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.untouchedMemory
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.random.Random

/** The indices of Python's `range(size)[start:end:step]`, counted one by one. */
private fun indices(start: Long?, end: Long?, step: Long, size: Long): List<Long> {
    fun place(bound: Long, lowest: Long, highest: Long): Long = when {
        bound >= 0 -> minOf(bound, highest)
        bound < -size -> lowest
        else -> bound + size
    }
    val result = ArrayList<Long>()
    if (step > 0) {
        var index = if (start == null) 0 else place(start, 0, size)
        val last = if (end == null) size else place(end, 0, size)
        while (index < last) {
            result += index
            if (step > last - index) break
            index += step
        }
    } else {
        var index = if (start == null) size - 1 else place(start, -1, size - 1)
        val last = if (end == null) -1 else place(end, -1, size - 1)
        while (index > last) {
            result += index
            if (step < last - index) break
            index += step
        }
    }
    return result
}

private val extremes = listOf(Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE)
private val bounds = (-8L..8L) + extremes
private val steps = (-4L..4L).filter { it != 0L } + extremes + listOf(-100L, 100L)

/** Runs [block] with a writable map of [size] bytes that show the pattern. */
private fun withPattern(size: Int, block: (MMap, ByteArray) -> Unit) {
    MMap.anonymous(size.toLong()).use { map ->
        map.copyFrom(0, patternOf(size))
        block(map, patternOf(size))
    }
}

private fun expectSame(expected: ByteArray, actual: ByteArray, where: () -> String) {
    if (!expected.contentEquals(actual)) {
        throw AssertionError("${where()}: expected ${expected.toList()}, but was ${actual.toList()}")
    }
}

internal class SliceSpec : FunSpec({
    test("every slice of small maps is that of Python") {
        for (size in 0..6) withPattern(size) { map, content ->
            for (start in bounds) {
                val tail = indices(start, null, 1, size.toLong())
                expectSame(ByteArray(tail.size) { content[tail[it].toInt()] }, map.slice(start)) {
                    "[$start:] of $size"
                }
                for (end in bounds) {
                    val chosen = indices(start, end, 1, size.toLong())
                    expectSame(ByteArray(chosen.size) { content[chosen[it].toInt()] }, map.slice(start, end)) {
                        "[$start:$end] of $size"
                    }
                }
            }
        }
    }

    test("every slice with a step of small maps is that of Python") {
        for (size in 0..5) withPattern(size) { map, content ->
            for (start in bounds + null) for (end in bounds + null) for (step in steps) {
                val chosen = indices(start, end, step, size.toLong())
                expectSame(ByteArray(chosen.size) { content[chosen[it].toInt()] }, map.slice(start, end, step)) {
                    "[$start:$end:$step] of $size"
                }
            }
        }
    }

    test("every assignment to a slice changes just the bytes of that slice") {
        val few = listOf(Long.MIN_VALUE, -5, -4, -2, -1, 0, 1, 3, 4, 5, Long.MAX_VALUE, null)
        for (size in 0..4) withPattern(size) { map, content ->
            for (start in few) for (end in few) for (step in listOf(-3L, -2L, -1L, 1L, 2L, 3L, Long.MIN_VALUE)) {
                val chosen = indices(start, end, step, size.toLong())
                val expected = content.copyOf()
                chosen.forEachIndexed { i, index -> expected[index.toInt()] = (100 + i).toByte() }
                map.copyFrom(0, content)
                map.setSlice(start, end, step, ByteArray(chosen.size) { (100 + it).toByte() })
                expectSame(expected, map.slice(0)) { "[$start:$end:$step] = … of $size" }
                if (step != 1L || start == null || end == null) continue
                map.copyFrom(0, content)
                map.setSlice(start, end, ByteArray(chosen.size) { (100 + it).toByte() })
                expectSame(expected, map.slice(0)) { "[$start:$end] = … of $size" }
            }
        }
    }

    test("an assignment of more or fewer bytes than the slice has is refused and changes nothing") {
        withPattern(10) { map, content ->
            for (count in listOf(0, 1, 3, 5, 100)) {
                shouldThrow<IllegalArgumentException> { map.setSlice(2, 6, ByteArray(count)) }.message shouldBe
                    "the slice has 4 bytes, but the source $count"
                shouldThrow<IllegalArgumentException> { map.setSlice(8L, null, -2, ByteArray(count + 6)) }
            }
            shouldThrow<IllegalArgumentException> { map.setSlice(6, 2, ByteArray(1)) }
            map.slice(0) shouldBe content
        }
    }

    test("a step of 0 is refused") {
        withPattern(3) { map, _ ->
            shouldThrow<IllegalArgumentException> { map.slice(null, null, 0) }.message shouldBe
                "slice step cannot be zero"
            shouldThrow<IllegalArgumentException> { map.setSlice(0L, 3L, 0, ByteArray(3)) }
        }
    }

    test("random slices of every mapping are those of an array") {
        val seed = Random.nextInt()
        val random = Random(seed)
        forEachOf(mappingsByPath) { subject ->
            repeat(20) {
                val limit = subject.row.size + 10
                val start = random.nextLong(-limit, limit)
                val end = random.nextLong(-limit, limit)
                val step = random.nextLong(1, 300) * if (random.nextBoolean()) 1 else -1
                val where = { "seed $seed: [$start:$end:$step]" }
                val strided = indices(start, end, step, subject.row.size)
                val plain = indices(start, end, 1, subject.row.size)
                expectSame(ByteArray(strided.size) { subject.content[strided[it].toInt()] },
                    subject.map.slice(start, end, step), where)
                expectSame(ByteArray(plain.size) { subject.content[plain[it].toInt()] },
                    subject.map.slice(start, end), where)
            }
        }
    }

    test("random assignments to slices show in the map, and in the file where the map reaches it") {
        val seed = Random.nextInt()
        val random = Random(seed)
        forEachOf(mappingsByPath.filter { it.writable }) { subject ->
            val expected = subject.content.copyOf()
            repeat(10) {
                val start = random.nextLong(subject.row.size + 1)
                val end = random.nextLong(subject.row.size + 1)
                val step = random.nextLong(1, 50) * if (random.nextBoolean()) 1 else -1
                val chosen = indices(start, end, step, subject.row.size)
                val source = random.nextBytes(chosen.size)
                chosen.forEachIndexed { i, index -> expected[index.toInt()] = source[i] }
                subject.map.setSlice(start, end, step, source)
                expectSame(expected, subject.bytes()) { "seed $seed: [$start:$end:$step]" }
            }
            if (subject.row.reachesFile) subject.fileBytes() shouldBe subject.fileWith(expected)
        }
    }

    test("a slice is a copy") {
        withPattern(5) { map, content ->
            val slice = map.slice(0)
            slice[0] = 99
            map[0] shouldBe content[0]
            map[1] = 98
            slice[1] shouldBe content[1]
        }
    }

    test("what does not fit in an array is refused before anything is read, and the cursor stays") {
        val size = Int.MAX_VALUE + 10L
        untouchedMemory(size).use { map ->
            map.seek(3)
            for (read in listOf<() -> Any>(
                { map.slice(0) },
                { map.slice(null, null, 1) },
                { map.slice(null, null, -1) },
                { map.read() },
            )) {
                shouldThrow<IllegalArgumentException> { read() }.message shouldContain "do not fit in an array"
                map.position shouldBe 3
            }
            map.slice(null, null, Int.MAX_VALUE.toLong()).size shouldBe 2
            map[size - 1] = pattern(7)
            map.slice(-2) shouldBe byteArrayOf(0, pattern(7))
        }
    }
})
