package dev.kmmap.internal

/* Windows cannot replace a page in the middle of a view, and lets nobody shorten a mapped file: nothing is guarded. */

@Suppress("UNUSED_PARAMETER")
internal actual fun guardRange(address: Long, length: Long): Long = 0

@Suppress("UNUSED_PARAMETER")
internal actual fun releaseGuard(number: Long): Unit = Unit

/** The address of the counter of that number: there is none. */
@Suppress("UNUSED_PARAMETER")
internal fun faultCounter(number: Long): Long = NO_COUNTER
