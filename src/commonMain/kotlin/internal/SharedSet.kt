package dev.kmmap.internal

import kotlin.concurrent.atomics.AtomicInt

/** A set that threads share, which most often stays empty. Its lock is held for a moment only. */
internal class SharedSet<T : Any> {
    private val isLocked = AtomicInt(0)
    private var elements: HashSet<T>? = null

    fun add(element: T) {
        locked { (elements ?: HashSet<T>().also { elements = it }).add(element) }
    }

    fun remove(element: T) {
        locked { elements?.remove(element) }
    }

    /** Those that are in it now. */
    fun toList(): List<T> = locked { elements?.toList() }.orEmpty()

    private inline fun <R> locked(block: () -> R): R {
        var attempt = 0
        while (!isLocked.compareAndSet(0, 1)) pause(attempt++)
        try {
            return block()
        } finally {
            isLocked.store(0)
        }
    }
}
