package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.Whence

/** What can be done with a map. */
internal object MMapSamples {
    /** Edits a file that begins with a line of at least 5 bytes, and returns its last five bytes. */
    fun quickTour(path: String): String =
        MMap.open(path, Access.WRITE).use { map ->
            val line = map.readLine().decodeToString()      // the cursor is behind the line now
            map[0] = line[0].uppercaseChar().code.toByte()  // a byte in place
            map.setSlice(1, 5, "ello".encodeToByteArray())  // several
            val index = map.find("world", 0)                // -1 if there is none
            if (index >= 0) map.move(index - 1, index, 5)   // one to the left
            map.resize(map.size + 5)                        // the file grows with the map
            map.seek(-5, Whence.END)
            map.write("done\n".encodeToByteArray())
            map.flush()                                     // on the device when it returns
            map.slice(-5).decodeToString()                  // a copy; negative bounds count from the end
        }

    fun slicesWithAStep(path: String): List<String> =
        MMap.open(path).use { map ->
            listOf(
                map.slice(0, 4).decodeToString(),
                map.slice(-4).decodeToString(),
                map.slice(null, null, 2).decodeToString(),
                map.slice(null, null, -1).decodeToString(),
            )
        }

    /** The places of all occurrences, those that overlap included. */
    fun findAll(path: String, needle: String): List<Long> =
        MMap.open(path).use { map ->
            generateSequence(map.find(needle, 0)) { map.find(needle, it + 1) }.takeWhile { it >= 0 }.toList()
        }

    fun readAllLines(path: String): List<String> =
        MMap.open(path).use { map ->
            val lines = ArrayList<String>()
            while (map.position < map.size) lines += map.readLine().decodeToString().removeSuffix("\n")
            lines
        }

    /** Sums all bytes, which the system reads far ahead and drops early. */
    fun adviseSequentialReading(path: String): Long =
        MMap.open(path).use { map ->
            if (Advice.SEQUENTIAL.isSupported) map.advise(Advice.SEQUENTIAL)
            var sum = 0L
            for (byte in map) sum += byte
            sum
        }

    /** Writes a record and returns when it survives a loss of power. */
    fun flushPartOfTheMap(path: String, offset: Long, record: ByteArray) {
        MMap.open(path, Access.WRITE).use { map ->
            map.copyFrom(offset, record)
            map.flush(offset, record.size.toLong(), FlushMode.DURABLE)
        }
    }

    /** Memory without a file, which grows as a list does. */
    fun growingMemory(count: Int): Long =
        MMap.anonymous(16).use { map ->
            repeat(count) { number ->
                if (map.position == map.size) map.resize(map.size * 2)
                map.writeByte(number.toByte())
            }
            map.size
        }

    /** Counts lines of a file that somebody else may truncate at any time. */
    fun whenTheFileIsTruncated(map: MMap): String =
        try {
            "${map.count { it == '\n'.code.toByte() }} lines"
        } catch (e: MMapFaultException) {
            "the file has become shorter: ${e.errorName}"
        }

    fun whatWentWrong(path: String): String =
        try {
            MMap.open(path).use { "${it.size} bytes" }
        } catch (e: MMapFileNotFoundException) {
            "${e.operation} failed with ${e.errorName}"
        }
}
