package dev.kmmap.internal.memory

import dev.kmmap.internal.kernel.kmmap_guard_thread
import dev.kmmap.internal.readers.kmmap_readers_await
import dev.kmmap.internal.readers.kmmap_readers_slot
import kotlin.native.concurrent.ThreadLocal

/*
 * The slot in which a thread says which region it is touching: see readers.slots.def. Nothing else is in this file,
 * since a file with an initial value that is no constant checks at each access whether it is there yet.
 */

/** The address of this thread's slot, or [NO_SLOT]; 0 before its first access. */
@ThreadLocal
internal var slotAddress: Long = 0

/** Gives the calling thread a slot, and returns its address or [NO_SLOT]. The first thing that a thread does here. */
internal fun newSlot(): Long {
    kmmap_guard_thread()
    val address = kmmap_readers_slot()
    slotAddress = if (address == 0L) NO_SLOT else address
    return slotAddress
}

internal actual fun prepareThread() {
    if (slotAddress == 0L) newSlot()
}

/** Waits until no thread touches the region of that number, which has been marked as revoked before. */
internal fun awaitReaders(region: Long): Unit = kmmap_readers_await(region)
