package dev.kmmap.internal

import dev.kmmap.MMap

/**
 * File systems that count what was stored through a map as data from the store on, also as long as it is nowhere on
 * the device, by the numbers that statfs(2) has for them. Tried, not read: others have told such pages as holes.
 */
private val TRUSTED = setOf(
    0xEF53L, // ext4
    0x58465342L, // XFS
    0x01021994L, // tmpfs: named memory and files in memory, too
)

/** Where the data of a file is. Positions count from the file's beginning. */
internal class Holes(private val calls: SystemCalls, private val descriptor: Long) {
    /** The first byte of data from [position] on, or `null` if there is none up to the end of the file. */
    fun data(position: Long): Long? = calls.seekData(descriptor, position).let { found ->
        when {
            found >= 0 -> found
            calls.errorName((-found).toInt()) == "ENXIO" -> null
            else -> position
        }
    }

    /** Where the data at [position] ends; of what the system does not tell, there is no end. */
    fun hole(position: Long): Long = calls.seekHole(descriptor, position).let { if (it < 0) Long.MAX_VALUE else it }

    /** Bytes in the file. */
    fun fileSize(): Long = calls.fileSize(descriptor)
}

/**
 * Whether the holes of the file are the map's. Not those of a private map, which can have pages of its own there. To be
 * asked inside the gate.
 */
private val Mapping.tellsHoles: Boolean
    get() = sharesDescriptor && calls.fileSystem(descriptor) in TRUSTED && isRegular()

/**
 * Runs [block] with the holes of the file, inside the gate; `null` where nobody knows them. The file is opened once
 * more for that: the offset of the map's descriptor may be somebody else's, too.
 */
internal inline fun <T> Mapping.withHoles(block: (Holes) -> T): T? {
    val own = openHoles()
    if (own < 0) return null
    try {
        return block(Holes(calls, own))
    } finally {
        calls.close(own)
    }
}

internal fun Mapping.openHoles(): Long = if (tellsHoles) calls.reopen(descriptor) else NOT_HAD

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
 * [needsData], and [longest] bytes at most. The first look says whether the file has holes that are worth it; in one
 * that has none, it is the only one.
 */
internal class HoleSkips(private val map: MMap, private val longest: Int, private val needsData: Boolean) {
    constructor(map: MMap, pattern: Pattern) : this(map, pattern.longest, pattern.needsData)

    private enum class State { UNKNOWN, OFF, ON }

    private var state = if (longest > 0) State.UNKNOWN else State.OFF

    /** Windows of the search. */
    private val window = maxOf(SEARCH_WINDOW, longest.toLong())

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
            if (data > end) end else maxOf(from, data - longest + 1)
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
            if (end == start) start else minOf(to, end + longest - 1)
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
