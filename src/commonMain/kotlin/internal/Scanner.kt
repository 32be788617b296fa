package dev.kmmap.internal

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
}

/** A plain way to [Scanner.collect]: one search after the other, each [step] bytes behind the last occurrence. */
internal fun Scanner.collectOneByOne(region: Region, from: Long, to: Long, step: Int, indices: LongArray): Int {
    var count = 0
    var at = from
    while (count < indices.size) {
        val found = first(region, at, to)
        if (found < 0) break
        indices[count++] = found
        at = found + step
    }
    return count
}
