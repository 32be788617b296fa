package dev.kmmap.internal.text

import dev.kmmap.Line
import dev.kmmap.MMap
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.LINE_FEED_BYTE
import dev.kmmap.internal.base.arraySize
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.search.Batched
import dev.kmmap.internal.search.LINE_FEED
import dev.kmmap.internal.search.scannerFor

/** Bytes in which ends of lines are looked for at once; a longer line takes more of them. */
private const val LINE_WINDOW = 64L * 1024

/** So many lines at most are looked up at once, which makes the cost of the gate small. */
private const val LINES_AHEAD = 1024L

private const val CARRIAGE_RETURN: Byte = 13

/**
 * The lines of [map] from [start] on, each as if it were looked for when it is asked for, but looked up [ahead] at a
 * time, between which the gate is left. What is made of a line is up to the subclass.
 */
internal abstract class LineIterator<T>(
    private val map: MMap,
    private var start: Long,
    ahead: Long = LINES_AHEAD,
) : Batched<T> {
    /** The lines looked up: where they end, the next of them beginning at [start], and how many bytes end them. */
    private val ends = LongArray(capacity(map.size - start, ahead))
    private val terminators = ByteArray(ends.size)
    private var count = 0
    private var index = 0

    /** The one in which they were looked up. */
    private var generation: Generation? = null

    /** Up to here no line feed follows the last line looked up. */
    private var searched = 0L
    private var isAtEnd = false

    /** Lines that begin at [from] and end before [to] have been looked up. Runs inside the gate. */
    protected open fun load(region: Region, from: Long, to: Long) {}

    protected abstract fun line(start: Long, end: Long, contentEnd: Long): T

    override val from: Long get() = if (index < count) start else maxOf(start, searched)

    override val end: Long get() = Long.MAX_VALUE

    override fun hasBuffered(): Boolean = index < count && !map.isStale(generation)

    override fun fetch(): Boolean {
        if (index < count) {
            index = count
            searched = 0
        }
        if (!isAtEnd) lookUp()
        return !isAtEnd
    }

    override fun hasNext(): Boolean {
        while (!hasBuffered()) if (!fetch()) return false
        return true
    }

    override fun next(): T {
        if (!hasNext()) throw NoSuchElementException("there is no further line")
        val end = ends[index]
        val line = line(start, end, end - terminators[index])
        index++
        start = end
        return line
    }

    private fun lookUp() {
        if (generation != null) letOthersRun()
        map.reading { lookUpIn(it) }
    }

    private fun lookUpIn(current: Generation) {
        generation = current
        val limit = current.size
        val from = minOf(maxOf(start, searched), limit)
        val to = if (limit - from <= LINE_WINDOW) limit else from + LINE_WINDOW
        index = 0
        val region = current.region
        count = LINE_FEED.scannerFor(region, to - from).collect(region, from, to, overlapping = false, ends)
        var last = start
        for (i in 0 until count) {
            val end = ends[i] + 1
            ends[i] = end
            terminators[i] = terminatorLength(current.region, last, end)
            last = end
        }
        searched = if (count == ends.size) last else to
        if (count < ends.size && to == limit) {
            if (last < limit) {
                terminators[count] = 0
                ends[count++] = limit
                last = limit
            } else {
                isAtEnd = count == 0
            }
        }
        if (count > 0) load(current.region, start, last)
    }
}

/** Lines as ranges. */
internal class LineRanges(private val map: MMap, start: Long, ahead: Long = LINES_AHEAD) :
    LineIterator<Line>(map, start, ahead) {
    override fun line(start: Long, end: Long, contentEnd: Long) = Line(map, Bounds(start, end), contentEnd)
}

/** Lines as strings, decoded from a copy of all lines that are looked up at once. */
internal class LineStrings(map: MMap, start: Long) : LineIterator<String>(map, start) {
    private var copy = ByteArray(0)
    private var copyStart = 0L
    private val decoder = TextDecoder()

    override fun load(region: Region, from: Long, to: Long) {
        val size = arraySize(to - from)
        // Up to twice as many: the next lines may be a little longer.
        if (size > copy.size) copy = ByteArray(maxOf(size, minOf(2L * size, 2 * LINE_WINDOW).toInt()))
        region.copyTo(from, copy, 0, size)
        decoder.load(copy, size)
        copyStart = from
    }

    override fun line(start: Long, end: Long, contentEnd: Long): String =
        decoder.decode((start - copyStart).toInt(), (contentEnd - copyStart).toInt())
}

/** The lines of [map] that lie before [end], the last one first; otherwise as [LineRanges]. */
internal class BackwardLines(private val map: MMap, private var end: Long) : Iterator<Line> {
    /** The lines looked up: where they begin, the next of them ending at [end], and how many bytes end them. */
    private val starts = LongArray(capacity(end, LINES_AHEAD))
    private val terminators = ByteArray(starts.size)
    private var count = 0
    private var index = 0
    private var generation: Generation? = null

    /** From here on no line feed precedes the last line looked up, but that which ends the line before. */
    private var searched = Long.MAX_VALUE

    override fun hasNext(): Boolean {
        if (index < count && map.isStale(generation)) {
            index = count
            searched = Long.MAX_VALUE
        }
        while (index == count) {
            if (end == 0L) return false
            lookUp()
        }
        return true
    }

    override fun next(): Line {
        if (!hasNext()) throw NoSuchElementException("there is no line before")
        val line = Line(map, Bounds(starts[index], end), end - terminators[index])
        end = starts[index++]
        return line
    }

    private fun lookUp() {
        if (generation != null) letOthersRun()
        map.reading { lookUpIn(it) }
    }

    private fun lookUpIn(current: Generation) {
        generation = current
        index = 0
        count = 0
        end = minOf(end, current.size)
        // A line feed directly before the end belongs to the line that is looked for.
        var to = minOf(searched, end - 1)
        val from = maxOf(to - LINE_WINDOW, 0)
        var lineEnd = end
        while (count < starts.size && to >= from) {
            val start = LINE_FEED.scannerFor(current.region, to - from).last(current.region, from, to) + 1
            if (start == 0L && from > 0) break
            terminators[count] = terminatorLength(current.region, start, lineEnd)
            starts[count++] = start
            lineEnd = start
            to = start - 1
        }
        searched = if (count == starts.size) Long.MAX_VALUE else from
    }
}

/** The lines to look up at once in [size] bytes, which have no more of them; at least one, since maps can grow. */
private fun capacity(size: Long, ahead: Long): Int = minOf(maxOf(size, 1), ahead).toInt()

/** Whether [generation] is not what the map shows: it was resized or closed. */
private fun MMap.isStale(generation: Generation?): Boolean = isClosed || this.generation !== generation

/** How many bytes end the line from [start] to before [end]: those of `\n`, of `\r\n` or none. */
private fun terminatorLength(region: Region, start: Long, end: Long): Byte = when {
    region.get(end - 1) != LINE_FEED_BYTE -> 0
    end - 1 == start || region.get(end - 2) != CARRIAGE_RETURN -> 1
    else -> 2
}
