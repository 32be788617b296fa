package dev.kmmap.internal.memory

import dev.kmmap.MMapBusyException
import dev.kmmap.internal.base.backOff
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.concurrent.atomics.AtomicBoolean
import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.decrementAndFetch
import kotlin.concurrent.atomics.incrementAndFetch
import kotlinx.coroutines.*

private fun awaitEmpty(gate: Gate) {
    Confinement().await { gate.isEmpty } shouldBe true
}

internal class GateSpec : FunSpec({
    test("an open gate lets any number in and out") {
        val gate = Gate()
        repeat(1000) { gate.enter() shouldBe true }
        repeat(1000) { gate.exit() }
        gate.enter() shouldBe true
    }

    test("a retired gate lets nobody in, however often it is asked") {
        val gate = Gate()
        gate.shut()
        repeat(1000) { gate.enter() shouldBe false }
        awaitEmpty(gate)
        gate.enter() shouldBe false
    }

    test("who is inside when a gate is retired can leave, and only then it is empty") {
        val gate = Gate()
        repeat(3) { gate.enter() }
        gate.shut()
        gate.enter() shouldBe false
        repeat(3) { gate.exit() }
        awaitEmpty(gate)
    }

    test("a gate that is opened again has those inside that were there, and lets others in") {
        val gate = Gate()
        repeat(2) { gate.enter() }
        gate.shut()
        gate.isEmpty shouldBe false
        gate.reopen()
        gate.enter() shouldBe true
        repeat(3) { gate.exit() }
        gate.shut()
        gate.isEmpty shouldBe true
    }

    test("who is inside a retired gate can enter it once more, and is waited for as long") {
        val gate = Gate()
        gate.enter()
        gate.shut()
        gate.enterOnceMore()
        gate.exit()
        gate.isEmpty shouldBe false
        gate.exit()
        gate.isEmpty shouldBe true
    }

    test("a gate that does not count is empty as soon as it is retired") {
        val gate = Gate(counts = false)
        gate.enter() shouldBe true
        gate.shut()
        gate.isEmpty shouldBe true
        gate.enter() shouldBe false
        gate.exit()
        gate.reopen()
        gate.enter() shouldBe true
    }

    test("retiring twice is retiring once") {
        val gate = Gate()
        gate.enter()
        gate.shut()
        gate.shut()
        gate.exit()
        gate.shut()
        awaitEmpty(gate)
        awaitEmpty(gate)
        gate.enter() shouldBe false
    }

    test("an empty gate is one that everybody inside has left inside") {
        repeat(50) {
            val gate = Gate()
            val inside = AtomicInt(0)
            coroutineScope {
                val workers = List(4) {
                    async(Dispatchers.IO) {
                        while (gate.enter()) {
                            inside.incrementAndFetch()
                            inside.decrementAndFetch()
                            gate.exit()
                        }
                    }
                }
                withContext(Dispatchers.IO) {
                    gate.shut()
                    awaitEmpty(gate)
                    inside.load() shouldBe 0
                }
                workers.awaitAll()
                inside.load() shouldBe 0
            }
        }
    }

    test("a lifecycle begins open, closes once and stays closed") {
        val lifecycle = Lifecycle(Confinement())
        lifecycle.isClosed shouldBe false
        lifecycle.isChanging shouldBe false
        lifecycle.requireOpen()
        var closed = 0
        lifecycle.close {
            closed++
            lifecycle.isClosed shouldBe true
        }
        lifecycle.close { closed++ }
        closed shouldBe 1
        lifecycle.isClosed shouldBe true
        shouldThrow<IllegalStateException> { lifecycle.requireOpen() }.message shouldBe "mmap is closed"
        shouldThrow<IllegalStateException> { lifecycle.change("resize") { closed++ } }.message shouldBe "mmap is closed"
        closed shouldBe 1
    }

    test("a change is seen while it lasts, and ends when it fails, too") {
        val lifecycle = Lifecycle(Confinement())
        lifecycle.change("resize") {
            lifecycle.isChanging shouldBe true
            lifecycle.isClosed shouldBe false
        }
        lifecycle.isChanging shouldBe false
        shouldThrow<NoSuchElementException> { lifecycle.change("resize") { throw NoSuchElementException() } }
        lifecycle.isChanging shouldBe false
        lifecycle.change("resize") { }
    }

    test("a close that fails has closed all the same") {
        val lifecycle = Lifecycle(Confinement())
        shouldThrow<NoSuchElementException> { lifecycle.close { throw NoSuchElementException() } }
        lifecycle.isClosed shouldBe true
        lifecycle.close { error("closed twice") }
    }

    test("who waits for a change does so as long as the usage says, and a close can be tried again") {
        val lifecycle = Lifecycle(Confinement(timeout = 0))
        lifecycle.change("resize") {
            shouldThrow<MMapBusyException> { lifecycle.change("resize") { error("two at once") } }
                .message shouldBe "resize: other operations are still in flight after 0 milliseconds"
            shouldThrow<MMapBusyException> { lifecycle.close { error("closed meanwhile") } }
            lifecycle.isClosed shouldBe true
            shouldThrow<MMapBusyException> { lifecycle.close { error("closed meanwhile") } }
                .message shouldBe "close: other operations are still in flight after 0 milliseconds"
        }
        lifecycle.isClosed shouldBe true
        lifecycle.isChanging shouldBe false
        shouldThrow<IllegalStateException> { lifecycle.change("resize") { } }.message shouldBe "mmap is closed"
        var closed = 0
        val busy = Confinement(timeout = 0).busy("close")
        shouldThrow<MMapBusyException> { lifecycle.close { throw busy } }
        lifecycle.close { closed++ }
        lifecycle.close { closed++ }
        closed shouldBe 1
    }

    test("one change at a time, none during or after a close, and everybody returns when it is over") {
        repeat(100) {
            val lifecycle = Lifecycle(Confinement())
            val active = AtomicInt(0)
            val isOver = AtomicBoolean(false)
            val changes = AtomicInt(0)
            coroutineScope {
                repeat(3) {
                    launch(Dispatchers.IO) {
                        try {
                            repeat(20) {
                                lifecycle.change("resize") {
                                    active.incrementAndFetch() shouldBe 1
                                    isOver.load() shouldBe false
                                    active.decrementAndFetch()
                                }
                                changes.incrementAndFetch()
                            }
                        } catch (e: IllegalStateException) {
                            e.message shouldBe "mmap is closed"
                        }
                    }
                }
                repeat(2) {
                    launch(Dispatchers.IO) {
                        while (changes.load() < 10) backOff(0)
                        lifecycle.close {
                            active.incrementAndFetch() shouldBe 1
                            active.decrementAndFetch()
                            isOver.store(true)
                        }
                        isOver.load() shouldBe true
                    }
                }
            }
            lifecycle.isClosed shouldBe true
        }
    }
})
