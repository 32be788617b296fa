package dev.kmmap.internal.search

import dev.kmmap.MMap
import dev.kmmap.MultiNeedle
import dev.kmmap.NeedleMatch
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.base.searchBounds
import dev.kmmap.internal.search.scan.NeedleMatches
import dev.kmmap.internal.search.scan.NeedleSet

/** So many positions are searched at once where the bytes are copied before. */
private const val STAGE = 64L shl 10

/** In which windows the set is searched for. */
private val NeedleSet.windows: SearchWindows get() = SearchWindows(maxLength)

/** How far the window reaches that begins at [from]. */
internal fun NeedleSet.windowEnd(from: Long, end: Long): Long = windows.end(from, end)

/**
 * Appends to [matches] what begins in the first window of the range, until there is [enough]; the position to go on
 * from, or -1 if nothing can follow.
 */
internal fun MMap.collectMatches(set: NeedleSet, from: Long, end: Long, matches: NeedleMatches, enough: Int): Long =
    reading { generation ->
        val limit = minOf(end, generation.size)
        if (limit - from < set.minLength) return@reading -1
        val isStaged = generation.region.isStaged()
        val window = if (isStaged) STAGE else set.windows.step
        val until = if (limit - from <= window) limit else from + window
        val to = if (limit - until < set.maxLength) limit else until + set.maxLength - 1
        val region = if (isStaged) generation.region.staged(from, to) else generation.region
        val origin = if (isStaged) from else 0
        val before = matches.size
        val next = set.collect(region, from - origin, until - origin, to - origin, matches, enough)
        matches.move(before, origin)
        origin + next
    }

/** Matches that are looked for at a time: more than one, since each time the gate is entered. */
private const val MATCHES_AT_ONCE = 256

/** Runs [use] with the matches inside [bounds], some at a time and ascending; the object that it is given is reused. */
internal inline fun MMap.forEachBatch(set: NeedleSet, bounds: Bounds, use: (NeedleMatches) -> Unit) {
    val matches = NeedleMatches()
    val skips = HoleSkips(this, set.maxLength, set.needsData)
    var from = bounds.start
    while (from >= 0) {
        from = collectMatches(set, from, bounds.end, matches, MATCHES_AT_ONCE)
        if (from >= 0) from = skips.forward(from, bounds.end)
        use(matches)
        matches.clear()
        letOthersRun()
    }
}

/** The first match in the slice from [start] to [end], as [searchForward] finds one. */
internal inline fun MMap.searchForward(
    needles: MultiNeedle,
    start: Long,
    end: Long,
    checkpoint: (next: Long) -> Unit,
): NeedleMatch? {
    val bounds = searchBounds(start, end, size)
    val set = needles.set ?: return null
    val matches = NeedleMatches()
    val skips = HoleSkips(this, set.maxLength, set.needsData)
    var from = bounds.start
    while (true) {
        from = collectMatches(set, from, bounds.end, matches, 1)
        if (matches.size > 0) return set.match(matches.start(0), matches.needle(0))
        if (from < 0) return null
        letOthersRun()
        from = skips.forward(from, bounds.end)
        checkpoint(from)
    }
}

/** The last match in the slice from [start] to [end], as [searchBackward] finds one. */
internal inline fun MMap.searchBackward(
    needles: MultiNeedle,
    start: Long,
    end: Long,
    checkpoint: (next: Long) -> Unit,
): NeedleMatch? {
    val bounds = searchBounds(start, end, size)
    val set = needles.set ?: return null
    val skips = HoleSkips(this, set.maxLength, set.needsData)
    var to = bounds.end
    while (to - bounds.start >= set.minLength) {
        val from = set.windows.start(bounds.start, to)
        val found = lastMatch(set, from, to)
        if (found != null) return found
        if (from == bounds.start) return null
        to = skips.backward(bounds.start, to - set.windows.step)
        letOthersRun()
        checkpoint(to)
    }
    return null
}

internal fun MMap.lastMatch(set: NeedleSet, from: Long, to: Long): NeedleMatch? = reading { generation ->
    val limit = minOf(to, generation.size)
    if (from >= limit) return@reading null
    val isStaged = generation.region.isStaged()
    val region = if (isStaged) generation.region.staged(from, limit) else generation.region
    val origin = if (isStaged) from else 0
    set.last(region, from - origin, limit - origin)?.let { set.match(origin + it.at, it.needle) }
}

internal fun NeedleSet.match(start: Long, needle: Int) = NeedleMatch(this, needle, start)
