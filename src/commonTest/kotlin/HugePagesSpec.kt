package dev.kmmap

import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.Needs
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.internal.HugePages
import dev.kmmap.internal.SystemCall
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** Memory of huge pages that nobody touches, so that the pool may be empty. */
private fun untouched(calls: FaultySystemCalls, length: Long, sharing: MapFlag = MapFlag.PRIVATE): MMap =
    MMapOptions().flags(sharing, MapFlag.HUGE_TLB, MapFlag.NO_RESERVE).length(length)
        .apply { systemCalls = calls }.anonymous()

internal class HugePagesSpec : FunSpec({
    testNeeding(Needs.HUGE_PAGES, "memory of huge pages has any length, and is given back as a whole") {
        val huge = checkNotNull(HugePages.size)
        for (sharing in listOf(MapFlag.PRIVATE, MapFlag.SHARED)) {
            for (length in listOf(1, 4096, huge - 1, huge, huge + 1)) withClue("$sharing, $length bytes") {
                withFaultySystemCalls { calls ->
                    untouched(calls, length, sharing).use { map ->
                        map.size shouldBe length
                        calls.ranges.values.single() % huge shouldBe 0
                        map.advise(Advice.RANDOM)
                        map.advise(Advice.DONT_NEED, 0, length)
                        map.flush()
                    }
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    testNeeding(Needs.HUGE_PAGES, "protection and locks of huge pages are for whole ones") {
        withFaultySystemCalls { calls ->
            untouched(calls, 4096).use { map ->
                map.protect(Protection.READ)
                map.protect(Protection.READ, Protection.WRITE)
                // An empty pool has no page to lock; a length that is not whole would be EINVAL.
                runCatching { map.lock() }.onFailure { (it as MMapException).errorName shouldBe "ENOMEM" }
                map.unlock()
            }
            calls.shouldHaveNothingLeft()
        }
    }

    testNeeding(Needs.HUGE_PAGES, "memory of huge pages shrinks inside its pages, and to fewer of them") {
        val huge = checkNotNull(HugePages.size)
        withFaultySystemCalls { calls ->
            untouched(calls, 3 * huge).use { map ->
                for (size in listOf(3 * huge - 1, 2 * huge + 1, huge + 5000, huge, 5000)) {
                    map.resize(size)
                    map.size shouldBe size
                }
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("the size of a huge page is the one that the system has by default") {
        HugePages.sizeIn("MemTotal: 1 kB\nHugePages_Total:       0\nHugepagesize:       2048 kB\n") shouldBe 2097152
        HugePages.sizeIn("Hugepagesize:    1048576 kB") shouldBe 1073741824
        HugePages.sizeIn("MemTotal: 1 kB\n") shouldBe null
        HugePages.sizeIn("Hugepagesize: much") shouldBe null
    }

    test("a private map that is too large for memory says what reserves it") {
        withFaultySystemCalls { calls ->
            calls.fail(SystemCall.MAP)
            val failure = shouldThrow<MMapException> {
                MMapOptions().flags(MapFlag.PRIVATE).length(4096).apply { systemCalls = calls }.anonymous()
            }
            val isNamed = "MapFlag.NO_RESERVE" in failure.message.orEmpty()
            isNamed shouldBe (failure.errorName == "ENOMEM")
        }
    }
})
