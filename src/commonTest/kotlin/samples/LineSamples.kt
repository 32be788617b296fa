package dev.kmmap.samples

import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.findAll
import dev.kmmap.lineIndex
import dev.kmmap.lineStrings
import dev.kmmap.lines
import dev.kmmap.linesBackward
import dev.kmmap.linesFrom

/** Text, line by line. */
internal object LineSamples {
    /** Only the longest line is copied. */
    fun longestLine(path: String): String? =
        MMap.open(path).use { map -> map.lines().maxByOrNull { it.contentEnd - it.start }?.text() }

    /** Half of the file, to the line. */
    fun linesFromTheMiddle(path: String): List<String> =
        MMap.open(path).use { map -> map.linesFrom(map.size / 2).map { it.text() }.toList() }

    /** The last lines, in their order: those before them are not looked at. */
    fun tail(path: String, count: Int): List<String> =
        MMap.open(path).use { map -> map.linesBackward().take(count).map { it.text() }.toList().reversed() }

    fun linesThatContain(path: String, text: String): List<String> =
        MMap.open(path).use { map -> map.lineStrings().filter { text in it }.toList() }

    /** Line number [number], counted from 0. */
    fun lineByNumber(path: String, number: Long): String =
        MMap.open(path).use { map -> map.lineIndex().line(number).text() }

    /** The numbers of the lines with an occurrence, counted from 1 as editors do. */
    fun numbersOfMatchingLines(path: String, text: String): List<Long> =
        MMap.open(path).use { map ->
            val index = map.lineIndex()
            map.findAll(Needle.of(text)).map { index.lineAt(it) + 1 }.distinct().toList()
        }
}
