package dev.kmmap.internal

import dev.kmmap.MapFlag
import dev.kmmap.Protection

/**
 * Clears the bytes past the end of a file of [fileSize] bytes, in its last page. Through a map of that page anybody can
 * store there, and a file system in memory (tmpfs) keeps such bytes and makes them content of a file that grows.
 *
 * To be called before the file grows, as long as nobody can take these bytes for content. [current] is what the map
 * shows now, if there is a map, and [file] a descriptor. Does nothing if the file may not be written: it does not grow
 * then.
 */
internal fun Mapping.clearPastEnd(fileSize: Long, current: Generation? = null, file: Long = descriptor) {
    val used = fileSize % calls.pageSize
    if (used == 0L || file == NO_DESCRIPTOR || !calls.capabilities.keepsBytesPastEnd) return
    if (current != null && showsEnd(current, fileSize)) {
        clear(current, current.delta + current.size)
        return
    }
    val page = mapPage(file, fileSize - used) ?: return
    try {
        clear(page, used)
    } finally {
        page.retire()
        discard(page)
    }
}

/** Whether the last page of the file is in [generation] and can be written there. */
private fun Mapping.showsEnd(generation: Generation, fileSize: Long): Boolean =
    sharesDescriptor && rights.writable && generation.mappedLength > 0 && offset + generation.size == fileSize

/** Zeros from [start] on, counted from the address of [generation], to the end of the page. */
private fun Mapping.clear(generation: Generation, start: Long) {
    val end = roundUp(start, calls.pageSize)
    val region = Region(generation.address, end, /* readOnly */ false, /* confined */ true, generation.guard)
    region.copyFrom(start, ByteArray((end - start).toInt()), 0, (end - start).toInt())
    region.revoke()
    requireWhole(generation)
}

/** The page of the [file] at [start], to be written; `null` if the descriptor or a seal does not allow that. */
private fun Mapping.mapPage(file: Long, start: Long): Generation? {
    val size = calls.pageSize
    val detail = "$source, offset=$start, length=$size"
    if (!calls.rangeLimit.take()) throw calls.rangeLimit.refusal(SystemCall.MAP.on(calls.system), detail)
    val protection = Protection.READ.bit or Protection.WRITE.bit
    val flags = MapFlag.SHARED.constant.value(MapFlag.SHARED.constantName)
    val address = calls.map(file, start, size, protection, flags)
    if (address >= 0) return Generation(address, 0, size, size, rights, usage)
    calls.rangeLimit.giveBack()
    val failure = calls.failure(SystemCall.MAP, address, detail)
    if (failure.errorName == "EACCES" || failure.errorName == "EPERM") return null
    throw failure.exception()
}
