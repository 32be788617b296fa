package dev.kmmap.internal.memory

import dev.kmmap.internal.base.currentThread
import kotlin.concurrent.atomics.AtomicReference

/**
 * Threads that are inside the gate of a [Generation] while code of the user's runs. Whatever that code does with the
 * map, its thread must not wait for itself.
 */
internal class PinnedThreads {
    private val pins = AtomicReference<List<Pin>>(emptyList())

    private class Pin(val thread: Long, val generation: Generation)

    /** Runs [block] of a thread that has entered the gate of [generation]. */
    fun <T> whilePinned(generation: Generation, block: () -> T): T {
        val pin = Pin(currentThread(), generation)
        change { it + pin }
        try {
            return block()
        } finally {
            change { it - pin }
        }
    }

    private inline fun change(next: (List<Pin>) -> List<Pin>) {
        while (true) {
            val seen = pins.load()
            if (pins.compareAndSet(seen, next(seen))) return
        }
    }

    /** Whether the calling thread is inside [generation], so that it can enter once more whoever waits for it. */
    fun isPinnedByCaller(generation: Generation): Boolean = isPinnedByCaller { it.generation.gate === generation.gate }

    /** Throws if the calling thread is inside any generation, for whose end [operation] would wait. */
    fun requireNotPinnedByCaller(operation: String) {
        check(!isPinnedByCaller { true }) { "$operation inside withPointer of the same map would wait for its own end" }
    }

    private inline fun isPinnedByCaller(condition: (Pin) -> Boolean): Boolean {
        val present = pins.load()
        return present.isNotEmpty() && present.any { it.thread == currentThread() && condition(it) }
    }
}
