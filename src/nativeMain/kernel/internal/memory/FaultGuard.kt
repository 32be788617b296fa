package dev.kmmap.internal.memory

import dev.kmmap.internal.kernel.kmmap_guard_install
import dev.kmmap.internal.kernel.kmmap_guard_problem
import dev.kmmap.internal.kernel.kmmap_guard_register
import dev.kmmap.internal.kernel.kmmap_guard_release
import dev.kmmap.internal.kernel.kmmap_warn

/* The fault guard of fault_guard.c. */

/** Where the counters are, or a negated error. */
private val counters: Long = kmmap_guard_install()

/** Goes to the error stream once, when it is first asked for. */
private val warning: Unit by lazy {
    kmmap_warn(
        "kmmap: WARNING: goes without the fault guard, so a mapped file that others truncate can end this program. " +
            "Why: ${guardProblem()}. What to do: let the process install a handler for lost pages (on Linux " +
            "rt_sigaction(2) for SIGBUS). Capability.report() says more.",
    )
}

internal actual fun guardRange(address: Long, length: Long): Long {
    if (counters >= 0) return kmmap_guard_register(address, length)
    warning
    return 0
}

internal actual fun releaseGuard(number: Long): Unit = kmmap_guard_release(number)

internal actual fun guardProblem(): String? =
    if (counters < 0) "its handler cannot be installed, error ${-counters}" else guardProblemOf(kmmap_guard_problem())

/** The address of the counter of that number, or [NO_COUNTER]. */
internal fun faultCounter(number: Long): Long =
    if (number == 0L) NO_COUNTER else counters + number * Long.SIZE_BYTES
