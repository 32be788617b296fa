package dev.kmmap

import dev.kmmap.internal.base.encodedText
import dev.kmmap.internal.search.FixedPattern
import dev.kmmap.internal.search.bytePattern
import dev.kmmap.internal.search.setPattern
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads
import kotlin.jvm.JvmStatic
import kotlin.jvm.JvmSynthetic

/**
 * What is looked for, prepared once for any number of searches. [MMap.find] of bytes or text prepares it each time that
 * it has more than some hundred bytes to search, which takes about as long as searching a few KiB.
 *
 * A needle does not change, and may be used by any number of threads and on any number of maps at the same time. It
 * holds a copy of its bytes.
 *
 * @sample dev.kmmap.samples.SearchSamples.oneNeedleManyMaps
 */
public class Needle private constructor(
    @get:JvmSynthetic internal val pattern: FixedPattern,
    private val description: String,
) {
    /** Bytes in each of its occurrences: 1 for a needle made by [anyOf]. */
    @get:JvmName("length")
    public val length: Int
        get() = pattern.length

    /** For people: `Needle(5 bytes, ignoreCase=false)`, for instance. */
    override fun toString(): String = "Needle($description)"

    public companion object {
        /**
         * The bytes of [bytes], one after the other. With [ignoreCase] the ASCII letters `A` to `Z` and `a` to `z`
         * match in either case; all other bytes only themselves. No bytes at all are found everywhere.
         */
        @JvmStatic @JvmOverloads
        public fun of(bytes: ByteArray, ignoreCase: Boolean = false): Needle =
            Needle(bytePattern(bytes, ignoreCase), "${bytes.size} bytes, ignoreCase=$ignoreCase")

        /**
         * The UTF-8 form of [text]. With [ignoreCase] only ASCII letters match in either case: `"É"` does not match
         * `"é"`.
         *
         * @throws IllegalArgumentException if [text] contains half of a surrogate pair, which has no form in UTF-8.
         * @sample dev.kmmap.samples.SearchSamples.ignoringCase
         */
        @JvmStatic @JvmOverloads
        public fun of(text: String, ignoreCase: Boolean = false): Needle =
            of(encodedText("text", text), ignoreCase)

        /**
         * Any one of the bytes of [bytes], whose order does not matter.
         *
         * @throws IllegalArgumentException if there are none.
         * @sample dev.kmmap.samples.SearchSamples.anyOfSeveralBytes
         */
        @JvmStatic
        public fun anyOf(bytes: ByteArray): Needle {
            require(bytes.isNotEmpty()) { "a set of no bytes is found nowhere" }
            return Needle(setPattern(bytes), "any of ${bytes.size} bytes")
        }
    }
}
