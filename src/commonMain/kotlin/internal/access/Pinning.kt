package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.MMapBusyException
import dev.kmmap.internal.base.backOff
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.isLostPage
import dev.kmmap.internal.memory.prepareThread

/** Enters the gate of the current generation; waits while a resize is exchanging it. Throws if the map is closed. */
internal fun MMap.enter(): Generation {
    prepareThread()
    // The gate of a view is its map's, and lets others in when the view is closed.
    if (mapping.confinement.isConfined || parent != null) lifecycle.requireOpen()
    var attempt = 0
    while (true) {
        val current = generation
        if (current.gate.enter()) return current
        lifecycle.requireOpen()
        if (lifecycle.pinnedThreads.isPinnedByCaller(current)) {
            current.gate.enterOnceMore()
            return current
        }
        backOff(attempt++)
    }
}

/**
 * Runs [block] with the current generation, which stays mapped meanwhile. No user code may run in it: it would hold up
 * close. If a page was gone that the block has touched, its result is not returned.
 */
internal inline fun <T> MMap.pinned(block: (Generation) -> T): T {
    val generation = enter()
    try {
        requireNotPoisoned()
        val result = block(generation)
        if (!generation.region.isPoisoned()) return result
        mapping.poison(generation.size, inUse = true)
    } catch (e: Throwable) {
        if (!isLostPage(e)) {
            // From a region that was revoked meanwhile because a page is gone.
            if (e is IllegalStateException) requireNotPoisoned()
            throw e
        }
        mapping.poison(generation.size, inUse = true)
    } finally {
        generation.gate.exit()
    }
    throw poisonedException()
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
    if (parent != null) {
        parent.map.views.remove(this)
        generation.detach()
        return@close
    }
    try {
        mapping.release(generation)
    } catch (e: MMapBusyException) {
        // So that single bytes are not to be had any more either.
        mapping.leave(generation)
        publish(mapping.mapNothing().also { it.drain() })
        throw e
    }
}

/** Makes [new] the current generation. The region goes first: who sees the generation sees its region. */
internal fun MMap.publish(new: Generation) {
    region = new.region
    generation = new
    // Who breaks the map revokes what is current; one of both sees the other.
    if (mapping.poisoning != null) new.region.revoke()
    for (view in views.toList()) view.follow()
}

/** Shows the same part of what its map has now. */
private fun MMap.follow() {
    val part = checkNotNull(parent).let { it.map.generation.part(it.offset, it.length) }
    publish(part)
    // Who closes the view drops what is current; one of both sees the other.
    if (lifecycle.isClosed) part.detach()
}
