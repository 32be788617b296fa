package dev.kmmap.internal.mapping

import dev.kmmap.Advice
import dev.kmmap.CacheStatistics
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.roundUp
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.LOCKED
import dev.kmmap.internal.memory.PageChange
import dev.kmmap.internal.memory.UNLOCKED
import dev.kmmap.internal.memory.change
import dev.kmmap.internal.system.Failure
import dev.kmmap.internal.system.LOST_PAGE
import dev.kmmap.internal.system.ProcessFiles
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemConstant
import dev.kmmap.internal.system.check
import dev.kmmap.internal.system.failure

/*
 * What a map asks the system for whole pages of its own: see Pieces for what that costs.
 */

/** Gives [advice] on a range, rounded to whole pages in the direction in which it can do no harm. */
internal fun Mapping.advise(generation: Generation, advice: Advice, offset: Long, length: Long) {
    val number = advice.constant.value(advice.constantName)
    if (advice == Advice.GUARD_INSTALL) {
        throw UnsupportedOperationException(
            "${advice.constantName}: who touched the pages then would end the process; protect does it with exceptions",
        )
    }
    val range = wholePages(generation, offset, length, advice.rounding)
    if (range.length == 0L) return
    val operation = advice.functionOn(calls.system)
    val detail = "$source, ${advice.constantName}, offset=$offset, length=$length"
    val call = { calls.advise(generation.address + range.start, range.length, number) }
    val change = advice.change
    val result = if (change == null) call() else changing(generation, change, range, operation, detail, call)
    if (result < 0) {
        val failure = failureOf(generation, range, operation, result, detail)
        throw failure.withAge(listOf(advice.constantName to advice.constant)).exception()
    }
}

/** This failure, and which of [constants] the kernel may be too old for, if that is what it says. */
internal fun Failure.withAge(constants: List<Pair<String, SystemConstant>>): Failure {
    val young = constants.filter { (_, constant) -> constant.since != null }
    if (errorName !in TOO_OLD || young.isEmpty()) return this
    val ages = young.joinToString { (name, constant) -> "$name needs Linux ${constant.since}" }
    return Failure("$message; $ages", operation, errorCode, errorName)
}

/** What a kernel says to numbers that it does not know. */
private val TOO_OLD = setOf("EINVAL", "EOPNOTSUPP")

/** Keeps the pages of a range in memory. What cannot be locked as a whole is not locked at all. */
internal fun Mapping.lockPages(generation: Generation, offset: Long, length: Long) {
    val range = wholePages(generation, offset, length, Rounding.OUTWARD)
    if (range.length == 0L) return
    val operation = SystemCall.LOCK.on(calls.system)
    val detail = "$source, offset=$offset, length=$length"
    val result = changing(generation, LOCKED, range, operation, detail) {
        calls.lock(generation.address + range.start, range.length)
    }
    if (result < 0) throw failureOf(generation, range, operation, result, detail).exception()
}

/** Ends a [lockPages]; of pages that another range shares, too. */
internal fun Mapping.unlockPages(generation: Generation, offset: Long, length: Long) {
    val range = wholePages(generation, offset, length, Rounding.OUTWARD)
    if (range.length == 0L) return
    val detail = "$source, offset=$offset, length=$length"
    val result = changing(generation, UNLOCKED, range, SystemCall.UNLOCK.on(calls.system), detail) {
        calls.unlock(generation.address + range.start, range.length)
    }
    calls.check(SystemCall.UNLOCK, result, detail)
}

/** Ends every [lockPages] of a range that has got another size: no way of resizing keeps it for all pages. */
internal fun Mapping.endLocks(generation: Generation) {
    if (!generation.pieces.hasLocked || generation.mappedLength == 0L) return
    val pages = Bounds(0, roundUp(generation.mappedLength, calls.pageSize))
    // It takes no further range. If the system refuses, pages stay locked, and nothing is wrong with the map.
    changing(generation, UNLOCKED, pages, SystemCall.UNLOCK.on(calls.system), source) {
        calls.unlock(generation.address, pages.length)
    }
}

/** Runs [call], which makes [change] for the pages of [range], if there may be as many ranges as it makes. */
private fun Mapping.changing(
    generation: Generation,
    change: PageChange,
    range: Bounds,
    operation: String,
    detail: String,
    call: () -> Long,
): Long {
    val page = calls.pageSize
    return generation.pieces.change(
        change,
        range.start / page,
        range.end / page,
        refused = { calls.rangeLimit.refusal(operation, detail) },
        // mlock(2) leaves locked what it could not bring in. Nothing else that fails has changed anything.
        undo = { from, to ->
            if (change === LOCKED) calls.unlock(generation.address + from * page, (to - from) * page)
        },
        call,
    )
}

