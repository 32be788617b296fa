package dev.kmmap.internal

import dev.kmmap.MMap
import dev.kmmap.MMapBusyException
import dev.kmmap.MMapException
import dev.kmmap.ReadOnlyMMapException
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
    private val usage: Usage,
    /** That of the map that this one is a view of: what happens to it happens to this one, too. */
    private val whole: Lifecycle? = null,
) {
    private val state = AtomicInt(OPEN)

    val holds: Holds = whole?.holds ?: Holds()

    val isClosed: Boolean
        get() = state.load() >= CLOSING || whole != null && whole.isClosed

    val isChanging: Boolean
        get() = if (whole == null) state.load() and CHANGING != 0 else whole.isChanging

    /** Throws if the map is closed, or the calling thread may not use it. */
    fun requireOpen() {
        if (isClosed) throw IllegalStateException("mmap is closed")
        usage.requireOwner()
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
        holds.requireNone(operation)
        val isMine = usage.await {
            requireOpen()
            state.compareAndSet(OPEN, CHANGING)
        }
        if (!isMine) throw usage.busy(operation)
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
        if (!isClosed) usage.requireOwner()
        holds.requireNone("close")
        var isFirst = false
        val isOver = usage.await {
            isFirst = isFirst || announceClose()
            state.load() == if (isFirst) CLOSING else CLOSED
        }
        if (!isOver) {
            if (isFirst) state.addAndFetch(WAITED - CLOSING)
            throw usage.busy("close")
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

/** Enters the gate of the current generation; waits while a resize is exchanging it. Throws if the map is closed. */
internal fun MMap.enter(): Generation {
    prepareThread()
    // The gate of a view is its map's, and lets others in when the view is closed.
    if (mapping.usage.isConfined || viewOf != null) lifecycle.requireOpen()
    var attempt = 0
    while (true) {
        val current = generation
        if (current.gate.enter()) return current
        lifecycle.requireOpen()
        if (lifecycle.holds.isMine(current)) {
            current.gate.enterOnceMore()
            return current
        }
        pause(attempt++)
    }
}

/**
 * Runs [block] with the current generation, which stays mapped meanwhile. No user code may run in it: it would hold up
 * close. If a page was gone that the block has touched, its result is not returned.
 */
internal inline fun <T> MMap.pinned(block: (Generation) -> T): T {
    val generation = enter()
    try {
        requireIntact()
        val result = block(generation)
        if (!generation.region.hasFaulted()) return result
        mapping.breakDown(generation.size, inUse = true)
    } catch (e: Throwable) {
        if (!isPageGone(e)) {
            // From a region that was revoked meanwhile because a page is gone.
            if (e is IllegalStateException) requireIntact()
            throw e
        }
        mapping.breakDown(generation.size, inUse = true)
    } finally {
        generation.gate.exit()
    }
    throw broken()
}

/** [pinned], for what reads bytes. */
internal inline fun <T> MMap.reading(block: (Generation) -> T): T = pinned { generation ->
    generation.requireReadable()
    block(generation)
}

/** [pinned], for what writes bytes. */
internal inline fun <T> MMap.writing(operation: String, block: (Generation) -> T): T = pinned { generation ->
    if (!generation.rights.writable) throw readOnly(operation)
    block(generation)
}

/** What [MMap.close] does. */
internal fun MMap.end(): Unit = lifecycle.close {
    if (viewOf != null) {
        viewOf.map.views.remove(this)
        generation.drop()
        return@close
    }
    try {
        mapping.release(generation)
    } catch (e: MMapBusyException) {
        // So that single bytes are not to be had any more either.
        mapping.leave(generation)
        publish(mapping.mapNothing().also { it.retire() })
        throw e
    }
}

/** Makes [new] the current generation. The region goes first: who sees the generation sees its region. */
internal fun MMap.publish(new: Generation) {
    region = new.region
    generation = new
    // Who breaks the map revokes what is current; one of both sees the other.
    if (mapping.fault != null) new.region.revoke()
    for (view in views.toList()) view.follow()
}

/** Shows the same part of what its map has now. */
private fun MMap.follow() {
    val part = checkNotNull(viewOf).let { it.map.generation.part(it.offset, it.length) }
    publish(part)
    // Who closes the view drops what is current; one of both sees the other.
    if (lifecycle.isClosed) part.drop()
}

/** The exception for a map that has a fault; from now on nobody accesses it, not even without the gate. */
internal fun MMap.broken(): MMapException {
    generation.region.revoke()
    return checkNotNull(mapping.fault).exception()
}

/**
 * Whether an access on [used], without the gate, has met no page that is gone although [Region.hasFaulted] says so: its
 * guard was released, and what has faulted is another range with the same number. If a resize has replaced the region,
 * nobody knows; the access is to be repeated. Throws if a page is gone. Not to be called while inside an access.
 */
internal fun MMap.isWhole(used: Region): Boolean {
    val current = generation
    if (current.region !== used) return false
    if (!current.guard.hasFaulted()) return true
    throw broken(current)
}

/** Throws if a page of the map was found gone. */
internal fun MMap.requireIntact() {
    val fault = mapping.fault ?: return
    lifecycle.requireOpen()
    throw fault.exception()
}

/** The exception for an access to [used], without the gate, that a page that is gone has failed with [cause]. */
internal fun MMap.lost(used: Region, cause: Throwable): Throwable {
    requireUsable()
    val current = generation
    return if (current.region === used) broken(current) else cause
}

/** [broken], for who is not inside the gate of [current], of which a page is gone. */
private fun MMap.broken(current: Generation): MMapException {
    val inUse = current.gate.enter()
    try {
        mapping.breakDown(current.size, inUse)
    } finally {
        if (inUse) current.gate.exit()
    }
    return broken()
}

/**
 * Waits until a resize under way has published another region than [used], on which an access without the gate has
 * failed with [cause], so that the access can be repeated. Throws the reason if there is no other region to come.
 */
internal fun MMap.awaitReplacement(used: Region, cause: RuntimeException) {
    var attempt = 0
    while (true) {
        requireUsable()
        // In this order: a resize that revoked the region is either still under way or has published another one by
        // now.
        val changing = lifecycle.isChanging
        if (generation.region !== used) return
        if (!changing) throw cause
        pause(attempt++)
    }
}

/** Throws what every access to bytes throws: the map is closed, or cannot be read. */
internal fun MMap.requireUsable() {
    requireAlive()
    generation.requireReadable()
}

/** Throws if the map is closed, or a page of it gone. */
internal fun MMap.requireAlive() {
    lifecycle.requireOpen()
    requireIntact()
}

internal fun Generation.requireReadable() {
    if (!rights.readable) throw notReadable()
}

private fun notReadable() = UnsupportedOperationException("mmap has no read permission: protection is without READ")

/** Throws unless the map can be resized: only what is written to its file can, as in Python. */
internal fun MMap.requireResizable() {
    requireIntact()
    requireNoView("resize")
    requireWritable("resize")
    if (mapping.rights.changesFile) return
    throw UnsupportedOperationException("a copy-on-write map cannot be resized")
}

/** Throws if the map is a view, which has nothing of its own to be changed. */
internal fun MMap.requireNoView(operation: String) {
    if (viewOf != null) throw UnsupportedOperationException("$operation: a view cannot do it, but its map can")
}

/** Throws unless the map can be written now; [checkWritable] is for who is about to do it. */
internal fun MMap.requireWritable(operation: String) {
    if (!generation.rights.writable) throw readOnly(operation)
}

/** Throws unless bytes of [region] can be written. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun MMap.checkWritable(region: Region, operation: String) {
    if (region.isReadOnly()) throw readOnly(operation)
}

/** The exception for changing a read-only map; a closed one is closed first of all. */
internal fun MMap.readOnly(operation: String): ReadOnlyMMapException {
    lifecycle.requireOpen()
    return ReadOnlyMMapException(Failure("$operation: the map is read-only", operation, 0, null))
}
