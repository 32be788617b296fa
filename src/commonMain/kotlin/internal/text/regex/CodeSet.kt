package dev.kmmap.internal.text.regex

/** The last code point of Unicode. */
internal const val LAST_CODE = 0x10ffff

/** A set of code points, as ranges that ascend, do not touch and have a first and a last member each. */
internal class CodeSet private constructor(private val ranges: IntArray) {
    /** Which of the first 256 code points are members. */
    val latin1: BooleanArray = BooleanArray(LATIN1)

    init {
        forEachRange { first, last -> for (code in first..minOf(last, LATIN1 - 1)) latin1[code] = true }
    }

    /** How many members there are. */
    val size: Int
        get() {
            var sum = 0
            forEachRange { first, last -> sum += last - first + 1 }
            return sum
        }

    val isEmpty: Boolean get() = ranges.isEmpty()

    /** Whether all members are one `Char` each. */
    val isNarrow: Boolean get() = isEmpty || ranges.last() < MIN_SUPPLEMENTARY

    /** The only member, or -1. */
    val single: Int get() = if (ranges.size == 2 && ranges[0] == ranges[1]) ranges[0] else -1

    operator fun contains(code: Int): Boolean = if (code < LATIN1) latin1[code] else isInRange(code)

    private fun isInRange(code: Int): Boolean {
        var low = 0
        var high = ranges.size / 2
        while (low < high) {
            val middle = (low + high) ushr 1
            if (ranges[2 * middle + 1] < code) low = middle + 1 else high = middle
        }
        return 2 * low < ranges.size && ranges[2 * low] <= code
    }

    operator fun plus(other: CodeSet): CodeSet = Builder().add(this).add(other).build()

    infix fun intersect(other: CodeSet): CodeSet = (complement() + other.complement()).complement()

    fun complement(): CodeSet {
        val builder = Builder()
        var next = 0
        forEachRange { first, last ->
            if (first > next) builder.add(next, first - 1)
            next = last + 1
        }
        if (next <= LAST_CODE) builder.add(next, LAST_CODE)
        return builder.build()
    }

    inline fun forEachRange(action: (first: Int, last: Int) -> Unit) {
        for (i in ranges.indices step 2) action(ranges[i], ranges[i + 1])
    }

    /** Collects ranges in any order. */
    class Builder {
        private val ranges = ArrayList<IntRange>()

        fun add(first: Int, last: Int = first): Builder = apply { ranges += first..last }

        fun add(set: CodeSet): Builder = apply { set.forEachRange { first, last -> add(first, last) } }

        fun build(): CodeSet {
            ranges.sortBy { it.first }
            val merged = ArrayList<Int>()
            for (range in ranges) {
                if (merged.isEmpty() || range.first > merged.last() + 1) {
                    merged += range.first
                    merged += range.last
                } else if (range.last > merged.last()) {
                    merged[merged.size - 1] = range.last
                }
            }
            return CodeSet(merged.toIntArray())
        }
    }

    companion object {
        private const val LATIN1 = 256
        private const val MIN_SUPPLEMENTARY = 0x10000

        val ALL: CodeSet = Builder().add(0, LAST_CODE).build()

        /** The members of [text], of which `x-z` is a range; a hyphen that is a member stands last. */
        fun of(text: String): CodeSet {
            val builder = Builder()
            var i = 0
            while (i < text.length) {
                val isRange = i + 2 < text.length && text[i + 1] == '-'
                builder.add(text[i].code, text[if (isRange) i + 2 else i].code)
                i += if (isRange) 3 else 1
            }
            return builder.build()
        }
    }
}
