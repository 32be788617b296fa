package dev.kmmap.samples

import dev.kmmap.DelicateMMapApi
import dev.kmmap.MMap
import dev.kmmap.withPointer
import kotlinx.cinterop.convert
import platform.posix.memcmp

internal object PointerSamples {
    /** Whether two maps of one size have the same bytes, as the C library says. */
    @OptIn(DelicateMMapApi::class)
    fun compare(one: MMap, other: MMap): Boolean = one.withPointer { first ->
        other.withPointer { second -> memcmp(first, second, minOf(one.size, other.size).convert()) == 0 }
    }
}
