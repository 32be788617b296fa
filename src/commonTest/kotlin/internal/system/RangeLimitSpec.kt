package dev.kmmap.internal.system

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private const val SIZE = 100

/** Runs [block] with a file and system calls that allow [maximum] ranges. */
private fun withRanges(maximum: Long, block: (FaultySystemCalls, open: () -> MMap) -> Unit) {
    val calls = FaultySystemCalls(rangeLimit = RangeLimit(maximum))
    TemporaryFile(patternOf(SIZE)).use { file ->
        try {
            block(calls) { MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path) }
            calls.shouldHaveNothingLeft()
        } finally {
            calls.clean()
        }
    }
}

private fun shouldBeTooMany(block: () -> Unit) {
    val failure = shouldThrow<MMapException> { block() }
    failure.errorName shouldBe "ENOMEM"
    failure.operation shouldBe SystemCall.MAP.on(currentSystem)
    failure.message shouldContain "vm.max_map_count"
}

internal class RangeLimitSpec : FunSpec({
    test("one map too many is refused, until another one is closed") {
        withRanges(2) { calls, open ->
            val first = open()
            val second = open()
            repeat(3) { shouldBeTooMany { open() } }
            calls.count(SystemCall.MAP) shouldBe 2
            first.close()
            open().use { it[0] = it[0] }
            second.close()
        }
    }

    test("a resize that takes a range too many is refused, and map and file are as they were") {
        withRanges(1) { _, open ->
            open().use { map ->
                shouldBeTooMany { map.resize(2L * SIZE) }
                map.size shouldBe SIZE
                map.fileSize() shouldBe SIZE
                map.slice(0) shouldBe patternOf(SIZE)
            }
        }
    }

    test("resizes take no more ranges than the map has in the end") {
        withRanges(2) { _, open ->
            open().use { map -> repeat(10) { map.resize(if (it % 2 == 0) 2L * SIZE else 0L + SIZE) } }
            open().close()
        }
    }

    test("empty maps and those that fail take none") {
        withRanges(1) { calls, open ->
            calls.fail(SystemCall.MAP)
            shouldThrow<MMapException> { open() }
            val options = MMapOptions().apply { systemCalls = calls }
            val empty = List(3) { options.anonymous() }
            open().close()
            for (map in empty) map.close()
        }
    }

    test("what the system does not take back still counts") {
        withRanges(1) { calls, open ->
            val map = open()
            calls.fail(SystemCall.UNMAP)
            shouldThrow<MMapException> { map.close() }
            shouldBeTooMany { open() }
            calls.clean()
            open().close()
        }
    }

    test("what others in the process have mapped counts, and when they give it back it is there again") {
        var others = 9_000L
        var mapped = 0L
        val limit = RangeLimit(10_000) { others + mapped }
        fun mapAll() {
            while (limit.take()) mapped++
        }
        mapAll()
        mapped shouldBe 1_000
        others = 7_000
        mapAll()
        mapped shouldBe 3_000
        others = 9_900
        repeat(2_999) {
            mapped--
            limit.giveBack()
        }
        mapAll()
        // Not seen until the next look.
        mapped shouldBeLessThan 600
    }

    test("many that count for themselves and map in turns stay below the limit that they have in common") {
        for (users in listOf(1, 2, 8, 20)) {
            var mapped = 300L
            var lookedAt = 0L
            val limits = List(users) {
                RangeLimit(58_977) {
                    lookedAt += mapped
                    mapped
                }
            }
            while (limits.all { limit -> limit.take().also { if (it) mapped++ } }) Unit
            mapped shouldBeInRange 55_000L..64_000L
            // A line takes about a microsecond.
            lookedAt / mapped shouldBeLessThan 80L * users
        }
    }

    test("while nobody says what the process has, only what is mapped here counts") {
        val limit = RangeLimit(1000) { null }
        repeat(1000) { limit.take() shouldBe true }
        limit.take() shouldBe false
    }
})