/** That of a call for the pages of [range], or what is behind it: that the file was cut, or a limit of the process. */
private fun Mapping.failureOf(
    generation: Generation,
    range: Bounds,
    operation: String,
    code: Long,
    detail: String,
): Failure {
    val failure = calls.failure(operation, code, detail)
    if (failure.errorName !in WITHOUT_PAGES) return failure
    val lastPage = offset - generation.delta + range.end - calls.pageSize
    val fileSize = if (hasDescriptor) calls.fileSize(descriptor) else -1
    if (fileSize in 0..lastPage && isRegular()) {
        val message = "$operation($detail, fileSize=$fileSize): the file was truncated ($LOST_PAGE)"
        return Failure(message, operation, 0, LOST_PAGE)
    }
    return if (operation == SystemCall.LOCK.on(calls.system)) withLockLimit(failure, range.length) else failure
}

/** What madvise(2) and mlock(2) say of pages that they cannot bring in. */
private val WITHOUT_PAGES = setOf("ENOMEM", "EAGAIN", "EPERM", "EFAULT")

/** [failure] of what was to lock [length] more bytes, and if the process may not lock so many, that too. */
internal fun withLockLimit(failure: Failure, length: Long): Failure {
    if (failure.errorName !in LOCK_REFUSALS) return failure
    val limits = ProcessFiles.read("/proc/self/limits") ?: return failure
    val allowed = limits.lineAfter("Max locked memory")?.substringBefore(' ')?.toLongOrNull() ?: return failure
    val status = ProcessFiles.read("/proc/self/status")
    val locked = (status?.lineAfter("VmLck:")?.substringBefore(' ')?.toLongOrNull() ?: 0) * KIB
    if (locked <= allowed && allowed - locked >= length) return failure
    val message = "${failure.message}; RLIMIT_MEMLOCK is $allowed bytes, $locked are locked"
    return Failure(message, failure.operation, failure.errorCode, failure.errorName)
}

private val LOCK_REFUSALS = setOf("ENOMEM", "EAGAIN", "EPERM")

private const val KIB = 1024L

/** What follows [title] in the line that begins with it. */
private fun String.lineAfter(title: String): String? =
    lineSequence().firstOrNull { it.startsWith(title) }?.removePrefix(title)?.trim()

/** The number that statfs(2) has for overlayfs, whose files have their pages in the cache of other files. */
internal const val OVERLAYFS = 0x794C7630L

/** What the system's cache has of a range of the file; `null` where nobody says. */
internal fun Mapping.cacheStatistics(offset: Long, length: Long): CacheStatistics? {
    if (!hasDescriptor || calls.fileSystem(descriptor) == OVERLAYFS) return null
    val numbers = LongArray(CACHE_NUMBERS)
    // To the system no bytes are all bytes.
    val isEmpty = length == 0L
    val result = calls.cacheStatistics(descriptor, this.offset + offset, if (isEmpty) 1 else length, numbers)
    return if (result < 0) null else CacheStatistics(if (isEmpty) LongArray(CACHE_NUMBERS) else numbers)
}

/** Fields of `struct cachestat`. */
private const val CACHE_NUMBERS = 5

/** The pages that a range touches, counted from the generation's address. */
internal fun Mapping.pages(generation: Generation, offset: Long, length: Long): Pages {
    val range = wholePages(generation, offset, length, Rounding.OUTWARD)
    return Pages(range.start / calls.pageSize, range.length / calls.pageSize, calls.pageSize)
}

/** Which pages from [page] on are in memory: bit 0 of each byte of [resident]. */
internal fun Mapping.residency(generation: Generation, page: Long, resident: ByteArray) {
    val result = calls.residency(generation.address + page * calls.pageSize, resident)
    calls.check(SystemCall.RESIDENCY, result, "$source, page=$page, pages=${resident.size}")
}

/**
 * Brings the pages of a range, which can be read, into memory. Where the system has no call for it or that fails,
 * each page is touched: a page that is gone is so told as by any other access.
 */
internal fun Mapping.populate(generation: Generation, offset: Long, length: Long) {
    val range = wholePages(generation, offset, length, Rounding.OUTWARD)
    if (range.length == 0L) return
    val address = generation.address + range.start
    val populate = Advice.POPULATE_READ.constant.on(calls.system)
    if (populate != null && calls.advise(address, range.length, populate) >= 0) return
    val ahead = Advice.WILL_NEED.constant.on(calls.system)
    if (ahead != null) calls.advise(address, range.length, ahead)
    val touched = ByteArray(1)
    for (page in range.start until range.end step calls.pageSize) {
        generation.region.copyTo(maxOf(page - generation.delta, offset), touched, 0, 1)
    }
}

/** A range of the map as whole pages, counted from the generation's address. */
internal fun Mapping.wholePages(generation: Generation, offset: Long, length: Long, rounding: Rounding): Bounds {
    if (generation.mappedLength == 0L || length == 0L) return Bounds(0, 0)
    val start = generation.delta + offset
    val end = start + length
    val page = maxOf(calls.pageSize, hugePage)
    // The ends of the map lie inside pages that nobody else has, but for the file's own bytes beside them.
    val ownsEnds = rounding == Rounding.INWARD_BUT_ENDS && !isPart
    val fromStart = ownsEnds && offset == 0L
    val toEnd = ownsEnds && offset + length == generation.size
    return Bounds(
        if (rounding == Rounding.OUTWARD || fromStart) start - start % page else roundUp(start, page),
        if (rounding == Rounding.OUTWARD || toEnd) roundUp(end, page) else end - end % page,
    )
}
