package dev.kmmap.examples.hex

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.examples.console.DONE
import dev.kmmap.examples.console.FAILED
import dev.kmmap.examples.console.WrongUsage
import dev.kmmap.examples.console.end
import dev.kmmap.examples.console.printError
import dev.kmmap.examples.console.printOut
import dev.kmmap.examples.console.statusOf
import dev.kmmap.findAll

private const val USAGE = "usage: hex FILE [OFFSET [LENGTH]]\n" +
    "       hex FILE --find BYTES...\n" +
    "       hex FILE --set OFFSET BYTES...\n" +
    "Prints a file as xxd does, or the places where bytes occur, or puts bytes in place of others.\n" +
    "Offsets and lengths are decimal, or hexadecimal after 0x; a negative offset counts from the end.\n" +
    "Bytes are pairs of hexadecimal digits: 4b6d or 4b 6d."

private const val BYTES_IN_ROW = 16

/** Output is printed in pieces of about this many characters. */
private const val PRINTED_AT_ONCE = 1 shl 16

private const val HEX = 16

/** Views, searches and edits the bytes of a file of any size; the same source for the JVM and native binaries. */
public fun main(arguments: Array<String>): Unit = end(hex(arguments.toList(), ::printOut, ::printError))

/** Does what the command line [words] ask for, and returns the status with which the program ends. */
internal fun hex(words: List<String>, print: (String) -> Unit, printError: (String) -> Unit): Int =
    statusOf("hex", USAGE, printError) { if (hex(words, print)) DONE else FAILED }

/** Returns whether there was something to print. Throws [IllegalArgumentException] if the words ask for what cannot be. */
private fun hex(words: List<String>, print: (String) -> Unit): Boolean {
    val path = words.firstOrNull() ?: throw WrongUsage()
    when {
        words.getOrNull(1) == "--find" && words.size > 2 -> {
            val bytes = bytesOf(words.drop(2))
            return MMap.open(path).use { find(it, bytes, print) }
        }
        words.getOrNull(1) == "--set" && words.size > 3 -> {
            val offset = numberOf(words[2])
            val bytes = bytesOf(words.drop(3))
            MMap.open(path, Access.WRITE).use { set(it, offsetIn(it, offset), bytes, print) }
        }
        words.size > 3 || words.getOrNull(1) in setOf("--find", "--set") -> throw WrongUsage()
        else -> {
            val offset = numberOf(words.getOrElse(1) { "0" })
            val length = words.getOrNull(2)?.let(::numberOf) ?: Long.MAX_VALUE
            if (length < 0) throw WrongUsage("a negative length: $length")
            MMap.open(path).use { map ->
                val start = offsetIn(map, offset)
                dump(map, start, start + minOf(length, map.size - start), print)
            }
        }
    }
    return true
}

/** Prints the bytes from [start] to before [end], sixteen a row: offset, digits, and the characters of ASCII. */
private fun dump(map: MMap, start: Long, end: Long, print: (String) -> Unit) {
    val output = StringBuilder()
    for (offset in start until end step BYTES_IN_ROW.toLong()) {
        appendRow(output, offset, map.slice(offset, minOf(offset + BYTES_IN_ROW, end)))
        if (output.length >= PRINTED_AT_ONCE) {
            print(output.toString())
            output.clear()
        }
    }
    print(output.toString())
}

private fun appendRow(output: StringBuilder, offset: Long, bytes: ByteArray) {
    output.append(offset.toString(HEX).padStart(8, '0')).append(": ")
    for (index in 0 until BYTES_IN_ROW) {
        if (index < bytes.size) output.append(bytes[index].toHexString()) else output.append("  ")
        if (index % 2 == 1) output.append(' ')
    }
    output.append(' ')
    for (byte in bytes) output.append(if (byte in 0x20..0x7E) byte.toInt().toChar() else '.')
    output.append('\n')
}

/** Prints a row for each place at which [bytes] begin, and returns whether there are any; places may overlap. */
private fun find(map: MMap, bytes: ByteArray, print: (String) -> Unit): Boolean {
    var found = false
    for (place in map.findAll(Needle.of(bytes), overlapping = true)) {
        dump(map, place, minOf(place + BYTES_IN_ROW, map.size), print)
        found = true
    }
    return found
}

/** Writes [bytes] over those at [offset], in the file, and prints them as they are now. */
private fun set(map: MMap, offset: Long, bytes: ByteArray, print: (String) -> Unit) {
    val room = map.size - offset
    require(bytes.size <= room) { "${bytes.size} bytes at $offset, but the file has only $room there" }
    map.copyFrom(offset, bytes)
    map.flush(offset, bytes.size.toLong())
    dump(map, offset, offset + bytes.size, print)
}

/** An offset in [map], up to its end; a negative [number] counts from there. */
private fun offsetIn(map: MMap, number: Long): Long {
    val offset = if (number < 0) map.size + number else number
    require(offset in 0..map.size) { "offset $number in a file of ${map.size} bytes" }
    return offset
}

private fun numberOf(word: String): Long =
    (if (word.startsWith("0x")) word.drop(2).toLongOrNull(HEX) else word.toLongOrNull())
        ?: throw WrongUsage("not a number: $word")

private fun bytesOf(words: List<String>): ByteArray {
    val digits = words.joinToString("")
    if (digits.isEmpty()) throw WrongUsage("no bytes")
    return try {
        digits.hexToByteArray()
    } catch (_: IllegalArgumentException) {
        throw WrongUsage("not pairs of hexadecimal digits: $digits")
    }
}
