@file:OptIn(ExperimentalCoroutinesApi::class)

package dev.kmmap.coroutines

import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Needle
import dev.kmmap.awaitCount
import dev.kmmap.awaitFind
import dev.kmmap.awaitFlush
import dev.kmmap.awaitRfind
import dev.kmmap.fixtures.PretendedPages
import dev.kmmap.fixtures.RecordingDispatcher
import dev.kmmap.fixtures.mostUntouchedMemory
import dev.kmmap.fixtures.untouchedMemory
import dev.kmmap.fixtures.withPages
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.shouldBe
import kotlin.concurrent.Volatile
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.*
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.test.StandardTestDispatcher
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runCurrent
import kotlinx.coroutines.test.runTest

private typealias Told = suspend (searchedBytes: Long) -> Unit

/** A long search, and whom it tells of its progress. */
private class Search(val name: String, val run: suspend MMap.(CoroutineDispatcher, Told?) -> Long)

private val one = Needle.of(byteArrayOf(1))

private val alone = listOf(
    Search("find") { dispatcher, told -> awaitFind(one, 0, dispatcher = dispatcher, onProgress = told) },
    Search("rfind") { dispatcher, told -> awaitRfind(one, 0, dispatcher = dispatcher, onProgress = told) },
    Search("count") { dispatcher, told -> awaitCount(one, dispatcher = dispatcher, onProgress = told) - 1 },
)

private val bySeveral = listOf(
    Search("find by several") { dispatcher, told ->
        awaitFind(one, 0, dispatcher = dispatcher, parallelism = 3, onProgress = told)
    },
    Search("rfind by several") { dispatcher, told ->
        awaitRfind(one, 0, dispatcher = dispatcher, parallelism = 3, onProgress = told)
    },
    Search("count by several") { dispatcher, told ->
        awaitCount(one, dispatcher = dispatcher, parallelism = 3, onProgress = told) - 1
    },
)

private val searches = alone + bySeveral

private const val NOTHING = -1L

private suspend fun withWindows(count: Int, calls: SystemCalls, block: suspend (MMap) -> Unit) =
    MMapOptions().flags(MapFlag.PRIVATE).length(count * SEARCH_WINDOW).apply { systemCalls = calls }.anonymous()
        .use { block(it) }

private suspend fun withWindows(count: Int, block: suspend (MMap) -> Unit) =
    withWindows(count, PretendedPages(areInMemory = true), block)

/** How far a search of four windows has come. */
private val progress = listOf(SEARCH_WINDOW, 2 * SEARCH_WINDOW, 3 * SEARCH_WINDOW)

