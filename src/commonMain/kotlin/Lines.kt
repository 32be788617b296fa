@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.clampBound
import dev.kmmap.internal.search.LINE_FEED
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.text.BackwardLines
import dev.kmmap.internal.text.LineRanges
import dev.kmmap.internal.text.LineStrings
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/**
 * The lines from [start] on (by default all; a negative one counts from the end), as ranges without a copy. They are
 * those of [MMap.readLine]: each ends behind a line feed, the last one at the end of the map, if bytes are left there.
 * The cursor stays where it is.
 *
 * The sequence searches while it is iterated, as repeated calls of [MMap.readLine] would: close and resize get their
 * turn in between, a map that shrinks has fewer lines and one that grows more, and after [MMap.close] the iteration
 * throws [IllegalStateException]. Up to 1024 lines and 64 KiB are looked up at once, so what is written to the map
 * meanwhile may come too late to be seen. It can be iterated any number of times, each from one thread.
 *
 * @sample dev.kmmap.samples.LineSamples.longestLine
 */
@JvmOverloads
public fun MMap.lines(start: Long = 0): Sequence<Line> = Sequence { LineRanges(this, clampBound(start, size)) }

/**
 * As [lines], from the beginning of the line that the byte at [offset] belongs to: any place of a map will do to begin
 * at. A negative offset counts from the end, and one past it means the end.
 *
 * @sample dev.kmmap.samples.LineSamples.linesFromTheMiddle
 */
public fun MMap.linesFrom(offset: Long): Sequence<Line> = Sequence {
    LineRanges(this, searchBackward(LINE_FEED, 0, clampBound(offset, size)) {} + 1)
}

/**
 * The lines before [end] (by default the end of the map; a negative one counts from there), the last one first, as
 * ranges without a copy. If [end] lies inside a line, the part before it counts as one. Otherwise as [lines]; a map
 * that shrinks is gone through from its new end.
 *
 * @sample dev.kmmap.samples.LineSamples.tail
 */
@JvmOverloads
public fun MMap.linesBackward(end: Long = Long.MAX_VALUE): Sequence<Line> =
    Sequence { BackwardLines(this, clampBound(end, size)) }

/**
 * As [lines], decoded as UTF-8 (what is none becomes `U+FFFD`), without the `\n` or `\r\n` at their ends. About 64 KiB
 * are copied at once and decoded one by one, which is faster than [Line.text] of each.
 *
 * @throws IllegalArgumentException in the iteration, if a line does not fit in an array.
 * @sample dev.kmmap.samples.LineSamples.linesThatContain
 */
@JvmOverloads
public fun MMap.lineStrings(start: Long = 0): Sequence<String> =
    Sequence { LineStrings(this, clampBound(start, size)) }

/** [LineIndex.of] this map. */
public fun MMap.lineIndex(): LineIndex = LineIndex.of(this)
