package dev.kmmap.samples

import dev.kmmap.MMap
import dev.kmmap.asLatin1
import dev.kmmap.findRegex

/** Bytes as text. */
internal object TextSamples {
    /** Each error of a log of any size, with its code and where it stands. */
    fun errorsOf(path: String): List<String> {
        val error = Regex("^ERROR (?<code>\\d+): .*$", RegexOption.MULTILINE)
        return MMap.open(path).use { map ->
            map.findRegex(error).map { "${it.group("code")} at ${it.start}" }.toList()
        }
    }

    /** The number whose digits begin at [index], read through a view of the bytes. */
    fun numberAt(path: String, index: Long): Int =
        MMap.open(path).use { map -> map.asLatin1(index).takeWhile { it.isDigit() }.toString().toInt() }
}
