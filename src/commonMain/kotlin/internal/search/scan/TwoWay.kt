package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/**
 * Exact search for a needle with at most a few comparisons per byte of the window, whatever the bytes are, and in
 * constant space: the Two-Way algorithm.
 *
 * The needle is cut in two at a *critical factorisation*. A position is compared from the cut to the right first, and
 * then from the cut to the left:
 *
 * 1. A mismatch right of the cut shifts by as many bytes as were compared: the cut is where no smaller shift fits.
 * 2. A mismatch left of it shifts by the needle's period. What then still matches is remembered and not compared again.
 * 3. Where the period is long, a lower bound of it is shifted by instead, and nothing needs to be remembered.
 *
 * The backward search is the same search in the mirror: the needle and the window are both read from their ends. Only
 * the index of the i-th byte differs, so there is one algorithm for both directions.
 *
 * Source: M. Crochemore, D. Perrin, *Two-way string-matching*, Journal of the ACM 38 (3), 1991; the computation of the
 * maximal suffixes is theirs too.
 *
 * The needle is kept, not copied: it must not change. Safe to use from several threads at once.
 *
 * @param needle at least one byte; without capital ASCII letters if [ignoreCase]
 * @param backward whether [search] finds the last occurrence instead of the first
 * @param ignoreCase whether ASCII letters match in either case: then bytes are compared as small letters
 */
internal class TwoWay(
    private val needle: ByteArray,
    private val backward: Boolean,
    private val ignoreCase: Boolean = false,
) {
    private val step = if (backward) -1 else 1
    private val needleOrigin = if (backward) needle.lastIndex else 0

    /** Bytes left of the cut. */
    private val cut: Int

    /** How far a mismatch left of the cut shifts: the period of the needle, or a lower bound of it. */
    private val shift: Int

    /** Bytes at the needle's start that are known to match after such a shift. */
    private val remembered: Int

    init {
        val rising = maximalSuffix(falling = false)
        val falling = maximalSuffix(falling = true)
        val suffix = if (rising.start > falling.start) rising else falling
        cut = suffix.start
        if ((0 until cut).all { byteAt(it) == byteAt(it + suffix.period) }) {
            shift = suffix.period
            remembered = needle.size - suffix.period
        } else {
            shift = maxOf(cut, needle.size - cut) + 1
            remembered = 0
        }
    }

    /** Index of the first occurrence (the last one, if [backward]) lying completely inside `[from, to)`, or -1. */
    fun search(region: Region, from: Long, to: Long): Long {
        search(region, from, to) { at ->
            return if (backward) to - at - needle.size else from + at
        }
        return -1
    }

    /**
     * [Scanner.collect], not [backward], into [indices] from the one at [start] on, which has to be there: how many
     * there are in it then. What matched once is not compared again for the next occurrence that overlaps.
     */
    fun collect(
        region: Region,
        from: Long,
        to: Long,
        overlapping: Boolean,
        indices: LongArray,
        start: Int = 0,
    ): Int {
        var count = start
        search(region, from, to) { at ->
            indices[count++] = from + at
            if (count == indices.size) return count
            if (overlapping) shift else needle.size
        }
        return count
    }

    /**
     * Calls [found] with each occurrence, as its distance from where the search begins; it tells how far to go from
     * there: [shift], which misses none, or the size of the needle.
     */
    private inline fun search(region: Region, from: Long, to: Long, found: (Long) -> Int) {
        val needle = needle
        val size = needle.size
        val step = step
        val cut = cut
        val needleOrigin = needleOrigin
        val origin = if (backward) to - 1 else from
        val lastAt = to - from - size
        var at = 0L
        var known = 0
        while (at <= lastAt) {
            var i = maxOf(cut, known)
            while (i < size && isSame(needle[needleOrigin + step * i], region.get(origin + step * (at + i)))) i++
            if (i < size) {
                at += i - cut + 1
                known = 0
                continue
            }
            i = cut - 1
            while (i >= known && isSame(needle[needleOrigin + step * i], region.get(origin + step * (at + i)))) i--
            if (i < known) {
                val advance = found(at)
                at += advance
                known = if (advance == shift) remembered else 0
            } else {
                at += shift
                known = remembered
            }
        }
    }

    @Suppress("NOTHING_TO_INLINE")
    private inline fun isSame(wanted: Byte, byte: Byte): Boolean =
        wanted == byte || ignoreCase && wanted == lowerCase(byte)

    private fun byteAt(index: Int): Byte = needle[needleOrigin + step * index]

    private class Suffix(val start: Int, val period: Int)

    /** The suffix of the needle that is greatest in the order of its bytes, or in the opposite order if [falling]. */
    private fun maximalSuffix(falling: Boolean): Suffix {
        var start = 0
        var period = 1
        var candidate = 1
        var matched = 0
        // No sum to overflow: candidate < size as long as matched is 0, and matched < size - candidate else.
        while (matched < needle.size - candidate) {
            val challenger = byteAt(candidate + matched)
            val holder = byteAt(start + matched)
            if (challenger == holder) {
                // One more byte repeats with the period; a whole period is skipped at once.
                if (matched + 1 == period) {
                    candidate += period
                    matched = 0
                } else {
                    matched++
                }
            } else if ((challenger < holder) != falling) {
                candidate += matched + 1
                matched = 0
                period = candidate - start
            } else {
                start = candidate
                candidate++
                matched = 0
                period = 1
            }
        }
        return Suffix(start, period)
    }
}
