package dev.kmmap.internal.memory

/*
 * macOS has no barrier that one thread executes on all others, so nobody gets a slot and all access goes through the
 * gate: see readers.slots.def.
 */

/** The address of this thread's slot: it never has one. */
internal const val slotAddress: Long = NO_SLOT

internal fun newSlot(): Long = NO_SLOT

/** There is nobody to wait for: who uses the gate has left by now. */
@Suppress("UNUSED_PARAMETER")
internal fun awaitReaders(region: Long): Unit = Unit
