package dev.kmmap.internal.search.scan

/*
 * How the portable scanners go through a window, in either direction, whatever they look for there. Inline, with what
 * they look for in lambdas, so that each scanner has loops of its own that nothing else is compiled into.
 */

/**
 * Positions that are scanned without a look at blocks first: a search that ends here, as most of many searches in a row
 * do, would not win back the time that takes.
 */
private const val LEAD = 16L * 1024

/** As many blocks are looked at first. */
private const val FEWEST_BLOCKS = 8

/**
 * Positions that an innermost loop counts with an Int. The JVM's compiler moves the region's own checks out of such a
 * loop; out of one that counts with a Long it does so only if it has not seen the loop end early: once it has met data
 * full of candidates, every search runs at half speed. The value has only to be large, and to leave room for a step.
 */
private const val SPAN = 1L shl 20

/**
 * Calls [candidate] for all positions of `[from, end)` that may be what is looked for, ascending.
 * There have to be at least [WORD] positions.
 *
 * @param blocks which of so many blocks from a position on may hold candidates, one bit each
 * @param mayHold whether the step at a position may hold one
 * @param candidateBits the candidates of the word at a position: the high bits of their bytes
 * @param scannedTo called now and then: all positions before this one are done
 */
internal inline fun forEachCandidate(
    from: Long,
    end: Long,
    blocks: (at: Long, count: Int) -> Long,
    mayHold: (at: Long) -> Boolean,
    candidateBits: (at: Long) -> Long,
    candidate: (Long) -> Unit,
    scannedTo: (Long) -> Unit,
) {
    var at = from
    var limit = minOf(end, from + LEAD)
    // Blocks before `ahead` have been looked at: those that may hold candidates are the bits of `pendingBlocks`.
    var ahead = limit
    var pendingBlocks = 0L
    var first = limit
    var most = FEWEST_BLOCKS
    // Where most blocks hold candidates, every other look at them is spared.
    var dense = false
    while (true) {
        while (at < limit) {
            // What is less than a step at the end is scanned together with positions that are done already.
            val open = at
            if (limit - at < STEP && limit - from >= STEP) at = limit - STEP
            at = stepsUp(at, limit - STEP, mayHold)
            if (at >= limit) break
            if (limit - at < STEP && limit - from >= STEP) continue
            if (limit - at < WORD) at = limit - WORD
            // All candidates of a step at once: a branch for each word would be mispredicted too often.
            val words = minOf(STEP_WORDS.toLong(), (limit - at) / WORD).toInt()
            var left = 0L
            for (word in 0 until words) {
                left = left or (gathered(candidateBits(at + word * WORD)) shl (word * WORD))
            }
            if (at < open) left = left and (-1L shl (open - at).toInt())
            while (left != 0L) {
                candidate(at + left.countTrailingZeroBits())
                left = left and (left - 1)
            }
            at += words * WORD
            scannedTo(at)
        }
        while (pendingBlocks == 0L) {
            if (ahead == end) return
            val count = minOf(most.toLong(), (end - ahead) / BLOCK).toInt()
            if (count == 0) break
            pendingBlocks = if (dense) all(count) else blocks(ahead, count)
            dense = !dense && isDense(pendingBlocks, count)
            first = ahead
            ahead += count.toLong() * BLOCK
            most = MOST_BLOCKS
        }
        if (pendingBlocks == 0L) {
            at = ahead
            limit = end
            ahead = end
        } else {
            at = first + pendingBlocks.countTrailingZeroBits().toLong() * BLOCK
            limit = at + BLOCK
            pendingBlocks = pendingBlocks and (pendingBlocks - 1)
        }
    }
}

/** Calls [candidate] as [forEachCandidate] does, descending. [scannedTo] gets the first position that is done. */
internal inline fun forEachCandidateDown(
    from: Long,
    end: Long,
    blocks: (at: Long, count: Int) -> Long,
    mayHold: (at: Long) -> Boolean,
    candidateBits: (at: Long) -> Long,
    candidate: (Long) -> Unit,
    scannedTo: (Long) -> Unit,
) {
    // The positions that are not done yet are those below `at`.
    var at = end
    var limit = maxOf(from, end - LEAD)
    var ahead = limit
    var pendingBlocks = 0L
    var most = FEWEST_BLOCKS
    var dense = false
    while (true) {
        while (at > limit) {
            val open = at
            if (at - limit < STEP && end - limit >= STEP) at = limit + STEP
            at = STEP + stepsDown(at - STEP, limit, mayHold)
            if (at <= limit) break
            if (at - limit < STEP && end - limit >= STEP) continue
            if (at - limit < WORD) at = limit + WORD
            val words = minOf(STEP_WORDS.toLong(), (at - limit) / WORD).toInt()
            at -= words * WORD
            var left = 0L
            for (word in 0 until words) {
                left = left or (gathered(candidateBits(at + word * WORD)) shl (word * WORD))
            }
            if (open - at < words * WORD) left = left and ((1L shl (open - at).toInt()) - 1)
            while (left != 0L) {
                val highest = Long.SIZE_BITS - 1 - left.countLeadingZeroBits()
                candidate(at + highest)
                left = left xor (1L shl highest)
            }
            scannedTo(at)
        }
        while (pendingBlocks == 0L) {
            if (ahead == from) return
            val count = minOf(most.toLong(), (ahead - from) / BLOCK).toInt()
            if (count == 0) break
            ahead -= count.toLong() * BLOCK
            pendingBlocks = if (dense) all(count) else blocks(ahead, count)
            dense = !dense && isDense(pendingBlocks, count)
            most = MOST_BLOCKS
        }
        if (pendingBlocks == 0L) {
            at = ahead
            limit = from
            ahead = from
        } else {
            val highest = Long.SIZE_BITS - 1 - pendingBlocks.countLeadingZeroBits()
            limit = ahead + highest.toLong() * BLOCK
            at = limit + BLOCK
            pendingBlocks = pendingBlocks xor (1L shl highest)
        }
    }
}

/** The bits of [count] blocks. */
private fun all(count: Int): Long = -1L ushr (MOST_BLOCKS - count)

private fun isDense(blocks: Long, count: Int): Boolean = 2 * blocks.countOneBits() > count

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
