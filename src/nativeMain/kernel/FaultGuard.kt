package dev.kmmap.internal

import dev.kmmap.internal.kernel.kmmap_guard_install
import dev.kmmap.internal.kernel.kmmap_guard_problem
import dev.kmmap.internal.kernel.kmmap_guard_register
import dev.kmmap.internal.kernel.kmmap_guard_release

/* The fault guard of fault_guard.c. */

/** Where the counters are, or a negated error. */
private val counters: Long = kmmap_guard_install()

internal actual fun guardRange(address: Long, length: Long): Long =
    if (counters < 0) 0 else kmmap_guard_register(address, length)

internal actual fun releaseGuard(number: Long): Unit = kmmap_guard_release(number)

internal actual fun guardProblem(): String? = guardProblemOf(if (counters < 0) 1 else kmmap_guard_problem())

/** The address of the counter of that number, or [NO_COUNTER]. */
internal fun faultCounter(number: Long): Long =
    if (number == 0L) NO_COUNTER else counters + number * Long.SIZE_BYTES
