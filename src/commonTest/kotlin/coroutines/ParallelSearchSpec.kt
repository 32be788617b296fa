package dev.kmmap.coroutines

import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Needle
import dev.kmmap.awaitCount
import dev.kmmap.awaitFind
import dev.kmmap.awaitRfind
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.fixtures.mostUntouchedMemory
import dev.kmmap.fixtures.untouchedMemory
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.rfind
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.*

private suspend fun withWindows(windows: Int, block: suspend (MMap) -> Unit) =
    MMapOptions().flags(MapFlag.PRIVATE).length(windows * SEARCH_WINDOW).anonymous().use { block(it) }

private val parallelisms = listOf(1, 2, 3, 8, 100)

private val one = Needle.of(byteArrayOf(1))

internal class ParallelSearchSpec : FunSpec({
    test("several coroutines find and count what one does, with all bounds") {
        withWindows(4) { map ->
            val size = map.size
            val window = SEARCH_WINDOW
            val places = listOf(window - 1, window, 2 * window + 7, 3 * window - 2, 3 * window - 1, size - 1)
            for (index in places) map[index] = 1
            val bounds = listOf(
                0L to Long.MAX_VALUE, 1L to -1L, window - 1 to window, window to window + 1,
                window + 1 to 3 * window - 1, -window to Long.MAX_VALUE, 2 * window + 8 to 3 * window, size to size,
                size + 1 to size, 5L to 4L,
            )
            val needles = listOf(byteArrayOf(1), byteArrayOf(0, 1), byteArrayOf(1, 1), byteArrayOf(1, 0, 2))
            for (needle in needles.map { Needle.of(it) } + Needle.of("")) for ((start, end) in bounds) {
                val first = map.find(needle, start, end)
                val last = map.rfind(needle, start, end)
                val count = map.count(needle, start, end)
                for (parallelism in listOf(2, 5)) withClue("$needle from $start to $end by $parallelism") {
                    map.awaitFind(needle, start, end, parallelism = parallelism) shouldBe first
                    map.awaitRfind(needle, start, end, parallelism = parallelism) shouldBe last
                    map.awaitCount(needle, start, end, parallelism = parallelism) shouldBe count
                }
            }
        }
    }

    test("occurrences that reach into the next window are counted as one search counts them") {
        withWindows(3) { map ->
            for (size in listOf(2, 3, 1000, 4097)) for (shift in listOf(0, 1, size - 1)) {
                // Around both borders, and one byte more than fits.
                val ones = ByteArray(4 * size + 1) { 1 }
                val places = listOf(SEARCH_WINDOW - size - shift, 2 * SEARCH_WINDOW - 2 * size - shift)
                for (place in places) map.copyFrom(place, ones)
                val needle = Needle.of(ones.copyOf(size))
                for (overlapping in listOf(false, true)) for (parallelism in listOf(1, 2, 5)) {
                    withClue("$size ones, shifted by $shift, by $parallelism, overlapping=$overlapping") {
                        map.awaitCount(needle, 0, overlapping = overlapping, parallelism = parallelism) shouldBe
                            if (overlapping) 2 * (3 * size + 2) else 8
                    }
                }
                for (place in places) map.copyFrom(place, ByteArray(ones.size))
            }
            val long = Needle.of(ByteArray(SEARCH_WINDOW.toInt() + 3))
            map.awaitCount(long, parallelism = 3) shouldBe 2
            map.awaitFind(long, 5, parallelism = 3) shouldBe 5
            map.awaitRfind(long, 5, parallelism = 3) shouldBe map.size - long.length
        }
    }

    test("one thread is enough for any number of coroutines") {
        withWindows(4) { map ->
            map[3 * SEARCH_WINDOW + 1] = 1
            for (parallelism in parallelisms) {
                val only = Dispatchers.Default.limitedParallelism(1)
                map.awaitFind(one, 0, Long.MAX_VALUE, only, parallelism) shouldBe 3 * SEARCH_WINDOW + 1
                map.awaitRfind(one, 0, Long.MAX_VALUE, only, parallelism) shouldBe 3 * SEARCH_WINDOW + 1
                map.awaitCount(one, dispatcher = only, parallelism = parallelism) shouldBe 1
                map.awaitFind(one, 0, Long.MAX_VALUE, Dispatchers.Unconfined, parallelism) shouldBe
                    3 * SEARCH_WINDOW + 1
            }
        }
    }

    test("what lies behind the first occurrence is not searched to its end") {
        // All of it would take much longer than the test may.
        val map = untouchedMemory(mostUntouchedMemory)
        map.use {
            map.awaitFind(Needle.of(ByteArray(1)), parallelism = 4) shouldBe 0
            map.awaitRfind(Needle.of(ByteArray(1)), parallelism = 4) shouldBe map.size - 1
        }
    }

    test("all of them end when the search is cancelled, or the map closed") {
        val searches = listOf<suspend (MMap) -> Long>(
            { it.awaitFind(one, parallelism = 3) },
            { it.awaitRfind(one, parallelism = 3) },
            { it.awaitCount(one, parallelism = 3) },
            { it.awaitCount(one) },
        )
        for (search in searches) {
            val map = untouchedMemory(mostUntouchedMemory)
            withTimeoutOrNull(20) { search(map) } shouldBe null
            supervisorScope {
                val running = async { search(map) }
                delay(20)
                withContext(Dispatchers.Default) { map.close() }
                shouldThrow<IllegalStateException> { running.await() }.message shouldBe "mmap is closed"
            }
        }
    }

    test("at least one coroutine has to search") {
        withWindows(1) { map ->
            for (parallelism in listOf(0, -1)) {
                shouldThrow<IllegalArgumentException> { map.awaitFind(one, parallelism = parallelism) }
                shouldThrow<IllegalArgumentException> { map.awaitRfind(one, parallelism = parallelism) }
                shouldThrow<IllegalArgumentException> { map.awaitCount(one, parallelism = parallelism) }
            }
        }
    }
})
