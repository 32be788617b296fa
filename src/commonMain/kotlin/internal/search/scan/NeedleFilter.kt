package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/** Odd, and without a pattern in its bits: the golden ratio. */
private const val MULTIPLIER = -0x61c8864680b583ebL

/** Bits of a set for each of its grams: one foreign gram in so many is taken for one of them. */
private const val BITS_PER_GRAM = 64

/** The largest set: 512 KiB, which stay in the cache beside what is searched. */
private const val LARGEST_SET_BITS = 22

/** Bits at least, so that a set is made of whole words. */
private const val SMALLEST_SET_BITS = 10

/** Grams looked up per branch of the loops. */
private const val STEP_GRAMS = 4

/** Grams up to this size; longer ones are not much rarer, and fewer positions can be passed over. */
private const val LONGEST_GRAM = 4

/** Positions passed over at most: more would fill the set with grams faster than they save look-ups. */
private const val LONGEST_STRIDE = 16

/** As [stepsUp]'s, for the loops here: an Int counts the innermost one. */
private const val SPAN = 1L shl 20

/**
 * Finds where a needle may begin, by looking at few bytes. A needle of at least `m` bytes has, among its first `m`,
 * `stride = m - gram + 1` sequences of `gram` bytes, one at each offset below the stride. So wherever it occurs, one of
 * them stands at a position that is a multiple of the stride, counted from anywhere: only there the filter looks,
 * whether it finds one of the grams of all needles. (The idea is that of S. Wu and U. Manber, *A fast algorithm for
 * multi-pattern searching*, 1994; positions at fixed distances do not wait for each other as its shifts do.) Where it
 * does, the first bytes of the needles are looked up in the same way at each position from which the gram can come.
 */
internal class NeedleFilter(needles: List<ByteArray>, ignoreCase: Boolean) {
    private val shortest = needles.minOf { it.size }
    private val gram = if (shortest < LONGEST_GRAM) (shortest + 2) / 2 else LONGEST_GRAM

    /** Positions of the haystack that one look-up settles. */
    val stride: Int = minOf(shortest - gram + 1, LONGEST_STRIDE)

    private val gramMask = maskOf(gram, ignoreCase)
    private val headMask = maskOf(minOf(shortest, WORD), ignoreCase)
    private val grams = WordSet(needles.size * stride)
    private val heads = WordSet(needles.size)

    init {
        for (needle in needles) {
            for (offset in 0 until stride) grams.add(wordOf(needle, offset) and gramMask)
            heads.add(wordOf(needle, 0) and headMask)
        }
    }

    /**
     * The first of the positions [at], `at + stride`, … that holds a gram, or the first of them past [last]. Eight
     * bytes are read at each.
     */
    fun next(region: Region, at: Long, last: Long): Long {
        val bits = grams.bits
        val shift = grams.shift
        val mask = gramMask
        val stride = stride
        var start = at
        while (start <= last) {
            val span = minOf(last - start, SPAN).toInt()
            val stepSpan = span - (STEP_GRAMS - 1) * stride
            var i = 0
            while (i <= stepSpan) {
                val p = start + i
                val found = bits.lookUp(region.getLong(p) and mask, shift) or
                    bits.lookUp(region.getLong(p + stride) and mask, shift) or
                    bits.lookUp(region.getLong(p + 2 * stride) and mask, shift) or
                    bits.lookUp(region.getLong(p + 3 * stride) and mask, shift)
                if (found and 1L != 0L) break
                i += STEP_GRAMS * stride
            }
            while (i <= span) {
                if (bits.lookUp(region.getLong(start + i) and mask, shift) and 1L != 0L) return start + i
                i += stride
            }
            start += i
        }
        return start
    }

    /** As [next], downwards: the first of [at], `at - stride`, …, or the first of them below [first]. */
    fun previous(region: Region, at: Long, first: Long): Long {
        val bits = grams.bits
        val shift = grams.shift
        val mask = gramMask
        val stride = stride
        var start = at
        while (start >= first) {
            val span = minOf(start - first, SPAN).toInt()
            val stepSpan = span - (STEP_GRAMS - 1) * stride
            var i = 0
            while (i <= stepSpan) {
                val p = start - i
                val found = bits.lookUp(region.getLong(p) and mask, shift) or
                    bits.lookUp(region.getLong(p - stride) and mask, shift) or
                    bits.lookUp(region.getLong(p - 2 * stride) and mask, shift) or
                    bits.lookUp(region.getLong(p - 3 * stride) and mask, shift)
                if (found and 1L != 0L) break
                i += STEP_GRAMS * stride
            }
            while (i <= span) {
                if (bits.lookUp(region.getLong(start - i) and mask, shift) and 1L != 0L) return start - i
                i += stride
            }
            start -= i
        }
        return start
    }

    /** Whether a needle may begin at [at]; eight bytes are read there. */
    fun mayBegin(region: Region, at: Long): Boolean =
        heads.bits.lookUp(region.getLong(at) and headMask, heads.shift) and 1L != 0L
}

/** The low [count] bytes of a word; with [ignoreCase] without the bit that is the case of a letter. */
private fun maskOf(count: Int, ignoreCase: Boolean): Long {
    val bytes = if (count == WORD) -1L else (1L shl (8 * count)) - 1
    return if (ignoreCase) bytes and 0x2020202020202020L.inv() else bytes
}

/** Up to eight bytes of [needle] from [offset] on, the first one lowest. */
private fun wordOf(needle: ByteArray, offset: Int): Long {
    var word = 0L
    for (i in 0 until minOf(WORD, needle.size - offset)) {
        word = word or (needle[offset + i].toLong() and 0xff shl (8 * i))
    }
    return word
}

/** A set of words that may take others for its own. */
private class WordSet(count: Int) {
    private val sizeBits = (Long.SIZE_BITS - (count.toLong() * BITS_PER_GRAM - 1).countLeadingZeroBits())
        .coerceIn(SMALLEST_SET_BITS, LARGEST_SET_BITS)

    val shift = Long.SIZE_BITS - sizeBits

    val bits = LongArray(1 shl sizeBits - 6)

    fun add(word: Long) {
        val hash = word * MULTIPLIER ushr shift
        bits[(hash ushr 6).toInt()] = bits[(hash ushr 6).toInt()] or (1L shl hash.toInt())
    }
}

/** The lowest bit is set if [word] is in the set; the others mean nothing. */
@Suppress("NOTHING_TO_INLINE")
private inline fun LongArray.lookUp(word: Long, shift: Int): Long {
    val hash = word * MULTIPLIER ushr shift
    return this[(hash ushr 6).toInt()] ushr hash.toInt()
}
