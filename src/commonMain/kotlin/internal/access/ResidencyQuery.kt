package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.Residency
import dev.kmmap.count
import dev.kmmap.internal.base.arraySize
import dev.kmmap.internal.base.rangeLength
import dev.kmmap.internal.base.requireRange
import dev.kmmap.internal.mapping.pages
import dev.kmmap.internal.mapping.residency
import dev.kmmap.residency

/** Pages that are looked at without leaving the gate: some milliseconds of the system's work. */
private const val PAGES_AT_ONCE = 16_384L

/** What [dev.kmmap.residency] does. */
internal fun MMap.residencyOf(offset: Long, length: Long): Residency {
    var count = 0L
    var delta = 0L
    val pages = pinned { generation ->
        count = rangeLength("residency", offset, length, generation.size)
        val pages = mapping.pages(generation, offset, count)
        delta = generation.delta + offset - pages.first * pages.size
        pages
    }
    val bits = LongArray(arraySize((pages.count + Long.SIZE_BITS - 1) / Long.SIZE_BITS))
    var resident = 0L
    var done = 0L
    while (done < pages.count) {
        val part = ByteArray(minOf(pages.count - done, PAGES_AT_ONCE).toInt())
        pinned { generation ->
            requireRange("residency", offset, count, generation.size)
            mapping.residency(generation, pages.first + done, part)
        }
        for (i in part.indices) {
            if (part[i].toInt() and 1 == 0) continue
            val page = done + i
            val word = (page / Long.SIZE_BITS).toInt()
            bits[word] = bits[word] or (1L shl (page % Long.SIZE_BITS).toInt())
            resident++
        }
        done += part.size
    }
    return Residency(offset, count, pages.count, resident, delta, pages.size, bits)
}
