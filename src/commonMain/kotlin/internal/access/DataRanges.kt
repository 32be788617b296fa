package dev.kmmap.internal.access

import dev.kmmap.DataRange
import dev.kmmap.MMap
import dev.kmmap.internal.mapping.withHoles

/** So many ranges at most are looked up at once. */
private const val RANGES_AHEAD = 256

/** The ranges of data from [start] to before [end], some at a time looked up when they are asked for. */
internal class DataRangeIterator(private val map: MMap, start: Long, private val end: Long) : Iterator<DataRange> {
    private val found = ArrayDeque<DataRange>()

    /** From here on nothing has been looked up. */
    private var next = start

    override fun hasNext(): Boolean {
        if (found.isEmpty() && next < end) lookUp()
        return found.isNotEmpty()
    }

    override fun next(): DataRange {
        if (!hasNext()) throw NoSuchElementException("there is no further range of data")
        return found.removeFirst()
    }

    private fun lookUp(): Unit = map.pinned { generation ->
        val origin = map.mapping.offset
        val limit = minOf(end, generation.size)
        map.mapping.withHoles { holes ->
            while (next < limit && found.size < RANGES_AHEAD) {
                val data = (holes.data(origin + next) ?: Long.MAX_VALUE) - origin
                val hole = if (data < limit) holes.hole(origin + data) - origin else data
                if (data < limit) found += DataRange(data, minOf(hole, limit) - data)
                next = hole
            }
        } ?: run {
            if (next < limit) found += DataRange(next, limit - next)
            next = limit
        }
        if (next >= limit) next = end
    }
}
