package dev.kmmap.internal

/** Bytes of the huge pages that `MAP_HUGETLB` alone asks for; 0 where there are none, and so no maps of them. */
internal val hugePageSize: Long by lazy {
    val line = ProcessFiles.read("/proc/meminfo")?.lineSequence()?.find { it.startsWith(LABEL) }
    (line?.removePrefix(LABEL)?.removeSuffix("kB")?.trim()?.toLongOrNull() ?: 0) * 1024
}

private const val LABEL = "Hugepagesize:"
