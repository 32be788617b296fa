package dev.kmmap.internal

import kotlinx.io.Buffer
import kotlinx.io.IOException
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** What Linux tells about the process in files. */
internal object ProcessFiles {
    /** The text of a short one; `null` where there is none. */
    fun read(path: String): String? = try {
        SystemFileSystem.source(Path(path)).buffered().use { it.readString() }
    } catch (_: IOException) {
        null
    }

    /** How many lines a file has that may be long; `null` where there is none. */
    fun countLines(path: String): Long? = try {
        SystemFileSystem.source(Path(path)).use { source ->
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
    } catch (_: IOException) {
        null
    }

    private const val READ_AT_ONCE = 8192
}
