package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapBusyException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.backOff
import dev.kmmap.fixtures.beginOperation
import dev.kmmap.fixtures.currentThread
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.incrementAndFetch
import kotlinx.coroutines.*

private val page = MMap.pageSize

private const val CONFINED = "mmap is confined to the thread that opened it"
private const val BUSY = "other operations are still in flight after 0 milliseconds"

/** Milliseconds that nobody waits for in vain who is not starved. */
private const val PATIENCE = 60_000L

private fun onAnotherThread(block: suspend () -> Unit) {
    val here = currentThread()
    runBlocking(Dispatchers.IO) {
        currentThread() shouldNotBe here
        block()
    }
}

/** Runs [block] while an operation is in flight, as one of another thread would be. */
private inline fun whileInUse(map: MMap, block: () -> Unit) {
    val operation = map.beginOperation()
    try {
        block()
    } finally {
        operation.leave()
    }
}

internal class ConfinementSpec : FunSpec({
    test("a thread has a number of its own, and keeps it") {
        currentThread() shouldNotBe 0
        currentThread() shouldBe currentThread()
        onAnotherThread { currentThread() shouldBe currentThread() }
    }

    test("a confined map refuses every operation of another thread, and is none the worse for it") {
        TemporaryFile(patternOf(100)).use { file ->
            MMapOptions().access(Access.WRITE).confined(true).open(file.path).use { map ->
                onAnotherThread {
                    for ((name, operation) in refusedWhenClosed) withClue(name) {
                        shouldThrow<IllegalStateException> { operation(map) }.message shouldBe CONFINED
                    }
                    shouldThrow<IllegalStateException> { map.close() }.message shouldBe CONFINED
                    map.isClosed shouldBe false
                }
                map.slice(0) shouldBe patternOf(100)
                map[1] = 5
                map[1] shouldBe 5
            }
        }
    }

    test("a confined map is to its own thread what any other is") {
        for (confined in listOf(false, true)) withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(3 * page.toInt())).use { file ->
                val options = MMapOptions().access(Access.WRITE).confined(confined).offset(1)
                val map = options.apply { systemCalls = calls }.open(file.path)
                map[0] = 7
                map[0] shouldBe 7
                shouldThrow<IndexOutOfBoundsException> { map[map.size] }
                map.copyFrom(5, byteArrayOf(1, 2, 3))
                map.find(byteArrayOf(1, 2, 3), 0) shouldBe 5
                map.move(0, 5, 3)
                for (size in listOf(5 * page, page, 0, 2 * page)) {
                    map.resize(size)
                    map.size shouldBe size
                    map.fileSize() shouldBe size + 1
                    map.slice(0).size shouldBe size
                }
                map.flush(FlushMode.DURABLE)
                map.close()
                map.close()
                for ((name, operation) in refusedWhenClosed) withClue(name) {
                    shouldThrow<IllegalStateException> { operation(map) }.message shouldBe "mmap is closed"
                }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("private and shared memory can be confined, too") {
        for (flags in listOf(MapFlag.SHARED, MapFlag.PRIVATE)) {
            MMapOptions().flags(flags).length(page).confined(true).anonymous().use { map ->
                map[page - 1] = 1
                map.resize(2 * page)
                map[page - 1] shouldBe 1
                map[2 * page - 1] shouldBe 0
            }
        }
    }

    test("a timeout is not negative") {
        shouldThrow<IllegalArgumentException> { MMapOptions().timeout(-1) }
            .message shouldBe "timeout must not be negative: -1"
    }

    test("a close that waits in vain has closed the map, and the next one goes on waiting") {
        withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(100)).use { file ->
                val map = MMapOptions().timeout(0).apply { systemCalls = calls }.open(file.path)
                whileInUse(map) {
                    repeat(2) {
                        shouldThrow<MMapBusyException> { map.close() }.message shouldBe "close: $BUSY"
                        map.isClosed shouldBe true
                        for ((name, operation) in refusedWhenClosed) withClue(name) {
                            shouldThrow<IllegalStateException> { operation(map) }.message shouldBe "mmap is closed"
                        }
                    }
                    calls.ranges.size shouldBe 1
                    calls.descriptors.size shouldBe 1
                }
                map.close()
                calls.shouldHaveNothingLeft()
                map.close()
            }
        }
    }

    test("a map that is being resized is closed when the resize has ended, by whoever asks then") {
        withFaultySystemCalls { calls ->
            val options = MMapOptions().length(page).timeout(0).apply { systemCalls = calls }
            val map = options.anonymous()
            map.lifecycle.change("resize") {
                shouldThrow<MMapBusyException> { map.close() }.message shouldBe "close: $BUSY"
            }
            shouldThrow<IllegalStateException> { map.resize(1) }.message shouldBe "mmap is closed"
            map.close()
            calls.shouldHaveNothingLeft()
        }
    }

    test("a resize to more of a shared map waits for nobody, and gives the old range back in the end") {
        withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(100)).use { file ->
                val options = MMapOptions().access(Access.WRITE).timeout(0).apply { systemCalls = calls }
                val map = options.open(file.path)
                whileInUse(map) {
                    map.resize(3 * page)
                    map.size shouldBe 3 * page
                    map.slice(0, 100) shouldBe patternOf(100)
                    calls.ranges.size shouldBe 2
                    shouldThrow<MMapBusyException> { map.close() }
                }
                map.close()
                calls.shouldHaveNothingLeft()
            }
        }
    }

    /** Ways of resizing that wait. */
    val waiting = listOf<Pair<String, MMapOptions.() -> Unit>>(
        "to less" to { access(Access.WRITE) },
        "of a private map" to { flags(MapFlag.PRIVATE) },
    )
    test("any other resize that waits in vain leaves all as it was, and can be repeated") {
        for ((name, configure) in waiting) withClue(name) {
            withFaultySystemCalls { calls ->
                TemporaryFile(patternOf(3 * page.toInt())).use { file ->
                    val map = MMapOptions().timeout(0).apply(configure).apply { systemCalls = calls }.open(file.path)
                    whileInUse(map) {
                        repeat(2) {
                            shouldThrow<MMapBusyException> { map.resize(page) }.message shouldBe "resize: $BUSY"
                        }
                        map.size shouldBe 3 * page
                        map.fileSize() shouldBe 3 * page
                        map.slice(0) shouldBe patternOf(3 * page.toInt())
                        map[page] shouldBe patternOf(3 * page.toInt())[page.toInt()]
                    }
                    map.resize(page)
                    map.size shouldBe page
                    map.slice(0) shouldBe patternOf(3 * page.toInt()).copyOf(page.toInt())
                    map.close()
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    test("readers who never pause starve neither resize nor close") {
        val size = 16L shl 20
        for (flags in listOf(MapFlag.SHARED, MapFlag.PRIVATE)) {
            val map = MMapOptions().flags(flags).length(size).timeout(PATIENCE).anonymous()
            val searches = AtomicInt(0)
            coroutineScope {
                repeat(4) {
                    launch(Dispatchers.IO) {
                        val closed = shouldThrow<IllegalStateException> {
                            while (true) {
                                map.find("nothing like it", 0) shouldBe -1
                                searches.incrementAndFetch()
                            }
                        }
                        closed.message shouldBe "mmap is closed"
                    }
                }
                withContext(Dispatchers.IO) {
                    for (round in 1..20) {
                        while (searches.load() < round) backOff(0)
                        map.resize(size - round % 2)
                    }
                    map.close()
                }
            }
        }
    }
})
