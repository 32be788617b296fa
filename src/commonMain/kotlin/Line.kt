package dev.kmmap

import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.decodedText
import kotlin.jvm.JvmName

/**
 * A line of a map as a range of its bytes: where it was when it was found. Nothing is copied before [bytes] or [text],
 * which show what the map holds in this place then.
 *
 * A line ends behind a line feed (`\n`, 10), or at the end of the map. It does not change, and may be used from any
 * thread.
 *
 * @sample dev.kmmap.samples.LineSamples.longestLine
 */
public class Line internal constructor(private val map: MMap, bounds: Bounds, contentEnd: Long) {
    /** The index of its first byte. */
    @get:JvmName("start")
    public val start: Long = bounds.start

    /** The index behind its last byte: that of the next line. */
    @get:JvmName("end")
    public val end: Long = bounds.end

    /** The index behind its content, which is without the `\n` or `\r\n` at its end, if there is one. */
    @get:JvmName("contentEnd")
    public val contentEnd: Long = contentEnd

    /**
     * A copy of its content; less of it if the map has become shorter.
     *
     * @throws IllegalArgumentException if it does not fit in an array.
     * @throws IllegalStateException if the map is closed.
     */
    public fun bytes(): ByteArray = map.slice(start, contentEnd)

    /** Its content, decoded as [TextEncoding.UTF_8]. Throws what [bytes] throws. */
    public fun text(): String = decodedText(bytes())

    /** For people: `Line(start=0, end=6, contentEnd=5)`, for instance. */
    override fun toString(): String = "Line(start=$start, end=$end, contentEnd=$contentEnd)"
}
