package dev.kmmap.coroutines

import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.MultiNeedle
import dev.kmmap.Needle
import dev.kmmap.awaitCopyTo
import dev.kmmap.awaitCount
import dev.kmmap.awaitFind
import dev.kmmap.awaitFindAll
import dev.kmmap.awaitLineStrings
import dev.kmmap.awaitLines
import dev.kmmap.awaitResident
import dev.kmmap.awaitRfind
import dev.kmmap.count
import dev.kmmap.fixtures.PretendedPages
import dev.kmmap.fixtures.RecordingDispatcher
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withPages
import dev.kmmap.internal.coroutines.PAGE_IN_STEP
import dev.kmmap.internal.coroutines.SHORT_RANGE
import dev.kmmap.internal.search.SEARCH_WINDOW
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.*
import kotlinx.coroutines.flow.count
import kotlinx.io.bytestring.ByteString

private val absent = Needle.of(byteArrayOf(0, 1, 0))
private val several = MultiNeedle.of(byteArrayOf(0, 2), byteArrayOf(0, 1, 0))

/** An operation that touches all bytes of a map. */
private class Service(val name: String, val use: suspend MMap.(CoroutineDispatcher) -> Any)

/** Nothing of what they look for is there. */
private val services = listOf(
    Service("find of an array") { awaitFind(byteArrayOf(1, 0), 0, dispatcher = it) },
    Service("find of a byte") { awaitFind(0, 0, dispatcher = it) },
    Service("find of text") { awaitFind("\u0000", 0, dispatcher = it) },
    Service("find of a ByteString") { awaitFind(ByteString(0), 0, dispatcher = it) },
    Service("find of a needle") { awaitFind(absent, 0, dispatcher = it) },
    Service("find of a needle by several") { awaitFind(absent, 0, dispatcher = it, parallelism = 3) },
    Service("find of several needles") { awaitFind(several, 0, dispatcher = it) ?: -1 },
    Service("rfind of an array") { awaitRfind(byteArrayOf(1, 0), 0, dispatcher = it) },
    Service("rfind of a byte") { awaitRfind(0, 0, dispatcher = it) },
    Service("rfind of text") { awaitRfind("\u0000", 0, dispatcher = it) },
    Service("rfind of a ByteString") { awaitRfind(ByteString(0), 0, dispatcher = it) },
    Service("rfind of a needle") { awaitRfind(absent, 0, dispatcher = it) },
    Service("rfind of a needle by several") { awaitRfind(absent, 0, dispatcher = it, parallelism = 3) },
    Service("count") { awaitCount(absent, dispatcher = it) },
    Service("count by several") { awaitCount(absent, dispatcher = it, parallelism = 3) },
    Service("findAll") { awaitFindAll(absent, dispatcher = it).count() },
    Service("lines") { awaitLines(dispatcher = it).count() },
    Service("lineStrings") { awaitLineStrings(dispatcher = it).count() },
    Service("resident") { awaitResident(dispatcher = it) },
    Service("copyTo") { ByteArray(size.toInt()).also { bytes -> awaitCopyTo(0, bytes, dispatcher = it) }.size },
)


private suspend fun shouldMissPages(service: Service) = TemporaryFile(ByteArray(3 * PAGE_IN_STEP.toInt())).use { file ->
    MMap.open(file.path).use { map ->
        file.truncate(0)
        shouldThrow<MMapFaultException> { service.use(map, Dispatchers.Default) }
    }
}

/** Does something before whatever it dispatches. */
private class Before(private val action: () -> Unit) : CoroutineDispatcher() {
    override fun dispatch(context: CoroutineContext, block: Runnable) {
        action()
        Dispatchers.Default.dispatch(context, block)
    }
}

