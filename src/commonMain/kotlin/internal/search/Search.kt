package dev.kmmap.internal.search

import dev.kmmap.MMap
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.clampBound
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.base.searchStart

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
    if (needle.minLength == 0) return if (from <= to) from else -1
    val near = findNearby(needle.literal, from, to)
    if (near != NOT_IN_WINDOW) return near
    val skips = HoleSkips(this, needle)
    while (true) {
        val found = scanFirst(needle, from, to)
        if (found != NOT_IN_WINDOW) return found
        from = skips.forward(from + needle.windows.step, to)
        letOthersRun()
        checkpoint(from)
    }
}

/** Searches for the last occurrence: [checkpoint] is told before which index the next window ends. */
internal inline fun MMap.searchBackward(
    needle: Pattern,
    start: Long,
    end: Long,
    checkpoint: (next: Long) -> Unit,
): Long {
    val size = size
    val from = searchStart(start, size)
    var to = clampBound(end, size)
    if (needle.minLength == 0) return if (from <= to) to else -1
    val near = rfindNearby(needle.literal, from, to)
    if (near != NOT_IN_WINDOW) return near
    val skips = HoleSkips(this, needle)
    while (true) {
        val found = scanLast(needle, from, to)
        if (found != NOT_IN_WINDOW) return found
        to = skips.backward(from, to - needle.windows.step)
        letOthersRun()
        checkpoint(to)
    }
}

/** Searches for bytes of which a pattern is only made if there is more to search than [findNearby] does. */
internal fun MMap.searchForward(needle: ByteArray, start: Long, end: Long): Long {
    val near = findNearby(needle, searchStart(start, size), clampBound(end, size))
    return if (near != NOT_IN_WINDOW) near else searchForward(bytePattern(needle), start, end) {}
}

/** Searches for the last occurrence of bytes: see [searchForward]. */
internal fun MMap.searchBackward(needle: ByteArray, start: Long, end: Long): Long {
    val near = rfindNearby(needle, searchStart(start, size), clampBound(end, size))
    return if (near != NOT_IN_WINDOW) near else searchBackward(bytePattern(needle), start, end) {}
}

/** Searches the first window of the range: all occurrences that begin less than a window after [from]. */
internal fun MMap.scanFirst(needle: Pattern, from: Long, end: Long): Long = reading { generation ->
    val limit = minOf(end, generation.size)
    if (limit - from < needle.minLength) return@reading -1
    val to = needle.windows.end(from, limit)
    val found = needle.scannerFor(generation.region, to - from).first(generation.region, from, to)
    if (found < 0 && to != limit) NOT_IN_WINDOW else found
}

/** Searches the last window of the range: all occurrences that end less than a window before [end]. */
internal fun MMap.scanLast(needle: Pattern, start: Long, end: Long): Long = reading { generation ->
    val limit = minOf(end, generation.size)
    if (limit - start < needle.minLength) return@reading -1
    // Counted from the end asked for, so that the next window continues here also if the map has become shorter.
    val from = needle.windows.start(start, end)
    if (limit - from < needle.minLength) return@reading if (from == start) -1 else NOT_IN_WINDOW
    val found = needle.scannerFor(generation.region, limit - from).last(generation.region, from, limit)
    if (found < 0 && from != start) NOT_IN_WINDOW else found
}
