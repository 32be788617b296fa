package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapBusyException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.Capabilities
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.attainableCapabilities
import dev.kmmap.fixtures.beginOperation
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.sizes
import dev.kmmap.fixtures.slowness
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.protect
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.*

private val page = MMap.pageSize

private val room = 10 * page

/** Resizes while others read. */
private val rounds = 200 / slowness

private fun options(calls: FaultySystemCalls): MMapOptions =
    MMapOptions().access(Access.WRITE).reserve(room).apply { systemCalls = calls }

/** Changes of the range itself, of which a map inside its reservation needs none. */
private val ranging = setOf(SystemCall.MAP, SystemCall.UNMAP, SystemCall.REMAP)

internal class ReserveSpec : FunSpec({
    test("inside its reservation a map stays where it is, and shows what it would show anywhere") {
        for (capabilities in attainableCapabilities) for (offset in listOf(0L, 5, page + 1)) {
            withClue("offset $offset, mapPastEnd=${capabilities.mapPastEnd}") {
                withFaultySystemCalls(capabilities) { calls ->
                    TemporaryFile(patternOf((offset + 7).toInt())).use { file ->
                        val expected = resizeInPlace(options(calls).offset(offset).open(file.path), calls, capabilities)
                        file.readBytes() shouldBe patternOf(offset.toInt()) + expected
                    }
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    test("a map outgrows its reservation, and an empty one has it, too") {
        for (capabilities in attainableCapabilities) withFaultySystemCalls(capabilities) { calls ->
            TemporaryFile(ByteArray(0)).use { file ->
                options(calls).open(file.path).use { map ->
                    map.size shouldBe 0
                    map.resize(3)
                    map.copyFrom(0, patternOf(3))
                    for (size in listOf(room + 1, 3 * room, room + 1, 5, 2 * room)) {
                        map.resize(size)
                        map.fileSize() shouldBe size
                        map.slice(0, 3) shouldBe patternOf(3)
                        map[size - 1] = 1
                    }
                }
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("a map keeps fewer addresses when the process may not have as many, and works without") {
        for (refusals in 1..3) withFaultySystemCalls { calls ->
            if (!calls.capabilities.mapPastEnd) return@withFaultySystemCalls
            val kept = 1000 * page
            for (number in 1..refusals) calls.fail(SystemCall.MAP, number, Symbol.NO_MEMORY)
            TemporaryFile(patternOf(5)).use { file ->
                MMapOptions().access(Access.WRITE).reserve(kept).apply { systemCalls = calls }.open(file.path).use {
                    calls.hits shouldBe refusals
                    calls.ranges.values.single() shouldBeLessThan kept
                    it.resize(kept + 1)
                    it[kept] = 1
                    it.slice(0, 5) shouldBe patternOf(5)
                }
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("shared memory grows in place, as files do") {
        withFaultySystemCalls { calls ->
            options(calls).length(10).anonymous().use { map ->
                val mapped = calls.count(SystemCall.MAP)
                map.copyFrom(0, patternOf(10))
                map.resize(room)
                map[room - 1] = 1
                map.slice(0, 10) shouldBe patternOf(10)
                map.resize(10)
                map.resize(20)
                map.slice(0) shouldBe patternOf(10).copyOf(20)
                calls.count(SystemCall.MAP) - mapped shouldBe if (calls.capabilities.memoryFiles) 0 else 3
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("while it is used a map grows in place, and is cut when nobody uses it any more") {
        for (sizes in listOf(listOf(room), listOf(2 * page, room), listOf(2 * page, 2 * room, 3 * room))) {
            withClue(sizes) {
                withFaultySystemCalls { calls ->
                    TemporaryFile(patternOf(100)).use { file ->
                        val map = options(calls).timeout(0).open(file.path)
                        val operation = map.beginOperation()
                        for (size in sizes) map.resize(size)
                        shouldThrow<MMapBusyException> { map.resize(50) }
                        shouldThrow<MMapBusyException> { map.protect(Protection.READ) }
                        map.size shouldBe sizes.last()
                        map.fileSize() shouldBe sizes.last()
                        map[sizes.last() - 1] = 3
                        map.slice(0, 100) shouldBe patternOf(100)
                        shouldThrow<MMapBusyException> { map.close() }
                        shouldThrow<IllegalStateException> { map[0] }.message shouldBe "mmap is closed"
                        operation.byteAt(99) shouldBe patternOf(100)[99]
                        operation.leave()
                        map.close()
                    }
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    test("readers go on while a map grows and shrinks in place, and never see anything else than its bytes") {
        val map = MMapOptions().length(page).reserve(room).anonymous()
        map.copyFrom(0, patternOf(page.toInt()))
        coroutineScope {
            for (read in listOf<() -> Any>({ map[7] }, { map.slice(0, page) }, { map.find(patternOf(100), 0) })) {
                val first = read()
                launch(Dispatchers.IO) {
                    val end = shouldThrow<IllegalStateException> { while (true) read() shouldBe first }
                    end.message shouldBe "mmap is closed"
                }
            }
            withContext(Dispatchers.IO) {
                repeat(rounds) { map.resize(if (it % 2 == 0) room else page) }
                map.close()
            }
        }
    }

    testNeeding(
        Requirement.FAULT_GUARD,
        "a file that is cut by others takes the pages with it, and the map is broken",
    ) {
        TemporaryFile(patternOf(100)).use { file ->
            MMapOptions().access(Access.WRITE).reserve(room).open(file.path).use { map ->
                map.resize(3 * page)
                map[2 * page] = 1
                file.truncate(page)
                map.resize(2 * page)
                map[2 * page - 1] shouldBe 0
                file.truncate(page)
                shouldThrow<MMapFaultException> { map.flush() }
                shouldThrow<MMapFaultException> { map[page] }
                shouldThrow<MMapFaultException> { map.resize(room) }
            }
        }
    }

    test("only a shared map that can be resized has a reservation") {
        TemporaryFile(patternOf(100)).use { file ->
            val others: List<MMapOptions.() -> Unit> = listOf(
                { access(Access.READ) }, { access(Access.COPY) }, { flags(MapFlag.PRIVATE) },
                { access(Access.WRITE).trackFile(false) }, { access(Access.WRITE).offset(1).reserve(Long.MAX_VALUE) },
            )
            for (configure in others) {
                shouldThrow<IllegalArgumentException> { MMapOptions().reserve(page).apply(configure).open(file.path) }
            }
            shouldThrow<IllegalArgumentException> { MMapOptions().reserve(-1) }
            file.readBytes() shouldBe patternOf(100)
        }
    }
})

/** Resizes and closes [map], and returns what it has shown at last. */
private fun resizeInPlace(map: MMap, calls: FaultySystemCalls, capabilities: Capabilities): ByteArray = map.use {
    var expected = map.slice(0)
    val before = calls.record.size
    for (size in listOf(9, page, page + 1, room, page - 1, 3, 0, 2 * page)) {
        map.resize(size)
        map.size shouldBe size
        map.fileSize() shouldBe map.offset + size
        expected = expected.copyOf(size.toInt())
        map.slice(0) shouldBe expected
        shouldThrow<IndexOutOfBoundsException> { map[size] }
        map.flush(FlushMode.DURABLE)
        if (size == 0L) continue
        map[size - 1] = 99
        expected[size.toInt() - 1] = 99
        map.advise(Advice.WILL_NEED)
    }
    calls.record.drop(before).none { it in ranging } shouldBe capabilities.mapPastEnd
    expected
}
