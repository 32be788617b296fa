package dev.kmmap.internal.search

import dev.kmmap.MMap
import dev.kmmap.internal.access.pinned
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.mapping.Holes
import dev.kmmap.internal.mapping.withHoles

/** Bytes of a search that are worth a look at the file. */
private const val WORTH = 4 * SEARCH_WINDOW

/** Looks at a file before the gate is left. */
private const val LOOKS_AT_ONCE = 1000

/** Nobody has looked yet. */
private const val NOT_PLANNED = -1L

/** A file has to be hole by one part of so many at least. */
private const val HOLE_PART = 4

/**
 * The holes that one search of [map] passes over, for what has a byte other than 0 in each occurrence if it
 * [needsData], and [maxLength] bytes at most. The first look says whether the file has holes that are worth it; in one
 * that has none, it is the only one.
 */
internal class HoleSkips(private val map: MMap, private val maxLength: Int, private val needsData: Boolean) {
    constructor(map: MMap, pattern: Pattern) : this(map, pattern.maxLength, pattern.needsData)

    private enum class State { UNKNOWN, OFF, ON }

    private var state = if (maxLength > 0) State.UNKNOWN else State.OFF

    /** Windows of the search. */
    private val window = SearchWindows(maxLength).step

    /** From [plannedAt] on it goes on at [planned], upwards or downwards. */
    private var plannedAt = NOT_PLANNED
    private var planned = 0L

    private fun isOn(length: Long): Boolean {
        if (state == State.UNKNOWN) {
            if (length < WORTH) return false
            state = if (needsData && isSparse()) State.ON else State.OFF
        }
        return state == State.ON
    }

    private fun isSparse(): Boolean = map.pinned {
        val mapping = map.mapping
        if (!mapping.sharesDescriptor) return@pinned false
        val size = mapping.calls.fileSize(mapping.descriptor)
        val allocated = mapping.calls.allocatedSize(mapping.descriptor)
        allocated >= 0 && size - allocated >= size / HOLE_PART
    }

    /**
     * Where a search goes on upwards whose next window would begin at [from]: behind the hole that there is. To search
     * a window touches a little of the next one, which makes that data on tmpfs: so the look is one window ahead.
     */
    fun forward(from: Long, end: Long): Long {
        val start = if (plannedAt != NOT_PLANNED && from >= plannedAt) maxOf(from, planned) else from
        if (plannedAt == NOT_PLANNED || start >= plannedAt) {
            plannedAt = start + window
            planned = dataFrom(plannedAt, end)
        }
        return start
    }

    /** As [forward] for a search downwards, whose next window would end at [to]. */
    fun backward(start: Long, to: Long): Long {
        val end = if (plannedAt != NOT_PLANNED && to <= plannedAt) minOf(to, planned) else to
        if (plannedAt == NOT_PLANNED || end <= plannedAt) {
            plannedAt = maxOf(end - window, start)
            planned = dataBefore(start, plannedAt)
        }
        return end
    }

    /** Where the first occurrence can begin that begins at [from] or behind it and lies before [end]. */
    private fun dataFrom(from: Long, end: Long): Long {
        if (!isOn(end - from)) return from
        return withHoles { holes, origin ->
            val data = holes.dataOrEnd(origin + from) - origin
            if (data > end) end else maxOf(from, data - maxLength + 1)
        } ?: from
    }

    /** Where the last occurrence can end that ends at [to] or before it and lies behind [start]. */
    private fun dataBefore(start: Long, to: Long): Long {
        if (!isOn(to - start)) return to
        return withHoles { holes, origin ->
            var end = to
            var distance = SEARCH_WINDOW
            while (end > start) {
                val from = if (end - start <= distance) start else end - distance
                if (holes.dataOrEnd(origin + from) - origin >= end) {
                    end = from
                    distance *= 2
                } else if (distance > SEARCH_WINDOW) {
                    distance = SEARCH_WINDOW
                } else {
                    break
                }
            }
            if (end == start) start else minOf(to, end + maxLength - 1)
        } ?: to
    }

    /** Which of [count] windows, that overlap and ascend, are not just hole; `null` if that is not worth knowing. */
    fun windowsWithData(all: Bounds, count: Int, start: (Int) -> Long, end: (Int) -> Long): BooleanArray? {
        if (!isOn(all.length)) return null
        val found = BooleanArray(count)
        var number = 0
        while (number < count) {
            withHoles { holes, origin ->
                var looks = 0
                while (number < count && looks++ < LOOKS_AT_ONCE) {
                    val data = holes.dataOrEnd(origin + start(number)) - origin
                    while (number < count && end(number) <= data) number++
                    if (number < count) found[number++] = true
                }
            } ?: return null
        }
        return found
    }

    /** Pages past the end of the file are no hole: who touches them is told that the file was cut. */
    private fun Holes.dataOrEnd(position: Long): Long = data(position) ?: maxOf(position, fileSize())

    private fun <T> withHoles(block: (holes: Holes, origin: Long) -> T): T? = map.pinned {
        map.mapping.withHoles { block(it, map.mapping.offset) }
    }
}
