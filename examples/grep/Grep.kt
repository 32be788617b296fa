package dev.kmmap.examples.grep

import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.find
import kotlinx.io.IOException

private const val LINE_FEED: Byte = 10

/** A line longer than this (binary files have such) is shown only around the match. */
private const val SHOWN_AROUND = 200L

/** Output is printed in pieces of about this many characters: a print for each line would cost more than the search. */
private const val PRINTED_AT_ONCE = 1 shl 16

private const val USAGE = "usage: grep [-c | -o] NEEDLE FILE\n" +
    "Prints the offset in bytes of each occurrence and its line; with -o the occurrence only, as grep -obUaF does;\n" +
    "with -c only how many lines have occurrences, as grep -acF does."

/**
 * Prints the offsets and lines of a fixed string in a file of any size; the same source for the JVM and native
 * binaries.
 */
public fun main(arguments: Array<String>) {
    val option = arguments.firstOrNull()?.takeIf { it == "-c" || it == "-o" }
    val words = if (option != null) arguments.drop(1) else arguments.toList()
    if (words.size != 2 || words[0].isEmpty()) return println(USAGE)
    try {
        MMap.open(words[1]).use {
            if (option == "-c") println(countLines(it, words[0])) else grep(it, words[0], option == "-o", ::print)
        }
    } catch (e: IOException) {
        println("grep: ${e.message}")
    }
}

/** Gives the occurrences of [needle] to [print], a piece of the output at a time. */
internal fun grep(map: MMap, needle: String, onlyMatch: Boolean, print: (String) -> Unit) {
    val bytes = needle.encodeToByteArray()
    val output = StringBuilder()
    var match = map.find(bytes, 0)
    while (match >= 0) {
        val end = match + bytes.size
        output.append(match).append(':').append(if (onlyMatch) needle else lineAround(map, match, end)).append('\n')
        if (output.length >= PRINTED_AT_ONCE) {
            print(output.toString())
            output.clear()
        }
        match = map.find(bytes, end)
    }
    print(output.toString())
}

/** How many lines have [needle] in them: behind an occurrence the search goes on with the next line. */
internal fun countLines(map: MMap, needle: String): Long {
    val wanted = Needle.of(needle)
    val lineFeed = Needle.of("\n")
    var count = 0L
    var match = map.find(wanted, 0)
    while (match >= 0) {
        count++
        val lineEnd = map.find(lineFeed, match + wanted.length)
        match = if (lineEnd < 0) -1 else map.find(wanted, lineEnd + 1)
    }
    return count
}

private fun lineAround(map: MMap, match: Long, matchEnd: Long): String {
    val earliest = maxOf(match - SHOWN_AROUND, 0)
    val latest = minOf(matchEnd + SHOWN_AROUND, map.size)
    val lineFeedBefore = map.rfind(LINE_FEED, earliest, match)
    val lineFeedAfter = map.find(LINE_FEED, matchEnd, latest)
    val start = if (lineFeedBefore < 0) earliest else lineFeedBefore + 1
    return map.slice(start, if (lineFeedAfter < 0) latest else lineFeedAfter).decodeToString()
}
