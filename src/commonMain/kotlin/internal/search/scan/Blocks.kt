package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/** Positions tested with one branch: enough to be worth vector instructions, few enough to look into. */
internal const val BLOCK = 2048

/** Blocks tested by one call: one bit each. */
internal const val MOST_BLOCKS = 64

/*
 * The first look at a long range: which of its blocks may hold a candidate at all. The inner loops do nothing but load,
 * combine and accumulate, so that the compilers make vector instructions of them, and no branch depends on data, so
 * that no data makes the JVM compile them anew. Always upwards: downwards they are not vectorised.
 */

/** One bit for each of the [count] blocks from [at] on: whether [probe] occurs in it. */
internal fun blocksWithByte(region: Region, at: Long, count: Int, mask: Long, probe: Long): Long {
    var blocks = 0L
    for (block in 0 until count) {
        val start = at + block.toLong() * BLOCK
        var hints = 0L
        var i = 0
        while (i < BLOCK) {
            hints = hints or zeroHints(differences(region, start + i, mask, probe))
            i += WORD
        }
        blocks = blocks or (anyHint(hints) shl block)
    }
    return blocks
}

/** As [blocksWithByte], whether any of the three probes occurs. */
internal fun blocksWithAny(region: Region, at: Long, count: Int, probe1: Long, probe2: Long, probe3: Long): Long {
    var blocks = 0L
    for (block in 0 until count) {
        val start = at + block.toLong() * BLOCK
        var hints = 0L
        var i = 0
        while (i < BLOCK) {
            val word = region.getLong(start + i)
            hints = hints or zeroHints(word xor probe1) or zeroHints(word xor probe2) or zeroHints(word xor probe3)
            i += WORD
        }
        blocks = blocks or (anyHint(hints) shl block)
    }
    return blocks
}

/** One bit for each block: whether both of the first two probes match anywhere. */
internal fun blocksWithTwo(region: Region, at: Long, count: Int, probes: Probes): Long {
    val at1 = at + probes.offset1
    val at2 = at + probes.offset2
    val mask1 = probes.mask1
    val mask2 = probes.mask2
    val probe1 = probes.probe1
    val probe2 = probes.probe2
    var blocks = 0L
    for (block in 0 until count) {
        val start = block.toLong() * BLOCK
        var hints = 0L
        var i = 0
        while (i < BLOCK) {
            hints = hints or zeroHints(
                differences(region, at1 + start + i, mask1, probe1) or
                    differences(region, at2 + start + i, mask2, probe2),
            )
            i += WORD
        }
        blocks = blocks or (anyHint(hints) shl block)
    }
    return blocks
}

/** As [blocksWithTwo], with four probes. */
internal fun blocksWithFour(region: Region, at: Long, count: Int, probes: Probes): Long {
    val at1 = at + probes.offset1
    val at2 = at + probes.offset2
    val at3 = at + probes.offset3
    val at4 = at + probes.offset4
    val mask1 = probes.mask1
    val mask2 = probes.mask2
    val mask3 = probes.mask3
    val mask4 = probes.mask4
    val probe1 = probes.probe1
    val probe2 = probes.probe2
    val probe3 = probes.probe3
    val probe4 = probes.probe4
    var blocks = 0L
    for (block in 0 until count) {
        val start = block.toLong() * BLOCK
        var hints = 0L
        var i = 0
        while (i < BLOCK) {
            hints = hints or zeroHints(
                differences(region, at1 + start + i, mask1, probe1) or
                    differences(region, at2 + start + i, mask2, probe2) or
                    differences(region, at3 + start + i, mask3, probe3) or
                    differences(region, at4 + start + i, mask4, probe4),
            )
            i += WORD
        }
        blocks = blocks or (anyHint(hints) shl block)
    }
    return blocks
}

/** As [blocksWithFour], with the four of [more] as well. */
internal fun blocksWithEight(region: Region, at: Long, count: Int, probes: Probes, more: Probes): Long {
    val at1 = at + probes.offset1
    val at2 = at + probes.offset2
    val at3 = at + probes.offset3
    val at4 = at + probes.offset4
    val at5 = at + more.offset1
    val at6 = at + more.offset2
    val at7 = at + more.offset3
    val at8 = at + more.offset4
    val mask1 = probes.mask1
    val mask2 = probes.mask2
    val mask3 = probes.mask3
    val mask4 = probes.mask4
    val mask5 = more.mask1
    val mask6 = more.mask2
    val mask7 = more.mask3
    val mask8 = more.mask4
    val probe1 = probes.probe1
    val probe2 = probes.probe2
    val probe3 = probes.probe3
    val probe4 = probes.probe4
    val probe5 = more.probe1
    val probe6 = more.probe2
    val probe7 = more.probe3
    val probe8 = more.probe4
    var blocks = 0L
    for (block in 0 until count) {
        val start = block.toLong() * BLOCK
        var hints = 0L
        var i = 0
        while (i < BLOCK) {
            hints = hints or zeroHints(
                differences(region, at1 + start + i, mask1, probe1) or
                    differences(region, at2 + start + i, mask2, probe2) or
                    differences(region, at3 + start + i, mask3, probe3) or
                    differences(region, at4 + start + i, mask4, probe4) or
                    differences(region, at5 + start + i, mask5, probe5) or
                    differences(region, at6 + start + i, mask6, probe6) or
                    differences(region, at7 + start + i, mask7, probe7) or
                    differences(region, at8 + start + i, mask8, probe8),
            )
            i += WORD
        }
        blocks = blocks or (anyHint(hints) shl block)
    }
    return blocks
}

/** 1 if there is any hint, else 0. */
@Suppress("NOTHING_TO_INLINE")
private inline fun anyHint(hints: Long): Long {
    val flags = hints and HIGH_BITS
    return (flags or -flags) ushr (Long.SIZE_BITS - 1)
}
