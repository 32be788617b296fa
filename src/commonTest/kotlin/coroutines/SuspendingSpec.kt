package dev.kmmap.coroutines

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.awaitFind
import dev.kmmap.awaitFlush
import dev.kmmap.awaitRfind
import dev.kmmap.fixtures.RecordingDispatcher
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.mostUntouchedMemory
import dev.kmmap.fixtures.untouchedMemory
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.search.bytePattern
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import dev.kmmap.internal.system.SystemCall
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.*
import kotlinx.io.bytestring.ByteString

private suspend fun withText(text: String, block: suspend (MMap) -> Unit) =
    TemporaryFile(text.encodeToByteArray()).use { file -> MMap.open(file.path, Access.WRITE).use { block(it) } }

/** So many zeros that a search takes much longer than anybody here waits. */
private fun endless(): MMap = untouchedMemory(mostUntouchedMemory)

internal class SuspendingSpec : FunSpec({
    test("the suspending searches find what the blocking ones do, with all bounds and kinds of needles") {
        withText("abc abc caf\u00e9 abc") { map ->
            val bounds = listOf(-100L, -3L, 0L, 1L, 4L, 15L, 16L, 100L).flatMap { start ->
                listOf(-2L, 0L, 7L, Long.MAX_VALUE).map { start to it }
            }
            for ((start, end) in bounds) {
                for (text in listOf("", "abc", "caf\u00e9", "x", "abc abc caf\u00e9 abc")) {
                    val bytes = text.encodeToByteArray()
                    map.awaitFind(text, start, end) shouldBe map.find(text, start, end)
                    map.awaitFind(bytes, start, end) shouldBe map.find(bytes, start, end)
                    map.awaitFind(ByteString(bytes), start, end) shouldBe map.find(text, start, end)
                    map.awaitRfind(text, start, end) shouldBe map.rfind(text, start, end)
                    map.awaitRfind(bytes, start, end) shouldBe map.rfind(bytes, start, end)
                    map.awaitRfind(ByteString(bytes), start, end) shouldBe map.rfind(text, start, end)
                }
                map.awaitFind(97, start, end) shouldBe map.find(97, start, end)
                map.awaitRfind(97, start, end) shouldBe map.rfind(97, start, end)
            }
        }
    }

    test("they begin at the cursor by default and leave it there") {
        withText("abc abc abc") { map ->
            map.seek(1)
            map.awaitFind("abc") shouldBe 4
            map.awaitRfind("abc") shouldBe 8
            map.seek(9)
            map.awaitFind("abc") shouldBe -1
            map.awaitRfind(byteArrayOf(97)) shouldBe -1
            map.awaitRfind(99) shouldBe 10
            map.awaitFind(ByteString(99)) shouldBe 10
            map.position shouldBe 9
        }
    }

    test("searches of many windows end with the right answer") {
        MMapOptions().flags(MapFlag.PRIVATE).length(3 * SEARCH_WINDOW).anonymous().use { map ->
            map[2 * SEARCH_WINDOW + 1] = 1
            map.awaitFind(1) shouldBe 2 * SEARCH_WINDOW + 1
            map.awaitRfind(byteArrayOf(0, 1)) shouldBe 2 * SEARCH_WINDOW
            map.awaitRfind("x") shouldBe -1
        }
    }

    test("a search that has begun is cancelled at the end of a window, not at the end of the map") {
        for (isBackward in listOf(false, true)) {
            val map = endless()
            val dispatcher = RecordingDispatcher()
            coroutineScope {
                val search = async {
                    if (isBackward) map.awaitRfind(1, dispatcher = dispatcher)
                    else map.awaitFind(1, dispatcher = dispatcher)
                }
                dispatcher.hasBegun.await()
                delay(5)
                search.isActive shouldBe true
                search.cancelAndJoin()
                shouldThrow<CancellationException> { search.await() }
            }
            map.close()
        }
    }

    test("the window that is cancelled is the last one that is searched") {
        for (isBackward in listOf(false, true)) {
            val map = endless()
            var windows = 0
            shouldThrow<CancellationException> {
                coroutineScope {
                    fun checkpoint() {
                        if (++windows == 3) cancel()
                        ensureActive()
                    }
                    if (isBackward) map.searchBackward(bytePattern(1), 0, Long.MAX_VALUE) { checkpoint() }
                    else map.searchForward(bytePattern(1), 0, Long.MAX_VALUE) { checkpoint() }
                }
            }
            windows shouldBe 3
            map.close()
        }
    }

    test("a timeout ends a search") {
        val map = endless()
        withTimeoutOrNull(20) { map.awaitFind("needle") } shouldBe null
        map.close()
    }

    test("close does not wait for the end of a search: the search ends with the map") {
        val map = endless()
        val dispatcher = RecordingDispatcher()
        supervisorScope {
            val search = async { map.awaitFind(1, dispatcher = dispatcher) }
            dispatcher.hasBegun.await()
            withContext(Dispatchers.Default) { map.close() }
            shouldThrow<IllegalStateException> { search.await() }.message shouldBe "mmap is closed"
        }
    }

    test("many searches of one map at the same time") {
        withText("x".repeat(100_000) + "needle") { map ->
            val found = coroutineScope { List(50) { async { map.awaitFind("needle", it.toLong()) } }.awaitAll() }
            found shouldBe List(50) { 100_000L }
        }
    }

    test("awaitFlush takes the ranges and modes of flush, and refuses what flush refuses") {
        forEachOf(mappings.filter { it.offset == 1L && it.size == MMap.pageSize + 1 && it.trackFile }) { subject ->
            val map = subject.map
            runUndispatched {
                for (mode in FlushMode.entries.filter { it.isSupported }) map.awaitFlush(3, 100, mode)
                map.awaitFlush()
                map.awaitFlush(7)
                shouldThrow<IllegalArgumentException> { map.awaitFlush(-1) }
                shouldThrow<IllegalArgumentException> { map.awaitFlush(0, subject.row.size + 1) }
            }
        }
    }

    test("awaitFlush tells what the system refused, and keeps failing as flush does") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(10)).use { file ->
                MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path).use { map ->
                    calls.fail(SystemCall.SYNC)
                    runUndispatched {
                        shouldThrow<MMapException> { map.awaitFlush() }.errorName shouldBe SystemCall.SYNC.error.here
                        shouldThrow<MMapException> { map.awaitFlush() }.errorName shouldBe SystemCall.SYNC.error.here
                    }
                    shouldThrow<MMapException> { map.flush() }.errorName shouldBe SystemCall.SYNC.error.here
                    calls.count(SystemCall.SYNC) shouldBe 1
                    calls.record.size shouldBeGreaterThan 0
                }
            }
        }
    }
})

/** Runs [block], which suspends only for dispatchers, from code that is not suspending. */
private fun runUndispatched(block: suspend CoroutineScope.() -> Unit) = runBlocking { block() }
