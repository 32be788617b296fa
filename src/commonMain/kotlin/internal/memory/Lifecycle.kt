package dev.kmmap.internal.memory

import dev.kmmap.MMapBusyException
import kotlin.concurrent.atomics.AtomicInt

/**
 * Who may exchange the generations of a map: one resize at a time, and nobody after close has begun. Close announces
 * itself at once, so that nobody who resizes again and again can keep it waiting.
 *
 * | state               | access to bytes                  | [change] | its end    | [close]                  |
 * |---------------------|----------------------------------|----------|------------|--------------------------|
 * | OPEN                | goes on                          | CHANGING | -          | CLOSING                  |
 * | CHANGING            | goes on, or waits for its region | waits    | OPEN       | CHANGING + CLOSING       |
 * | CHANGING + CLOSING  | throws; what is in flight ends   | throws   | CLOSING    | waits, see the next rows |
 * | CLOSING             | throws; what is in flight ends   | throws   | -          | waits, then does nothing |
 * | CHANGING + WAITED   | throws; what is in flight ends   | throws   | WAITED     | CHANGING + CLOSING       |
 * | WAITED              | throws; what is in flight ends   | throws   | -          | CLOSING                  |
 * | CLOSED              | throws                           | throws   | -          | does nothing             |
 *
 * WAITED is what a close leaves that has waited in vain for what is in flight: the next one goes on with it.
 */
internal class Lifecycle(
    private val confinement: Confinement,
    /** That of the map that this one is a view of: what happens to it happens to this one, too. */
    private val whole: Lifecycle? = null,
) {
    private val state = AtomicInt(OPEN)

    val pinnedThreads: PinnedThreads = whole?.pinnedThreads ?: PinnedThreads()

    val isClosed: Boolean
        get() = state.load() >= CLOSING || whole != null && whole.isClosed

    val isChanging: Boolean
        get() = if (whole == null) state.load() and CHANGING != 0 else whole.isChanging

    /** Throws if the map is closed, or the calling thread may not use it. */
    fun requireOpen() {
        if (isClosed) throw IllegalStateException("mmap is closed")
        confinement.requireOwner()
    }

    /** Runs [block], which does [operation], while nobody else changes or closes the map. */
    fun change(operation: String, block: () -> Unit) {
        if (whole != null) {
            whole.change(operation) {
                requireOpen()
                block()
            }
            return
        }
        pinnedThreads.requireNotPinnedByCaller(operation)
        val isChanging = confinement.await {
            requireOpen()
            state.compareAndSet(OPEN, CHANGING)
        }
        if (!isChanging) throw confinement.busy(operation)
        try {
            block()
        } finally {
            state.addAndFetch(-CHANGING)
        }
    }

    /**
     * Runs [block] for the first caller, when a resize under way has ended; all others return when it is done. If
     * [block] waits in vain, it can be tried again.
     */
    fun close(block: () -> Unit) {
        if (!isClosed) confinement.requireOwner()
        pinnedThreads.requireNotPinnedByCaller("close")
        var isFirst = false
        val isOver = confinement.await {
            isFirst = isFirst || announceClose()
            state.load() == if (isFirst) CLOSING else CLOSED
        }
        if (!isOver) {
            if (isFirst) state.addAndFetch(WAITED - CLOSING)
            throw confinement.busy("close")
        }
        if (!isFirst) return
        var next = CLOSED
        try {
            block()
        } catch (e: MMapBusyException) {
            next = WAITED
            throw e
        } finally {
            state.store(next)
        }
    }

    /** Whether nobody else is closing. */
    private fun announceClose(): Boolean {
        while (true) {
            val seen = state.load()
            if (seen >= CLOSED || seen and CLOSING != 0) return false
            if (state.compareAndSet(seen, (seen and CHANGING) + CLOSING)) return true
        }
    }

    private companion object {
        const val OPEN = 0
        const val CHANGING = 1
        const val CLOSING = 2
        const val WAITED = 4
        const val CLOSED = 8
    }
}
