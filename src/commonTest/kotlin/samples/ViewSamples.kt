package dev.kmmap.samples

import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.getInt
import dev.kmmap.view

/** Samples for the KDoc of views. */
internal object ViewSamples {
    private const val RECORD_SIZE = 8L

    /** The sum of the second numbers of all records: each is read by code that knows nothing of where it lies. */
    fun eachRecord(path: String): Int = MMap.open(path).use { map ->
        (0 until map.size step RECORD_SIZE).sumOf { start -> map.view(start, RECORD_SIZE).use(::secondNumber) }
    }

    private fun secondNumber(record: MMap): Int = record.getInt(4, Endian.LITTLE)
}
