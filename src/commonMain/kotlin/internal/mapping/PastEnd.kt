package dev.kmmap.internal.mapping

import dev.kmmap.internal.base.roundUp
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.failure

/**
 * Clears the bytes past the end of a file of [fileSize] bytes that is about to grow to [newFileSize], as far as they
 * lie in its last page. Through a map of that page anybody can store there, and a file system in memory (tmpfs) keeps
 * such bytes and makes them content of a file that grows.
 *
 * [current] is what the map shows now, if there is a map: if the last page is in it, it is cleared there, before the
 * file grows. Otherwise [file] grows by zeros that are written, which whoever calls this takes back on failure. What
 * does not allow that (a seal, a descriptor for reading) is passed over: a file that may not grow tells so by itself.
 */
internal fun Mapping.clearPastEnd(
    fileSize: Long,
    newFileSize: Long,
    current: Generation? = null,
    file: Long = descriptor,
) {
    val used = fileSize % calls.pageSize
    if (used == 0L || file == NO_DESCRIPTOR || !calls.capabilities.keepsBytesPastEnd) return
    if (current != null && showsEnd(current, fileSize)) {
        clear(current)
        return
    }
    var start = fileSize
    val end = minOf(fileSize - used + calls.pageSize, newFileSize)
    while (start < end) {
        val count = calls.writeZeros(file, start, end - start)
        if (count >= 0) {
            start += count
            continue
        }
        val detail = "$source, offset=$start, length=${end - start}, fileSize=$fileSize"
        val failure = calls.failure("pwrite", count, detail)
        if (failure.errorName in NOT_WRITABLE) return
        throw failure.exception()
    }
}

private val NOT_WRITABLE = setOf("EBADF", "EPERM")

/** Whether the last page of the file is in [generation] and can be written there. */
private fun Mapping.showsEnd(generation: Generation, fileSize: Long): Boolean =
    sharesDescriptor && rights.writable && generation.mappedLength > 0 && offset + generation.size == fileSize

/** Zeros from the end of [generation] on, to the end of the page. */
private fun Mapping.clear(generation: Generation) {
    val start = generation.delta + generation.size
    val end = roundUp(start, calls.pageSize)
    val region = Region(generation.address, end, /* readOnly */ false, /* confined */ true, generation.guard)
    region.copyFrom(start, ByteArray((end - start).toInt()), 0, (end - start).toInt())
    region.revoke()
    requireNotPoisoned(generation)
}
