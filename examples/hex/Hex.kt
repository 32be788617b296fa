package dev.kmmap.examples.hex

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.findAll
import kotlinx.io.IOException

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
public fun main(arguments: Array<String>) {
    try {
        hex(arguments.toList(), ::print)
    } catch (e: IllegalArgumentException) {
        println("hex: ${e.message}")
    } catch (e: IOException) {
        println("hex: ${e.message}")
    }
}

/** Does what the command line [words] ask for. Throws [IllegalArgumentException] if they ask for what cannot be. */
internal fun hex(words: List<String>, print: (String) -> Unit) {
    val path = words.firstOrNull()
    val bytes = { from: Int -> bytesOf(words.drop(from).joinToString("")) }
    when {
        path == null -> print("$USAGE\n")
        words.getOrNull(1) == "--find" && words.size > 2 -> MMap.open(path).use { find(it, bytes(2), print) }
        words.getOrNull(1) == "--set" && words.size > 3 ->
            MMap.open(path, Access.WRITE).use { set(it, offsetIn(it, words[2]), bytes(3), print) }
        words.size > 3 || words.getOrNull(1) in setOf("--find", "--set") -> print("$USAGE\n")
        else -> MMap.open(path).use { map ->
            val start = offsetIn(map, words.getOrElse(1) { "0" })
            val length = words.getOrNull(2)?.let(::numberOf) ?: Long.MAX_VALUE
            require(length >= 0) { "a negative length: $length" }
            dump(map, start, start + minOf(length, map.size - start), print)
        }
    }
}

/** Prints the bytes from [start] to before [end], sixteen a row: offset, digits, and the characters of ASCII. */
internal fun dump(map: MMap, start: Long, end: Long, print: (String) -> Unit) {
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

/** Prints a row for each place at which [bytes] begin; places may overlap. */
internal fun find(map: MMap, bytes: ByteArray, print: (String) -> Unit) {
    for (place in map.findAll(Needle.of(bytes), overlapping = true)) {
        dump(map, place, minOf(place + BYTES_IN_ROW, map.size), print)
    }
}

/** Writes [bytes] over those at [offset], in the file, and prints them as they are now. */
internal fun set(map: MMap, offset: Long, bytes: ByteArray, print: (String) -> Unit) {
    val room = map.size - offset
    require(bytes.size <= room) { "${bytes.size} bytes at $offset, but the file has only $room there" }
    map.copyFrom(offset, bytes)
    map.flush(offset, bytes.size.toLong())
    dump(map, offset, offset + bytes.size, print)
}

/** An offset in [map], up to its end. */
private fun offsetIn(map: MMap, word: String): Long {
    val number = numberOf(word)
    val offset = if (number < 0) map.size + number else number
    require(offset in 0..map.size) { "offset $word in a file of ${map.size} bytes" }
    return offset
}

private fun numberOf(word: String): Long =
    requireNotNull(if (word.startsWith("0x")) word.drop(2).toLongOrNull(HEX) else word.toLongOrNull()) {
        "not a number: $word"
    }

private fun bytesOf(digits: String): ByteArray {
    require(digits.isNotEmpty()) { "no bytes" }
    return digits.hexToByteArray()
}
