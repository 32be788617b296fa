package dev.kmmap.samples

import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.contains
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.findAll
import dev.kmmap.indexOfAny
import dev.kmmap.lastIndexOfAny
import dev.kmmap.of
import dev.kmmap.open

/** What is built on searching. */
internal object SearchSamples {
    /** Those of the files that contain the text. */
    fun oneNeedleManyMaps(paths: List<String>, text: String): List<String> {
        val needle = Needle.of(text)
        return paths.filter { path -> MMap.open(path).use { needle in it } }
    }

    fun ignoringCase(path: String): Long =
        MMap.open(path).use { it.find(Needle.of("content-length:", ignoreCase = true)) }

    /** The first and the last place where a blank is. */
    fun anyOfSeveralBytes(path: String): Pair<Long, Long> =
        MMap.open(path).use { map ->
            val blanks = " \t\r\n".encodeToByteArray()
            map.indexOfAny(blanks) to map.lastIndexOfAny(blanks)
        }

    /** The first ten places of the text; what is behind the tenth is not searched through. */
    fun everyOccurrence(path: String, text: String): List<Long> =
        MMap.open(path).use { it.findAll(Needle.of(text)).take(10).toList() }

    /** How often the text occurs: `aa` in `aaaa` twice side by side, or three times with overlaps. */
    fun howOften(path: String, text: String): Pair<Long, Long> =
        MMap.open(path).use { map ->
            val needle = Needle.of(text)
            map.count(needle) to map.count(needle, overlapping = true)
        }
}
