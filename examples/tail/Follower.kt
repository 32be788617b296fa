package dev.kmmap.examples.tail

import dev.kmmap.MMap
import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.useDescriptor

/**
 * Prints the last [lines] of the file at [path], and at each [poll] what has come since.
 *
 * A map shows the file as long as it was when it was opened, so what is new gets a map of its own. It is made of the
 * descriptor that the last map has, and not of the path: so what a program writes to its old log after it was renamed
 * is printed too, before anything of the new log.
 */
internal class Follower(private val path: String, lines: Int, private val print: (String) -> Unit) : AutoCloseable {
    /** The map of what was printed last. */
    private var part = MMap.open(path)

    /** The offset in the file behind what was printed. */
    private var end = 0L

    init {
        printPart(startOfLastLines(part, lines))
    }

    /** Prints what is new in the file, and if the path leads to another file by now, what is in that. */
    fun poll() {
        printNew()
        // Files cannot be told apart but by their sizes. Another one of the same size is noticed when it grows.
        val least = part.fileSize()
        val found = openAgain() ?: return
        if (found.size in least..part.fileSize()) return found.close()
        printNew()
        replacePart(found)
        printPart(0)
    }

    /** What is at the path; `null` in the moment in which nothing is, since the file was just renamed. */
    private fun openAgain(): MMap? = try {
        MMap.open(path)
    } catch (_: MMapFileNotFoundException) {
        null
    } catch (_: MMapAccessDeniedException) {
        null
    }

    private fun printNew() {
        val size = part.fileSize()
        if (size == end) return
        // Of a file that was cut, all is new.
        if (size < end) end = 0
        val next = try {
            part.useDescriptor { MMap.map(it, offset = end) }
        } catch (_: IllegalArgumentException) {
            return // it was cut this very moment, before the offset
        }
        replacePart(next)
        printPart(0)
    }

    private fun replacePart(next: MMap) {
        part.close()
        part = next
    }

    /** Somebody may cut the file just now: then the next poll begins anew. */
    private fun printPart(start: Long) {
        end = part.offset + start
        try {
            end = part.offset + printFrom(part, start, isComplete = false, print)
        } catch (_: MMapFaultException) {
        }
    }

    override fun close(): Unit = part.close()
}
