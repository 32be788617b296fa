package dev.kmmap.internal

/** Bytes, and positions of a needle, in one word. */
private const val WORD = 8

/** Words per branch of the loops: enough to make its cost small, few enough to keep them all in registers. */
private const val STEP_WORDS = 4
private const val STEP = STEP_WORDS * WORD

private const val LOW_BITS = 0x0101010101010101L
private const val HIGH_BITS = LOW_BITS shl 7
private const val LOW_SEVEN = 0x7f7f7f7f7f7f7f7fL

/** Two probes filter; two more thin out the candidates of low-entropy data before each is verified. */
private const val PROBES = 4

/**
 * The filter of four probes is half as fast. So it takes over only where that of two stops more often than every half
 * of these bytes, and is left again after so many bytes without a candidate.
 */
private const val DENSE_RUN = 1024L

/**
 * Bytes that an innermost loop counts with an Int. The JVM's compiler moves the region's own checks out of such a loop;
 * out of one that counts with a Long it does so only if it has not seen the loop end early: once it has met data full
 * of candidates, every search runs at half speed. The value has only to be large, and to leave room for a step.
 */
private const val SPAN = 1L shl 20

/** Bytes of comparing that the fixed cost of a failed candidate is worth. */
private const val CANDIDATE_COST = 8L

/**
 * Bytes of comparing allowed per byte advanced, as a power of two: where every second position is a candidate, Two-Way,
 * which needs neither filter nor verification, becomes the faster way.
 */
private const val ALLOWANCE_SHIFT = 2

/** Allowed on top, so that a few bad lines at the start of a window do not spoil the filter for all of it. */
private const val ALLOWANCE_BASE = 64L * 1024

/**
 * The portable search: eight positions of the needle at a time in an ordinary 64-bit register (SWAR), always linear.
 *
 * 1. *Filter.* Two bytes of the needle, the rarest ([rarestOffsets]), are compared at eight consecutive positions by
 *    `(load(p + o1) xor b1·0x01…01) or (load(p + o2) xor b2·0x01…01)`: a zero byte is a candidate. Four words make a
 *    step. Where candidates are frequent (DNA, say), two more probes take part.
 * 2. *Verify.* The candidates of a step that has some have to pass all four probes, and are compared byte by byte.
 * 3. *Budget.* Comparing that leads nowhere is charged. Once it exceeds a fixed multiple of the bytes advanced, the
 *    rest of the window is searched by [TwoWay]. So no input is quadratic.
 *
 * Backward is the mirror image: steps, words and candidates are taken from the end. A single byte needs only the
 * filter.
 *
 * The test for a zero byte is the one of A. Mycroft, and its exact form that of H. Warren, *Hacker's Delight*, 6-1;
 * looking for the rarest byte comes from R. N. Horspool, *Practical fast searching in strings*, 1980.
 *
 * The needle is kept, not copied: it must not change. Its size is at least 1.
 */
internal class PortableScan(private val needle: ByteArray) : Scanner {
    private val offset1: Long
    private val offset2: Long
    private val offset3: Long
    private val offset4: Long
    private val probe1: Long
    private val probe2: Long
    private val probe3: Long
    private val probe4: Long

    /** The first bytes of the needle as a word, and which bits of that word belong to the needle. */
    private val head: Long
    private val headMask: Long

    /** Made when the budget runs out for the first time. */
    internal val forwardTwoWay = lazy(LazyThreadSafetyMode.PUBLICATION) { TwoWay(needle, backward = false) }
    internal val backwardTwoWay = lazy(LazyThreadSafetyMode.PUBLICATION) { TwoWay(needle, backward = true) }

    init {
        val offsets = rarestOffsets(needle, PROBES)
        offset1 = offsets[0].toLong()
        offset2 = offsets[1].toLong()
        offset3 = offsets[2].toLong()
        offset4 = offsets[3].toLong()
        probe1 = broadcast(needle[offsets[0]])
        probe2 = broadcast(needle[offsets[1]])
        probe3 = broadcast(needle[offsets[2]])
        probe4 = broadcast(needle[offsets[3]])
        var word = 0L
        var mask = 0L
        for (i in 0 until minOf(WORD, needle.size)) {
            word = word or (needle[i].toLong() and 0xff shl (8 * i))
            mask = mask or (0xffL shl (8 * i))
        }
        head = word
        headMask = mask
    }

