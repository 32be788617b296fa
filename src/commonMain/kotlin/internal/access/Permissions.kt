package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.system.Failure

/** Throws what every access to bytes throws: the map is closed, or cannot be read. */
internal fun MMap.requireUsable() {
    requireAlive()
    generation.requireReadable()
}

/** Throws if the map is closed, or a page of it gone. */
internal fun MMap.requireAlive() {
    lifecycle.requireOpen()
    requireNotPoisoned()
}

internal fun Generation.requireReadable() {
    if (!rights.readable) throw notReadable()
}

private fun notReadable() = UnsupportedOperationException("mmap has no read permission: protection is without READ")

/** Throws unless the map can be resized: only what is written to its file can, as in Python. */
internal fun MMap.requireResizable() {
    requireNotPoisoned()
    requireNoView("resize")
    requireWritable("resize")
    if (mapping.rights.resizable) return
    throw UnsupportedOperationException("a copy-on-write map cannot be resized")
}

/** Throws if the map is a view, which has nothing of its own to be changed. */
internal fun MMap.requireNoView(operation: String) {
    if (parent != null) throw UnsupportedOperationException("$operation: a view cannot do it, but its map can")
}

/** Throws unless the map can be written now; [checkWritable] is for who is about to do it. */
internal fun MMap.requireWritable(operation: String) {
    if (!generation.rights.writable) throw readOnly(operation)
}

/** Throws unless bytes of [region] can be written. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun MMap.checkWritable(region: Region, operation: String) {
    if (region.isReadOnly()) throw readOnly(operation)
}

/** The exception for changing a read-only map; a closed one is closed first of all. */
internal fun MMap.readOnly(operation: String): ReadOnlyMMapException {
    lifecycle.requireOpen()
    return ReadOnlyMMapException(Failure("$operation: the map is read-only", operation, 0, null))
}
