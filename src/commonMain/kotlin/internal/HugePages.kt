package dev.kmmap.internal

import kotlinx.io.IOException
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** Bytes of the huge pages that `MAP_HUGETLB` alone asks for; 0 where there are none, and so no maps of them. */
internal val hugePageSize: Long by lazy {
    try {
        val file = Path("/proc/meminfo")
        val lines = SystemFileSystem.source(file).buffered().use { it.readString() }.lines()
        val kibibytes = lines.find { it.startsWith(LABEL) }?.removePrefix(LABEL)?.removeSuffix("kB")?.trim()
        (kibibytes?.toLongOrNull() ?: 0) * 1024
    } catch (_: IOException) {
        0
    }
}

private const val LABEL = "Hugepagesize:"
