package dev.kmmap.internal.memory

import dev.kmmap.MMapBusyException
import dev.kmmap.internal.base.backOff
import dev.kmmap.internal.base.currentThread
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource

/** Waits as long as it takes. */
internal const val NO_TIMEOUT: Long = Long.MAX_VALUE

/** In place of a thread's number: all threads may use the map. */
internal const val ANY_THREAD: Long = 0

/**
 * Who may use a map, and how long [dev.kmmap.MMap.close] and [dev.kmmap.MMap.resize] wait for those who do.
 *
 * A map [owner] confines to one thread needs nobody to wait for: it has no operation in flight when its thread closes
 * it. So its gate counts nothing, and its region has nothing to tell other threads.
 */
internal class Confinement(val owner: Long = ANY_THREAD, val timeout: Long = NO_TIMEOUT) {
    val isConfined: Boolean get() = owner != ANY_THREAD

    /** Throws if another thread than the owner calls. */
    fun requireOwner() {
        if (isConfined && owner != currentThread()) throw notTheOwner()
    }

    /** Waits until [condition] holds, at most for the [timeout]; whether it does. */
    inline fun await(condition: () -> Boolean): Boolean {
        val begin = TimeSource.Monotonic.markNow()
        var attempt = 0
        while (!condition()) {
            if (timeout != NO_TIMEOUT && begin.elapsedNow() >= timeout.milliseconds) return false
            backOff(attempt++)
        }
        return true
    }

    /** The exception for an [await] in vain. */
    fun busy(operation: String): MMapBusyException =
        MMapBusyException("$operation: other operations are still in flight after $timeout milliseconds")
}

private fun notTheOwner() = IllegalStateException("mmap is confined to the thread that opened it")
