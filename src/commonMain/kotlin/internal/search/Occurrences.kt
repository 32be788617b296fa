package dev.kmmap.internal.search

import dev.kmmap.MMap
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.base.searchBounds
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.search.scan.Tally

/** So many occurrences at most are looked up at once: 8 KiB of indices, beside which the gate costs nothing. */
private const val OCCURRENCES_AHEAD = 1024L

/**
 * Goes through the occurrences of [pattern] from [start] to [end], in steps of one window or, where they are many, of
 * [OCCURRENCES_AHEAD] occurrences. Between the steps the gate is left. Without [overlapping] the next occurrence may
 * begin where the one before ends; the empty pattern occurs everywhere, at the end too.
 *
 * The bounds are those of [searchBounds]. If the map shrinks meanwhile, what is left is searched.
 */
internal class Occurrences(
    private val map: MMap,
    private val pattern: FixedPattern,
    start: Long,
    val end: Long,
    private val overlapping: Boolean,
) {
    /** What the last step has found, the first [found] of it; nothing if it only counted. */
    val positions = LongArray(minOf(maxOf(end - start + 1, 1), OCCURRENCES_AHEAD).toInt())
    var found = 0
        private set

    /** Where the next occurrence may begin, as far as is known. */
    var nextStart = start
        private set
    var isAtEnd = false
        private set

    /** The one that the last step has searched. */
    private var generation: Generation? = null

    private val skips = HoleSkips(map, pattern)

    private val distance = if (overlapping) 1 else maxOf(pattern.length, 1)

    /** Whether the map is no longer what the last step has searched. */
    val isStale: Boolean
        get() = map.isClosed || map.generation !== generation

    /** Drops what the last step has found from [index] on, and looks for it once more, in what the map is now. */
    fun rewind(index: Long) {
        nextStart = index
        isAtEnd = false
        found = 0
    }

    /** Makes the next step, which may find nothing; returns `false` if there is none to make. */
    fun step(): Boolean = step { region, to, isLast -> collect(region, to, isLast) }

    /** A [step] that only counts: always a whole window. */
    fun stepCounting(): Boolean = step { region, to, isLast -> count(region, to, isLast) }

    private inline fun step(search: (region: Region, to: Long, isLast: Boolean) -> Unit): Boolean {
        found = 0
        if (isAtEnd) return false
        if (generation != null) {
            letOthersRun()
            nextStart = skips.forward(nextStart, end)
        }
        map.reading { current ->
            generation = current
            val limit = minOf(end, current.size)
            val window = pattern.windows.length
            when {
                limit - nextStart < pattern.length -> isAtEnd = true
                limit - nextStart <= window -> search(current.region, limit, true)
                else -> search(current.region, nextStart + window, false)
            }
        }
        return true
    }

    private fun count(region: Region, to: Long, isLast: Boolean) {
        val tally = Tally(nextStart)
        if (pattern.length == 0) {
            tally.count = to - nextStart + 1
            tally.next = to + 1
        } else {
            pattern.scannerFor(region, to - nextStart).count(region, to, overlapping, tally)
        }
        found = tally.count.toInt()
        nextStart = tally.next
        isAtEnd = isLast
    }

    private fun collect(region: Region, to: Long, isLast: Boolean) {
        val from = nextStart
        found = when (pattern.length) {
            0 -> everywhere(from, to)
            else -> pattern.scannerFor(region, to - from).collect(region, from, to, overlapping, positions)
        }
        if (found > 0) nextStart = positions[found - 1] + distance
        if (found == positions.size) return
        if (isLast) isAtEnd = true else nextStart = maxOf(nextStart, to - pattern.length + 1)
    }

    private fun everywhere(from: Long, to: Long): Int {
        val count = minOf(to - from + 1, positions.size.toLong()).toInt()
        for (i in 0 until count) positions[i] = from + i
        return count
    }
}

/** The occurrences one by one, each as if it were looked for when it is asked for: see [Occurrences]. */
internal class OccurrenceIterator(private val occurrences: Occurrences) : LongIterator(), Batched<Long> {
    private var index = 0

    override val from: Long
        get() = if (index < occurrences.found) occurrences.positions[index] else occurrences.nextStart

    override val end: Long get() = occurrences.end

    override fun hasBuffered(): Boolean = index < occurrences.found && !occurrences.isStale

    override fun fetch(): Boolean {
        if (index < occurrences.found) occurrences.rewind(occurrences.positions[index])
        index = 0
        return occurrences.step()
    }

    override fun hasNext(): Boolean {
        while (!hasBuffered()) if (!fetch()) return false
        return true
    }

    override fun nextLong(): Long {
        if (!hasNext()) throw NoSuchElementException("there is no further occurrence")
        return occurrences.positions[index++]
    }
}

/** The occurrences inside the bounds that [start] and [end] are for the map of now. */
internal fun MMap.occurrences(pattern: FixedPattern, start: Long, end: Long, overlapping: Boolean): Occurrences {
    val bounds = searchBounds(start, end, size)
    return Occurrences(this, pattern, bounds.start, bounds.end, overlapping)
}

/** How many there are. [checkpoint] runs between the steps, outside of the gate, and is told where the next begins. */
internal inline fun Occurrences.countAll(checkpoint: (next: Long) -> Unit): Long {
    var total = 0L
    while (stepCounting()) {
        total += found
        if (!isAtEnd) checkpoint(nextStart)
    }
    return total
}
