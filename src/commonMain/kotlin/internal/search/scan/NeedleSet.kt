package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/** Bytes that have to lie behind a position for the filter to look at it. */
private const val FILTER_BYTES = 8L

/** Positions that are searched without the filter where it stops too often: it is tried again behind them. */
private const val DENSE_RUN = 4096L

/** The same in lengths of the longest needle, so that the bytes read behind a run stay a fraction of it. */
private const val DENSE_NEEDLES = 4L

/** What a stop of the filter costs, in bytes read by the automaton. */
private const val STOP_COST = 32L

/** Stops that are not held against the filter: a few close together say nothing yet. */
private const val FREE_COST = 1024L

/** Where needles begin, and which. */
internal class NeedleMatches {
    private var starts = LongArray(16)
    private var needles = IntArray(16)

    var size = 0
        private set

    fun start(index: Int): Long = starts[index]

    fun needle(index: Int): Int = needles[index]

    fun add(start: Long, needle: Int) {
        if (size == starts.size) {
            starts = starts.copyOf(2 * size)
            needles = needles.copyOf(2 * size)
        }
        starts[size] = start
        needles[size++] = needle
    }

    /** Moves those from [index] on by [distance]. */
    fun move(index: Int, distance: Long) {
        if (distance != 0L) for (i in index until size) starts[i] += distance
    }

    fun clear() {
        size = 0
    }
}

/**
 * Searches windows for all [needles] at once, none of them empty. At each position the first needle in the list that
 * occurs there counts. The [filter][NeedleFilter] passes over what can be no beginning, and the
 * [automaton][NeedleAutomaton] decides. Where the filter costs more than it saves, the automaton reads everything for
 * a while. So the time is linear in the window, whatever the needles and the bytes.
 */
internal class NeedleSet(
    private val needles: List<ByteArray>,
    ignoreCase: Boolean,
    tableEntries: Long = TABLE_ENTRIES,
) {
    /** Bytes in the shortest needle. */
    val minLength: Int = needles.minOf { it.size }

    /** Bytes in the longest one. */
    val maxLength: Int = needles.maxOf { it.size }

    /** Whether each of them has a byte other than 0. */
    val needsData: Boolean get() = needles.all { needle -> needle.any { it != 0.toByte() } }

    private val filter = NeedleFilter(needles, ignoreCase)
    private val automaton = needleAutomaton(needles, ignoreCase, tableEntries)
    private val denseRun = maxOf(DENSE_RUN, DENSE_NEEDLES * maxLength)

    /** Bytes in [needle]. */
    fun length(needle: Int): Int = needles[needle].size

    /**
     * Appends to [matches] the occurrences that begin in `from until until` and lie inside `[from, to)`, each behind
     * the one before, until there are [enough] (or some more). The position to go on from: all before it is settled.
     */
    fun collect(region: Region, from: Long, until: Long, to: Long, matches: NeedleMatches, enough: Int): Long {
        val last = minOf(until - 1, to - minLength)
        var at = from
        while (at <= last && matches.size < enough) {
            at = collectFiltered(region, at, last, to, matches, enough)
            if (at > last || matches.size >= enough) break
            at = collectDense(region, at, minOf(last, at + denseRun - 1), to, matches)
        }
        return if (at > last) maxOf(at, until) else at
    }

    private fun collectFiltered(
        region: Region,
        from: Long,
        last: Long,
        to: Long,
        matches: NeedleMatches,
        enough: Int,
    ): Long {
        val behind = filter.stride - 1
        val lastSample = minOf(last + behind, to - FILTER_BYTES)
        var at = from
        var cost = -FREE_COST
        while (at <= last && matches.size < enough && cost < at - from) {
            val sample = filter.next(region, at + behind, lastSample)
            if (sample > lastSample) return minOf(sample - behind, last + 1)
            cost += STOP_COST
            var first = sample - behind
            val lastFirst = minOf(sample, last)
            while (first <= lastFirst && !filter.mayBegin(region, first)) first++
            at = lastFirst + 1
            if (first > lastFirst) continue
            val reader = readerFor(lastFirst, to)
            cost += reader.at - first
            val found = lowest(region, first, lastFirst, reader)
            if (found >= 0) {
                matches.add(found, reader.needle)
                at = found + length(reader.needle)
            }
        }
        return at
    }

    private fun collectDense(region: Region, from: Long, last: Long, to: Long, matches: NeedleMatches): Long {
        val reader = readerFor(last, to)
        val all = NeedleMatches()
        while (automaton.advance(region, from, reader)) if (reader.at <= last) all.add(reader.at, reader.needle)
        var at = from
        for (i in all.size - 1 downTo 0) {
            if (all.start(i) < at) continue
            matches.add(all.start(i), all.needle(i))
            at = all.start(i) + length(all.needle(i))
        }
        return maxOf(at, last + 1)
    }

    /**
     * The last position at which a needle begins that lies inside `[from, to)`: where the reader is, with the needle.
     */
    fun last(region: Region, from: Long, to: Long): NeedleReader? {
        var at = to - minLength
        while (at >= from) {
            val begin = at
            var cost = -FREE_COST
            while (at <= to - FILTER_BYTES && cost < begin - at) {
                val sample = filter.previous(region, at, from)
                if (sample < from) return null
                cost += STOP_COST
                val first = maxOf(from, sample - filter.stride + 1)
                var last = sample
                while (last >= first && !filter.mayBegin(region, last)) last--
                at = first - 1
                if (last < first) continue
                val reader = readerFor(last, to)
                cost += reader.at - first
                if (highest(region, first, last, reader)) return reader
            }
            if (at < from) return null
            val run = if (at > to - FILTER_BYTES) FILTER_BYTES else denseRun
            val first = maxOf(from, at - run + 1)
            val reader = readerFor(at, to)
            if (highest(region, first, at, reader)) return reader
            at = first - 1
        }
        return null
    }

    /** One that knows all needles that begin up to [last] and end by [to]. */
    private fun readerFor(last: Long, to: Long) = NeedleReader(if (to - last < maxLength) to else last + maxLength)

    /** The lowest position in `first..last` where a needle begins, or -1; the needle is the reader's. */
    private fun lowest(region: Region, first: Long, last: Long, reader: NeedleReader): Long {
        var found = -1L
        var needle = 0
        while (automaton.advance(region, first, reader)) {
            if (reader.at <= last) {
                found = reader.at
                needle = reader.needle
            }
        }
        reader.needle = needle
        return found
    }

    /** Whether a needle begins in `first..last`: the reader stops at the highest such position. */
    private fun highest(region: Region, first: Long, last: Long, reader: NeedleReader): Boolean {
        while (automaton.advance(region, first, reader)) if (reader.at <= last) return true
        return false
    }
}
