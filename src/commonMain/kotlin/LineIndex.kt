package dev.kmmap

import dev.kmmap.internal.search.LINE_FEED
import dev.kmmap.internal.search.Occurrences
import dev.kmmap.internal.text.LineRanges
import kotlin.jvm.JvmName
import kotlin.jvm.JvmStatic

/** The start of every 64th line is kept: 125 KB for a million lines, and few bytes to search for one of them. */
private const val LINES_PER_ENTRY = 64L

/** Entries there is room for at first; doubled when they are used up. */
private const val FIRST_ENTRIES = 64

/**
 * Numbers the lines of a map, from 0, so that any of them is found at once: by its number, or by a place in it. Lines
 * are those of [MMap.lines].
 *
 * It is made in one pass over the map and keeps eight bytes for every 64 lines; the other lines are searched for from
 * there, so that a look-up takes the time of going through 64 lines at most.
 *
 * It describes the map as it was. Bytes may be written as long as no line feeds come, go or move, and the map may grow,
 * which adds no lines to the index. Otherwise make a new one: what an old one says then is some place inside the map,
 * or a [ConcurrentModificationException] where it notices. After [MMap.close] only [lineCount] can be asked for.
 *
 * It does not change, and may be used from any thread.
 *
 * @sample dev.kmmap.samples.LineSamples.lineByNumber
 */
public class LineIndex private constructor(
    private val map: MMap,
    private val size: Long,
    /** How many lines there are. */
    @get:JvmName("lineCount")
    public val lineCount: Long,
    /** Where the lines 0, 64, 128, … begin. */
    private val starts: LongArray,
) {
    /**
     * The index of the first byte of line number [line].
     *
     * @throws IndexOutOfBoundsException unless it lies in `0 until lineCount`.
     */
    public fun start(line: Long): Long = line(line).start

    /**
     * Line number [line].
     *
     * @throws IndexOutOfBoundsException unless it lies in `0 until lineCount`.
     */
    public fun line(line: Long): Line {
        if (line < 0 || line >= lineCount) throw IndexOutOfBoundsException("line $line of $lineCount lines")
        val skipped = line % LINES_PER_ENTRY
        val lines = LineRanges(map, starts[(line / LINES_PER_ENTRY).toInt()], ahead = skipped + 1)
        repeat(skipped.toInt()) { next(lines) }
        return next(lines)
    }

    /**
     * The number of the line that the byte at [offset] belongs to.
     *
     * @throws IndexOutOfBoundsException unless the offset lies in the map as it was.
     * @sample dev.kmmap.samples.LineSamples.numbersOfMatchingLines
     */
    public fun lineAt(offset: Long): Long {
        if (offset < 0 || offset >= size) throw IndexOutOfBoundsException("offset $offset of $size bytes")
        val entry = lastEntryUpTo(offset)
        val lines = LineRanges(map, starts[entry], LINES_PER_ENTRY)
        var number = entry * LINES_PER_ENTRY
        while (next(lines).end <= offset) number++
        return number
    }

    private fun next(lines: Iterator<Line>): Line {
        if (!lines.hasNext()) throw ConcurrentModificationException("the map has lost lines since they were counted")
        return lines.next()
    }

    /** The last of [starts] that is not behind [offset]. */
    private fun lastEntryUpTo(offset: Long): Int {
        var low = 0
        var high = starts.size
        while (high - low > 1) {
            val middle = (low + high) ushr 1
            if (starts[middle] <= offset) low = middle else high = middle
        }
        return low
    }

    /** For people: `LineIndex(12 lines)`, for instance. */
    override fun toString(): String = "LineIndex($lineCount lines)"

    public companion object {
        /**
         * Goes through [map] once and counts its lines.
         *
         * @throws ConcurrentModificationException if the map shrinks meanwhile.
         * @throws IllegalStateException if the map is closed.
         */
        @JvmStatic
        public fun of(map: MMap): LineIndex {
            val size = map.size
            if (size == 0L) return LineIndex(map, 0, 0, longArrayOf(0))
            val lineFeeds = Occurrences(map, LINE_FEED, 0, size, overlapping = false)
            var starts = LongArray(FIRST_ENTRIES)
            var entries = 1
            var count = 0L
            var last = -1L
            while (lineFeeds.step()) {
                for (i in 0 until lineFeeds.found) {
                    last = lineFeeds.positions[i]
                    if (++count % LINES_PER_ENTRY != 0L) continue
                    if (entries == starts.size) starts = starts.copyOf(2 * entries)
                    starts[entries++] = last + 1
                }
            }
            if (map.size < size) throw ConcurrentModificationException("the map shrank while its lines were counted")
            if (last < size - 1) count++
            return LineIndex(map, size, count, starts.copyOf(entries))
        }
    }
}
