package dev.kmmap.internal

import dev.kmmap.MMap

/**
 * Bytes that are searched without a pause. Between windows the gate is left, so that close and resize get their turn,
 * a virtual thread gives way to others, and the checkpoint runs, so that a coroutine can be cancelled. A window of this
 * size takes about a millisecond.
 */
internal const val SEARCH_WINDOW: Long = 4L shl 20

/** What is looked for, as the search sees it. */
internal interface Pattern {
    /** Bytes in the shortest occurrence that there can be. */
    val shortest: Int

    /** Bytes in the longest one. */
    val longest: Int

    /** The bytes that all occurrences are copies of, or `null`. */
    val exactly: ByteArray? get() = null

    /** Whether each occurrence has a byte other than 0, so that there is none in a hole. */
    val needsData: Boolean get() = false

    /** What searches a window of [length] bytes best. Not asked for where [shortest] is 0. */
    fun scanner(length: Long): Scanner
}

/** What searches [length] bytes of [region]. */
internal fun Pattern.scannerFor(region: Region, length: Long): Scanner {
    val scanner = scanner(length)
    return if (region.isStaged()) scanner.staged(longest) else scanner
}

/**
 * How far one step gets: a window that grows with the needle, so that the overlaps never cost more than the windows.
 */
internal fun windowFor(needle: Pattern): Long = maxOf(SEARCH_WINDOW, needle.longest.toLong())

/** How far the window reaches that begins at [from]. */
internal fun windowEnd(needle: Pattern, from: Long, end: Long): Long {
    val window = windowFor(needle) + needle.longest - 1
    return if (end - from <= window) end else from + window
}

/** Where the window begins that ends at [end]. */
internal fun windowStart(needle: Pattern, start: Long, end: Long): Long {
    val window = windowFor(needle) + needle.longest - 1
    return if (end - start <= window) start else end - window
}

/**
 * The index of the first occurrence of [needle] in the slice from [start] to [end], or -1. The bounds are those of the
 * size at the beginning; if the map shrinks meanwhile, what is left is searched. [checkpoint] runs between windows,
 * outside of the gate, and is told where the next one begins.
 */
internal inline fun MMap.searchForward(
    needle: Pattern,
    start: Long,
    end: Long,
    checkpoint: (next: Long) -> Unit,
): Long {
    val size = size
    var from = searchStart(start, size)
    val to = clampBound(end, size)
    if (needle.shortest == 0) return if (from <= to) from else -1
    val near = nearFirst(needle.exactly, from, to)
    if (near != CONTINUE) return near
    val skips = HoleSkips(this, needle)
    while (true) {
        val found = scanFirst(needle, from, to)
        if (found != CONTINUE) return found
        from = skips.forward(from + windowFor(needle), to)
        letOthersRun()
        checkpoint(from)
    }
}

/** As [searchForward], for the last occurrence: [checkpoint] is told before which index the next window ends. */
internal inline fun MMap.searchBackward(
    needle: Pattern,
    start: Long,
    end: Long,
    checkpoint: (next: Long) -> Unit,
): Long {
    val size = size
    val from = searchStart(start, size)
    var to = clampBound(end, size)
    if (needle.shortest == 0) return if (from <= to) to else -1
    val near = nearLast(needle.exactly, from, to)
    if (near != CONTINUE) return near
    val skips = HoleSkips(this, needle)
    while (true) {
        val found = scanLast(needle, from, to)
        if (found != CONTINUE) return found
        to = skips.backward(from, to - windowFor(needle))
        letOthersRun()
        checkpoint(to)
    }
}

/** As above, for a needle of which a pattern is only made if there is more to search than [nearFirst] does. */
internal fun MMap.searchForward(needle: ByteArray, start: Long, end: Long): Long {
    val near = nearFirst(needle, searchStart(start, size), clampBound(end, size))
    return if (near != CONTINUE) near else searchForward(bytePattern(needle), start, end) {}
}

/** As [searchForward], for the last occurrence. */
internal fun MMap.searchBackward(needle: ByteArray, start: Long, end: Long): Long {
    val near = nearLast(needle, searchStart(start, size), clampBound(end, size))
    return if (near != CONTINUE) near else searchBackward(bytePattern(needle), start, end) {}
}

/** Nothing in this window, and it was not the last one. */
internal const val CONTINUE = -2L

/** Searches the first window of the range: all occurrences that begin less than a window after [from]. */
internal fun MMap.scanFirst(needle: Pattern, from: Long, end: Long): Long = reading { generation ->
    val limit = minOf(end, generation.size)
    if (limit - from < needle.shortest) return@reading -1
    val to = windowEnd(needle, from, limit)
    val found = needle.scannerFor(generation.region, to - from).first(generation.region, from, to)
    if (found < 0 && to != limit) CONTINUE else found
}

/** Searches the last window of the range: all occurrences that end less than a window before [end]. */
internal fun MMap.scanLast(needle: Pattern, start: Long, end: Long): Long = reading { generation ->
    val limit = minOf(end, generation.size)
    if (limit - start < needle.shortest) return@reading -1
    // Counted from the end asked for, so that the next window continues here also if the map has become shorter.
    val from = windowStart(needle, start, end)
    if (limit - from < needle.shortest) return@reading if (from == start) -1 else CONTINUE
    val found = needle.scannerFor(generation.region, limit - from).last(generation.region, from, limit)
    if (found < 0 && from != start) CONTINUE else found
}
