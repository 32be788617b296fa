package dev.kmmap.internal.memory

/** In place of the address of a slot: the thread has none and never will, its accesses go through the gate. */
internal const val NO_SLOT: Long = -1
