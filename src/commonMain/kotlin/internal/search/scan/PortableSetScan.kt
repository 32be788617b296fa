package dev.kmmap.internal.search.scan

import dev.kmmap.count
import dev.kmmap.internal.memory.Region

/** A set of so many bytes is compared byte by byte; a larger one is a table. */
private const val FEW_BYTES = 3

/**
 * The portable search for any one of the bytes of [set], of which there is at least one: an occurrence has a length of
 * 1, so none overlap. Where the set is small, eight bytes at a time are compared with each byte of it; else each byte
 * is looked up.
 */
internal fun PortableSetScan(set: ByteArray): Scanner {
    val bytes = set.distinct()
    return when {
        bytes.size == 1 -> ByteScan(bytes[0], ignoreCase = false)
        bytes.size <= FEW_BYTES -> FewBytesScan(bytes[0], bytes[1], bytes.last())
        else -> TableScan(bytes)
    }
}

/** One byte; if [ignoreCase], an ASCII letter in either case. */
internal class ByteScan(byte: Byte, ignoreCase: Boolean) : Scanner {
    private val wanted = if (ignoreCase) lowerCase(byte) else byte
    private val probe = broadcast(wanted)
    private val mask = caseMask(wanted, ignoreCase)

    override fun first(region: Region, from: Long, to: Long): Long {
        forEachFound(region, from, to) { return it }
        return -1
    }

    override fun last(region: Region, from: Long, to: Long): Long {
        val probe = probe
        val mask = mask
        forEachByteDown(
            region,
            from,
            to,
            blocks = { at, count -> blocksWithByte(region, at, count, mask, probe) },
            hints = { zeroHints((it or mask) xor probe) },
            candidateBits = { zeroBytes((it or mask) xor probe) },
            found = { return it },
        )
        return -1
    }

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int {
        if (indices.isEmpty()) return 0
        var count = 0
        forEachFound(region, from, to) {
            indices[count++] = it
            if (count == indices.size) return count
        }
        return count
    }

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countByCollecting(region, to, 1, overlapping, tally)

    private inline fun forEachFound(region: Region, from: Long, to: Long, found: (Long) -> Unit) {
        val probe = probe
        val mask = mask
        forEachByte(
            region,
            from,
            to,
            blocks = { at, count -> blocksWithByte(region, at, count, mask, probe) },
            hints = { zeroHints((it or mask) xor probe) },
            candidateBits = { zeroBytes((it or mask) xor probe) },
            found,
        )
    }
}

/** Any of three bytes, two of which may be the same. */
private class FewBytesScan(byte1: Byte, byte2: Byte, byte3: Byte) : Scanner {
    private val probe1 = broadcast(byte1)
    private val probe2 = broadcast(byte2)
    private val probe3 = broadcast(byte3)

    override fun first(region: Region, from: Long, to: Long): Long {
        forEachFound(region, from, to) { return it }
        return -1
    }

    override fun last(region: Region, from: Long, to: Long): Long {
        val probe1 = probe1
        val probe2 = probe2
        val probe3 = probe3
        forEachByteDown(
            region,
            from,
            to,
            blocks = { at, count -> blocksWithAny(region, at, count, probe1, probe2, probe3) },
            hints = { zeroHints(it xor probe1) or zeroHints(it xor probe2) or zeroHints(it xor probe3) },
            candidateBits = { zeroBytes(it xor probe1) or zeroBytes(it xor probe2) or zeroBytes(it xor probe3) },
            found = { return it },
        )
        return -1
    }

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int {
        if (indices.isEmpty()) return 0
        var count = 0
        forEachFound(region, from, to) {
            indices[count++] = it
            if (count == indices.size) return count
        }
        return count
    }

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countByCollecting(region, to, 1, overlapping, tally)

