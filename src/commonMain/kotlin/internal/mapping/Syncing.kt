package dev.kmmap.internal.mapping

import dev.kmmap.FlushMode
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.system.Failure
import dev.kmmap.internal.system.LOST_PAGE
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.errorName
import dev.kmmap.internal.system.failure

/**
 * Writes a range to the device. Once a flush has failed, every later one fails too: the system reports a lost write
 * once and then forgets it, so a later success would mean nothing.
 */
internal fun Mapping.flush(generation: Generation, offset: Long, length: Long, mode: FlushMode) {
    if (!rights.flushable) return
    if (mode == FlushMode.DURABLE) requireTracking("flush DURABLE")
    val flags = mode.constant.value(mode.constantName)
    state.flushFailure?.let { throw it.repeated().exception() }
    val range = wholePages(generation, offset, length, Rounding.OUTWARD)
    if (range.length > 0) {
        val detail = "$source, offset=$offset, length=$length, mode=$mode"
        checkFlush(SystemCall.SYNC, calls.sync(generation.address + range.start, range.length, flags), detail)
    }
    if (mode == FlushMode.DURABLE && descriptor != NO_DESCRIPTOR) {
        checkFlush(SystemCall.SYNC_FILE, calls.syncFile(descriptor), source)
    }
    if (range.length > 0) requireInFile(offset, length, mode)
}

/** Pages behind the end of a file go nowhere, and no system says so when it is to write them. */
private fun Mapping.requireInFile(offset: Long, length: Long, mode: FlushMode) {
    if (descriptor == NO_DESCRIPTOR || backing != Backing.FILE) return
    val fileSize = calls.fileSize(descriptor)
    checkFlush(SystemCall.FILE_SIZE, fileSize, source)
    val end = this.offset + offset + length
    if (fileSize >= end || !isRegular()) return
    val operation = SystemCall.SYNC.on(calls.system)
    val numbers = "$source, offset=$offset, length=$length, mode=$mode, end=$end, fileSize=$fileSize"
    val failure = Failure("$operation($numbers): the file was truncated ($LOST_PAGE)", operation, 0, LOST_PAGE)
    state.flushFailure = failure
    throw failure.exception()
}

private fun Mapping.checkFlush(call: SystemCall, result: Long, detail: String) {
    if (result >= 0) return
    val failure = calls.failure(call, result, detail)
    // EBUSY says that locked pages cannot be invalidated; everything else, that data may be lost.
    if (failure.errorName != "EBUSY") state.flushFailure = failure
    throw failure.exception()
}
