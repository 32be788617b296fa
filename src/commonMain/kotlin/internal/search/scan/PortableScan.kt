package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region
import kotlin.concurrent.Volatile

/**
 * Looking for the rarest bytes takes longer than to search so many bytes by the first and the last one of the needle.
 */
private const val RAREST_WINDOW = 16L * 1024

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
 * The portable search for [needle], which is kept, not copied: it must not change. Its size is at least 1. With
 * [ignoreCase] ASCII letters match in either case.
 */
internal fun PortableScan(needle: ByteArray, ignoreCase: Boolean = false): Scanner =
    if (needle.size == 1) ByteScan(needle[0], ignoreCase) else NeedleScan(needle, ignoreCase)

/**
 * The portable search for two bytes and more: eight positions of the needle at a time, always linear.
 *
 * 1. *Blocks.* In long windows, all positions of a block are tested for two bytes of the needle, the rarest
 *    ([rarestOffsets]), by loops that the compilers turn into vector instructions ([blocksWithTwo]). Where too many
 *    blocks pass (DNA, say), up to eight of its bytes take part.
 * 2. *Filter.* In the blocks that pass, and in short windows, the two bytes are compared at eight consecutive positions
 *    by `(load(p + o1) xor b1·0x01…01) or (load(p + o2) xor b2·0x01…01)`: a zero byte is a candidate. Four words make a
 *    step.
 * 3. *Verify.* The candidates of a step that has some have to pass four probes, and are compared a word at a time.
 * 4. *Budget.* Comparing that leads nowhere is charged. Once it exceeds a fixed multiple of the bytes advanced, the
 *    rest of the window is searched by [TwoWay]. So no input is quadratic.
 *
 * Backward is the mirror image: blocks, steps, words and candidates are taken from the end. Looking for the rarest byte
 * comes from R. N. Horspool, *Practical fast searching in strings*, 1980.
 */
internal class NeedleScan(needle: ByteArray, private val ignoreCase: Boolean) : Scanner {
    /** With capital letters as small ones, if case is ignored. */
    private val needle = if (ignoreCase) lowerCase(needle) else needle

    /** For short windows: cheap to prepare. */
    private val ends = Probes(this.needle, 0, needle.lastIndex, 0, needle.lastIndex, ignoreCase, more = null)

    /** For others; two threads may make one each. */
    @Volatile
    private var rarest: Probes? = null

    private val head = NeedleWord(this.needle, 0, ignoreCase)

    /** The needle behind its [head], the last word ending where the needle does; made for the first candidate. */
    @Volatile
    private var rest: Array<NeedleWord>? = null

    /** Made when the budget runs out for the first time. */
    @Volatile
    internal var forwardTwoWay: TwoWay? = null
        private set

    @Volatile
    internal var backwardTwoWay: TwoWay? = null
        private set

    override fun first(region: Region, from: Long, to: Long): Long {
        forEachCandidate(region, from, to, { return it }) { return forwardTwoWay().search(region, it, to) }
        return -1
    }

    override fun last(region: Region, from: Long, to: Long): Long {
        val size = needle.size
        val end = to - size + 1
        if (end - from < WORD) return lastOfFew(region, from, to)
        val probes = probesFor(to - from)
        var used = FEWEST_PROBES
        var charged = 0L
        forEachCandidateDown(
            from,
            end,
            blocks = { at, count ->
                val passed = probes.look(used, region, at, count)
                used = probes.enough(used, passed, count)
                passed
            },
            mayHold = { probes.stepMayHold(region, it) },
            candidateBits = { probes.candidates(region, it) },
            candidate = {
                val matched = matchedBytes(region, it, to)
                if (matched == size) return it
                charged += CANDIDATE_COST + matched
            },
            scannedTo = {
                if (isOverspent(charged, end - it)) return backwardTwoWay().search(region, from, it + size - 1)
            },
        )
        return -1
    }

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int {
        if (indices.isEmpty()) return 0
        val step = if (overlapping) 1 else needle.size
        var count = 0
        var next = from
        forEachCandidate(
            region,
            from,
            to,
            { found ->
                if (found >= next) {
                    indices[count++] = found
                    if (count == indices.size) return count
                    next = found + step
                }
            },
        ) { at ->
            return forwardTwoWay().collect(region, maxOf(at, next), to, overlapping, indices, count)
        }
        return count
    }

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countByCollecting(region, to, needle.size, overlapping, tally)

