package dev.kmmap

import dev.kmmap.internal.base.decodedText
import dev.kmmap.internal.base.encodedText
import dev.kmmap.internal.search.scan.NeedleSet
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads
import kotlin.jvm.JvmStatic
import kotlin.jvm.JvmSynthetic

/**
 * A set of byte strings that are searched all at once: [find], [rfind], [findAll], [count] and [awaitFind] take one. A
 * search takes time proportional to the bytes searched, whatever the needles and however many; where needles are rare
 * it looks at a few bytes in each shortest needle's length only.
 *
 * **Which one counts.** Of needles that occur at the same place the first in the list does, even if another is longer:
 * `of("a", "ab")` never finds its second one, `of("ab", "a")` finds either. That is what the regular expression `ab|a`
 * does. The place itself counts first: of all places the lowest, for [rfind] the highest.
 *
 * It is prepared once, which takes about as long as searching a few hundred bytes for each byte of the needles. It
 * keeps a table of up to 16 MiB; needles that are too long for that, all together, take 20 bytes of memory for each of
 * their bytes instead, and are searched in slower steps. It never changes: any number of threads may search any number
 * of maps with one.
 *
 * @sample dev.kmmap.samples.MultiNeedleSamples.whichWord
 */
public class MultiNeedle private constructor(private val needles: List<ByteArray>, ignoreCase: Boolean) {
    @get:JvmSynthetic
    internal val set: NeedleSet? = if (needles.isEmpty()) null else NeedleSet(needles, ignoreCase)

    /** Needles in the set; 0 is possible, and found nowhere. */
    @get:JvmName("size")
    public val size: Int
        get() = needles.size

    /**
     * A copy of the needle at [index], `0 until size`, in the order they were given.
     *
     * @throws IndexOutOfBoundsException if there is none.
     */
    public operator fun get(index: Int): ByteArray = needles[index].copyOf()

    /** The needles as UTF-8 text. */
    override fun toString(): String = needles.joinToString("|", "MultiNeedle(", ")", limit = 16) { decodedText(it) }

    public companion object {
        /**
         * The set of these [needles], which are copied. With [ignoreCase] the 26 letters of ASCII match in either case;
         * all other bytes match only themselves. Equal needles are no error: the first of them is found.
         *
         * @throws IllegalArgumentException if a needle is empty, or all of them together have more than a thousand
         *   million bytes.
         */
        @JvmStatic @JvmOverloads
        public fun of(needles: List<ByteArray>, ignoreCase: Boolean = false): MultiNeedle {
            val copies = needles.map { it.copyOf() }
            val empty = copies.indexOfFirst { it.isEmpty() }
            require(empty < 0) { "needle $empty is empty" }
            return MultiNeedle(copies, ignoreCase)
        }

        /** As above, with the needles one by one. */
        @JvmStatic
        public fun of(vararg needles: ByteArray): MultiNeedle = of(needles.asList())

        /**
         * As [of], with the UTF-8 forms of [needles].
         *
         * @throws IllegalArgumentException as [of], and if a needle contains half of a surrogate pair.
         */
        @JvmStatic @JvmOverloads
        public fun ofStrings(needles: List<String>, ignoreCase: Boolean = false): MultiNeedle =
            of(needles.mapIndexed { index, it -> encodedText("needle $index", it) }, ignoreCase)

        /** As above, with the needles one by one. */
        @JvmStatic
        public fun ofStrings(vararg needles: String): MultiNeedle = ofStrings(needles.asList())
    }
}

/** Where a needle of a [MultiNeedle] occurs: from [start] to before [end], as indices in the map. */
public class NeedleMatch internal constructor(
    set: NeedleSet,

    /** Which one: its index in the list. */
    @get:JvmName("needle")
    public val needle: Int,

    /** The index of its first byte. */
    @get:JvmName("start")
    public val start: Long,
) {
    /** The index behind its last byte. */
    @get:JvmName("end")
    public val end: Long = start + set.length(needle)

    override fun equals(other: Any?): Boolean =
        other is NeedleMatch && other.needle == needle && other.start == start && other.end == end

    override fun hashCode(): Int = (needle * 31 + start.hashCode()) * 31 + end.hashCode()

    override fun toString(): String = "NeedleMatch(needle=$needle, start=$start, end=$end)"
}
