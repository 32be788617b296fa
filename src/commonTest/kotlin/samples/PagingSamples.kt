package dev.kmmap.samples

import dev.kmmap.Capability
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.Protection
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.cacheStatistics
import dev.kmmap.dataRanges
import dev.kmmap.internal.mapping.cacheStatistics
import dev.kmmap.lock
import dev.kmmap.prefetch
import dev.kmmap.protect
import dev.kmmap.residency
import dev.kmmap.unlock

/** Samples for the KDoc of what controls the pages of a map. */
internal object PagingSamples {
    /** Looks at the first byte, and then whether the rest can be searched without waiting. */
    fun whatIsInMemory(path: String): String = MMap.open(path).use { map ->
        if (map.readByte() != 'h'.code.toByte()) return@use "another kind of file"
        val residency = map.residency()
        when {
            residency.isComplete -> "a search will not wait for the device"
            else -> "${residency.pageCount - residency.residentPages} pages have to be read first"
        }
    }

    fun broughtIn(path: String): Boolean = MMap.open(path).use { map ->
        map.prefetch()
        map.residency().isComplete
    }

    /** What a backup of a sparse file has to store. */
    fun bytesWithoutHoles(path: String): Long = MMap.open(path).use { map -> map.dataRanges().sumOf { it.length } }

    /** Whether a flush has anything to wait for. */
    fun stillToBeWritten(path: String): String = MMap.open(path).use { map ->
        val pages = map.cacheStatistics() ?: return@use "this system does not say"
        if (pages.dirtyPages + pages.writebackPages == 0L) "all is on the device" else "some pages are not"
    }

    /** Where a file that others truncate is searched as it is, and where a copy of it. */
    fun asked(): String = if (Capability.FAULT_GUARD.isSupported) "search the map" else "search a copy"

    /** What a program says of itself when it is asked for its version. */
    fun reported(): List<String> = Capability.report().lines()

    /** A table that is written once, and from then on nobody changes by mistake. */
    fun sealedAfterWriting(table: ByteArray): String = MMap.anonymous(table.size.toLong()).use { map ->
        map.copyFrom(0, table)
        map.protect(Protection.READ)
        try {
            map[0] = 0
            "changed"
        } catch (e: ReadOnlyMMapException) {
            "still ${map[0]}: ${e.message}"
        }
    }

    /** A secret that is never written to the swap space. */
    fun locked(secret: ByteArray): Boolean = MMap.anonymous(secret.size.toLong()).use { map ->
        try {
            map.lock()
        } catch (e: MMapException) {
            println("more than this process may lock: $e")
            return@use false
        }
        map.copyFrom(0, secret)
        map.copyFrom(0, ByteArray(secret.size))
        map.unlock()
        true
    }
}
