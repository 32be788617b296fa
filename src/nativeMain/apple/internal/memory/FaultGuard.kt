package dev.kmmap.internal.memory

/* The fault guard is C, which can only be compiled for macOS on macOS: nothing is guarded. */

@Suppress("UNUSED_PARAMETER")
internal actual fun guardRange(address: Long, length: Long): Long = 0

@Suppress("UNUSED_PARAMETER")
internal actual fun releaseGuard(number: Long): Unit = Unit

/** The address of the counter of that number: there is none. */
@Suppress("UNUSED_PARAMETER")
internal fun faultCounter(number: Long): Long = NO_COUNTER

internal actual fun guardProblem(): String? = NO_GUARD_ON_MACOS

internal actual fun prepareThread(): Unit = Unit
