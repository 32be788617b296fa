package dev.kmmap.internal

import dev.kmmap.MMap
import dev.kmmap.ReadOnlyMMapException
import kotlin.concurrent.atomics.AtomicInt

/**
 * Who may exchange the generations of a map: one resize at a time, and nobody after close has begun.
 *
 * | state    | entered by     | access to bytes                  | [change]    | [close]                  |
 * |----------|----------------|----------------------------------|-------------|--------------------------|
 * | OPEN     | the new map    | goes on                          | -> CHANGING | -> CLOSING               |
 * | CHANGING | [change]       | goes on, or waits for its region | waits       | waits                    |
 * | CLOSING  | [close]        | throws; what is in flight ends   | throws      | waits, then does nothing |
 * | CLOSED   | end of [close] | throws                           | throws      | does nothing             |
 */
internal class Lifecycle {
    private val state = AtomicInt(OPEN)

    val isClosed: Boolean
        get() = state.load() >= CLOSING

    val isChanging: Boolean
        get() = state.load() == CHANGING

    fun requireOpen() {
        if (isClosed) throw IllegalStateException("mmap is closed")
    }

    /** Runs [block] while nobody else resizes or closes the map. */
    fun change(block: () -> Unit) {
        var attempt = 0
        while (!state.compareAndSet(OPEN, CHANGING)) {
            requireOpen()
            pause(attempt++)
        }
        try {
            block()
        } finally {
            state.store(OPEN)
        }
    }

    /** Runs [block] for the first caller; all others return when it is done. */
    fun close(block: () -> Unit) {
        var attempt = 0
        while (!state.compareAndSet(OPEN, CLOSING)) {
            if (state.load() == CLOSED) return
            pause(attempt++)
        }
        try {
            block()
        } finally {
            state.store(CLOSED)
        }
    }

    private companion object {
        const val OPEN = 0
        const val CHANGING = 1
        const val CLOSING = 2
        const val CLOSED = 3
    }
}

/** Enters the gate of the current generation; waits while a resize is exchanging it. Throws if the map is closed. */
internal fun MMap.enter(): Generation {
    var attempt = 0
    while (true) {
        val current = generation
        if (current.gate.enter()) return current
        lifecycle.requireOpen()
        pause(attempt++)
    }
}

/**
 * Runs [block] with the current generation, which stays mapped meanwhile. No user code may run in it: it would hold up
 * close.
 */
internal inline fun <T> MMap.pinned(block: (Generation) -> T): T {
    val generation = enter()
    try {
        return block(generation)
    } finally {
        generation.gate.exit()
    }
}

/** [pinned], for what reads bytes. */
internal inline fun <T> MMap.reading(block: (Generation) -> T): T = pinned { generation ->
    requireReadable()
    block(generation)
}

/** [pinned], for what writes bytes. */
internal inline fun <T> MMap.writing(operation: String, block: (Generation) -> T): T = pinned { generation ->
    if (!mapping.rights.writable) throw readOnly(operation)
    block(generation)
}

/** Makes [new] the current generation. The region goes first: who sees the generation sees its region. */
internal fun MMap.publish(new: Generation) {
    region = new.region
    generation = new
}

/**
 * Whether a resize has published another region, so that an access without the gate that has failed on the region
 * [used] can be repeated. A resize under way is waited for. Throws the reason if there is one that every access has.
 */
internal fun MMap.isReplaced(used: Region): Boolean {
    var attempt = 0
    while (true) {
        lifecycle.requireOpen()
        requireReadable()
        // In this order: a resize that revoked the region is either still under way or has published another one by
        // now.
        val changing = lifecycle.isChanging
        if (generation.region !== used) return true
        if (!changing) return false
        pause(attempt++)
    }
}

internal fun MMap.requireReadable() {
    if (!mapping.rights.readable) {
        throw UnsupportedOperationException("mmap has no read permission: protection is without READ")
    }
}

/** The exception for changing a read-only map; a closed one is closed first of all. */
internal fun MMap.readOnly(operation: String): ReadOnlyMMapException {
    lifecycle.requireOpen()
    return ReadOnlyMMapException("$operation: the map is read-only")
}
