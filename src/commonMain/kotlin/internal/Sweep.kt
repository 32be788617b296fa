package dev.kmmap.internal

/*
 * How the portable scanners go through a window, in either direction, whatever they look for there. Inline, with what
 * they look for in lambdas, so that each scanner has loops of its own that nothing else is compiled into.
 */

/**
 * Positions that are swept without a look at blocks first: a search that ends here, as most of many searches in a row
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
 * @param holds whether the step at a position may hold one
 * @param flags the candidates of the word at a position: the high bits of their bytes
 * @param settled called now and then: all positions before this one are done
 */
internal inline fun sweepUp(
    from: Long,
    end: Long,
    blocks: (at: Long, count: Int) -> Long,
    holds: (at: Long) -> Boolean,
    flags: (at: Long) -> Long,
    candidate: (Long) -> Unit,
    settled: (Long) -> Unit,
) {
    var at = from
    var limit = minOf(end, from + LEAD)
    // Blocks before `ahead` have been looked at: those that may hold candidates are the bits of `waiting`.
    var ahead = limit
    var waiting = 0L
    var first = limit
    var most = FEWEST_BLOCKS
    // Where most blocks hold candidates, every other look at them is spared.
    var crowded = false
    while (true) {
        while (at < limit) {
            // What is less than a step at the end is swept together with positions that are settled already.
            val open = at
            if (limit - at < STEP && limit - from >= STEP) at = limit - STEP
            at = stepsUp(at, limit - STEP, holds)
            if (at >= limit) break
            if (limit - at < STEP && limit - from >= STEP) continue
            if (limit - at < WORD) at = limit - WORD
            // All candidates of a step at once: a branch for each word would be mispredicted too often.
            val words = minOf(STEP_WORDS.toLong(), (limit - at) / WORD).toInt()
            var left = 0L
            for (word in 0 until words) {
                left = left or (gathered(flags(at + word * WORD)) shl (word * WORD))
            }
            if (at < open) left = left and (-1L shl (open - at).toInt())
            while (left != 0L) {
                candidate(at + left.countTrailingZeroBits())
                left = left and (left - 1)
            }
            at += words * WORD
            settled(at)
        }
        while (waiting == 0L) {
            if (ahead == end) return
            val count = minOf(most.toLong(), (end - ahead) / BLOCK).toInt()
            if (count == 0) break
            waiting = if (crowded) all(count) else blocks(ahead, count)
            crowded = !crowded && isCrowded(waiting, count)
            first = ahead
            ahead += count.toLong() * BLOCK
            most = MOST_BLOCKS
        }
        if (waiting == 0L) {
            at = ahead
            limit = end
            ahead = end
        } else {
            at = first + waiting.countTrailingZeroBits().toLong() * BLOCK
            limit = at + BLOCK
            waiting = waiting and (waiting - 1)
        }
    }
}

/** As [sweepUp], descending. What [settled] is given are the positions from this one on. */
internal inline fun sweepDown(
    from: Long,
    end: Long,
    blocks: (at: Long, count: Int) -> Long,
    holds: (at: Long) -> Boolean,
    flags: (at: Long) -> Long,
    candidate: (Long) -> Unit,
    settled: (Long) -> Unit,
) {
    // The positions that are not settled yet are those below `at`.
    var at = end
    var limit = maxOf(from, end - LEAD)
    var ahead = limit
    var waiting = 0L
    var most = FEWEST_BLOCKS
    var crowded = false
    while (true) {
        while (at > limit) {
            val open = at
            if (at - limit < STEP && end - limit >= STEP) at = limit + STEP
            at = STEP + stepsDown(at - STEP, limit, holds)
            if (at <= limit) break
            if (at - limit < STEP && end - limit >= STEP) continue
            if (at - limit < WORD) at = limit + WORD
            val words = minOf(STEP_WORDS.toLong(), (at - limit) / WORD).toInt()
            at -= words * WORD
            var left = 0L
            for (word in 0 until words) {
                left = left or (gathered(flags(at + word * WORD)) shl (word * WORD))
            }
            if (open - at < words * WORD) left = left and ((1L shl (open - at).toInt()) - 1)
            while (left != 0L) {
                val highest = Long.SIZE_BITS - 1 - left.countLeadingZeroBits()
                candidate(at + highest)
                left = left xor (1L shl highest)
            }
            settled(at)
        }
        while (waiting == 0L) {
            if (ahead == from) return
            val count = minOf(most.toLong(), (ahead - from) / BLOCK).toInt()
            if (count == 0) break
            ahead -= count.toLong() * BLOCK
            waiting = if (crowded) all(count) else blocks(ahead, count)
            crowded = !crowded && isCrowded(waiting, count)
            most = MOST_BLOCKS
        }
        if (waiting == 0L) {
            at = ahead
            limit = from
            ahead = from
        } else {
            val highest = Long.SIZE_BITS - 1 - waiting.countLeadingZeroBits()
            limit = ahead + highest.toLong() * BLOCK
            at = limit + BLOCK
            waiting = waiting xor (1L shl highest)
        }
    }
}

/** The bits of [count] blocks. */
private fun all(count: Int): Long = -1L ushr (MOST_BLOCKS - count)

private fun isCrowded(blocks: Long, count: Int): Boolean = 2 * blocks.countOneBits() > count

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
