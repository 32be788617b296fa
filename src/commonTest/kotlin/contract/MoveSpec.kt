package dev.kmmap.contract

import dev.kmmap.MMap
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldStartWith
import kotlin.random.Random

internal class MoveSpec : FunSpec({
    test("a move inside small maps is one through a buffer, for all ranges") {
        for (size in 0..7) MMap.anonymous(size.toLong()).use { map ->
            val content = ByteArray(size) { (it + 1).toByte() }
            for (destination in 0..size) for (source in 0..size) for (count in 0..size - maxOf(destination, source)) {
                map.copyFrom(0, content)
                map.move(destination.toLong(), source.toLong(), count.toLong())
                val expected = content.copyOf()
                content.copyInto(expected, destination, source, source + count)
                map.slice(0) shouldBe expected
            }
        }
    }

    test("a move in any writable mapping shows in the map, and in the file where the map reaches it") {
        val seed = Random.nextInt()
        val random = Random(seed)
        forEachOf(mappingsByPath.filter { it.writable && it.size > 0 }) { subject ->
            val expected = subject.content.copyOf()
            repeat(5) {
                val destination = random.nextInt(subject.size)
                val source = random.nextInt(subject.size)
                val count = random.nextInt(subject.size - maxOf(destination, source) + 1)
                subject.map.move(destination.toLong(), source.toLong(), count.toLong())
                expected.copyOf().copyInto(expected, destination, source, source + count)
            }
            if (!subject.bytes().contentEquals(expected)) error("seed $seed")
            if (subject.row.reachesFile) subject.fileBytes() shouldBe subject.fileWith(expected)
        }
    }

    test("a move of nothing is allowed wherever a range can begin, the end included") {
        forEachOf(mappingsByPath.filter { it.writable }) { subject ->
            val size = subject.row.size
            subject.map.move(0, size, 0)
            subject.map.move(size, 0, 0)
            subject.map.move(size, size, 0)
            subject.map.move(0, 0, size)
            subject.bytes() shouldBe subject.content
        }
    }

    test("a move out of range is refused, says which range, and changes nothing") {
        MMap.anonymous(100).use { map ->
            val content = ByteArray(100) { it.toByte() }
            map.copyFrom(0, content)
            val bad = listOf(
                Triple(-1L, 0L, 0L), Triple(101L, 0L, 0L), Triple(0L, 0L, 101L), Triple(1L, 0L, 100L),
                Triple(0L, 0L, -1L), Triple(Long.MAX_VALUE, 0L, 1L), Triple(1L, 0L, Long.MAX_VALUE),
                Triple(Long.MIN_VALUE, 0L, 1L), Triple(50L, 0L, 51L), Triple(100L, 0L, 1L),
            )
            for ((one, other, count) in bad) {
                shouldThrow<IllegalArgumentException> { map.move(one, other, count) }
                    .message shouldBe "destination of move out of range: offset=$one, length=$count, size=100"
                val source = shouldThrow<IllegalArgumentException> { map.move(other, one, count) }
                source.message!! shouldStartWith if (count in 0L..100L) "source of move" else "destination of move"
            }
            map.slice(0) shouldBe content
        }
    }

    test("a move across many pages, both ways") {
        val size = 300_000
        MMap.anonymous(size.toLong()).use { map ->
            for ((destination, source) in listOf(0 to 1, 1 to 0, 0 to 4097, 4097 to 0, 0 to 150_000)) {
                val content = Random(size).nextBytes(size)
                map.copyFrom(0, content)
                val count = size - maxOf(destination, source)
                map.move(destination.toLong(), source.toLong(), count.toLong())
                content.copyOf().copyInto(content, destination, source, source + count)
                if (!map.slice(0).contentEquals(content)) error("differs: $source to $destination")
            }
        }
    }
})
