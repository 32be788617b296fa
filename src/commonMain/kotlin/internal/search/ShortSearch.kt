package dev.kmmap.internal.search

import dev.kmmap.MMap
import dev.kmmap.internal.access.unpinned
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.search.scan.HIGH_BITS
import dev.kmmap.internal.search.scan.WORD
import dev.kmmap.internal.search.scan.broadcast
import dev.kmmap.internal.search.scan.zeroBytes
import dev.kmmap.internal.search.scan.zeroHints

/**
 * So many positions are searched at once, without a scanner: all of a small map, and most lines. It takes less time
 * than the gate and a call of the kernel.
 */
private const val NEARBY_POSITIONS = 128L

/** Longer needles are left to the scanners, which are linear: here, each position may cost comparing all of it. */
internal const val NEARBY_NEEDLE = 32

/**
 * The index of the first occurrence of [needle] that lies between [from] and [end], or -1, where that is settled by
 * [NEARBY_POSITIONS] positions; otherwise [NOT_IN_WINDOW]. A single byte, the end of a line for instance, is looked for
 * at the nearest ones of more positions; longer needles are seldom found there.
 */
internal fun MMap.findNearby(needle: ByteArray?, from: Long, end: Long): Long {
    if (needle == null || needle.isEmpty() || needle.size > NEARBY_NEEDLE) return NOT_IN_WINDOW
    return unpinned(check = {}) { region ->
        val positions = minOf(end, region.size()) - needle.size + 1
        when {
            // Left to the search itself, which throws if the map cannot be read, and copies where that is safer.
            positions <= from || region.isStaged() -> NOT_IN_WINDOW
            positions - from <= NEARBY_POSITIONS -> firstAt(needle, region, from, positions, -1)
            needle.size > 1 -> NOT_IN_WINDOW
            else -> firstAt(needle, region, from, from + NEARBY_POSITIONS, NOT_IN_WINDOW)
        }
    }
}

/** The index of the last occurrence, as far as that is settled nearby: see [findNearby]. */
internal fun MMap.rfindNearby(needle: ByteArray?, start: Long, end: Long): Long {
    if (needle == null || needle.isEmpty() || needle.size > NEARBY_NEEDLE) return NOT_IN_WINDOW
    return unpinned(check = {}) { region ->
        val positions = minOf(end, region.size()) - needle.size + 1
        when {
            positions <= start || region.isStaged() -> NOT_IN_WINDOW
            positions - start <= NEARBY_POSITIONS -> lastAt(needle, region, start, positions, -1)
            needle.size > 1 -> NOT_IN_WINDOW
            else -> lastAt(needle, region, positions - NEARBY_POSITIONS, positions, NOT_IN_WINDOW)
        }
    }
}

/** The first of the positions of `[from, end)` at which [needle] is, or [none]. */
private fun firstAt(needle: ByteArray, region: Region, from: Long, end: Long, none: Long): Long {
    if (end - from < WORD) {
        for (at in from until end) if (isAt(needle, region, at)) return at
        return none
    }
    val distance = needle.size - 1
    val head = broadcast(needle[0])
    val tail = broadcast(needle[distance])
    var at = from
    while (true) {
        val word = (region.getLong(at) xor head) or (region.getLong(at + distance) xor tail)
        if (zeroHints(word) and HIGH_BITS != 0L) {
            var flags = zeroBytes(word)
            while (flags != 0L) {
                val candidate = at + (flags.countTrailingZeroBits() ushr 3)
                if (isAt(needle, region, candidate)) return candidate
                flags = flags and (flags - 1)
            }
        }
        at += WORD
        if (at >= end) return none
        // The last word begins at positions that are settled already.
        if (end - at < WORD) at = end - WORD
    }
}

/** The last of the positions of `[from, end)` at which [needle] is, or [none]. */
private fun lastAt(needle: ByteArray, region: Region, from: Long, end: Long, none: Long): Long {
    if (end - from < WORD) {
        for (at in end - 1 downTo from) if (isAt(needle, region, at)) return at
        return none
    }
    val distance = needle.size - 1
    val head = broadcast(needle[0])
    val tail = broadcast(needle[distance])
    var at = end - WORD
    while (true) {
        val word = (region.getLong(at) xor head) or (region.getLong(at + distance) xor tail)
        if (zeroHints(word) and HIGH_BITS != 0L) {
            var flags = zeroBytes(word)
            while (flags != 0L) {
                val highest = Long.SIZE_BITS - 1 - flags.countLeadingZeroBits()
                val candidate = at + (highest ushr 3)
                if (isAt(needle, region, candidate)) return candidate
                flags = flags xor (1L shl highest)
            }
        }
        if (at == from) return none
        at = maxOf(at - WORD, from)
    }
}

private fun isAt(needle: ByteArray, region: Region, index: Long): Boolean {
    for (i in needle.indices) if (region.get(index + i) != needle[i]) return false
    return true
}
