package dev.kmmap

import dev.kmmap.internal.access.reading
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.alloc
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.toCPointer

/**
 * Runs [block] with a pointer to the first byte of the map, for functions of C, and returns its result. The map has
 * [MMap.size] bytes there; for an empty map, none may be touched.
 *
 * **Nothing is checked.** The pointer is valid until the block returns, and must not be kept. To touch bytes behind the
 * end, or to write to a map that is read-only, ends the process or destroys what belongs to others.
 *
 * Other threads' [MMap.close], [MMap.resize] and [protect] wait until the block has returned, so it should not take
 * long. Called in the block itself, by the same thread, they would wait for themselves: they throw
 * [IllegalStateException]. All other operations of the map can be used in it.
 *
 * If a page that the block touches is gone, it finds zeros there, and what it returns is thrown away.
 *
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws MMapFaultException if a page was gone, on Linux.
 * @sample dev.kmmap.samples.PointerSamples.compare
 */
@DelicateMMapApi
public fun <T> MMap.withPointer(block: (CPointer<ByteVar>) -> T): T = reading { generation ->
    lifecycle.pinnedThreads.whilePinned(generation) {
        when (val pointer = if (generation.size == 0L) null else generation.region.address(0).toCPointer<ByteVar>()) {
            null -> memScoped { block(alloc<ByteVar>().ptr) }
            else -> block(pointer)
        }
    }
}
