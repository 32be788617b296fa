package dev.kmmap.benchmarks

import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.Whence
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.lineStrings
import dev.kmmap.lines
import dev.kmmap.rfind

/** The walk: forward, read a byte, some way back, read a byte, and so on until the end; see Walk.java. */
private const val FORWARD = 64L
private const val BACK = 32L
private const val END = 10_000_000L

/**
 * Does natively what benchmarks/harness/schedule.py asks for, by kmmap. The protocol is that of all drivers: see
 * benchmarks/README.md. With a needle and a file as arguments it only counts and prints the occurrences.
 */
fun drive(arguments: Array<String>) {
    if (arguments.size == 2) return println(MMap.open(arguments[1]).use { it.count(Needle.of(arguments[0])) })
    val maps = mutableMapOf<String, MMap>()
    while (true) {
        val (operation, file, needleFile, repeats) = readlnOrNull()?.split(' ') ?: return
        val hay = maps.getOrPut(file) { MMap.open(file) }
        val job = job(operation, hay, MMap.open(needleFile).use { it.slice(0) })
        var result = 0L
        val start = threadTime()
        repeat(repeats.toInt()) { result = job() }
        println("${threadTime() - start} $result")
    }
}

private fun job(operation: String, hay: MMap, needle: ByteArray): () -> Long = when (operation) {
    "find" -> { -> hay.find(needle, 0) }
    "rfind" -> { -> hay.rfind(needle, 0) }
    "find-prepared" -> Needle.of(needle).let { prepared -> { hay.find(prepared, 0) } }
    "rfind-prepared" -> Needle.of(needle).let { prepared -> { hay.rfind(prepared, 0) } }
    "lines" -> { -> hay.lineStrings().count().toLong() }
    "ranges" -> { -> hay.lines().count().toLong() }
    "walk" -> { -> walk(hay) }
    else -> error("unknown: $operation")
}

private fun walk(map: MMap): Long {
    var sum = 0L
    map.seek(0)
    while (map.position < END) {
        map.seek(FORWARD, Whence.CURRENT)
        sum += map.readByte()
        map.seek(-BACK, Whence.CURRENT)
        sum += map.readByte()
    }
    return sum
}
