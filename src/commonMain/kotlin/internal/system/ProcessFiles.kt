package dev.kmmap.internal.system

import dev.kmmap.internal.base.LINE_FEED_BYTE
import kotlinx.io.Buffer
import kotlinx.io.IOException
import kotlinx.io.RawSource
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** What Linux tells about the process in files. Elsewhere there are none, even if a path leads to some, as on Wine. */
internal object ProcessFiles {
    /** The text of a short one; `null` where there is none. */
    fun read(path: String): String? = ifThere(path) { source -> source.buffered().use { it.readString() } }

    /** How many lines a file has that may be long; `null` where there is none. */
    fun countLines(path: String): Long? = ifThere(path) { source ->
        val part = Buffer()
        val bytes = ByteArray(READ_AT_ONCE)
        var lines = 0L
        while (source.readAtMostTo(part, READ_AT_ONCE.toLong()) >= 0) {
            while (true) {
                val count = part.readAtMostTo(bytes)
                if (count <= 0) break
                for (i in 0 until count) if (bytes[i] == LINE_FEED_BYTE) lines++
            }
        }
        lines
    }

    private inline fun <T> ifThere(path: String, read: (RawSource) -> T): T? {
        if (currentSystem != OperatingSystem.LINUX_X64 && currentSystem != OperatingSystem.LINUX_ARM64) return null
        return try {
            SystemFileSystem.source(Path(path)).use(read)
        } catch (_: IOException) {
            null
        }
    }

    private const val READ_AT_ONCE = 8192
}

/** Bytes of the huge pages that `MAP_HUGETLB` alone asks for; 0 where there are none, and so no maps of them. */
internal val hugePageSize: Long by lazy {
    val line = ProcessFiles.read("/proc/meminfo")?.lineSequence()?.find { it.startsWith(HUGE_PAGE_LABEL) }
    (line?.removePrefix(HUGE_PAGE_LABEL)?.removeSuffix("kB")?.trim()?.toLongOrNull() ?: 0) * 1024
}

private const val HUGE_PAGE_LABEL = "Hugepagesize:"