internal class SuspendingPagesSpec : FunSpec({
    test("what is short and in memory is served at once, without the dispatcher") {
        val calls = PretendedPages(areInMemory = true)
        for (size in listOf(0, 1, SHORT_RANGE.toInt())) withPages(calls, patternOf(size)) { map ->
            for (service in services) withClue("${service.name}, $size bytes") {
                val dispatcher = RecordingDispatcher()
                service.use(map, dispatcher)
                dispatcher.dispatched shouldBe 0
            }
        }
        calls.chunks shouldBe 0
    }

    test("what is short but not in memory is brought in on the dispatcher") {
        val calls = PretendedPages(areInMemory = false)
        withPages(calls, patternOf(100)) { map ->
            for (service in services) withClue(service.name) {
                val dispatcher = RecordingDispatcher()
                val before = calls.chunks
                val answer = service.use(map, dispatcher)
                dispatcher.dispatched shouldBeGreaterThan 0
                calls.chunks shouldBeGreaterThan before
                service.use(map, Dispatchers.Unconfined) shouldBe answer
            }
        }
    }

    test("what is long is for the dispatcher, and nothing is brought in that is in memory") {
        val calls = PretendedPages(areInMemory = true)
        withPages(calls, patternOf(SHORT_RANGE.toInt() + 1)) { map ->
            for (service in services) withClue(service.name) {
                val dispatcher = RecordingDispatcher()
                service.use(map, dispatcher)
                dispatcher.dispatched shouldBeGreaterThan 0
            }
        }
        calls.chunks shouldBe 0
    }

    test("where the system does not tell what is in memory, all is brought in") {
        val calls = PretendedPages(areInMemory = true, areTold = false)
        withPages(calls, patternOf(100)) { map ->
            for (service in services) withClue(service.name) {
                val dispatcher = RecordingDispatcher()
                val before = calls.chunks
                service.use(map, dispatcher)
                dispatcher.dispatched shouldBeGreaterThan 0
                calls.chunks shouldBeGreaterThan before
            }
        }
        calls.looks shouldBe 0
    }

    test("a short slice of a long map is short") {
        val calls = PretendedPages(areInMemory = true)
        withPages(calls, ByteArray(3 * SHORT_RANGE.toInt())) { map ->
            val dispatcher = RecordingDispatcher()
            map.awaitFind(1, -10, dispatcher = dispatcher) shouldBe -1
            map.awaitRfind(0, 5, 7, dispatcher) shouldBe 6
            map.awaitFind("", map.size + 1, dispatcher = dispatcher) shouldBe -1
            map.awaitCount(Needle.of(""), -1, dispatcher = dispatcher) shouldBe 2
            map.awaitResident(SHORT_RANGE, SHORT_RANGE, dispatcher)
            dispatcher.dispatched shouldBe 0
        }
    }

    test("the system is asked for no page that the search does not need") {
        val calls = PretendedPages(areInMemory = false)
        val chunks = (SEARCH_WINDOW / PAGE_IN_STEP).toInt()
        withPages(calls, ByteArray(3 * SEARCH_WINDOW.toInt())) { map ->
            map[0] = 1
            map[map.size - 1] = 1
            map.awaitFind(1, 0) shouldBe 0
            calls.chunks shouldBe chunks
            map.awaitRfind(byteArrayOf(1), 0) shouldBe map.size - 1
            calls.chunks shouldBe 2 * chunks
            map.awaitCount(Needle.of(byteArrayOf(1))) shouldBe 2
            calls.chunks shouldBe 5 * chunks
        }
    }

    test("a coroutine that is cancelled already gets nothing, at once or not") {
        for (areInMemory in listOf(false, true)) withPages(PretendedPages(areInMemory), patternOf(10)) { map ->
            for (service in services) withClue(service.name) {
                val dispatcher = RecordingDispatcher()
                coroutineScope {
                    val use = launch(start = CoroutineStart.UNDISPATCHED) {
                        cancel()
                        service.use(map, dispatcher)
                        error("not cancelled")
                    }
                    use.join()
                    use.isCancelled shouldBe true
                }
                dispatcher.dispatched shouldBe 0
            }
        }
    }

    test("a cancellation waits for one chunk") {
        for (service in services) withClue(service.name) {
            val calls = PretendedPages(areInMemory = false)
            withPages(calls, ByteArray(3 * PAGE_IN_STEP.toInt())) { map ->
                coroutineScope {
                    val use = launch(start = CoroutineStart.LAZY) { service.use(map, Dispatchers.Default) }
                    calls.onChunk = { if (it == 2) use.cancel() }
                    use.join()
                    use.isCancelled shouldBe true
                }
                calls.chunks shouldBe 2
            }
        }
    }

    test("a map that is closed before the dispatcher has its turn is closed") {
        for (service in services) withClue(service.name) {
            val calls = PretendedPages(areInMemory = false)
            withPages(calls, ByteArray(3 * PAGE_IN_STEP.toInt())) { map ->
                val closing = Before { map.close() }
                shouldThrow<IllegalStateException> { service.use(map, closing) }.message shouldBe "mmap is closed"
                shouldThrow<IllegalStateException> { service.use(map, closing) }.message shouldBe "mmap is closed"
            }
            calls.chunks shouldBe 0
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "pages that are gone are told of by what touches them") {
        for (service in services.filter { it.name != "resident" }) withClue(service.name) { shouldMissPages(service) }
    }

    testUnless({ Requirement.FAULT_GUARD.reason ?: Requirement.CHECKED_ADVICES.reason }, "and by what brings them in") {
        services.filter { it.name == "resident" }.forEach { shouldMissPages(it) }
    }

    test("awaitResident takes the ranges of residency, and brings in what is not there") {
        val calls = PretendedPages(areInMemory = false)
        withPages(calls, ByteArray(2 * PAGE_IN_STEP.toInt() + 1)) { map ->
            map.awaitResident()
            calls.chunks shouldBe 3
            map.awaitResident(1, 0)
            map.awaitResident(map.size)
            calls.chunks shouldBe 3
            map.awaitResident(map.size - 1)
            map.awaitResident(5, 5)
            calls.chunks shouldBe 5
            for ((offset, length) in listOf(-1L to 1L, 0L to map.size + 1, map.size + 1 to -1L, 0L to -2L)) {
                shouldThrow<IllegalArgumentException> { map.awaitResident(offset, length) }
            }
        }
    }

    test("awaitCopyTo copies what copyTo copies, and refuses what it refuses") {
        val size = PAGE_IN_STEP.toInt() + 100
        for (areInMemory in listOf(false, true)) withPages(PretendedPages(areInMemory), patternOf(size)) { map ->
            val step = PAGE_IN_STEP.toInt()
            for ((index, count) in listOf(0 to 0, size to 0, 0 to 1, 50 to 50, 0 to size, 7 to step + 3)) {
                val copied = ByteArray(count + 3)
                val expected = ByteArray(count + 3)
                map.awaitCopyTo(index.toLong(), copied, 1, count + 1)
                map.copyTo(index.toLong(), expected, 1, count + 1)
                copied.contentEquals(expected) shouldBe true
            }
            val array = ByteArray(10)
            shouldThrow<IndexOutOfBoundsException> { map.awaitCopyTo(-1, array) }
            shouldThrow<IndexOutOfBoundsException> { map.awaitCopyTo(size - 9L, array) }
            shouldThrow<IndexOutOfBoundsException> { map.awaitCopyTo(Long.MAX_VALUE, array) }
            shouldThrow<IndexOutOfBoundsException> { map.awaitCopyTo(0, array, -1) }
            shouldThrow<IndexOutOfBoundsException> { map.awaitCopyTo(0, array, 0, 11) }
            shouldThrow<IllegalArgumentException> { map.awaitCopyTo(0, array, 5, 4) }
        }
    }

    test("of a map that has become too short awaitCopyTo copies a part, and awaitResident brings it in") {
        val calls = PretendedPages(areInMemory = false)
        withPages(calls, patternOf(3 * PAGE_IN_STEP.toInt())) { map ->
            val shrinking = Before { map.resize(PAGE_IN_STEP) }
            val copied = ByteArray(3 * PAGE_IN_STEP.toInt())
            shouldThrow<IndexOutOfBoundsException> { map.awaitCopyTo(0, copied, dispatcher = shrinking) }
            copied.contentEquals(patternOf(PAGE_IN_STEP.toInt()) + ByteArray(2 * PAGE_IN_STEP.toInt())) shouldBe true
            calls.chunks shouldBe 1
            map.resize(3 * PAGE_IN_STEP)
            map.awaitResident(dispatcher = shrinking)
            calls.chunks shouldBe 2
        }
    }

    test("a map without read permission is refused, at once or not") {
        for (areInMemory in listOf(false, true)) {
            val calls = PretendedPages(areInMemory)
            MMapOptions().protection().flags(MapFlag.PRIVATE).length(100)
                .apply { systemCalls = calls }.anonymous().use { map ->
                    shouldThrow<UnsupportedOperationException> { map.awaitFind(1, 0) }
                    shouldThrow<UnsupportedOperationException> { map.awaitCopyTo(0, ByteArray(10)) }
                    shouldThrow<UnsupportedOperationException> { map.awaitLines().count() }
                }
        }
    }
})