internal class SuspendingSearchSpec : FunSpec({
    test("progress is told after each window but the last") {
        withWindows(4) { map ->
            for (search in searches) withClue(search.name) {
                val told = ArrayList<Long>()
                search.run(map, Dispatchers.Default) { told += it } shouldBe NOTHING
                told shouldBe progress
                search.run(map, Dispatchers.Default, null) shouldBe NOTHING
            }
        }
    }

    test("nothing is told of a search of one window, at once or not, and of one that ends early") {
        for (areInMemory in listOf(false, true)) withPages(PretendedPages(areInMemory), ByteArray(100)) { map ->
            for (search in searches) search.run(map, Dispatchers.Default) { error("told of $it") } shouldBe NOTHING
        }
        withWindows(4) { map ->
            map[0] = 1
            map[map.size - 1] = 1
            for (search in alone.take(2)) search.run(map, Dispatchers.Default) { error("told of $it") }
        }
    }

    test("what the callback throws ends the search") {
        withWindows(4) { map ->
            for (search in searches) withClue(search.name) {
                var calls = 0
                shouldThrow<NumberFormatException> {
                    search.run(map, Dispatchers.Default) {
                        calls++
                        throw NumberFormatException()
                    }
                }
                calls shouldBe 1
            }
        }
    }

    test("a search that is cancelled from its callback looks at no further window") {
        for (search in alone) withClue(search.name) {
            val calls = PretendedPages(areInMemory = true)
            withWindows(100, calls) { map ->
                var looks = 0
                coroutineScope {
                    val job = launch(Dispatchers.Default) {
                        search.run(map, Dispatchers.Default) {
                            looks = calls.looks
                            if (it == 2 * SEARCH_WINDOW) this@launch.cancel()
                        }
                    }
                    job.join()
                    job.isCancelled shouldBe true
                }
                calls.looks shouldBe looks
            }
        }
    }

    test("one by several coroutines finishes at most what each has in hand") {
        for (search in bySeveral) withClue(search.name) {
            var calls = 0
            withWindows(100) { map ->
                coroutineScope {
                    val job = launch(Dispatchers.Default) {
                        search.run(map, Dispatchers.Default) { if (++calls == 2) this@launch.cancel() }
                    }
                    job.join()
                    job.isCancelled shouldBe true
                }
            }
            (2..4) shouldContain calls
        }
    }

    test("the map can be resized and closed in the callback: nobody is inside it then") {
        for (search in searches) withClue(search.name) {
            withWindows(4) { map ->
                search.run(map, Dispatchers.Default) { map.resize(2 * SEARCH_WINDOW) } shouldBe NOTHING
            }
            withWindows(4) { map ->
                shouldThrow<IllegalStateException> { search.run(map, Dispatchers.Default) { map.close() } }
            }
        }
    }

    test("a search at work leaves the only thread of its caller to others") {
        withWindows(4) { map ->
            for (search in searches) withClue(search.name) {
                runBlocking {
                    val ticks = MutableStateFlow(0)
                    val ticker = launch {
                        while (true) {
                            ticks.value++
                            yield()
                        }
                    }
                    // Each window is followed by a tick, for which the search waits.
                    search.run(map, Dispatchers.Default) {
                        val seen = ticks.value
                        ticks.first { it > seen }
                    } shouldBe NOTHING
                    ticker.cancel()
                }
            }
        }
    }

    test("in virtual time nothing begins before its dispatcher has its turn") {
        runTest {
            withWindows(4) { map ->
                val dispatcher = StandardTestDispatcher(testScheduler)
                for (search in searches) withClue(search.name) {
                    var told = 0
                    val found = async(start = CoroutineStart.UNDISPATCHED) {
                        search.run(map, dispatcher) { told++ }
                    }
                    told shouldBe 0
                    found.isCompleted shouldBe false
                    runCurrent()
                    told shouldBe 3
                    found.await() shouldBe NOTHING
                    currentTime shouldBe 0
                }
            }
        }
    }

    test("in virtual time a timeout ends a search after the window that it comes in") {
        runTest {
            withWindows(100) { map ->
                val dispatcher = StandardTestDispatcher(testScheduler)
                for (search in alone) withClue(search.name) {
                    val begin = currentTime
                    var told = 0L
                    withTimeoutOrNull(25.milliseconds) {
                        search.run(map, dispatcher) {
                            told = it
                            delay(10.milliseconds)
                        }
                    } shouldBe null
                    told shouldBe 3 * SEARCH_WINDOW
                    currentTime - begin shouldBe 25
                }
            }
        }
    }

    test("in virtual time two searches share one thread, window by window where their callbacks wait") {
        runTest {
            withWindows(4) { map ->
                val dispatcher = StandardTestDispatcher(testScheduler).limitedParallelism(1)
                val order = ArrayList<String>()
                val both = listOf("a", "b").map { name ->
                    async {
                        map.awaitFind(one, 0, dispatcher = dispatcher, onProgress = {
                            order += name
                            yield()
                        })
                    }
                }
                both.awaitAll() shouldBe listOf(NOTHING, NOTHING)
                order shouldBe listOf("a", "b", "a", "b", "a", "b")
            }
        }
    }

    test("one thread of a dispatcher is enough for many searches at the same time") {
        withWindows(4) { map ->
            map[3 * SEARCH_WINDOW] = 1
            val only = Dispatchers.Default.limitedParallelism(1)
            coroutineScope {
                searches.filter { "find" in it.name }.map { search -> async { search.run(map, only, null) } }.awaitAll()
            } shouldBe List(4) { 3 * SEARCH_WINDOW }
        }
    }

    test("close does not wait for the end of a search whose pages are to come in") {
        val map = untouchedMemory(mostUntouchedMemory)
        val dispatcher = RecordingDispatcher()
        supervisorScope {
            val search = async { map.awaitCount(one, dispatcher = dispatcher) }
            dispatcher.hasBegun.await()
            withContext(Dispatchers.Default) { map.close() }
            shouldThrow<IllegalStateException> { search.await() }.message shouldBe "mmap is closed"
        }
    }

    test("a flush is for the dispatcher, and one that is cancelled ends first") {
        val calls = object : SystemCalls by platformSystemCalls {
            val begun = CompletableDeferred<Unit>()

            @Volatile var isCancelled = false

            @Volatile var hasEnded = false

            override fun sync(address: Long, length: Long, flags: Int): Long {
                begun.complete(Unit)
                while (!isCancelled) Unit
                hasEnded = true
                return 0
            }
        }
        MMapOptions().length(10).apply { systemCalls = calls }.anonymous().use { map ->
            val dispatcher = RecordingDispatcher()
            coroutineScope {
                val flush = launch { map.awaitFlush(dispatcher = dispatcher) }
                calls.begun.await()
                flush.cancel()
                calls.isCancelled = true
                flush.join()
                calls.hasEnded shouldBe true
                flush.isCancelled shouldBe true
            }
            dispatcher.dispatched shouldBe 1
        }
    }
})
