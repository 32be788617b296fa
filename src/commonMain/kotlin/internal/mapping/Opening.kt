package dev.kmmap.internal.mapping

import dev.kmmap.internal.base.Undo
import dev.kmmap.internal.base.undoing
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.system.Failure
import dev.kmmap.internal.system.FilePath
import dev.kmmap.internal.system.FileType
import dev.kmmap.internal.system.NOT_HAD
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.check
import dev.kmmap.internal.system.hugePageSize

/** An opened mapping and its first generation. */
internal class Opened(val mapping: Mapping, val generation: Generation)

/**
 * Opens, checks, extends and maps what [request] describes, in this order:
 *
 * 1. a descriptor of our own (open, duplicate, or a file in memory),
 * 2. what it refers to and how long it is: nothing is mapped past the end of a file,
 * 3. space for an extended file,
 * 4. the map,
 * 5. the length once more, since somebody may have truncated the file meanwhile,
 * 6. the file's name on the device, if that was asked for.
 *
 * Strong guarantee: if a step fails, those before it are taken back. No descriptor and no mapping is left, an extended
 * file has its old size, a created file is gone.
 */
internal fun openMapping(request: MapRequest, calls: SystemCalls): Opened = undoing { undo ->
    val opening = Opening(request, calls, undo)
    when (val source = request.origin) {
        is Origin.File -> {
            val opened = opening.mapFile(opening.openFile(source.path))
            if (request.syncDirectory) opening.syncDirectory(source.path)
            opened
        }
        is Origin.Descriptor -> {
            opening.mapFile(opening.ownOrLent(source.descriptor))
        }
        is Origin.Memory -> opening.mapMemory(source.name)
        is Origin.NamedMemory -> opening.mapNamedMemory(source.name, source.create)
    }
}

private class Opening(private val request: MapRequest, private val calls: SystemCalls, private val undo: Undo) {
    private val source = request.origin
    private val rights = request.rights

    /** The descriptor that is ours and not the caller's. */
    private var owned = NO_DESCRIPTOR

    fun openFile(path: FilePath): Long = owned(FileOpening(request, calls, undo).open(path))

    /** The file of a caller's [descriptor], which itself serves while an untracked map is made, and stays theirs. */
    fun ownOrLent(descriptor: Long): Long {
        val anew = if (mayBeReplaced(descriptor)) calls.reopen(descriptor) else NOT_HAD
        return when {
            anew >= 0 -> owned(anew)
            request.trackFile ->
                owned(calls.check(SystemCall.DUPLICATE, calls.duplicate(descriptor), source.toString()))
            else -> descriptor
        }
    }

    /**
     * Whether a descriptor from before the first write to its file would map what the file was then: so it is on
     * overlayfs, and only by a descriptor for reading.
     */
    private fun mayBeReplaced(descriptor: Long): Boolean = calls.fileSystem(descriptor) == OVERLAYFS &&
        calls.isReadOnly(descriptor) && FileType.of(calls.fileMode(descriptor)) == FileType.REGULAR

    private fun owned(descriptor: Long): Long {
        owned = descriptor
        undo.onFailure { calls.check(SystemCall.CLOSE, calls.close(descriptor), source.toString()) }
        return descriptor
    }

    fun mapFile(descriptor: Long): Opened {
        val type = FileType.of(calls.check(SystemCall.FILE_MODE, calls.fileMode(descriptor), source.toString()))
        if (!type.mappable) throw source.notMappable(type.description)
        val isSized = type == FileType.REGULAR || type == FileType.BLOCK_DEVICE && fileSize(descriptor) > 0
        val tracked = if (request.trackFile) descriptor else NO_DESCRIPTOR
        val mapping = mapping(tracked, Backing.FILE, calls.hugePageSize(descriptor))
        val length = when {
            isSized -> lengthInFile(descriptor, mapping, growing = request.extend && type == FileType.REGULAR)
            // Nobody tells the size of another device, so only its user can know how much of it can be mapped.
            request.length > 0 -> request.length
            else -> throw IllegalArgumentException("$source is a ${type.description}: it needs an explicit length")
        }
        val generation = mapping.mapRange(descriptor, length)
        undo.onFailure { mapping.unmap(generation) }
        if (isSized) checkStillLongEnough(descriptor, length)
        // Whatever close says to this, the descriptor is gone and the map is good.
        if (!request.trackFile && owned != NO_DESCRIPTOR) calls.close(owned)
        return Opened(mapping, generation)
    }

