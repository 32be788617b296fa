package dev.kmmap.examples.tail

import dev.kmmap.MMap
import dev.kmmap.examples.console.DONE
import dev.kmmap.examples.console.WrongUsage
import dev.kmmap.examples.console.end
import dev.kmmap.examples.console.printError
import dev.kmmap.examples.console.printOut
import dev.kmmap.examples.console.statusOf
import dev.kmmap.linesBackward
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking

private const val USAGE = "usage: tail [-n LINES] [-f] FILE\n" +
    "Prints the last lines of a file, 10 if nothing else is said; with -f also what is written to it from then on,\n" +
    "until it is interrupted, whether the file grows, is cut, or gives way to another of its name."

private const val LINES = 10

/** How often a file is looked at, in milliseconds. */
private const val PAUSE = 200L

/** So much is copied and printed at once. */
private const val PRINTED_AT_ONCE = 1 shl 16

/** Prints the end of a file of any size; the same source for the JVM and native binaries. */
public fun main(arguments: Array<String>): Unit = end(tail(arguments.toList(), ::printOut, ::printError))

/** Does what the command line [words] ask for, and returns the status with which the program ends. */
internal fun tail(words: List<String>, print: (String) -> Unit, printError: (String) -> Unit): Int =
    statusOf("tail", USAGE, printError) {
        var count = LINES
        var follow = false
        val paths = mutableListOf<String>()
        val left = words.iterator()
        for (word in left) when {
            word == "-f" -> follow = true
            word == "-n" -> count = countOf(if (left.hasNext()) left.next() else "")
            word.startsWith("-") -> throw WrongUsage("no such option: $word")
            else -> paths += word
        }
        val path = paths.singleOrNull() ?: throw WrongUsage()
        if (follow) follow(path, count, print) else tail(path, count, print)
        DONE
    }

private fun countOf(word: String): Int =
    word.toIntOrNull()?.takeIf { it >= 0 } ?: throw WrongUsage("not a number of lines: $word")

/** Gives the last [count] lines of the file at [path] to [print], a piece at a time. */
internal fun tail(path: String, count: Int, print: (String) -> Unit): Unit = MMap.open(path).use { map ->
    printFrom(map, startOfLastLines(map, count), isComplete = true, print)
}

private fun follow(path: String, count: Int, print: (String) -> Unit): Unit =
    Follower(path, count, print).use { follower ->
        while (true) {
            follower.poll()
            runBlocking { delay(PAUSE) }
        }
    }

/** Only the lines that are asked for are looked at, from the last one on. */
internal fun startOfLastLines(map: MMap, count: Int): Long =
    map.linesBackward().take(count).lastOrNull()?.start ?: map.size

/**
 * Prints [map] from [start] on, and returns the index behind what was printed: unless the map [isComplete], the bytes
 * of a character of which some are still to come are left for later.
 */
internal fun printFrom(map: MMap, start: Long, isComplete: Boolean, print: (String) -> Unit): Long {
    var index = start
    while (index < map.size) {
        val piece = map.slice(index, index + PRINTED_AT_ONCE)
        val isLast = isComplete && index + piece.size >= map.size
        val length = if (isLast) piece.size else lengthOfWholeCharacters(piece)
        if (length == 0) break
        print(piece.decodeToString(0, length))
        index += length
    }
    return index
}

/** How many of the [bytes] are whole characters of UTF-8, or none at all: all but the last one to three. */
internal fun lengthOfWholeCharacters(bytes: ByteArray): Int {
    for (length in 1..minOf(bytes.size, 3)) {
        val byte = bytes[bytes.size - length].toInt() and 0xFF
        val needed = when {
            byte < 0x80 -> 1
            byte < 0xC0 -> continue // in the midst of a character
            byte < 0xE0 -> 2
            byte < 0xF0 -> 3
            else -> 4
        }
        return if (length < needed) bytes.size - length else bytes.size
    }
    return bytes.size
}
