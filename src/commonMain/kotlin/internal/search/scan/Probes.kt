package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/**
 * How common each byte is: one digit (`0`, the rarest, to `v`) a byte, sixteen to a string, a step of the digit being a
 * factor of 1.4. Counted over a mixture of 3 parts text (programs in many languages, manuals, markup, data) and 1 part
 * machine code and packed data, so that neither a needle of text nor one of binary data ends up with its commonest
 * bytes as probes. Where data is different (another alphabet, say), searching becomes slower, never wrong.
 */
private const val COMMONNESS =
    "smkjiihgiipghgff" + "fffefeedfedddddd" + "vemjffelmmjfnknj" + "lkjihihhhhlghkic" +
        "dkhkilihhkdfkikj" + "jdklligggfghhhbo" + "gqlopsnmnqikpnqq" + "ohqqrnkjklhgjib9" +
        "e9afea79ee9bcb8b" + "ea8aaa7dda89b969" + "ge97a9d9cb8gb888" + "b7778777b887878c" +
        "b999987887776777" + "ffbce97ef8h7ab68" + "b8998978bc78777b" + "gbadb978b7a7678e"

/** More than the distance between any two digits of [COMMONNESS]: a byte that is probed already is the worst choice. */
private const val REPEATED = 128

/** Probes of a look at whole blocks: to begin with, where those let much pass, and where the data are of few bytes. */
internal const val FEWEST_PROBES: Int = 2
private const val PROBES = 4
private const val MOST_PROBES = 8

/**
 * More probes take more time. So the look by two gives way to one by four where it lets pass more than one of so many
 * blocks, and that one to the look by eight where it lets pass more than a third of them.
 */
private const val FEW_OF_TWO = 16
private const val FEW_OF_FOUR = 3

/**
 * The offsets of the [count] bytes of [needle] that tell most: the rarest ones, out of the **whole** needle (looking
 * only at its beginning would miss the one `b` of `aa…ab`), and different ones before equal ones. Among equals the
 * first probe is the lowest offset and all others are the highest, since bytes far apart say more than neighbours,
 * which come together as `q` and `u` do. A needle with fewer bytes repeats its first probe.
 */
internal fun rarestOffsets(needle: ByteArray, count: Int): IntArray {
    // Per byte value: its lowest offset, one more than its highest that is left to choose, and how many are chosen.
    val lowest = IntArray(256)
    val left = IntArray(256)
    val chosen = IntArray(256)
    val values = IntArray(minOf(needle.size, 256))
    var valueCount = 0
    for (offset in needle.indices) {
        val value = needle[offset].toInt() and 0xff
        if (left[value] == 0) {
            values[valueCount++] = value
            lowest[value] = offset
        }
        left[value] = offset + 1
    }
    val offsets = IntArray(count)
    for (probe in 0 until minOf(count, needle.size)) {
        var best = -1
        var bestRank = Int.MAX_VALUE
        var bestValue = 0
        for (i in 0 until valueCount) {
            val value = values[i]
            if (left[value] == 0) continue
            val offset = if (probe == 0) lowest[value] else left[value] - 1
            val rank = COMMONNESS[value].code + REPEATED * chosen[value]
            if (rank < bestRank || rank == bestRank && probe > 0 && offset > best) {
                best = offset
                bestRank = rank
                bestValue = value
            }
        }
        offsets[probe] = best
        chosen[bestValue]++
        if (best == left[bestValue] - 1) left[bestValue] = highestBelow(needle, best, lowest[bestValue], offsets[0]) + 1
    }
    for (probe in needle.size until count) offsets[probe] = offsets[0]
    return offsets
}

/** The highest offset below [offset], and not below [lowest], with the same byte, but not [taken]; -1 if none is. */
private fun highestBelow(needle: ByteArray, offset: Int, lowest: Int, taken: Int): Int {
    for (below in offset - 1 downTo lowest) if (needle[below] == needle[offset] && below != taken) return below
    return -1
}

/** The best probes of [needle], which has no capital letters if [ignoreCase]. */
internal fun rarestProbes(needle: ByteArray, ignoreCase: Boolean): Probes {
    val at = rarestOffsets(needle, MOST_PROBES)
    val more =
        if (needle.size < MOST_PROBES) null else Probes(needle, at[4], at[5], at[6], at[7], ignoreCase, more = null)
    return Probes(needle, at[0], at[1], at[2], at[3], ignoreCase, more)
}

/**
 * The bytes of a needle that a filter compares: four, at their offsets, each in all places of a word; of [more] there
 * are four as well.
 */
internal class Probes(
    needle: ByteArray,
    offset1: Int,
    offset2: Int,
    offset3: Int,
    offset4: Int,
    ignoreCase: Boolean,
    private val more: Probes?,
) {
    val offset1: Long = offset1.toLong()
    val offset2: Long = offset2.toLong()
    val offset3: Long = offset3.toLong()
    val offset4: Long = offset4.toLong()
    val probe1: Long = broadcast(needle[offset1])
    val probe2: Long = broadcast(needle[offset2])
    val probe3: Long = broadcast(needle[offset3])
    val probe4: Long = broadcast(needle[offset4])

    /** What makes letters of either case one and the same; 0 for other bytes. */
    val mask1: Long = caseMask(needle[offset1], ignoreCase)
    val mask2: Long = caseMask(needle[offset2], ignoreCase)
    val mask3: Long = caseMask(needle[offset3], ignoreCase)
    val mask4: Long = caseMask(needle[offset4], ignoreCase)

    private val most = minOf(needle.size, if (more == null) PROBES else MOST_PROBES)

    /** The blocks that [count] probes let pass: one bit for each of the [blocks] blocks from [at] on. */
    fun look(count: Int, region: Region, at: Long, blocks: Int): Long = when {
        count < PROBES -> blocksWithTwo(region, at, blocks, this)
        count < MOST_PROBES || more == null -> blocksWithFour(region, at, blocks, this)
        else -> blocksWithEight(region, at, blocks, this, more)
    }

    /** How many probes to go on with when [count] of them let [passed] of [blocks] blocks pass. */
    fun enough(count: Int, passed: Long, blocks: Int): Int {
        val few = if (count < PROBES) FEW_OF_TWO else FEW_OF_FOUR
        return if (2 * count <= most && passed.countOneBits() * few > blocks) 2 * count else count
    }

    /** Whether the first two match at one of the positions of the step from [at] on. */
    fun stepMayHold(region: Region, at: Long): Boolean {
        val hints = zeroHints(two(region, at)) or zeroHints(two(region, at + WORD)) or
            zeroHints(two(region, at + 2 * WORD)) or zeroHints(two(region, at + 3 * WORD))
        return hints and HIGH_BITS != 0L
    }

    private fun two(region: Region, at: Long): Long =
        differences(region, at + offset1, mask1, probe1) or differences(region, at + offset2, mask2, probe2)

    /** The positions `at until at + 8` at which all four match: the high bit of the position's byte is set. */
    fun candidates(region: Region, at: Long): Long = zeroBytes(
        two(region, at) or
            differences(region, at + offset3, mask3, probe3) or differences(region, at + offset4, mask4, probe4),
    )
}

/** A zero byte for each of the eight bytes from [at] on that is the probe. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun differences(region: Region, at: Long, mask: Long, probe: Long): Long =
    (region.getLong(at) or mask) xor probe
