package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/**
 * Searches one window for one needle of at least one byte. Prepared once per needle; a call allocates nothing that the
 * next one would not use again, and one scanner may be used from several threads at once.
 *
 * A window `[from, to)` lies inside its region. No byte outside the window is read, not even one beside it: the next
 * page may not exist.
 */
internal interface Scanner {
    /** Index of the first occurrence lying completely inside `[from, to)` of [region], or -1. */
    fun first(region: Region, from: Long, to: Long): Long

    /** Index of the last occurrence lying completely inside `[from, to)` of [region], or -1. */
    fun last(region: Region, from: Long, to: Long): Long

    /**
     * Writes the indices of the occurrences lying completely inside `[from, to)` of [region] into [indices], ascending,
     * until it is full; how many. With [overlapping] the next may begin one byte after the one before, otherwise where
     * that ends.
     */
    fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int

    /**
     * Adds to [tally] how many occurrences, as [collect] takes them, lie completely inside `[tally.next, to)` of
     * [region], and moves [Tally.next] to where the next one may begin: the first position at which none fits before
     * [to], or where the last one ends if that is behind it.
     */
    fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally)
}

/** Occurrences counted so far, and the index at which the [next] one may begin. */
internal class Tally(var next: Long) {
    var count: Long = 0
}

/** So many indices are collected at once, to be counted. */
private const val COUNTED_AT_ONCE = 256

/** A way to [Scanner.count] occurrences of [size] bytes: collects them. */
internal fun Scanner.countByCollecting(region: Region, to: Long, size: Int, overlapping: Boolean, tally: Tally) {
    val indices = LongArray(COUNTED_AT_ONCE)
    var found = indices.size
    while (found == indices.size && to - tally.next >= size) {
        found = collect(region, tally.next, to, overlapping, indices)
        tally.count += found
        if (found > 0) tally.next = indices[found - 1] + if (overlapping) 1 else size
        if (found < indices.size) tally.next = maxOf(tally.next, to - size + 1)
    }
}
