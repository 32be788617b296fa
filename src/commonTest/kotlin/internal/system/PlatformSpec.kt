package dev.kmmap.internal.system

import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.FencedMemory
import dev.kmmap.fixtures.python.granularity
import dev.kmmap.fixtures.python.page
import dev.kmmap.internal.base.backOff
import dev.kmmap.internal.base.checkIndex
import dev.kmmap.internal.memory.RangeGuard
import dev.kmmap.internal.memory.Region
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlin.time.TimeSource

/** A byte that depends on its index, on all of it, and is not 0 for the first few. */
private fun pattern(index: Int): Byte = (index * 31 + index / 251 + 7).toByte()

private fun patternOf(size: Int): ByteArray = ByteArray(size) { pattern(it) }

private fun withPattern(minimum: Int = 1, block: (Region, ByteArray) -> Unit) {
    FencedMemory(minimum).use { memory ->
        val content = patternOf(memory.size)
        memory.place(0, content)
        block(memory.region, content)
    }
}

private fun Region.content(): ByteArray = ByteArray(size().toInt()).also { copyTo(0, it, 0, it.size) }

internal class PlatformSpec : FunSpec({
    test("fresh memory is zero from the first byte to the last") {
        FencedMemory(1).use { memory -> memory.region.content() shouldBe ByteArray(memory.size) }
    }

    test("every byte that is put is got again, at the first and at the last index too") {
        FencedMemory(1).use { memory ->
            val region = memory.region
            for (index in 0 until region.size()) region.put(index, pattern(index.toInt()))
            for (index in 0 until region.size()) region.get(index) shouldBe pattern(index.toInt())
        }
    }

    test("getLong reads eight bytes, the first one lowest, at every alignment and up to the last byte") {
        withPattern { region, content ->
            val near = 0L..16L
            val last = region.size() - Long.SIZE_BYTES
            for (index in near + ((last - 16)..last)) {
                val expected = (7 downTo 0).fold(0L) { value, byte ->
                    value shl 8 or (content[index.toInt() + byte].toLong() and 0xff)
                }
                region.getLong(index) shouldBe expected
            }
        }
    }

    test("copyTo fills the given part of the array and nothing else") {
        withPattern { region, content ->
            for (count in listOf(0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1000)) {
                val target = ByteArray(count + 5)
                region.copyTo(3, target, 2, count)
                target shouldBe ByteArray(2) + content.copyOfRange(3, 3 + count) + ByteArray(3)
            }
        }
    }

    test("copyFrom changes the given part of the region and nothing else") {
        withPattern { region, content ->
            for (count in listOf(0, 1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 1000)) {
                val source = ByteArray(count + 5) { (it + 100).toByte() }
                region.copyFrom(3, source, 2, count)
                source.copyInto(content, 3, 2, 2 + count)
                region.content() shouldBe content
            }
        }
    }

    test("copies of the last bytes end with the last byte") {
        withPattern { region, content ->
            val tail = ByteArray(100)
            region.copyTo(region.size() - tail.size, tail, 0, tail.size)
            tail shouldBe content.copyOfRange(content.size - tail.size, content.size)
            region.copyFrom(region.size() - tail.size, ByteArray(100) { 1 }, 0, tail.size)
            region.content() shouldBe content.copyOf(content.size - tail.size) + ByteArray(100) { 1 }
        }
    }

    test("a copy of no bytes may lie at the end of the array and of the region") {
        withPattern { region, content ->
            region.copyTo(region.size(), ByteArray(0), 0, 0)
            region.copyTo(region.size(), ByteArray(3), 3, 0)
            region.copyFrom(region.size(), ByteArray(0), 0, 0)
            region.copyFrom(region.size(), ByteArray(3), 3, 0)
            region.content() shouldBe content
        }
    }

    test("a move between ranges that overlap leaves the bytes as a move through a buffer does") {
        val distances = listOf(1, 2, 7, 8, 9, 16, 64, 500, 1000)
        for (distance in distances) for (count in listOf(0, 1, 8, 15, 64, 1000)) {
            withPattern { region, content ->
                region.move(100L + distance, 100, count.toLong())
                region.content() shouldBe
                    content.copyOf().also { content.copyInto(it, 100 + distance, 100, 100 + count) }
            }
            withPattern { region, content ->
                region.move(100, 100L + distance, count.toLong())
                region.content() shouldBe
                    content.copyOf().also { content.copyInto(it, 100, 100 + distance, 100 + distance + count) }
            }
        }
    }

    test("a move by nothing changes nothing") {
        withPattern { region, content ->
            region.move(5, 5, 1000)
            region.content() shouldBe content
        }
    }

    test("a region of no bytes has an address of 0") {
        val region = Region(0, 0, true, false, RangeGuard.NONE)
        region.size() shouldBe 0
        region.copyTo(0, ByteArray(0), 0, 0)
        region.revoke()
        region.size() shouldBe 0
    }

    test("a region that may only be read is read as any other") {
        val size = platformSystemCalls.pageSize
        val flags = MapFlag.PRIVATE.constant.value("MAP_PRIVATE") or MapFlag.ANONYMOUS.constant.value("MAP_ANONYMOUS")
        val protection = Protection.READ.bit or Protection.WRITE.bit
        val address = platformSystemCalls.map(-1, 0, size, protection, flags)
        Region(address, size, false, false, RangeGuard.NONE).copyFrom(0, patternOf(size.toInt()), 0, size.toInt())
        Region(address, size, true, false, RangeGuard.NONE).content() shouldBe patternOf(size.toInt())
        platformSystemCalls.unmap(address, size) shouldBe 0
    }

    test("checkIndex takes an index that is inside") {
        checkIndex(0, 1)
        checkIndex(Long.MAX_VALUE - 1, Long.MAX_VALUE)
    }

    test("checkIndex names the index and the length when it is outside") {
        for ((index, size) in listOf(-1L to 1L, 1L to 1L, 0L to 0L, Long.MIN_VALUE to 5L, Long.MAX_VALUE to 5L)) {
            val failure = shouldThrow<IndexOutOfBoundsException> { checkIndex(index, size) }
            failure.message shouldBe "Index $index out of bounds for length $size"
        }
    }

    test("page and granularity are powers of two, and a granule is whole pages") {
        val page = platformSystemCalls.pageSize
        val granularity = platformSystemCalls.allocationGranularity
        page.countOneBits() shouldBe 1
        page shouldBeGreaterThan 4095
        page shouldBeLessThan 65537
        granularity.countOneBits() shouldBe 1
        granularity % page shouldBe 0
    }

    test("a long wait pauses about a millisecond at a time") {
        val start = TimeSource.Monotonic.markNow()
        repeat(100) { attempt -> backOff(attempt) }
        start.elapsedNow().inWholeMilliseconds shouldBeGreaterThan 20
    }

    test("the largest count of attempts is a pause like any other") {
        backOff(Int.MAX_VALUE)
    }
})
