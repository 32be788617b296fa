@file:JvmName("BufferTransfers")

package dev.kmmap.internal.io

import dev.kmmap.MMap
import dev.kmmap.copyFrom
import dev.kmmap.copyTo
import dev.kmmap.count
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.access.writing
import dev.kmmap.internal.base.checkRange
import java.nio.ByteBuffer

/** Fills [destination] with bytes from [index] on, as far as there are any. Returns their number. */
internal fun MMap.copyAtMost(index: Long, destination: ByteBuffer): Int {
    val count = reading { generation ->
        val left = bytesBefore(Long.MAX_VALUE, index, generation.size)
        val count = minOf(left, destination.remaining().toLong()).toInt()
        if (count > 0) generation.region.copyTo(index, destination, count)
        count
    }
    destination.position(destination.position() + count)
    return count
}

/** Copies what remains in [source] to [index]. */
internal fun MMap.copyFrom(index: Long, source: ByteBuffer) {
    val count = source.remaining()
    writing("write") { generation ->
        checkRange("write", index, count.toLong(), generation.size)
        generation.region.copyFrom(index, source, count)
    }
    source.position(source.position() + count)
}
