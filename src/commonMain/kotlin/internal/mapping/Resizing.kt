package dev.kmmap.internal.mapping

import dev.kmmap.MMapException
import dev.kmmap.internal.base.Undo
import dev.kmmap.internal.base.roundUp
import dev.kmmap.internal.base.undoing
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Pieces
import dev.kmmap.internal.system.SystemCalls

/**
 * One resize of a [mapping]. If a step fails, those before it are taken back. Which way it goes:
 *
 * | the map                    | the file gets shorter | system         | way              | readers |
 * |----------------------------|-----------------------|----------------|------------------|---------|
 * | shared, with reserved room | either                | Linux, macOS   | [adjust]         | go on   |
 * | shared, of a descriptor    | no                    | all            | [mapBeside]      | go on   |
 * |                            | yes                   | Linux, macOS   | [mapBeside]      | go on   |
 * |                            | yes                   | Windows        | [cutThenMap]     | wait    |
 * | private                    | either                | Linux (mremap) | [move]           | wait    |
 * | private, in [Pieces]       | either                | Linux          | [copy]           | wait    |
 * | private                    | no                    | macOS, Windows | [copy]           | wait    |
 * |                            | yes                   | macOS          | [copy]           | wait    |
 * |                            | yes                   | Windows        | [copyToDetached] | wait    |
 * | shared, without descriptor | there is none         | all            | [copy]           | wait    |
 *
 * The exception to the guarantee is Windows's: a file can only be cut while it is not mapped. If the system then
 * refuses to map it again, the map is left with 0 bytes, and can be resized again.
 */