    override fun first(region: Region, from: Long, to: Long): Long {
        val size = needle.size
        return when {
            to - from < size -> -1
            size == 1 -> firstByte(region, from, to)
            to - from - size < WORD - 1 -> firstOfFew(region, from, to)
            else -> firstByFilter(region, from, to)
        }
    }

    override fun last(region: Region, from: Long, to: Long): Long {
        val size = needle.size
        return when {
            to - from < size -> -1
            size == 1 -> lastByte(region, from, to)
            to - from - size < WORD - 1 -> lastOfFew(region, from, to)
            else -> lastByFilter(region, from, to)
        }
    }

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int =
        collectOneByOne(region, from, to, if (overlapping) 1 else needle.size, indices)

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countOneByOne(region, to, needle.size, overlapping, tally)

    /** Needs at least as many positions as a word holds. */
    private fun firstByFilter(region: Region, from: Long, to: Long): Long {
        val lastFit = to - needle.size
        var at = from
        var charged = 0L
        var dense = false
        while (true) {
            val start = at
            at = if (dense) {
                skipForwardDense(region, start, if (lastFit - start > DENSE_RUN) start + DENSE_RUN else lastFit)
            } else {
                skipForward(region, start, lastFit)
            }
            if (at > lastFit) return -1
            dense = needle.size >= PROBES && at - start < DENSE_RUN / 2
            // Fewer positions left than a word holds: the word also covers some that are settled already.
            if (lastFit - at < WORD - 1) at = lastFit - (WORD - 1)
            var words = minOf(STEP_WORDS.toLong(), (lastFit - at + 1) / WORD)
            while (words-- > 0) {
                var flags = candidates(region, at)
                while (flags != 0L) {
                    val candidate = at + lowestFlag(flags)
                    val matched = matchedBytes(region, candidate, to)
                    if (matched == needle.size) return candidate
                    charged += CANDIDATE_COST + matched
                    flags = flags and (flags - 1)
                }
                at += WORD
            }
            if (isOverspent(charged, at - from)) return forwardTwoWay.value.search(region, at, to)
        }
    }

    /** Needs at least as many positions as a word holds. */
    private fun lastByFilter(region: Region, from: Long, to: Long): Long {
        // The positions that are not settled yet are those below `at`.
        val end = to - needle.size + 1
        var at = end
        var charged = 0L
        var dense = false
        while (true) {
            val start = at
            at = if (dense) {
                skipBackwardDense(region, if (start - from > DENSE_RUN) start - DENSE_RUN else from, start)
            } else {
                skipBackward(region, from, start)
            }
            if (at <= from) return -1
            dense = needle.size >= PROBES && start - at < DENSE_RUN / 2
            // Fewer positions left than a word holds: the word also covers some that are settled already.
            if (at - from < WORD) at = from + WORD
            var words = minOf(STEP_WORDS.toLong(), (at - from) / WORD)
            while (words-- > 0) {
                at -= WORD
                var flags = candidates(region, at)
                while (flags != 0L) {
                    val candidate = at + highestFlag(flags)
                    val matched = matchedBytes(region, candidate, to)
                    if (matched == needle.size) return candidate
                    charged += CANDIDATE_COST + matched
                    flags = flags xor flags.takeHighestOneBit()
                }
            }
            if (isOverspent(charged, end - at)) {
                return backwardTwoWay.value.search(region, from, at - 1 + needle.size)
            }
        }
    }

    /** The first step from [at] on that may hold a candidate, or the first one that does not fit before [lastFit]. */
    private fun skipForward(region: Region, at: Long, lastFit: Long): Long {
        val offset1 = offset1
        val offset2 = offset2
        val probe1 = probe1
        val probe2 = probe2
        return stepsUp(at, lastFit - (STEP - 1)) { stepMatches(region, it, offset1, probe1, offset2, probe2) }
    }

