package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.internal.base.backOff
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Region

/** The exception for a map that has a fault; from now on nobody accesses it, not even without the gate. */
internal fun MMap.poisonedException(): MMapException {
    generation.region.revoke()
    return checkNotNull(mapping.poisoning).exception()
}

/**
 * Whether an access on [used], without the gate, has met no page that is gone although [Region.isPoisoned] says so: its
 * guard was released, and what has faulted is another range with the same number. If a resize has replaced the region,
 * nobody knows; the access is to be repeated. Throws if a page is gone. Not to be called while inside an access.
 */
internal fun MMap.isFalseAlarm(used: Region): Boolean {
    val current = generation
    if (current.region !== used) return false
    if (!current.guard.isPoisoned()) return true
    throw poison(current)
}

/** Throws if a page of the map was found gone. */
internal fun MMap.requireNotPoisoned() {
    val fault = mapping.poisoning ?: return
    lifecycle.requireOpen()
    throw fault.exception()
}

/** The exception for an access to [used], without the gate, that a page that is gone has failed with [cause]. */
internal fun MMap.explainFault(used: Region, cause: Throwable): Throwable {
    requireUsable()
    val current = generation
    return if (current.region === used) poison(current) else cause
}

/** [poisonedException], for who is not inside the gate of [current], of which a page is gone. */
private fun MMap.poison(current: Generation): MMapException {
    val inUse = current.gate.enter()
    try {
        mapping.poison(current.size, inUse)
    } finally {
        if (inUse) current.gate.exit()
    }
    return poisonedException()
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
        backOff(attempt++)
    }
}
