package dev.kmmap.contract

import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCalls
import dev.kmmap.fixtures.hugePageSize
import dev.kmmap.fixtures.noHugeFiles
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.fixtures.withHugeFile
import dev.kmmap.protect
import dev.kmmap.unlock
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private val page = MMap.pageSize

/** Lengths on all sides of one and two huge pages. */
private val lengths: List<Long>
    get() = listOf(1, page - 1, page, hugePageSize - 1, hugePageSize, hugePageSize + 1, 2 * hugePageSize - page)

/** Without a reserve such pages are mapped, though the system has none. So nothing here may touch one. */
private fun huge(sharing: MapFlag, calls: SystemCalls) =
    MMapOptions().flags(sharing, MapFlag.HUGE_TLB, MapFlag.NO_RESERVE).apply { systemCalls = calls }

/** Huge pages, of which the system takes no part. */
internal class HugePagesSpec : FunSpec({
    for (sharing in listOf(MapFlag.PRIVATE, MapFlag.SHARED)) {
        testNeeding(
            Requirement.HUGE_PAGES,
            "a $sharing map of huge pages can have any length, and nothing of it is left",
        ) {
            for (length in lengths) withClue(length) {
                withFaultySystemCalls { calls ->
                    huge(sharing, calls).length(length).anonymous().use { map ->
                        map.size shouldBe length
                        calls.ranges.values.single() % hugePageSize shouldBe 0
                        map.advise(Advice.RANDOM)
                        map.advise(Advice.DONT_DUMP, 0, 1)
                        map.unlock(0, 1)
                        map.flush()
                        map.protect(Protection.READ)
                        map.protect(Protection.READ, Protection.WRITE)
                    }
                    calls.shouldHaveNothingLeft()
                }
            }
            ProcessResources.rangesNaming("anon_hugepage").orEmpty() shouldBe emptyList()
        }

        testNeeding(
            Requirement.HUGE_PAGES,
            "a $sharing map gets another length inside its huge pages, and fewer of them",
        ) {
            withFaultySystemCalls { calls ->
                huge(sharing, calls).length(page).anonymous().use { map ->
                    for (size in listOf(2 * page, 2 * page + 1, hugePageSize)) {
                        map.resize(size)
                        map.size shouldBe size
                    }
                    calls.ranges.values.toList() shouldBe listOf(hugePageSize)
                }
                huge(sharing, calls).length(2 * hugePageSize + 1).anonymous().use { map ->
                    for (size in listOf(2 * hugePageSize, hugePageSize + 5, 7)) {
                        map.resize(size)
                        map.size shouldBe size
                    }
                    calls.ranges.values.toList() shouldBe listOf(hugePageSize)
                }
                calls.shouldHaveNothingLeft()
            }
            ProcessResources.rangesNaming("anon_hugepage").orEmpty() shouldBe emptyList()
        }
    }

    testUnless({ noHugeFiles }, "a part of a file of huge pages is mapped, from any offset on, and nothing is left") {
        withHugeFile { path ->
            for ((offset, length) in listOf(0L to page, page to 1L, hugePageSize to 10L, 1L to hugePageSize)) {
                withFaultySystemCalls { calls ->
                    val options = MMapOptions().flags(MapFlag.SHARED, MapFlag.NO_RESERVE).apply { systemCalls = calls }
                    options.offset(offset).length(length).open(path).use { map ->
                        map.size shouldBe length
                        map.fileSize() shouldBe 2 * hugePageSize
                        map.advise(Advice.RANDOM)
                    }
                    calls.shouldHaveNothingLeft()
                }
            }
            ProcessResources.rangesNaming(path).orEmpty() shouldBe emptyList()
        } shouldBe true
    }
})
