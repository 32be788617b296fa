package dev.kmmap.internal

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

/**
 * The offsets of the [count] bytes of [needle] that tell most: the rarest ones, out of the **whole** needle (looking
 * only at its beginning would miss the one `b` of `aa…ab`), and different ones before equal ones. Among equals the
 * first probe is the lowest offset and all others are the highest, since bytes far apart say more than neighbours,
 * which come together as `q` and `u` do. A needle with fewer bytes repeats its first probe.
 */
internal fun rarestOffsets(needle: ByteArray, count: Int): IntArray {
    val offsets = IntArray(count)
    for (probe in 0 until minOf(count, needle.size)) {
        var best = -1
        var bestRank = Int.MAX_VALUE
        for (offset in needle.indices) {
            val rank = rank(needle, offset, offsets, probe)
            if (rank < bestRank || rank == bestRank && probe > 0) {
                best = offset
                bestRank = rank
            }
        }
        offsets[probe] = best
    }
    for (probe in needle.size until count) offsets[probe] = offsets[0]
    return offsets
}

/** The lower, the better; [chosen] holds [chosenCount] offsets. An offset that is among them comes last of all. */
private fun rank(needle: ByteArray, offset: Int, chosen: IntArray, chosenCount: Int): Int {
    var rank = COMMONNESS[needle[offset].toInt() and 0xff].code
    for (probe in 0 until chosenCount) {
        if (chosen[probe] == offset) return Int.MAX_VALUE - 1
        if (needle[chosen[probe]] == needle[offset]) rank += REPEATED
    }
    return rank
}
