package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.contains
import dev.kmmap.copyFrom
import dev.kmmap.copyTo
import dev.kmmap.getDouble
import dev.kmmap.getInt
import dev.kmmap.setDouble
import dev.kmmap.setInt

/** Numbers in a file. */
internal object TypedSamples {
    private const val RECORD = Int.SIZE_BYTES + Double.SIZE_BYTES

    /** Each record is a number and a measured value, packed. Doubles the value of [wanted], and returns it. */
    fun recordsOfAFile(path: String, wanted: Int): Double = MMap.open(path, Access.WRITE).use { map ->
        for (record in 0 until map.size step RECORD.toLong()) {
            if (map.getInt(record, Endian.BIG) == wanted) {
                val place = record + Int.SIZE_BYTES
                map.setDouble(place, 2 * map.getDouble(place, Endian.BIG), Endian.BIG)
                return map.getDouble(place, Endian.BIG)
            }
        }
        map.setInt(0, wanted, Endian.BIG)
        Double.NaN
    }

    /** Adds one to each of the numbers, and returns their sum. */
    fun sumOfNumbers(map: MMap, count: Int): Long {
        val numbers = LongArray(count)
        map.copyTo(0, numbers, Endian.LITTLE)
        for (i in numbers.indices) numbers[i]++
        map.copyFrom(0, numbers, Endian.LITTLE)
        return numbers.sum()
    }
}
