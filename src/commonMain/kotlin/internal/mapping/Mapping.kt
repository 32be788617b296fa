package dev.kmmap.internal.mapping

import dev.kmmap.MMapException
import dev.kmmap.Protection
import dev.kmmap.internal.base.roundUp
import dev.kmmap.internal.base.undoing
import dev.kmmap.internal.memory.Confinement
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Pieces
import dev.kmmap.internal.memory.Rights
import dev.kmmap.internal.system.Failure
import dev.kmmap.internal.system.FileType
import dev.kmmap.internal.system.LOST_PAGE
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.NO_RESERVE_HINT
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.check
import dev.kmmap.internal.system.errorName
import dev.kmmap.internal.system.failure
import kotlin.concurrent.Volatile

/** In place of an address, when the process gets no more of them. */
private const val NO_ADDRESSES: Long = -1

/** When not all addresses can be reserved, so many times fewer are asked for. */
private const val LESS_ROOM = 16

/**
 * What an open map needs the operating system for, and the order in which it is asked. Everything here is called with
 * arguments that [dev.kmmap.MMap] has checked, and inside its gate or with its structure locked.
 */
internal class Mapping(
    val calls: SystemCalls,
    val state: MappingState,
    /** How messages name what is mapped. */
    val source: String,
    /** The descriptor of the file, ours to close, or [NO_DESCRIPTOR]. */
    val descriptor: Long,
    /** Where the map begins in the file, bytes. */
    val offset: Long,
    private val trackFile: Boolean,
    val backing: Backing,
    val confinement: Confinement,
    /** If not 0, addresses are kept up to the next multiple of so many bytes. */
    private val reserve: Long = 0,
    /** Bytes of the huge pages that it has; 0 if it has none. The system takes no part of one. */
    val hugePage: Long = 0,
    /** Whether it is that of a view: its ends lie inside of another map. */
    val isPart: Boolean = false,
    /** Whether named memory gets its space only when it is written. */
    private val sparse: Boolean = false,
) {
    /** Bytes by which the map begins after a multiple of the granularity. */
    private val delta: Long = offset % maxOf(calls.allocationGranularity, hugePage)

    val rights: Rights get() = state.rights

    /**
     * Ranges that a resize was through with, but that somebody was still using, or that the system would not take back:
     * left to [release].
     */
    private val leftovers = ArrayList<Generation>()

    /** The name of memory; a range that is mapped later gets it too. */
    @Volatile
    var name: String? = null

    /** Why no byte of the map can be trusted any more: a page was gone when it was touched. Stays for ever. */
    val poisoning: Failure? get() = state.poisoning

    /**
     * Maps [size] bytes from the offset on, and what is reserved; nothing at all for an empty map, which no system
     * would accept. When there are not as many addresses (`RLIMIT_AS`), fewer are reserved, at last none.
     */
    fun mapRange(descriptor: Long, size: Long): Generation {
        var room = if (reserve == 0L) size else roundUp(maxOf(size, 1), reserve)
        while (room > 0) {
            val length = wholeHugePages(delta + room)
            val address = map(descriptor, offset - delta, length, canBeLess = room > size) {
                mapDetail(descriptor, room)
            }
            if (address != NO_ADDRESSES) return generation(address, size, length).also(::showName)
            room = size + (room - size) / LESS_ROOM
        }
        return mapNothing()
    }

    private fun generation(address: Long, size: Long, mappedLength: Long): Generation {
        val pages = roundUp(mappedLength, calls.pageSize) / calls.pageSize
        val pieces = Pieces(calls.rangeLimit, pages, !rights.shared, rights.locked)
        return Generation(address, delta, size, mappedLength, rights, confinement, pieces = pieces)
    }

    private fun wholeHugePages(length: Long): Long = if (hugePage == 0L) length else roundUp(length, hugePage)

    fun mapNothing(): Generation = Generation(0, delta, 0, 0, rights, confinement)

    /** Whether [generation] can have [size] bytes where it is: in pages that come with the file's growth. */
    fun hasRoom(generation: Generation, size: Long): Boolean =
        reserve > 0 && size <= generation.mappedLength - generation.delta

    /** The address; with [canBeLess], [NO_ADDRESSES] instead of an exception when the process gets no more of them. */
    private inline fun map(
        descriptor: Long,
        offset: Long,
        length: Long,
        canBeLess: Boolean = false,
        detail: () -> String,
    ): Long {
        val flags = rights.flagBits(anonymous = descriptor == NO_DESCRIPTOR)
        if (!calls.rangeLimit.take()) throw calls.rangeLimit.refusal(SystemCall.MAP.on(calls.system), detail())
        val address = calls.map(descriptor, offset, length, rights.protectionBits, flags)
        if (address >= 0) return address
        calls.rangeLimit.giveBack()
        if (canBeLess && calls.errorName((-address).toInt()) == "ENOMEM") return NO_ADDRESSES
        val failure = calls.failure(SystemCall.MAP, address, detail())
        val told = when {
            rights.locked -> withLockLimit(failure, length)
            rights.takesReserve -> failure.withHint(NO_RESERVE_HINT, "ENOMEM")
            else -> failure
        }
        throw told.withAge(rights.youngConstants).exception()
    }

    private fun unmapRange(generation: Generation): Long {
        generation.guard.release()
        val result = calls.unmap(generation.address, generation.mappedLength)
        if (result >= 0) {
            calls.rangeLimit.giveBack()
            generation.pieces.end()
        }
        return result
    }

    /** Notes that a page of a map of [size] bytes is gone; with [inUse] nobody closes the descriptor meanwhile. */
    fun poison(size: Long, inUse: Boolean): Failure {
        poisoning?.let { return it }
        val numbers = if (inUse) mapDetail(descriptor, size) else "$source, offset=$offset, length=$size"
        val message = "access($numbers): a page is lost: its file was truncated, its device failed, " +
            "or there was no space for a page of a hole ($LOST_PAGE)"
        return Failure(message, "access", 0, LOST_PAGE).also { state.poisoning = it }
    }

    /** Throws if a page of [generation], which nobody accesses any more, is gone: what it shows is not to be kept. */
    fun requireNotPoisoned(generation: Generation) {
        if (generation.guard.isPoisoned()) throw poison(generation.size, inUse = true).exception()
    }

    private fun mapDetail(descriptor: Long, size: Long): String {
        val numbers = "$source, offset=$offset, length=$size"
        val fileSize = if (descriptor == NO_DESCRIPTOR) -1 else calls.fileSize(descriptor)
        return if (fileSize < 0) numbers else "$numbers, fileSize=$fileSize"
    }

    fun unmap(generation: Generation) {
        if (generation.mappedLength == 0L) return
        calls.check(SystemCall.UNMAP, unmapRange(generation), "$source, length=${generation.mappedLength}")
    }

    /** Bytes in the file; for anonymous memory the bytes of the map. */
    fun fileSize(generation: Generation): Long {
        requireTracking("the size of the file")
        if (descriptor == NO_DESCRIPTOR) return generation.size
        return calls.check(SystemCall.FILE_SIZE, calls.fileSize(descriptor), source)
    }

    fun requireTracking(what: String) {
        if (!trackFile) throw UnsupportedOperationException("$what needs the file, which trackFile = false let go")
    }

    /**
     * Gives the map [newSize] bytes and the file `offset + newSize`.
     *
     * Strong guarantee, with the one exception that [Resizing] names: if a step fails, the map shows what it showed
     * before and the file is as it was. [publish] is called with each generation that becomes the current one.
     */
    fun resize(old: Generation, newSize: Long, publish: (Generation) -> Unit) {
        requireTracking("resize")
        require(newSize >= 0 && Long.MAX_VALUE - offset >= newSize) {
            "new size out of range: $newSize, offset=$offset"
        }
        if (backing == Backing.NAMED && !calls.capabilities.resizeNamedMemory) {
            throw UnsupportedOperationException("${calls.system.displayName} cannot resize named memory")
        }
        Resizing(this, calls, old, newSize, publish).run()
    }

    val hasDescriptor: Boolean get() = descriptor != NO_DESCRIPTOR

    /** Whether all maps of the same [descriptor] show the same bytes, so that one can take the place of another. */
    val sharesDescriptor: Boolean get() = hasDescriptor && rights.shared

    /**
     * Whether the system may move the pages of [old]: a shared anonymous map that grows so has nothing behind its new
     * pages, and huge pages do not get more.
     */
    fun isMovable(old: Generation, newSize: Long): Boolean = when {
        hugePage > 0 -> wholeHugePages(delta + newSize) <= old.mappedLength
        else -> !rights.shared && !rights.needsLowAddress
    }

    /** Whether there may be bytes of the map behind its end. */
    @Volatile
    var hasShrunk: Boolean = false

    /** [mapRange] with the descriptor of this mapping. */
    fun mapRange(size: Long): Generation = mapRange(descriptor, size)

    /** Private memory in the place of a map of [size] bytes. */
    fun mapDetached(size: Long): Generation {
        if (size == 0L) return mapRange(0)
        val length = delta + size
        val address = map(NO_DESCRIPTOR, 0, length) { "copy of $source, length=$length" }
        return generation(address, size, length)
    }

    /** [generation] with another size, wherever that is possible: nobody may be using it. */
    fun move(generation: Generation, newSize: Long): Generation {
        val newLength = wholeHugePages(delta + newSize)
        val detail = "$source, oldLength=${generation.mappedLength}, newLength=$newLength"
        requireNotPoisoned(generation)
        generation.guard.release()
        val address = calls.remap(generation.address, generation.mappedLength, newLength)
        if (address < 0) {
            val failure = calls.failure(SystemCall.REMAP, address, detail)
            val isLocked = rights.locked || generation.pieces.hasLocked
            val more = newLength - generation.mappedLength
            throw (if (isLocked) withLockLimit(failure, more) else failure).exception()
        }
        val pieces = generation.pieces.moved(roundUp(newLength, calls.pageSize) / calls.pageSize)
        return Generation(address, delta, newSize, newLength, rights, confinement, pieces = pieces)
    }

    /**
     * Real space for a file, so that a full disk is an error now and not a signal later; memory is taken when it is
     * used.
     */
    fun grow(from: Long, to: Long) {
        if (descriptor == NO_DESCRIPTOR) return
        if (hasNoSpaceOfItsOwn) {
            truncate(to)
        } else {
            val detail = "$source, offset=$from, length=${to - from}, fileSize=$from"
            checkSizing(SystemCall.ALLOCATE, calls.allocate(descriptor, from, to - from), detail)
        }
    }

    /** Memory without a name is limited by nothing but the machine's; of named memory its creator may want it so. */
    private val hasNoSpaceOfItsOwn: Boolean get() = when (backing) {
        Backing.FILE -> false
        Backing.ANONYMOUS -> true
        Backing.NAMED -> sparse || !calls.capabilities.allocateNamedMemory
    }

    fun truncate(size: Long) {
        if (descriptor == NO_DESCRIPTOR) return
        checkSizing(SystemCall.TRUNCATE, calls.truncate(descriptor, size), "$source, size=$size")
    }

    /** Unmaps a retired range. A refusal does not fail what is complete without it. */
    fun discard(retired: Generation) {
        if (retired.mappedLength == 0L) return
        val isInUse = leftovers.any { it.address == retired.address }
        if (isInUse || unmapRange(retired) < 0) leftovers += retired
    }

    /** Whether nobody uses any more what a resize had to leave. */
    fun leftoversAreUnused(): Boolean = leftovers.all { it.drain() }

    /** Leaves a range to [release]: it was replaced, but somebody may still be using it. */
    fun leave(replaced: Generation) {
        leftovers += replaced
    }

    /** Devices have no size that anybody tells. */
    fun isRegular(): Boolean {
        val mode = calls.fileMode(descriptor)
        return mode < 0 || FileType.of(mode) == FileType.REGULAR
    }

    /**
     * Changes what the processor allows on all of [old]. If the system refuses, everything is as it was. [publish] is
     * called with each generation that becomes the current one.
     */
    fun protect(old: Generation, protection: Set<Protection>, publish: (Generation) -> Unit): Unit = undoing { undo ->
        val wanted = rights.with(protection)
        // Several generations can be of one range, if it grew in place.
        if (!leftoversAreUnused()) throw confinement.busy("protect")
        old.drainOrThrow("protect")
        undo.onFailure { publish(old.reopened()) }
        if (old.mappedLength > 0) {
            val flags = wanted.flagBits(anonymous = false)
            // Of several ranges some can be changed when the system refuses one.
            undo.onFailure {
                if (old.pieces.isCut) calls.protect(old.address, old.mappedLength, rights.protectionBits, flags)
            }
            val result = calls.protect(old.address, old.mappedLength, wanted.protectionBits, flags)
            calls.check(SystemCall.PROTECT, result, "$source, protection=$protection")
        }
        state.rights = wanted
        publish(old.protected(wanted))
    }

    /** Whether the system tells which pages are in memory. To be asked inside the gate. */
    val reportsResidency: Boolean by lazy {
        when (descriptor) {
            NO_DESCRIPTOR -> backing != Backing.FILE || rights.flushable
            else -> calls.reportsResidency(descriptor)
        }
    }

    /** That of a view of what lies from [index] on, with all that is common to both. */
    fun part(index: Long): Mapping =
        Mapping(
            calls,
            state,
            source,
            descriptor,
            offset + index,
            trackFile,
            backing,
            confinement,
            reserve = 0,
            hugePage,
            isPart = true,
        )

    /** Names memory. */
    fun setName(generation: Generation, name: String) {
        if (backing != Backing.ANONYMOUS || isPart) {
            throw UnsupportedOperationException("only anonymous memory can be named, as a whole")
        }
        this.name = name
        showName(generation)
    }

    /** Shows the name where the system lists the process's memory, if it can: a kernel without that feature refuses. */
    private fun showName(generation: Generation) {
        val name = name ?: return
        if (descriptor == NO_DESCRIPTOR && generation.mappedLength > 0) {
            calls.nameMemory(generation.address, generation.mappedLength, NAME_PREFIX + name)
        }
    }

    /**
     * Unmaps everything and closes the descriptor. All of it is tried; the first failure is thrown, the others are
     * suppressed. Nothing is done yet if somebody does not leave in time.
     */
    fun release(generation: Generation) {
        if (!(leftovers + generation).all { it.drain() }) throw confinement.busy("close")
        var failure: MMapException? = null
        fun attempt(step: () -> Unit) {
            try {
                step()
            } catch (e: MMapException) {
                val first = failure
                if (first == null) failure = e else first.addSuppressed(e)
            }
        }
        // Several generations can have been of one range.
        for (range in (leftovers + generation).distinctBy { it.address }) attempt { unmap(range) }
        if (descriptor != NO_DESCRIPTOR) attempt { calls.check(SystemCall.CLOSE, calls.close(descriptor), source) }
        failure?.let { throw it }
    }
}