internal class Resizing(
    private val mapping: Mapping,
    private val calls: SystemCalls,
    private val old: Generation,
    private val newSize: Long,
    private val publishToUsers: (Generation) -> Unit,
) {
    private val fileSize = mapping.fileSize(old)
    private val newFileSize = mapping.offset + newSize
    private val cuts = newFileSize < fileSize
    private val cutsWhileMapped = calls.capabilities.cutMappedFiles || !mapping.hasDescriptor

    /** What users have at the moment; retired where a new one is on its way. */
    private var current = old

    private fun publish(generation: Generation) {
        current = generation
        publishToUsers(generation)
    }

    fun run(): Unit = undoing { undo ->
        if (newSize == old.size && newFileSize == fileSize) return
        if (newFileSize > fileSize) {
            undo.onFailure { cutBack() }
            mapping.clearPastEnd(fileSize, newFileSize, old)
            mapping.grow(fileSize, newFileSize)
        }
        if (newSize < old.size) mapping.hasShrunk = true
        // Who still uses what an earlier resize has left would reach past the end of the file.
        if (cuts && !mapping.leftoversAreUnused()) throw mapping.confinement.busy("resize")
        when {
            mapping.hasRoom(old, newSize) -> {
                adjust(undo)
                mapping.endLocks(old)
            }
            mapping.sharesDescriptor -> if (!cuts || cutsWhileMapped) mapBeside(undo) else cutThenMap(undo)
            mapping.isMovable(old, newSize) && calls.capabilities.moveMappings && !old.pieces.isCut -> move(undo)
            else -> if (!cuts || cutsWhileMapped) copy(undo) else copyToDetached(undo)
        }
    }

    /** Takes the growth of the file back. */
    private fun cutBack() {
        if (mapping.fileSize(old) == fileSize) return
        when {
            cutsWhileMapped -> mapping.truncate(fileSize)
            mapping.sharesDescriptor -> undoing { cutThenMap(it, current, old.size, fileSize) }
            else -> undoing { copyToDetached(it, current, old.size, fileSize) }
        }
    }

    /**
     * Shared maps of one file show the same bytes, so the new range is mapped beside the old one and readers never
     * wait. At no step does a range in use reach past the end of the file.
     */
    private fun mapBeside(undo: Undo) {
        val new = mapping.mapRange(newSize)
        undo.onFailure { if (new.drain()) mapping.unmap(new) else mapping.leave(new) }
        publish(new)
        if (!cuts && !old.drain()) {
            mapping.leave(old)
            return
        }
        if (cuts) old.drainOrThrow("resize", undone = { publish(old) })
        undo.onFailure { publish(old.reopened()) }
        cut()
        mapping.discard(old)
    }

    /** As [mapBeside], but in the range that is mapped already, some of it behind the end of the file. */
    private fun adjust(undo: Undo) {
        val new = old.withSize(newSize)
        undo.onFailure { if (!new.drain()) mapping.leave(new) }
        publish(new)
        if (cuts) old.drainOrThrow("resize", undone = { publish(old) }) else if (!old.drain()) mapping.leave(old)
        undo.onFailure { publish(old.reopened()) }
        cut()
    }

    private fun cutThenMap(
        undo: Undo,
        from: Generation = old,
        size: Long = newSize,
        sizeOfFile: Long = newFileSize,
    ) {
        var restored = { from.reopened() }
        from.drainOrThrow("resize")
        undo.onFailure { publishOrNothing { restored() } }
        mapping.unmap(from)
        restored = { mapping.mapRange(from.size) }
        mapping.truncate(sizeOfFile)
        restored = { mapping.mapRange(0) }
        publish(mapping.mapRange(size))
    }

    /** A map that could not be had again is empty: somebody has to be published, or readers would wait for ever. */
    private fun publishOrNothing(restore: () -> Generation) {
        try {
            publish(restore())
        } catch (e: Exception) {
            publish(mapping.mapRange(0))
            throw e
        }
    }

    /** What a private map has been given to keep exists only in its own pages, so these are moved. */
    private fun move(undo: Undo) {
        old.drainOrThrow("resize")
        var restored = { old.reopened() }
        undo.onFailure { publish(restored()) }
        if (newSize > old.size) {
            val new = if (old.mappedLength == 0L) mapping.mapRange(newSize) else mapping.move(old, newSize)
            restored = { new.withSize(old.size) }
            cut()
            clearLeftBehind(new)
            publish(new)
            mapping.endLocks(new)
        } else {
            cut()
            publish(shrunk().also(mapping::endLocks))
        }
    }

    /**
     * What an earlier shrink has left in the pages of [old] must not come back: bytes that a map gains behind the end
     * of the file are zero.
     */
    private fun clearLeftBehind(new: Generation) {
        if (!mapping.rights.writable || old.mappedLength == 0L) return
        // Memory that was never used is zero, and not to be used for that alone.
        if (!mapping.hasDescriptor && !mapping.hasShrunk) return
        val end = minOf(roundUp(old.mappedLength, calls.pageSize) - old.delta, new.size)
        for (index in maxOf(old.size, fileSize - mapping.offset) until end) new.region.put(index, 0)
    }

    /**
     * Nothing here can fail any more, since the file is cut already: if the system doesn't take the pages back, the map
     * is shorter all the same.
     */
    private fun shrunk(): Generation {
        if (newSize == 0L) {
            mapping.discard(old)
            return mapping.mapRange(0)
        }
        if (old.delta + newSize == old.mappedLength) return old.withSize(newSize)
        return try {
            mapping.move(old, newSize)
        } catch (_: MMapException) {
            old.withSize(newSize)
        }
    }

    /** Without mremap, what the old pages show is copied into new ones. */
    private fun copy(undo: Undo) {
        old.drainOrThrow("resize")
        undo.onFailure { publish(old.reopened()) }
        val new = mapping.mapRange(newSize)
        undo.onFailure { mapping.unmap(new) }
        copyDifferences(old, new, 0, minOf(old.size, newSize))
        cut()
        publish(new)
        mapping.discard(old)
    }

    /**
     * As [copy], but into memory that has nothing to do with the file: any map of the file, the old one included, would
     * keep it from being cut. The copy has room for all of the old map, to take its place if the cut is refused.
     */
    private fun copyToDetached(
        undo: Undo,
        from: Generation = old,
        size: Long = newSize,
        sizeOfFile: Long = newFileSize,
    ) {
        from.drainOrThrow("resize")
        var restored = { from.reopened() }
        undo.onFailure { publish(restored()) }
        val new = mapping.mapDetached(maxOf(from.size, size))
        var unused = true
        undo.onFailure { if (unused) mapping.unmap(new) }
        copyDifferences(from, new, 0, from.size)
        if (size > from.size) copyAhead(undo, new, from.size, size)
        mapping.unmap(from)
        unused = false
        restored = { new.withSize(from.size) }
        mapping.truncate(sizeOfFile)
        publish(new.withSize(size))
    }

    /** What the map gains of the file. */
    private fun copyAhead(undo: Undo, new: Generation, start: Long, end: Long) {
        val ahead = mapping.mapRange(end)
        var mapped = true
        undo.onFailure { if (mapped) mapping.unmap(ahead) }
        copyDifferences(ahead, new, start, end)
        mapping.unmap(ahead)
        mapped = false
    }

    /** Leaves pages alone that are equal already: they need no memory of their own. */
    private fun copyDifferences(from: Generation, to: Generation, start: Long, end: Long) {
        if (start == end) return
        val source = from.reopened().region
        val wanted = ByteArray(COPIED_AT_ONCE)
        val present = ByteArray(COPIED_AT_ONCE)
        var index = start
        while (index < end) {
            val count = minOf(end - index, COPIED_AT_ONCE.toLong()).toInt()
            source.copyTo(index, wanted, 0, count)
            to.region.copyTo(index, present, 0, count)
            if (!wanted.contentEquals(present)) to.region.copyFrom(index, wanted, 0, count)
            index += count
        }
        source.revoke()
        mapping.requireNotPoisoned(from)
    }

    private fun cut() {
        if (cuts) mapping.truncate(newFileSize)
    }

    private companion object {
        /** Two arrays of this size stay in the processor's cache, and it is a whole number of pages on every system. */
        const val COPIED_AT_ONCE = 65_536
    }
}
