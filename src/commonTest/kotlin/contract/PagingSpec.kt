package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.cacheStatistics
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.pattern
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.lock
import dev.kmmap.prefetch
import dev.kmmap.residency
import dev.kmmap.unlock
import dev.kmmap.view
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private val page = MMap.pageSize

private const val BROUGHT_IN =
    "what was brought in is in memory, for every mapping that can be read, and no byte has changed"

private const val GONE = "a prefetch of a page that is gone says so, and the map is broken"

private const val CUT = "a lock of a file that was cut says so, and leaves locked what was locked before"

private const val RESIZED =
    "a resize ends the locks of every kind of map, but for those of a map that was opened so"

/** Memory of which no page is there before it is touched. */
private fun untouched(pages: Int) = MMapOptions().flags(MapFlag.PRIVATE).length(pages * page).anonymous()

internal class PagingSpec : FunSpec({
    test("pages are in memory once they are touched, and not before") {
        untouched(100).use { map ->
            map.residency().residentPages shouldBe 0
            map[3 * page + 5] = 1
            map[99 * page] = 1
            val residency = map.residency()
            residency.pageCount shouldBe 100
            (0L until 100).filter { residency.isResident(it * page + page - 1) } shouldBe listOf(3L, 99L)
            residency.residentPages shouldBe 2
            residency.isComplete shouldBe false
            residency.toString() shouldBe
                "Residency(offset=0, length=${100 * page}, residentPages=2, pageCount=100)"
        }
    }

    test("a range counts the pages that it touches, and answers for its own bytes only") {
        untouched(10).use { map ->
            for (index in 0 until 4 * page step page) map[index] = 1
            val rows = listOf(
                Triple(0L, 0L, 0L to 0L),
                Triple(10 * page, 0L, 0L to 0L),
                Triple(page - 1, 1L, 1L to 1L),
                Triple(page - 1, 2L, 2L to 2L),
                Triple(4 * page - 1, 2L, 2L to 1L),
                Triple(4 * page, page, 1L to 0L),
                Triple(3 * page + 7, -1L, 7L to 1L),
            )
            for ((offset, length, expected) in rows) withClue("$offset, $length") {
                val residency = map.residency(offset, length)
                residency.pageCount to residency.residentPages shouldBe expected
                residency.isComplete shouldBe (expected.first == expected.second)
                shouldThrow<IndexOutOfBoundsException> { residency.isResident(offset - 1) }
                shouldThrow<IndexOutOfBoundsException> { residency.isResident(offset + residency.length) }
            }
        }
    }

    test("a map that begins inside a page has the same pages") {
        TemporaryFile(patternOf((5 * page).toInt())).use { file ->
            MMap.open(file.path, Access.READ, page / 2, 4 * page).use { map ->
                map.prefetch()
                val residency = map.residency(page / 2 - 1, page + 2)
                residency.pageCount shouldBe 3
                residency.isComplete shouldBe true
                residency.isResident(page / 2 + page) shouldBe true
            }
        }
    }

    testNeeding(Requirement.CHECKED_ADVICES, BROUGHT_IN) {
        forEachOf(mappingsByPath) { subject ->
            subject.map.prefetch()
            subject.map.residency().isComplete shouldBe true
            subject.map.prefetch(subject.row.size / 2)
            subject.map.prefetch(subject.row.size / 3, subject.row.size / 3)
            subject.bytes() shouldBe subject.content
        }
    }

    testNeeding(Requirement.CHECKED_ADVICES, "a prefetch of several windows brings in all of them, and nothing else") {
        val pages = (9L shl 20) / page
        untouched(pages.toInt()).use { map ->
            map.prefetch(page, (pages - 2) * page)
            val residency = map.residency()
            residency.isResident(0) shouldBe false
            residency.isResident((pages - 1) * page) shouldBe false
            residency.residentPages shouldBe pages - 2
        }
    }

    test("where the system cannot bring pages in, they are touched") {
        withFaultySystemCalls { calls ->
            val options = MMapOptions().flags(MapFlag.PRIVATE).length(10 * page).apply { systemCalls = calls }
            options.anonymous().use { map ->
                calls.fail(SystemCall.ADVISE, 1, Symbol.INVALID)
                calls.fail(SystemCall.ADVISE, 2, Symbol.INVALID)
                map.prefetch(2 * page + 1, 3 * page)
                val residency = map.residency()
                // A system may bring in their neighbours as well.
                for (touched in 2L..5L) residency.isResident(touched * page) shouldBe true
            }
            calls.shouldHaveNothingLeft()
        }
    }

    testUnless({ Requirement.FAULT_GUARD.reason ?: Requirement.CHECKED_ADVICES.reason }, GONE) {
        for (populates in listOf(true, false)) withFaultySystemCalls { calls ->
            TemporaryFile(patternOf((4 * page).toInt())).use { file ->
                MMapOptions().apply { systemCalls = calls }.open(file.path).use { map ->
                    file.truncate(page)
                    if (!populates) calls.fail(SystemCall.ADVISE, 1, Symbol.INVALID)
                    shouldThrow<MMapFaultException> { map.prefetch() }
                    shouldThrow<MMapFaultException> { map.residency() }
                }
            }
        }
    }

    test("locked pages are in memory, any number of locks ends with one unlock, and nothing changes") {
        forEachOf(mappingsByPath.filter { it.size > 0 && it.kind != Kind.RAW_WRITE_ONLY }) { subject ->
            subject.map.lock()
            subject.map.lock(subject.row.size / 2)
            subject.map.residency().isComplete shouldBe true
            subject.map.unlock()
            subject.map.unlock(0, subject.row.size / 2)
            subject.bytes() shouldBe subject.content
        }
    }

    testUnless({ Requirement.CUTTING_A_MAPPED_FILE.reason ?: Requirement.OWN_RANGES.reason }, CUT) {
        val lockedBefore = ProcessResources.lockedBytes()
        for (access in Access.entries) TemporaryFile(patternOf((8 * page).toInt())).use { file ->
            MMap.open(file.path, access, page / 2, 7 * page).use { map ->
                map.lock(page, 2 * page)
                val locked = ProcessResources.lockedBytes()
                file.truncate(4 * page + 1)
                for (offset in listOf(0L, 3 * page, 6 * page)) {
                    val failure = shouldThrow<MMapFaultException> { map.lock(offset, 7 * page - offset) }
                    failure.operation shouldBe "mlock"
                    failure.message shouldContain ", fileSize=${4 * page + 1}): the file was truncated (SIGBUS)"
                    ProcessResources.lockedBytes() shouldBe locked
                }
                // What is still there can be locked, up to the page in which the file ends.
                map.lock(0, 4 * page)
                map[page] shouldBe pattern(page + page / 2)
                map.unlock()
                ProcessResources.lockedBytes() shouldBe lockedBefore
            }
        }
    }

    testNeeding(
        Requirement.OWN_RANGES,
        "a lock that is refused leaves locked what was locked before, and nothing else",
    ) {
        for (flag in listOf(MapFlag.SHARED, MapFlag.PRIVATE)) withFaultySystemCalls { calls ->
            val lockedBefore = checkNotNull(ProcessResources.lockedBytes())
            val options = MMapOptions().flags(flag).length(20 * page).apply { systemCalls = calls }
            options.anonymous().use { map ->
                for (number in listOf(3L, 4L, 9L, 15L)) map.lock(number * page, page)
                map.unlock(9 * page, page)
                // As the system does: some are locked, then one is not to be had.
                val address = map.generation.address
                calls.answer(SystemCall.LOCK) {
                    platformSystemCalls.lock(address, 12 * page)
                    -Symbol.NO_MEMORY.code(platformSystemCalls.system)
                }
                shouldThrow<MMapException> { map.lock() }.errorName shouldBe "ENOMEM"
                ProcessResources.lockedBytes() shouldBe lockedBefore + 3 * page
                map.unlock()
                ProcessResources.lockedBytes() shouldBe lockedBefore
            }
        }
    }

    testNeeding(Requirement.OWN_RANGES, RESIZED) {
        val lockedBefore = checkNotNull(ProcessResources.lockedBytes())
        TemporaryFile(patternOf((4 * page).toInt())).use { file ->
            val rows = listOf<MMapOptions.() -> Unit>(
                { access(Access.WRITE) },
                { access(Access.WRITE).reserve(100 * page) },
                { flags(MapFlag.PRIVATE) },
            )
            for (row in rows) for (locked in listOf(0L, page)) for (size in listOf(4L, 8L, 2L)) {
                MMapOptions().apply(row).open(file.path).use { map ->
                    map.resize(4 * page)
                    map.lock(locked)
                    ProcessResources.lockedBytes() shouldBe lockedBefore + 4 * page - locked
                    map.resize(size * page + 1)
                    ProcessResources.lockedBytes() shouldBe lockedBefore
                    map.lock(0, 1)
                    ProcessResources.lockedBytes() shouldBe lockedBefore + page
                }
                ProcessResources.lockedBytes() shouldBe lockedBefore
            }
        }
        MMapOptions().flags(MapFlag.PRIVATE, MapFlag.LOCKED).length(4 * page).anonymous().use { map ->
            map.resize(8 * page)
            ProcessResources.lockedBytes() shouldBe lockedBefore + 8 * page
            map.unlock(page, page)
            map.resize(10 * page)
            ProcessResources.lockedBytes() shouldBe lockedBefore + 10 * page
        }
        ProcessResources.lockedBytes() shouldBe lockedBefore
    }

    test("the cache has what was written of a file, where the system says so, in the range that is asked for") {
        TemporaryFile(patternOf((8 * page).toInt())).use { file ->
            MMap.open(file.path, Access.WRITE, 0, 8 * page).use { map ->
                for (number in listOf(1L, 2L, 6L)) map[number * page] = 7
                val all = map.cacheStatistics() ?: return@use
                all.cachedPages shouldBe 8
                all.toString() shouldContain "CacheStatistics(cachedPages=8, dirtyPages=${all.dirtyPages}, "
                val some = checkNotNull(map.view(page).cacheStatistics(page, 5 * page))
                some.cachedPages shouldBe 5
                checkNotNull(map.cacheStatistics(3 * page, 0)).cachedPages shouldBe 0
                map.flush(FlushMode.DURABLE)
                val flushed = checkNotNull(map.cacheStatistics())
                flushed.dirtyPages + flushed.writebackPages shouldBe 0
                for ((offset, length) in listOf(-1L to 1L, 8 * page + 1 to -1L, 0L to 8 * page + 1)) {
                    shouldThrow<IllegalArgumentException> { map.cacheStatistics(offset, length) }
                }
            }
        }
    }

    testNeeding(Requirement.CACHE_STATISTICS, "memory in a file has statistics, and what has no file has none") {
        MMap.anonymous(5 * page).use { map ->
            map[page] = 1
            map.cacheStatistics().toString() shouldBe
                "CacheStatistics(cachedPages=1, dirtyPages=0, writebackPages=0, evictedPages=0, recentlyEvictedPages=0)"
        }
        untouched(5).use { it.cacheStatistics() shouldBe null }
        MMapOptions().trackFile(false).length(5).anonymous().use { it.cacheStatistics() shouldBe null }
    }

    test("an empty range can be locked and brought in, and an empty map has no pages") {
        MMap.anonymous(0).use { map ->
            map.lock()
            map.unlock()
            map.prefetch()
            map.residency().pageCount shouldBe 0
            map.residency().isComplete shouldBe true
        }
    }

    test("what the system refuses is told with the range and the system's own words") {
        val rows = listOf<Pair<SystemCall, MMap.() -> Unit>>(
            SystemCall.RESIDENCY to { residency(1, 2) },
            SystemCall.LOCK to { lock(1, 2) },
            SystemCall.UNLOCK to { unlock(1, 2) },
        )
        for ((call, operation) in rows) withFaultySystemCalls { calls ->
            MMapOptions().length(10).apply { systemCalls = calls }.anonymous().use { map ->
                calls.fail(call)
                val failure = shouldThrow<MMapException> { map.operation() }
                failure.operation shouldBe call.here
                failure.errorName shouldBe call.error.here
                failure.message shouldContain "anonymous, "
                map.operation()
            }
            calls.shouldHaveNothingLeft()
        }
    }
})
