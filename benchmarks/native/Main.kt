package dev.kmmap.benchmarks

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.convert
import kotlinx.cinterop.get
import kotlinx.cinterop.plus
import kotlinx.cinterop.set
import kotlinx.cinterop.usePinned
import platform.posix.memcpy
import kotlin.random.Random

private const val RANGE = 64 * 1024
private const val OFFSETS = 1024
private const val SCRATCH_SIZE = 4L shl 20

/** Where the bytes of the bulk copies lie in the map; in the second page, like most of them. */
private const val INDEX = 4096L

/** The needles that are present lie in the first and in the last bytes of the text only: see TextFile.java. */
private const val MARGIN = 64L

/** Keeps the compiler from dropping a loop whose result nobody uses. */
private var sink = 0L

/**
 * Prints, as Markdown, what kmmap costs over a raw pointer. The arguments: the text to search, a file to write to, and
 * optionally a word that the operations to measure contain.
 */
fun main(arguments: Array<String>) {
    val (text, scratch) = arguments
    val measure = Measure(filter = arguments.getOrElse(2) { "" })
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(SCRATCH_SIZE).open(scratch).use { map ->
        val pointer = mapRaw(scratch, SCRATCH_SIZE, writable = true)
        elements(measure, map, pointer)
        copies(measure, map, pointer)
    }
    MMap.open(text).use { searches(measure, it, mapRaw(text, it.size, writable = false)) }
    measure.print()
}

private fun elements(measure: Measure, map: MMap, pointer: CPointer<ByteVar>) {
    val random = Random(42)
    val offsets = LongArray(OFFSETS) { random.nextLong(RANGE.toLong()) }
    measure.access("sequential get", RANGE, kmmap = {
        var sum = 0L
        for (i in 0L until RANGE) sum += map[i]
        sink += sum
    }, raw = {
        var sum = 0L
        for (i in 0L until RANGE) sum += pointer[i]
        sink += sum
    })
    measure.access("random get", OFFSETS, kmmap = {
        var sum = 0L
        for (offset in offsets) sum += map[offset]
        sink += sum
    }, raw = {
        var sum = 0L
        for (offset in offsets) sum += pointer[offset]
        sink += sum
    })
    measure.access("sequential set", RANGE, kmmap = {
        for (i in 0L until RANGE) map[i] = i.toByte()
    }, raw = {
        for (i in 0L until RANGE) pointer[i] = i.toByte()
    })
    measure.access("random set", OFFSETS, kmmap = {
        for (offset in offsets) map[offset] = offset.toByte()
    }, raw = {
        for (offset in offsets) pointer[offset] = offset.toByte()
    })
}

private fun copies(measure: Measure, map: MMap, pointer: CPointer<ByteVar>) {
    for ((count, repetitions) in listOf(64 to 4096, 4096 to 512, 1048576 to 8)) {
        val array = ByteArray(count)
        array.usePinned { pinned ->
            val address = pinned.addressOf(0)
            measure.copy("copyTo $count", repetitions, kmmap = {
                repeat(repetitions) { map.copyTo(INDEX, array) }
            }, raw = {
                repeat(repetitions) { memcpy(address, pointer + INDEX, count.convert()) }
            })
            measure.copy("copyFrom $count", repetitions, kmmap = {
                repeat(repetitions) { map.copyFrom(INDEX, array) }
            }, raw = {
                repeat(repetitions) { memcpy(pointer + INDEX, address, count.convert()) }
            })
        }
    }
}

private fun searches(measure: Measure, map: MMap, pointer: CPointer<ByteVar>) {
    val end = map.size - MARGIN
    val needles = listOf(
        "rare first" to "Zebra crossing", "frequent first" to " t aeZo", "absent" to "eat one tin hot ", "byte" to "Z",
    )
    for ((kind, text) in needles) {
        val needle = text.encodeToByteArray()
        check(map.find(needle, MARGIN) == naiveFind(pointer, needle, MARGIN, map.size)) { "find $kind" }
        check(map.rfind(needle, 0, end) == naiveRfind(pointer, needle, 0, end)) { "rfind $kind" }
        measure.search("find $kind", end, kmmap = {
            sink += map.find(needle, MARGIN)
        }, naive = {
            sink += naiveFind(pointer, needle, MARGIN, map.size)
        })
        measure.search("rfind $kind", end, kmmap = {
            sink += map.rfind(needle, 0, end)
        }, naive = {
            sink += naiveRfind(pointer, needle, 0, end)
        })
    }
}

private fun naiveFind(pointer: CPointer<ByteVar>, needle: ByteArray, start: Long, end: Long): Long {
    for (at in start..end - needle.size) if (isAt(pointer, needle, at)) return at
    return -1
}

private fun naiveRfind(pointer: CPointer<ByteVar>, needle: ByteArray, start: Long, end: Long): Long {
    for (at in end - needle.size downTo start) if (isAt(pointer, needle, at)) return at
    return -1
}

private fun isAt(pointer: CPointer<ByteVar>, needle: ByteArray, at: Long): Boolean {
    var i = 0
    while (i < needle.size && pointer[at + i] == needle[i]) i++
    return i == needle.size
}
