package dev.kmmap.internal.base

import kotlin.concurrent.atomics.AtomicInt

/** A lock that is free most of the time, and that nobody takes twice. */
internal class SpinLock {
    private val isTaken = AtomicInt(0)

    inline fun <R> locked(block: () -> R): R {
        take()
        try {
            return block()
        } finally {
            giveBack()
        }
    }

    fun take() {
        var attempt = 0
        while (!isTaken.compareAndSet(0, 1)) backOff(attempt++)
    }

    fun giveBack() {
        isTaken.store(0)
    }
}

/** A set that threads share, which most often stays empty. Its lock is held for a moment only. */
internal class SpinLockedSet<T : Any> {
    private val lock = SpinLock()
    private var elements: HashSet<T>? = null

    fun add(element: T) {
        lock.locked { (elements ?: HashSet<T>().also { elements = it }).add(element) }
    }

    fun remove(element: T) {
        lock.locked { elements?.remove(element) }
    }

    /** Those that are in it now. */
    fun toList(): List<T> = lock.locked { elements?.toList() }.orEmpty()
}
