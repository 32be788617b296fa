package dev.kmmap.samples

import dev.kmmap.FlushMode
import dev.kmmap.MMapAppender

internal object AppenderSamples {
    /** Adds lines to a log, and returns where the last of them begins. */
    fun log(path: String, lines: List<String>): Long = MMapAppender.open(path).use { log ->
        var last = log.size
        for (line in lines) last = log.append("$line\n".encodeToByteArray())
        log.flush(FlushMode.DURABLE)
        last
    }
}
