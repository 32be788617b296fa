package dev.kmmap.internal.access

import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.Stride
import dev.kmmap.internal.base.arraySize
import dev.kmmap.internal.base.requireRange
import dev.kmmap.internal.base.stride
import dev.kmmap.internal.memory.Generation

/** A copy of the bytes inside [bounds], which may lie past the end if there are none. */
internal fun Generation.copyOf(bounds: Bounds): ByteArray {
    val copy = ByteArray(arraySize(bounds.length))
    if (copy.isNotEmpty()) region.copyTo(bounds.start, copy, 0, copy.size)
    return copy
}

/** A copy of the bytes that [stride] selects. */
internal fun Generation.copyOf(stride: Stride): ByteArray =
    ByteArray(arraySize(stride.count)) { region.get(stride.first + it * stride.step) }

/** Replaces the bytes inside [bounds]. */
internal fun Generation.replace(bounds: Bounds, source: ByteArray) {
    requireSameSize(bounds.length, source)
    region.copyFrom(bounds.start, source, 0, source.size)
}

/** Replaces the bytes that [stride] selects. */
internal fun Generation.replace(stride: Stride, source: ByteArray) {
    requireSameSize(stride.count, source)
    source.forEachIndexed { i, value -> region.put(stride.first + i * stride.step, value) }
}

private fun requireSameSize(count: Long, source: ByteArray) {
    require(count == source.size.toLong()) { "the slice has $count bytes, but the source ${source.size}" }
}

/** Copies bytes inside the map; the ranges may overlap. */
internal fun Generation.move(destination: Long, source: Long, count: Long) {
    requireRange("destination of move", destination, count, size)
    requireRange("source of move", source, count, size)
    region.move(destination, source, count)
}