    /** As [skipForward], with all four probes. */
    private fun skipForwardDense(region: Region, at: Long, lastFit: Long): Long {
        val offset1 = offset1
        val offset2 = offset2
        val offset3 = offset3
        val offset4 = offset4
        val probe1 = probe1
        val probe2 = probe2
        val probe3 = probe3
        val probe4 = probe4
        return stepsUp(at, lastFit - (STEP - 1)) {
            stepMatches(region, it, offset1, probe1, offset2, probe2, offset3, probe3, offset4, probe4)
        }
    }

    /** As [skipForward], downwards: the end of the first step below [end] that may hold a candidate. */
    private fun skipBackward(region: Region, from: Long, end: Long): Long {
        val offset1 = offset1
        val offset2 = offset2
        val probe1 = probe1
        val probe2 = probe2
        return STEP + stepsDown(end - STEP, from) { stepMatches(region, it, offset1, probe1, offset2, probe2) }
    }

    /** As [skipBackward], with all four probes. */
    private fun skipBackwardDense(region: Region, from: Long, end: Long): Long {
        val offset1 = offset1
        val offset2 = offset2
        val offset3 = offset3
        val offset4 = offset4
        val probe1 = probe1
        val probe2 = probe2
        val probe3 = probe3
        val probe4 = probe4
        return STEP + stepsDown(end - STEP, from) {
            stepMatches(region, it, offset1, probe1, offset2, probe2, offset3, probe3, offset4, probe4)
        }
    }

    /** The positions `at until at + 8` at which all probes match: the high bit of the position's byte is set. */
    private fun candidates(region: Region, at: Long): Long = zeroBytes(
        pair(region, at, offset1, probe1, offset2, probe2) or pair(region, at, offset3, probe3, offset4, probe4),
    )

    /** How many bytes of the needle, from its first on, equal those at [at]: all of them at an occurrence. */
    private fun matchedBytes(region: Region, at: Long, to: Long): Int {
        val needle = needle
        var i = 0
        if (to - at >= WORD) {
            if ((region.getLong(at) xor head) and headMask != 0L) return 0
            i = WORD
        }
        while (i < needle.size && region.get(at + i) == needle[i]) i++
        return minOf(i, needle.size)
    }

    /** [firstByFilter] for fewer positions than a word holds. */
    private fun firstOfFew(region: Region, from: Long, to: Long): Long {
        for (at in from..to - needle.size) if (matchedBytes(region, at, to) == needle.size) return at
        return -1
    }

    /** [lastByFilter] for fewer positions than a word holds. */
    private fun lastOfFew(region: Region, from: Long, to: Long): Long {
        for (at in to - needle.size downTo from) if (matchedBytes(region, at, to) == needle.size) return at
        return -1
    }

    private fun firstByte(region: Region, from: Long, to: Long): Long {
        val probe = probe1
        var p = stepsUp(from, to - STEP) { stepHolds(region, it, probe) }
        while (to - p >= WORD) {
            val flags = zeroBytes(region.getLong(p) xor probe)
            if (flags != 0L) return p + lowestFlag(flags)
            p += WORD
        }
        val byte = needle[0]
        while (p < to) if (region.get(p) == byte) return p else p++
        return -1
    }

    private fun lastByte(region: Region, from: Long, to: Long): Long {
        val probe = probe1
        var p = STEP + stepsDown(to - STEP, from) { stepHolds(region, it, probe) }
        while (p - from >= WORD) {
            p -= WORD
            val flags = zeroBytes(region.getLong(p) xor probe)
            if (flags != 0L) return p + highestFlag(flags)
        }
        val byte = needle[0]
        while (p > from) if (region.get(--p) == byte) return p
        return -1
    }
}

/*
 * What the loops are made of. Inline in the source, so that neither compiler has to decide whether it is worth it.
 */

/** The first step from [first] to [last] that is [wanted]; the one after the last if none is. */
private inline fun stepsUp(first: Long, last: Long, wanted: (Long) -> Boolean): Long {
    var start = first
    while (start <= last) {
        val span = minOf(last - start, SPAN).toInt()
        var i = 0
        while (i <= span) {
            if (wanted(start + i)) return start + i
            i += STEP
        }
        start += i
    }
    return start
}

