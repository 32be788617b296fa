package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.internal.memory.NO_SLOT
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.memory.newSlot
import dev.kmmap.internal.memory.slotAddress
import kotlinx.cinterop.LongVar
import kotlinx.cinterop.pointed
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.value

/**
 * Not through the gate, whose two locked instructions take longer than all else: the thread notes in a slot of its own
 * which region it is touching, and [Region.revoke] looks into the slots of all threads. A thread without a slot does
 * use the gate.
 *
 * The order of the three steps (write the slot, look at the region, touch it) is what everything rests on. `isRevoked`
 * is volatile, across which the compiler moves no access to memory; the processors are seen to by [Region.revoke].
 */
internal actual inline fun <T> MMap.unpinned(
    check: (Region) -> Unit,
    dependency: (T) -> Int,
    block: (Region) -> T,
): T {
    if (mapping.confinement.isConfined) return unpinnedConfined(check, block)
    var address = slotAddress
    if (address == 0L) address = newSlot()
    if (address == NO_SLOT) {
        return pinned {
            check(it.region)
            it.requireReadable()
            block(it.region)
        }
    }
    val slot = address.toCPointer<LongVar>()!!.pointed
    while (true) {
        val used = generation.region
        if (used.isRevoked) {
            requireAlive()
            check(used)
            awaitAnother(used)
            continue
        }
        // Before the slot is written, since it may throw; block does not.
        check(used)
        slot.value = used.number
        if (!used.isRevoked) {
            val result = block(used)
            val faulted = used.isPoisoned()
            slot.value = 0
            if (!faulted || isFalseAlarm(used)) return result
            continue
        }
        slot.value = 0
    }
}

/** [unpinned] of a map that no other thread can revoke meanwhile. */
private inline fun <T> MMap.unpinnedConfined(
    check: (Region) -> Unit,
    block: (Region) -> T,
): T {
    lifecycle.requireOpen()
    while (true) {
        val used = generation.region
        if (used.isRevoked) {
            requireAlive()
            check(used)
            awaitAnother(used)
            continue
        }
        check(used)
        val result = block(used)
        if (!used.isPoisoned() || isFalseAlarm(used)) return result
    }
}

/** Apart, so that [unpinned] has no object to keep for the garbage collector, which takes longer than the access. */
internal fun MMap.awaitAnother(revoked: Region): Unit =
    awaitReplacement(revoked, IllegalStateException("the region was revoked, and no other one followed"))
