package dev.kmmap.examples.grep

import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.examples.console.DONE
import dev.kmmap.examples.console.WrongUsage
import dev.kmmap.examples.console.end
import dev.kmmap.examples.console.printError
import dev.kmmap.examples.console.printOut
import dev.kmmap.examples.console.statusOf
import dev.kmmap.find

private const val LINE_FEED: Byte = 10

/** A line longer than this (binary files have such) is shown only around the match. */
private const val SHOWN_AROUND = 200L

/** Output is printed in pieces of about this many characters: a print for each line would cost more than the search. */
private const val PRINTED_AT_ONCE = 1 shl 16

private const val USAGE = "usage: grep [-c | -o] NEEDLE FILE\n" +
    "Prints the offset in bytes of each occurrence and its line; with -o the occurrence only, as grep -obUaF does;\n" +
    "with -c only how many lines have occurrences, as grep -acF does."

/** Status of a program that found nothing, and of one that failed: those of grep. */
private const val NOT_FOUND = 1
private const val FAILED = 2

/**
 * Prints the offsets and lines of a fixed string in a file of any size; the same source for the JVM and native
 * binaries.
 */
public fun main(arguments: Array<String>): Unit = end(grep(arguments.toList(), ::printOut, ::printError))

/** Does what the command line [words] ask for, and returns the status with which the program ends. */
internal fun grep(words: List<String>, print: (String) -> Unit, printError: (String) -> Unit): Int =
    statusOf("grep", USAGE, printError, FAILED) {
        val option = words.firstOrNull()?.takeIf { it == "-c" || it == "-o" }
        val others = if (option != null) words.drop(1) else words
        if (others.size != 2 || others[0].isEmpty()) throw WrongUsage()
        val (needle, path) = others
        val found = MMap.open(path).use { map ->
            if (option == "-c") printCount(map, needle, print) else grep(map, needle, option == "-o", print)
        }
        if (found) DONE else NOT_FOUND
    }

private fun printCount(map: MMap, needle: String, print: (String) -> Unit): Boolean {
    val count = countLines(map, needle)
    print("$count\n")
    return count > 0
}

/** Gives the occurrences of [needle] to [print], a piece of the output at a time, and returns whether there are any. */
internal fun grep(map: MMap, needle: String, onlyMatch: Boolean, print: (String) -> Unit): Boolean {
    val bytes = needle.encodeToByteArray()
    val output = StringBuilder()
    var match = map.find(bytes, 0)
    val found = match >= 0
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
    return found
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