    /**
     * Calls [found] with the index of each occurrence, ascending, or [overspent] with the position to go on from by
     * [TwoWay], which must not come back.
     */
    private inline fun forEachCandidate(
        region: Region,
        from: Long,
        to: Long,
        found: (Long) -> Unit,
        overspent: (Long) -> Unit,
    ) {
        val size = needle.size
        val end = to - size + 1
        if (end - from < WORD) {
            for (at in from until end) if (matchedBytes(region, at, to) == size) found(at)
            return
        }
        val probes = probesFor(to - from)
        var used = FEWEST_PROBES
        var charged = 0L
        forEachCandidate(
            from,
            end,
            blocks = { at, count ->
                val passed = probes.look(used, region, at, count)
                used = probes.enough(used, passed, count)
                passed
            },
            mayHold = { probes.stepMayHold(region, it) },
            candidateBits = { probes.candidates(region, it) },
            candidate = {
                val matched = matchedBytes(region, it, to)
                if (matched == size) found(it)
                charged += CANDIDATE_COST + matched
            },
            scannedTo = { if (isOverspent(charged, it - from)) overspent(it) },
        )
    }

    private fun probesFor(length: Long): Probes {
        val known = rarest
        if (known != null || length < RAREST_WINDOW) return known ?: ends
        return rarestProbes(needle, ignoreCase).also { rarest = it }
    }

    /** [last] for fewer positions than a word holds. */
    private fun lastOfFew(region: Region, from: Long, to: Long): Long {
        for (at in to - needle.size downTo from) if (matchedBytes(region, at, to) == needle.size) return at
        return -1
    }

    /** How many bytes of the needle, from its first on, equal those at [at], or a few less: all at an occurrence. */
    private fun matchedBytes(region: Region, at: Long, to: Long): Int {
        val size = needle.size
        if (to - at < WORD) {
            var i = 0
            while (i < size && byteAt(region, at + i) == needle[i]) i++
            return i
        }
        if (!head.matches(region, at)) return 0
        return if (size <= WORD) size else matchedRest(region, at)
    }

    private fun matchedRest(region: Region, at: Long): Int {
        val rest = rest ?: makeRest()
        var matched = WORD
        for (word in rest) {
            if (!word.matches(region, at)) return matched
            matched += WORD
        }
        return needle.size
    }

    private fun makeRest(): Array<NeedleWord> = Array((needle.size - 1) / WORD) {
        NeedleWord(needle, minOf((it + 1) * WORD, needle.size - WORD), ignoreCase)
    }.also { rest = it }

    private fun byteAt(region: Region, index: Long): Byte {
        val byte = region.get(index)
        return if (ignoreCase) lowerCase(byte) else byte
    }

    private fun forwardTwoWay(): TwoWay =
        forwardTwoWay ?: TwoWay(needle, backward = false, ignoreCase).also { forwardTwoWay = it }

    private fun backwardTwoWay(): TwoWay =
        backwardTwoWay ?: TwoWay(needle, backward = true, ignoreCase).also { backwardTwoWay = it }
}

/** Up to eight bytes of a needle, from [offset] on. */
private class NeedleWord(needle: ByteArray, offset: Int, ignoreCase: Boolean) {
    private val offset = offset.toLong()
    private val bytes: Long
    private val case: Long
    private val mask: Long

    init {
        var bytes = 0L
        var case = 0L
        val count = minOf(WORD, needle.size - offset)
        for (i in 0 until count) {
            val byte = needle[offset + i]
            bytes = bytes or (byte.toLong() and 0xff shl (WORD * i))
            if (ignoreCase) case = case or (caseMask(byte, true) and (0xffL shl (WORD * i)))
        }
        this.bytes = bytes
        this.case = case
        mask = -1L ushr (Long.SIZE_BITS - WORD * count)
    }

    /** Whether these bytes are those of a needle that begins at [at]; a whole word is read. */
    fun matches(region: Region, at: Long): Boolean =
        ((region.getLong(at + offset) or case) xor bytes) and mask == 0L
}

private fun isOverspent(charged: Long, advanced: Long): Boolean =
    (charged - ALLOWANCE_BASE) shr ALLOWANCE_SHIFT > advanced
