package dev.kmmap.internal.memory

/** Has the fault guard watch a range: a number for it, or 0 where there is no guard. See [RangeGuard]. */
internal expect fun guardRange(address: Long, length: Long): Long

/** Ends the guard of that [number]; that of 0 never began. */
internal expect fun releaseGuard(number: Long)

/** How many pages were found gone in ranges that have or had this [number]. */
internal expect fun countFaults(number: Long): Long

/**
 * Why a page that is lost is not noticed here and now, in words, or `null` if it is. The system is asked each time:
 * other libraries can take the guard's place at any time, until the next map is opened.
 */
internal expect fun guardProblem(): String?

/** Makes the calling thread ready to meet a page that is lost, which it may have refused to hear of. Costs little. */
internal expect fun prepareThread()

/**
 * Whether [thrown] is how this platform tells of a page that is gone in a range without a fault guard. It is thrown by
 * [Region.copyTo], [Region.copyFrom], [Region.move] and [Region.isPoisoned] at the latest.
 */
internal expect fun isLostPage(thrown: Throwable): Boolean
