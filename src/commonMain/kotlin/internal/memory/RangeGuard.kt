package dev.kmmap.internal.memory

import kotlin.concurrent.Volatile

/**
 * The fault guard of one mapped range, from before anybody touches the range until nobody does any more. A page that is
 * gone (the file was truncated, its device failed) shows zeros then, instead of ending the process, and counts.
 *
 * Counters belong to numbers, and numbers are used again; a counter only grows, so what matters is by how much.
 */
internal class RangeGuard private constructor(val number: Long) {
    /** Guards [length] bytes from [address] on, as far as this platform can. */
    constructor(address: Long, length: Long) : this(guardRange(address, length))

    /** What the counter shows as long as no page is gone. */
    val faultsBefore: Long = countFaults(number)

    /** The counter when the range was released, or [NOT_RELEASED]. What it counts later happens in other ranges. */
    @Volatile
    private var faultsAtRelease = NOT_RELEASED

    val isReleased: Boolean get() = faultsAtRelease != NOT_RELEASED

    /** Whether a page of the range was found gone. */
    fun isPoisoned(): Boolean {
        // In this order: as long as the number is not released, what was counted is ours.
        val now = countFaults(number)
        val atRelease = faultsAtRelease
        return (if (atRelease == NOT_RELEASED) now else atRelease) != faultsBefore
    }

    /** Ends the guard; the range can then be unmapped or moved. A second time it does nothing. */
    fun release() {
        if (isReleased) return
        faultsAtRelease = countFaults(number)
        releaseGuard(number)
    }

    companion object {
        private const val NOT_RELEASED = -1L

        /** Guards nothing: for a range of no bytes. */
        val NONE: RangeGuard = RangeGuard(0)
    }
}

/** What the C code says of its handler (KMMAP_GUARD_*), for [guardProblem]. */
internal fun guardProblemOf(code: Long): String? = when (code) {
    0L -> null
    1L -> "kmmap's handler could not be installed"
    2L -> "another library's SIGBUS handler is installed over kmmap's, until the next map is opened"
    else -> "this thread blocks SIGBUS, until it opens a map"
}

/** What [guardProblem] says on macOS. */
internal const val NO_GUARD_ON_MACOS: String = "macOS has no fault guard"
