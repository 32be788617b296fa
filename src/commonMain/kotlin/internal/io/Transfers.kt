@file:OptIn(UnsafeIoApi::class)
@file:JvmName("Transfers")

package dev.kmmap.internal.io

import dev.kmmap.MMap
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.checkArrayRange
import dev.kmmap.internal.base.checkRange
import kotlin.jvm.JvmName
import kotlinx.io.Buffer
import kotlinx.io.EOFException
import kotlinx.io.RawSink
import kotlinx.io.RawSource
import kotlinx.io.UnsafeIoApi
import kotlinx.io.unsafe.UnsafeBufferOperations

/** Bytes that are handed over at a time: some segments of a buffer, so that a file is not asked for each of them. */
internal const val TRANSFER_STEP: Long = 64L shl 10

/**
 * Copies bytes from [index] on into `startIndex until endIndex` of [destination]: as many as there are before [end] and
 * the end that the map has at this moment. Returns their number.
 */
internal fun MMap.copyAtMost(index: Long, end: Long, destination: ByteArray, startIndex: Int, endIndex: Int): Int {
    checkArrayRange(startIndex, endIndex, destination.size)
    return reading { generation ->
        val count = minOf(bytesBefore(end, index, generation.size), (endIndex - startIndex).toLong()).toInt()
        if (count > 0) generation.region.copyTo(index, destination, startIndex, count)
        count
    }
}

/** Bytes from [index] on to before [end], of those that there are. */
internal fun bytesBefore(end: Long, index: Long, size: Long): Long = maxOf(minOf(end, size) - index, 0)

/** The bytes from [next] to before [end], as far as there are any when they are read. */
internal class MapSource(private val map: MMap, private var next: Long, private val end: Long) : RawSource {
    private var isClosed = false

    override fun readAtMostTo(sink: Buffer, byteCount: Long): Long {
        check(!isClosed) { "source is closed" }
        require(byteCount >= 0) { "byteCount must not be negative: $byteCount" }
        val count = append(sink, byteCount)
        next += count
        return if (count == 0 && byteCount > 0) -1 else count.toLong()
    }

    /** Fills the last segment of [sink] further, or a new one. */
    private fun append(sink: Buffer, byteCount: Long): Int {
        var failure: Throwable? = null
        val count = UnsafeBufferOperations.writeToTail(sink, 1) { bytes, startIndex, endIndex ->
            val limit = minOf(byteCount, (endIndex - startIndex).toLong()).toInt()
            try {
                map.copyAtMost(next, end, bytes, startIndex, startIndex + limit)
            } catch (e: Throwable) {
                // Thrown only outside, since the buffer would keep a segment with nothing in it.
                failure = e
                0
            }
        }
        failure?.let { throw it }
        return count
    }

    override fun close() {
        isClosed = true
    }
}

/** What does not fit is the end of the place that is written to, and of the kind of exception that streams have. */
internal inline fun <T> inside(write: () -> T): T = try {
    write()
} catch (e: IndexOutOfBoundsException) {
    throw EOFException("a map does not grow by itself: ${e.message}")
}

/** Writes from [next] on. */
internal class MapSink(private val map: MMap, private var next: Long) : RawSink {
    private var isClosed = false

    override fun write(source: Buffer, byteCount: Long) {
        check(!isClosed) { "sink is closed" }
        require(byteCount in 0..source.size) { "byteCount out of range: $byteCount, size=${source.size}" }
        // Before anything is taken; the map may still become shorter meanwhile.
        inside { checkRange("write", next, byteCount, map.size) }
        var left = byteCount
        while (left > 0) {
            left -= UnsafeBufferOperations.readFromHead(source) { bytes, startIndex, endIndex ->
                val count = minOf(left, (endIndex - startIndex).toLong()).toInt()
                inside { map.copyFrom(next, bytes, startIndex, startIndex + count) }
                next += count
                count
            }
        }
    }

    override fun flush() {
        check(!isClosed) { "sink is closed" }
        map.lifecycle.requireOpen()
    }

    override fun close() {
        isClosed = true
    }
}