    /** The length of the map, once the file is long enough for it. */
    private fun lengthInFile(descriptor: Long, mapping: Mapping, growing: Boolean): Long {
        val fileSize = fileSize(descriptor)
        val offset = request.offset
        if (!growing) {
            if (fileSize == 0L) calls.requireToldSize(descriptor, source)
            require(offset <= fileSize) {
                "offset is greater than the file's size: $source, offset=$offset, fileSize=$fileSize"
            }
            if (request.length == 0L) return fileSize - offset
        }
        if (fileSize - offset >= request.length) return request.length
        require(growing) {
            val hint = if (request.extend) "a device cannot be extended" else "extend = true would enlarge it"
            "length is greater than what the file has left ($hint): " +
                "$source, offset=$offset, length=${request.length}, fileSize=$fileSize"
        }
        val end = offset + request.length
        undo.onFailure { truncate(descriptor, fileSize) }
        mapping.clearPastEnd(fileSize, end, file = descriptor)
        val allocated = calls.allocate(descriptor, fileSize, end - fileSize)
        val detail = "$source, offset=$fileSize, length=${end - fileSize}, fileSize=$fileSize"
        calls.check(SystemCall.ALLOCATE, allocated, detail)
        return request.length
    }

    private fun checkStillLongEnough(descriptor: Long, length: Long) {
        val fileSize = fileSize(descriptor)
        if (fileSize - request.offset < length) {
            val numbers = "$source, offset=${request.offset}, length=$length, fileSize=$fileSize"
            val operation = SystemCall.MAP.on(calls.system)
            throw Failure("$operation($numbers): the file was truncated meanwhile", operation, 0, null).exception()
        }
    }

    private fun fileSize(descriptor: Long) =
        calls.check(SystemCall.FILE_SIZE, calls.fileSize(descriptor), source.toString())

    private fun truncate(descriptor: Long, size: Long) {
        calls.check(SystemCall.TRUNCATE, calls.truncate(descriptor, size), "$source, size=$size")
    }

    /** A file that was just created has its name only in its folder, which is a file of its own. */
    fun syncDirectory(path: FilePath) {
        val folder = path.folder
        val descriptor = calls.open(folder, OpenMode.READ)
        calls.check(SystemCall.OPEN, descriptor, "$folder, mode=${OpenMode.READ}")
        val synced = calls.syncFile(descriptor)
        calls.close(descriptor)
        calls.check(SystemCall.SYNC_FILE, synced, folder.text)
    }

    fun mapMemory(name: String?): Opened {
        // Shared memory that is to grow has to be a file; nobody else can shrink this one, unless its descriptor is
        // handed over.
        val inFile = request.isForMemoryFile && calls.capabilities.memoryFiles
        var descriptor = NO_DESCRIPTOR
        if (inFile) {
            val label = name ?: "kmmap"
            val created = calls.createMemory(label, sealable = request.seals != null)
            descriptor = owned(calls.check(SystemCall.CREATE_MEMORY, created, label))
            truncate(descriptor, request.length)
        }
        val mapping = mapping(descriptor, Backing.ANONYMOUS, if (rights.needsPlainMemory) hugePageSize else 0)
        val generation = mapping.mapRange(descriptor, request.length)
        undo.onFailure { mapping.unmap(generation) }
        if (name != null) mapping.setName(generation, name)
        if (!request.seals.isNullOrEmpty()) mapping.addSeals(request.seals)
        return Opened(mapping, generation)
    }

    fun mapNamedMemory(name: String, create: Boolean): Opened {
        val mode = when {
            create -> OpenMode.CREATE_NEW
            rights.shared && rights.writable -> OpenMode.READ_WRITE
            else -> OpenMode.READ
        }
        val opened = calls.openMemory(name, mode, request.length)
        val descriptor = calls.check(SystemCall.OPEN_MEMORY, opened, "$name, mode=$mode, length=${request.length}")
        if (create) undo.onFailure { calls.removeMemory(name) }
        owned(descriptor)
        val mapping = mapping(descriptor, Backing.NAMED)
        if (create) mapping.grow(0, request.length)
        val length = lengthInFile(descriptor, mapping, growing = false)
        val generation = mapping.mapRange(length)
        mapping.name = name
        return Opened(mapping, generation)
    }

    private fun mapping(descriptor: Long, backing: Backing, hugePage: Long = 0) =
        Mapping(
            calls,
            MappingState(rights),
            source.toString(),
            descriptor,
            request.offset,
            request.trackFile,
            backing,
            request.confinement,
            if (descriptor != NO_DESCRIPTOR && calls.capabilities.mapPastEnd) request.reserve else 0,
            hugePage,
            sparse = request.sparse,
        )
}
