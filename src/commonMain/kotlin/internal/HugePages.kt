package dev.kmmap.internal

import kotlinx.io.IOException
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** What Linux says of its huge pages. */
internal object HugePages {
    /** Bytes per huge page, unless another size is asked for; `null` if the system has none. */
    val size: Long? by lazy {
        try {
            sizeIn(SystemFileSystem.source(Path("/proc/meminfo")).buffered().use { it.readString() })
        } catch (_: IOException) {
            null
        }
    }

    /** The size that `/proc/meminfo` has in a line like `Hugepagesize:    2048 kB`. */
    fun sizeIn(memoryInfo: String): Long? {
        val line = memoryInfo.lineSequence().firstOrNull { it.startsWith("Hugepagesize:") } ?: return null
        return line.substringAfter(':').trim().substringBefore(' ').toLongOrNull()?.times(BYTES_PER_UNIT)
    }

    /** Bytes in what the file calls a kB. */
    private const val BYTES_PER_UNIT = 1024L
}
