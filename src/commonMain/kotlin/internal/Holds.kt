package dev.kmmap.internal

import kotlin.concurrent.atomics.AtomicReference

/**
 * Threads that are inside the gate of a [Generation] while code of the user's runs. Whatever that code does with the
 * map, its thread must not wait for itself.
 */
internal class Holds {
    private val holds = AtomicReference<List<Hold>>(emptyList())

    private class Hold(val thread: Long, val generation: Generation)

    /** Runs [block] of a thread that has entered the gate of [generation]. */
    fun <T> hold(generation: Generation, block: () -> T): T {
        val hold = Hold(currentThread(), generation)
        change { it + hold }
        try {
            return block()
        } finally {
            change { it - hold }
        }
    }

    private inline fun change(next: (List<Hold>) -> List<Hold>) {
        while (true) {
            val seen = holds.load()
            if (holds.compareAndSet(seen, next(seen))) return
        }
    }

    /** Whether the calling thread is inside [generation], so that it can enter once more whoever waits for it. */
    fun isMine(generation: Generation): Boolean = isMine { it.generation.gate === generation.gate }

    /** Throws if the calling thread is inside any generation, for whose end [operation] would wait. */
    fun requireNone(operation: String) {
        check(!isMine { true }) { "$operation inside withPointer of the same map would wait for its own end" }
    }

    private inline fun isMine(condition: (Hold) -> Boolean): Boolean {
        val present = holds.load()
        return present.isNotEmpty() && present.any { it.thread == currentThread() && condition(it) }
    }
}
