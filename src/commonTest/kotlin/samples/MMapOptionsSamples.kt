package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapBusyException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag

/** Maps that need more said about them than a path and an access. */
internal object MMapOptionsSamples {
    /** A file of at least 1 MiB, which is created if there is none, and whose space is real. */
    fun createAndExtend(path: String): MMap =
        MMapOptions()
            .access(Access.WRITE)
            .create(true)
            .extend(true)
            .length(1L shl 20)
            .open(path)

    /** Twenty bytes in the middle of a file; where they begin need not be a multiple of anything. */
    fun partOfAFile(path: String): MMap =
        MMapOptions().access(Access.WRITE).offset(7).length(20).open(path)

    /** One set of options for many maps. */
    fun sharedOptions(paths: List<String>): Long {
        val options = MMapOptions().access(Access.READ).trackFile(false)
        return paths.sumOf { path -> options.open(path).use { it.size } }
    }

    /** A file whose name and size are on the device when it returns. */
    fun durableFile(path: String): MMap =
        MMapOptions().access(Access.WRITE).create(true).extend(true).length(4096).syncDirectory(true).open(path)
            .also { it.flush(FlushMode.DURABLE) }

    /** The sum of the bytes, by one thread that needs to agree with nobody. */
    fun confinedToOneThread(path: String): Long =
        MMapOptions().confined(true).open(path).use { map -> map.sumOf { it.toLong() } }

    /** A map that is closed within a second or so, or later if somebody is still searching it. */
    fun closedInTime(path: String) {
        val map = MMapOptions().timeout(1000).open(path)
        try {
            map.close()
        } catch (e: MMapBusyException) {
            println("${e.message}; once more, and as long as it takes")
            map.close()
        }
    }

    /** A map that grows to 1 MiB in place. */
    fun reservedAddresses(path: String): Long {
        val options = MMapOptions().access(Access.WRITE).create(true).reserve(1L shl 20)
        return options.open(path).use { map ->
            while (map.size < 1L shl 20) map.resize(map.size + 65_536)
            map.fileSize()
        }
    }

    /** Memory that people find under its name when they look at the process. */
    fun namedMemory(): MMap =
        MMapOptions().flags(MapFlag.PRIVATE).length(4096).name("page cache").anonymous()
}
