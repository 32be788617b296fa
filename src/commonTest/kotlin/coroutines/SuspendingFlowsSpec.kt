package dev.kmmap.coroutines

import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.awaitFindAll
import dev.kmmap.awaitLineStrings
import dev.kmmap.awaitLines
import dev.kmmap.findAll
import dev.kmmap.fixtures.PretendedPages
import dev.kmmap.fixtures.RecordingDispatcher
import dev.kmmap.fixtures.withPages
import dev.kmmap.internal.base.currentThread
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.lineStrings
import dev.kmmap.lines
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.ints.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.*
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.count
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onEach
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList

/** Short lines, long ones, empty ones, and none at the end; two of more than what is looked up at a time. */
private val text = buildString {
    repeat(2500) { append("line ", it, if (it % 3 == 0) "\r\n" else "\n") }
    append("a".repeat(70_000), "\n\n\n", "b".repeat(70_000), "\n", "the end")
}.encodeToByteArray()

/** The flows, as what is told of each element. */
private val flows = listOf<MMap.(CoroutineDispatcher) -> Flow<String>>(
    { dispatcher -> awaitFindAll(Needle.of("\n"), dispatcher = dispatcher).map { it.toString() } },
    { dispatcher -> awaitLines(dispatcher = dispatcher).map { it.toString() } },
    { dispatcher -> awaitLineStrings(dispatcher = dispatcher) },
)

internal class SuspendingFlowsSpec : FunSpec({
    test("awaitFindAll gives what findAll gives, with all bounds, overlapping or not") {
        for (areInMemory in listOf(false, true)) withPages(PretendedPages(areInMemory), text) { map ->
            val bounds = listOf(0L to Long.MAX_VALUE, 5L to -3L, -3000L to Long.MAX_VALUE, 9L to 5L, map.size to 0L)
            val needles = listOf("\n", "a".repeat(69_000), "line 1", "x")
            val searches = needles.flatMap { needle -> bounds.map { needle to it } }
            for ((needle, slice) in searches + bounds.drop(2).map { "" to it }) {
                val (start, end) = slice
                for (overlapping in listOf(false, true)) withClue("'$needle' $start $end $overlapping") {
                    val prepared = Needle.of(needle)
                    map.awaitFindAll(prepared, start, end, overlapping).toList() shouldBe
                        map.findAll(prepared, start, end, overlapping).toList()
                }
            }
        }
    }

    test("awaitLines and awaitLineStrings give what lines and lineStrings give") {
        for (areInMemory in listOf(false, true)) withPages(PretendedPages(areInMemory), text) { map ->
            for (start in listOf(0L, 3L, -5L, map.size - 70_000, map.size, map.size + 1)) withClue("from $start") {
                map.awaitLines(start).map { it.toString() }.toList() shouldBe
                    map.lines(start).map { it.toString() }.toList()
                map.awaitLineStrings(start).toList() shouldBe map.lineStrings(start).toList()
            }
        }
    }

    test("they are cold: nothing is done before they are collected, and each collection begins anew") {
        withPages(PretendedPages(), "a\nb\n".encodeToByteArray()) { map ->
            for (flow in flows) {
                val dispatcher = RecordingDispatcher()
                val found = map.flow(dispatcher)
                dispatcher.dispatched shouldBe 0
                found.count() shouldBe 2
                found.count() shouldBe 2
                map.resize(map.size + 1)
                map[map.size - 1] = 10
                found.count() shouldBe 3
                map.resize(4)
            }
        }
    }

    test("the collector stays on its thread, and the dispatcher gets one task for many elements") {
        withPages(PretendedPages(), text) { map ->
            for (flow in flows) runBlocking {
                val dispatcher = RecordingDispatcher()
                val thread = currentThread()
                map.flow(dispatcher).onEach { currentThread() shouldBe thread }.count() shouldBeGreaterThan 2500
                dispatcher.dispatched shouldBeGreaterThan 2
                dispatcher.dispatched shouldBeLessThan 20
            }
        }
    }

    test("who collects no further searches no further") {
        val content = ByteArray(4 * SEARCH_WINDOW.toInt())
        val calls = PretendedPages(areInMemory = true)
        withPages(calls, content) { map ->
            map[SEARCH_WINDOW + 5] = 10
            for (flow in flows) {
                val looks = calls.looks
                map.flow(Dispatchers.Default).first()
                // Of the two windows, or of what lines look ahead.
                calls.looks - looks shouldBeLessThan 80
                val dispatcher = RecordingDispatcher()
                map.flow(dispatcher).take(1).toList().size shouldBe 1
                dispatcher.dispatched shouldBeLessThan 80
            }
        }
    }

    test("a cancelled collector gets nothing more, and nothing more is searched") {
        val calls = PretendedPages()
        withPages(calls, text) { map ->
            for (flow in flows) {
                var count = 0
                var chunks = 0
                coroutineScope {
                    val collector = launch {
                        map.flow(Dispatchers.Default).collect {
                            chunks = calls.chunks
                            if (++count == 2000) cancel()
                        }
                    }
                    collector.join()
                    collector.isCancelled shouldBe true
                }
                count shouldBe 2000
                calls.chunks shouldBe chunks
            }
        }
    }

    test("an exception of the collector is its own") {
        withPages(PretendedPages(), text) { map ->
            for (flow in flows) {
                shouldThrow<NumberFormatException> {
                    map.flow(Dispatchers.Default).collect { throw NumberFormatException() }
                }
            }
        }
    }

    test("a map that is closed in between ends the collection with an exception, even if more was found already") {
        for (flow in flows) withPages(PretendedPages(), text) { map ->
            var count = 0
            val found = map.flow(Dispatchers.Default)
            shouldThrow<IllegalStateException> {
                found.collect { if (++count == 10) map.close() }
            }.message shouldBe "mmap is closed"
            count shouldBe 10
            shouldThrow<IllegalStateException> { found.collect {} }.message shouldBe "mmap is closed"
        }
    }

    test("a resize in between shows in what follows") {
        for (flow in flows) withPages(PretendedPages(), "a\nb\nc\nd\n".encodeToByteArray()) { map ->
            var count = 0
            map.flow(Dispatchers.Default).collect { if (++count == 2) map.resize(6) }
            count shouldBe 3
            map.resize(3 * 4096)
            for (i in 0L until map.size) map[i] = 10
            count = 0
            map.flow(Dispatchers.Default).collect { if (++count == 2) map.resize(1) }
            count shouldBe 2
        }
    }

    test("lines that a map gains are collected, occurrences are not") {
        val counts = flows.map { flow ->
            var count = 0
            withPages(PretendedPages(), "a\nb\n".encodeToByteArray()) { map ->
                map.flow(Dispatchers.Default).collect {
                    if (++count != 1) return@collect
                    map.resize(6)
                    map.copyFrom(4, "c\n".encodeToByteArray())
                }
            }
            count
        }
        counts shouldBe listOf(2, 3, 3)
    }
})
