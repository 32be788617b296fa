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
}
