package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.ReadOnlyMMapException

/** Which rights a map can have, and what they mean for its file. */
internal object AccessSamples {
    /** Returns the first byte as the map shows it, and as the file has it. */
    fun copyLeavesTheFileAlone(path: String): Pair<Char, Char> =
        MMap.open(path, Access.COPY).use { map ->
            map[0] = 'X'.code.toByte()
            val inMap = map[0].toInt().toChar()
            val inFile = MMap.open(path).use { it[0].toInt().toChar() }
            inMap to inFile
        }

    /** Returns what the other map of the same file sees. */
    fun writingReachesEveryOtherMap(path: String): Char =
        MMap.open(path, Access.WRITE).use { writer ->
            MMap.open(path, Access.READ).use { reader ->
                writer[0] = 'X'.code.toByte()
                reader[0].toInt().toChar()
            }
        }

    fun readOnlyMapsRefuseToChange(path: String): String =
        MMap.open(path, Access.READ).use { map ->
            try {
                map[0] = 'X'.code.toByte()
                "changed"
            } catch (e: ReadOnlyMMapException) {
                e.message.toString()
            }
        }

    /** Private memory that is there from the start, for this process only. */
    fun rawProtectionAndFlags(length: Long): MMap {
        val options = MMapOptions()
            .protection(Protection.READ, Protection.WRITE)
            .length(length)
        // Not every system can be asked to bring the pages in at once.
        val flags = if (MapFlag.POPULATE.isSupported) arrayOf(MapFlag.POPULATE) else emptyArray()
        return options.flags(MapFlag.PRIVATE, *flags).anonymous()
    }
}