    private inline fun forEachFound(region: Region, from: Long, to: Long, found: (Long) -> Unit) {
        val probe1 = probe1
        val probe2 = probe2
        val probe3 = probe3
        forEachByte(
            region,
            from,
            to,
            blocks = { at, count -> blocksWithAny(region, at, count, probe1, probe2, probe3) },
            hints = { zeroHints(it xor probe1) or zeroHints(it xor probe2) or zeroHints(it xor probe3) },
            candidateBits = { zeroBytes(it xor probe1) or zeroBytes(it xor probe2) or zeroBytes(it xor probe3) },
            found,
        )
    }
}

/** Any of many bytes. */
private class TableScan(bytes: List<Byte>) : Scanner {
    /** One bit for each value of a byte. */
    private val table = LongArray(256 / Long.SIZE_BITS)

    init {
        for (byte in bytes) {
            val value = byte.toInt() and 0xff
            table[value / Long.SIZE_BITS] = table[value / Long.SIZE_BITS] or (1L shl value)
        }
    }

    override fun first(region: Region, from: Long, to: Long): Long {
        forEachFound(region, from, to) { return it }
        return -1
    }

    override fun last(region: Region, from: Long, to: Long): Long {
        val table = table
        for (at in to - 1 downTo from) if (region.get(at) in table) return at
        return -1
    }

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int {
        if (indices.isEmpty()) return 0
        var count = 0
        forEachFound(region, from, to) {
            indices[count++] = it
            if (count == indices.size) return count
        }
        return count
    }

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countByCollecting(region, to, 1, overlapping, tally)

    private inline fun forEachFound(region: Region, from: Long, to: Long, found: (Long) -> Unit) {
        val table = table
        for (at in from until to) if (region.get(at) in table) found(at)
    }
}

/** Whether the bit of [byte] is set; of the value only the lowest six bits shift. */
@Suppress("NOTHING_TO_INLINE")
private inline operator fun LongArray.contains(byte: Byte): Boolean {
    val value = byte.toInt() and 0xff
    return this[value shr 6] ushr value and 1 != 0L
}

/**
 * [forEachCandidate] for the bytes of `[from, to)`: [found] is given each once. What a word holds, [hints] and
 * [candidateBits] tell.
 */
private inline fun forEachByte(
    region: Region,
    from: Long,
    to: Long,
    blocks: (at: Long, count: Int) -> Long,
    hints: (word: Long) -> Long,
    candidateBits: (word: Long) -> Long,
    found: (Long) -> Unit,
) {
    if (to - from >= WORD) {
        forEachCandidate(
            from,
            to,
            blocks,
            mayHold = { stepMayHold(region, it, hints) },
            candidateBits = { candidateBits(region.getLong(it)) },
            candidate = found,
            scannedTo = {},
        )
    } else {
        for (at in from until to) if (candidateBits(region.get(at).toLong()) and FIRST_BYTE_FLAG != 0L) found(at)
    }
}

/** Calls [found] as [forEachByte] does, descending. */
private inline fun forEachByteDown(
    region: Region,
    from: Long,
    to: Long,
    blocks: (at: Long, count: Int) -> Long,
    hints: (word: Long) -> Long,
    candidateBits: (word: Long) -> Long,
    found: (Long) -> Unit,
) {
    if (to - from >= WORD) {
        forEachCandidateDown(
            from,
            to,
            blocks,
            mayHold = { stepMayHold(region, it, hints) },
            candidateBits = { candidateBits(region.getLong(it)) },
            candidate = found,
            scannedTo = {},
        )
    } else {
        for (at in to - 1 downTo from) if (candidateBits(region.get(at).toLong()) and FIRST_BYTE_FLAG != 0L) found(at)
    }
}

/** Whether there are hints in the step from [at] on. */
private inline fun stepMayHold(region: Region, at: Long, hints: (word: Long) -> Long): Boolean {
    val all = hints(region.getLong(at)) or hints(region.getLong(at + WORD)) or
        hints(region.getLong(at + 2 * WORD)) or hints(region.getLong(at + 3 * WORD))
    return all and HIGH_BITS != 0L
}