/** As [stepsUp], downwards. */
private inline fun stepsDown(first: Long, last: Long, wanted: (Long) -> Boolean): Long {
    var start = first
    while (start >= last) {
        val span = minOf(start - last, SPAN).toInt()
        var i = 0
        while (i <= span) {
            if (wanted(start - i)) return start - i
            i += STEP
        }
        start -= i
    }
    return start
}

/** Whether two probes match at one of the positions of the step from [at] on. */
@Suppress("NOTHING_TO_INLINE")
private inline fun stepMatches(
    region: Region,
    at: Long,
    offset1: Long,
    probe1: Long,
    offset2: Long,
    probe2: Long,
): Boolean = anyHoldsZero(
    pair(region, at, offset1, probe1, offset2, probe2),
    pair(region, at + WORD, offset1, probe1, offset2, probe2),
    pair(region, at + 2 * WORD, offset1, probe1, offset2, probe2),
    pair(region, at + 3 * WORD, offset1, probe1, offset2, probe2),
)

/** Whether four probes do. */
@Suppress("NOTHING_TO_INLINE")
private inline fun stepMatches(
    region: Region,
    at: Long,
    offset1: Long,
    probe1: Long,
    offset2: Long,
    probe2: Long,
    offset3: Long,
    probe3: Long,
    offset4: Long,
    probe4: Long,
): Boolean = anyHoldsZero(
    pair(region, at, offset1, probe1, offset2, probe2) or pair(region, at, offset3, probe3, offset4, probe4),
    pair(region, at + WORD, offset1, probe1, offset2, probe2) or
        pair(region, at + WORD, offset3, probe3, offset4, probe4),
    pair(region, at + 2 * WORD, offset1, probe1, offset2, probe2) or
        pair(region, at + 2 * WORD, offset3, probe3, offset4, probe4),
    pair(region, at + 3 * WORD, offset1, probe1, offset2, probe2) or
        pair(region, at + 3 * WORD, offset3, probe3, offset4, probe4),
)

/** Whether the byte is one of those of the step from [at] on. */
@Suppress("NOTHING_TO_INLINE")
private inline fun stepHolds(region: Region, at: Long, probe: Long): Boolean = anyHoldsZero(
    region.getLong(at) xor probe,
    region.getLong(at + WORD) xor probe,
    region.getLong(at + 2 * WORD) xor probe,
    region.getLong(at + 3 * WORD) xor probe,
)

/** A zero byte for each of the eight positions from [at] on where both probes match. */
@Suppress("NOTHING_TO_INLINE")
private inline fun pair(region: Region, at: Long, offset1: Long, probe1: Long, offset2: Long, probe2: Long): Long =
    (region.getLong(at + offset1) xor probe1) or (region.getLong(at + offset2) xor probe2)

/** Whether any byte is zero. Which one, this cheap form cannot tell: a borrow runs into the byte above a zero. */
@Suppress("NOTHING_TO_INLINE")
private inline fun anyHoldsZero(x0: Long, x1: Long, x2: Long, x3: Long): Boolean {
    val flags = ((x0 - LOW_BITS) and x0.inv()) or ((x1 - LOW_BITS) and x1.inv()) or
        ((x2 - LOW_BITS) and x2.inv()) or ((x3 - LOW_BITS) and x3.inv())
    return flags and HIGH_BITS != 0L
}

/** The high bit of each byte of [x] that is zero, and nothing else: no carry leaves its byte. */
private fun zeroBytes(x: Long): Long = (((x and LOW_SEVEN) + LOW_SEVEN) or x or LOW_SEVEN).inv()

private fun lowestFlag(flags: Long): Int = flags.countTrailingZeroBits() shr 3

private fun highestFlag(flags: Long): Int = (Long.SIZE_BITS - 1 - flags.countLeadingZeroBits()) shr 3

/** The same byte in all eight places of a word. */
private fun broadcast(byte: Byte): Long = (byte.toLong() and 0xff) * LOW_BITS

private fun isOverspent(charged: Long, advanced: Long): Boolean =
    (charged - ALLOWANCE_BASE) shr ALLOWANCE_SHIFT > advanced
