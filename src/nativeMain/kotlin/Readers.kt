package dev.kmmap.internal

import dev.kmmap.internal.readers.kmmap_readers_slot
import kotlin.native.concurrent.ThreadLocal

/*
 * The slot in which a thread says which region it is touching: see readers.def. Nothing else is in this file, since a
 * file with an initial value that is no constant checks at each access whether it is there yet.
 */

/** The address of this thread's slot; 0 before it has one. */
@ThreadLocal
internal var slotAddress: Long = 0

/** Gives the calling thread a slot, and returns its address; 0 where reading has to go through the gate. */
internal fun newSlot(): Long {
    slotAddress = kmmap_readers_slot()
    return slotAddress
}
