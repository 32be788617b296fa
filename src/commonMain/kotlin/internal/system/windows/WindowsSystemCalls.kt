package dev.kmmap.internal.system.windows

import dev.kmmap.Protection
import dev.kmmap.internal.base.backOff
import dev.kmmap.internal.base.roundUp
import dev.kmmap.internal.system.FilePath
import dev.kmmap.internal.system.FileType
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.hugePageSize

/**
 * Windows in terms of [SystemCalls]: which functions of [kernel32] come in which order, with which numbers.
 *
 * A descriptor is a file's handle. That of named memory is a section's handle, with [SECTION] set in it: a handle has
 * no more than 32 significant bits.
 */
internal class WindowsSystemCalls(private val kernel32: Kernel32) : SystemCalls {
    override val system: OperatingSystem get() = OperatingSystem.WINDOWS

    override val pageSize: Long = kernel32.pageSize

    override val allocationGranularity: Long = kernel32.allocationGranularity

    /**
     * Others may do with the file what they like, even delete it: as on POSIX. `FILE_FLAG_BACKUP_SEMANTICS` lets a
     * directory be opened, so that it is told apart from a file that may not be read. `FILE_FLAG_OPEN_REPARSE_POINT`
     * keeps a new file from being made at the end of a link, which could not be taken back by the link's name.
     */
    override fun open(path: FilePath, mode: OpenMode): Long {
        val access = when (mode) {
            OpenMode.READ -> Win32.GENERIC_READ
            OpenMode.READ_EXECUTE -> Win32.GENERIC_READ or Win32.GENERIC_EXECUTE
            OpenMode.READ_WRITE, OpenMode.CREATE_NEW, OpenMode.CREATE -> Win32.GENERIC_READ or Win32.GENERIC_WRITE
        }
        val share = Win32.FILE_SHARE_READ or Win32.FILE_SHARE_WRITE or Win32.FILE_SHARE_DELETE
        val disposition = when (mode) {
            OpenMode.CREATE_NEW -> Win32.CREATE_NEW
            OpenMode.CREATE -> Win32.OPEN_ALWAYS
            else -> Win32.OPEN_EXISTING
        }
        val atLink = if (mode == OpenMode.CREATE_NEW) Win32.FILE_FLAG_OPEN_REPARSE_POINT else 0
        val flags = Win32.FILE_FLAG_BACKUP_SEMANTICS or atLink
        return kernel32.createFile(extended(path), access, share, disposition, flags)
    }

    override fun remove(path: FilePath): Long = kernel32.deleteFile(extended(path))

    override fun linkTarget(path: FilePath): FilePath? = null

    private fun extended(path: FilePath): String = extendedLengthPath(path.text, kernel32::fullPathName)

    override fun duplicate(descriptor: Long): Long = kernel32.duplicateHandle(descriptor)

    override fun close(descriptor: Long): Long = kernel32.closeHandle(handle(descriptor))

    /** The type of the file by the numbers of `st_mode`. */
    override fun fileMode(descriptor: Long): Long = when (val type = kernel32.fileType(descriptor)) {
        Win32.FILE_TYPE_DISK -> kernel32.fileAttributes(descriptor).ifValue {
            if (it and Win32.FILE_ATTRIBUTE_DIRECTORY != 0L) FileType.DIRECTORY.bits else FileType.REGULAR.bits
        }
        Win32.FILE_TYPE_CHAR -> FileType.CHARACTER_DEVICE.bits
        Win32.FILE_TYPE_PIPE -> FileType.FIFO.bits
        else -> minOf(type, FileType.OTHER.bits)
    }

    /** The size of a section is not told, but a view of all of it has that size, in whole pages. */
    override fun fileSize(descriptor: Long): Long {
        if (!isSection(descriptor)) return kernel32.fileSize(descriptor)
        return kernel32.mapViewOfFile(handle(descriptor), Win32.FILE_MAP_READ, 0, 0).ifValue { address ->
            kernel32.regionSize(address).also { kernel32.unmapViewOfFile(address) }
        }
    }

    override fun hugePageSize(descriptor: Long): Long = 0

    override fun firstByte(descriptor: Long): Long = -Win32.ERROR_NOT_SUPPORTED

    /** A section keeps the size that it was made with. */
    override fun truncate(descriptor: Long, size: Long): Long {
        if (!isSection(descriptor)) return kernel32.setEndOfFile(descriptor, size)
        return fileSize(descriptor).ifValue { if (it == roundUp(size, pageSize)) 0 else -Win32.ERROR_NOT_SUPPORTED }
    }

    /** Windows gives a file that grows real space, unless it is sparse or compressed. */
    override fun allocate(descriptor: Long, offset: Long, length: Long): Long =
        fileSize(descriptor).ifValue { if (it - offset >= length) 0 else truncate(descriptor, offset + length) }

    override fun createMemory(name: String, sealable: Boolean): Long = -Win32.ERROR_NOT_SUPPORTED

    override fun seals(descriptor: Long): Long = -Win32.ERROR_NOT_SUPPORTED

    override fun addSeals(descriptor: Long, seals: Int): Long = -Win32.ERROR_NOT_SUPPORTED

    override fun openMemory(name: String, mode: OpenMode, size: Long): Long {
        val fullName = "Local\\$name"
        val section = when (mode) {
            OpenMode.CREATE_NEW -> kernel32.createFileMapping(NO_DESCRIPTOR, Win32.PAGE_READWRITE, size, fullName)
            OpenMode.READ_WRITE, OpenMode.CREATE ->
                kernel32.openFileMapping(Win32.FILE_MAP_READ or Win32.FILE_MAP_WRITE, fullName)
            OpenMode.READ, OpenMode.READ_EXECUTE -> kernel32.openFileMapping(Win32.FILE_MAP_READ, fullName)
        }
        return section.ifValue { it or SECTION }
    }

    override fun removeMemory(name: String): Long = -Win32.ERROR_FILE_NOT_FOUND

    /** The view keeps the section alive, so its handle is closed at once. */
    override fun map(descriptor: Long, offset: Long, length: Long, protection: Int, flags: Int): Long {
        val kind = ViewKind.of(protection, flags, anonymous = descriptor == NO_DESCRIPTOR)
        if (isSection(descriptor)) return view(handle(descriptor), offset, length, protection, flags, kind)
        val size = if (descriptor == NO_DESCRIPTOR) length else 0
        return kernel32.createFileMapping(descriptor, kind.pageProtection, size, null).ifValue { section ->
            view(section, offset, length, protection, flags, kind).also { kernel32.closeHandle(section) }
        }
    }

    private fun view(section: Long, offset: Long, length: Long, protection: Int, flags: Int, kind: ViewKind): Long =
        kernel32.mapViewOfFile(section, kind.viewAccess, offset, length).ifValue { address ->
            val refusal = when {
                protection == 0 -> kernel32.virtualProtect(address, length, Win32.PAGE_NOACCESS)
                flags and Win32.MAP_LOCKED != 0 -> kernel32.virtualLock(address, length)
                else -> 0
            }
            // As MAP_POPULATE on Linux: a failure is silent.
            if (flags and Win32.MAP_POPULATE != 0) kernel32.prefetchVirtualMemory(address, length)
            if (refusal >= 0) address else refusal.also { kernel32.unmapViewOfFile(address) }
        }

    /** Always the whole view: Windows cannot unmap a part of one. */
    override fun unmap(address: Long, length: Long): Long = kernel32.unmapViewOfFile(address)

    override fun remap(address: Long, oldLength: Long, newLength: Long): Long = -Win32.ERROR_NOT_SUPPORTED

    /** A writer of the file who holds a lock on the range makes a flush fail; it may be gone a moment later. */
    override fun sync(address: Long, length: Long, flags: Int): Long {
        var result = kernel32.flushViewOfFile(address, length)
        for (attempt in 1..<FLUSH_ATTEMPTS) {
            if (result != -Win32.ERROR_LOCK_VIOLATION) break
            backOff(attempt)
            result = kernel32.flushViewOfFile(address, length)
        }
        return result
    }

    /** A section is memory: no device has it. */
    override fun syncFile(descriptor: Long): Long =
        if (isSection(descriptor)) 0 else kernel32.flushFileBuffers(descriptor)

    override fun advise(address: Long, length: Long, advice: Int): Long = when (advice) {
        Win32.ADVICE_PREFETCH -> kernel32.prefetchVirtualMemory(address, length)
        Win32.ADVICE_DISCARD -> kernel32.discardVirtualMemory(address, length)
        Win32.ADVICE_OFFER -> kernel32.offerVirtualMemory(address, length)
        Win32.ADVICE_RECLAIM -> kernel32.reclaimVirtualMemory(address, length)
        else -> -Win32.ERROR_INVALID_PARAMETER
    }

    override fun protect(address: Long, length: Long, protection: Int, flags: Int): Long {
        val kind = ViewKind.of(protection, flags, anonymous = false)
        val pageProtection = if (protection == 0) Win32.PAGE_NOACCESS else kind.pageProtection
        return kernel32.virtualProtect(address, length, pageProtection)
    }

    override fun lock(address: Long, length: Long): Long = kernel32.virtualLock(address, length)

    override fun unlock(address: Long, length: Long): Long =
        kernel32.virtualUnlock(address, length).let { if (it == -Win32.ERROR_NOT_LOCKED) 0 else it }

    override fun residency(address: Long, pages: ByteArray): Long = kernel32.queryWorkingSet(address, pages)

    override fun nameMemory(address: Long, length: Long, name: String): Long = -Win32.ERROR_NOT_SUPPORTED

    override fun errorText(code: Int): String =
        kernel32.formatMessage(code).trimEnd().ifEmpty { "Unknown error $code" }

    private companion object {
        /** Marks the descriptor of a section. */
        const val SECTION: Long = 1L shl 62

        /** As many as the JDK and .NET make. */
        const val FLUSH_ATTEMPTS = 5

        fun isSection(descriptor: Long): Boolean = descriptor >= 0 && descriptor and SECTION != 0L

        fun handle(descriptor: Long): Long = if (isSection(descriptor)) descriptor - SECTION else descriptor
    }
}

/** This value, or what [next] makes of it; an error stays one. */
private inline fun Long.ifValue(next: (Long) -> Long): Long = if (this < 0) this else next(this)

/** How Windows says what the `PROT_*` and `MAP_*` of a map say: the protection of the section and that of the view. */
private enum class ViewKind(val pageProtection: Int, val viewAccess: Int) {
    READ(Win32.PAGE_READONLY, Win32.FILE_MAP_READ),
    EXECUTE(Win32.PAGE_EXECUTE_READ, Win32.FILE_MAP_READ or Win32.FILE_MAP_EXECUTE),
    WRITE(Win32.PAGE_READWRITE, Win32.FILE_MAP_READ or Win32.FILE_MAP_WRITE),
    COPY(Win32.PAGE_WRITECOPY, Win32.FILE_MAP_COPY),
    ;

    companion object {
        /** Anonymous memory belongs to this process alone, whether it is called private or shared. */
        fun of(protection: Int, flags: Int, anonymous: Boolean): ViewKind = when {
            protection and Protection.EXECUTE.bit != 0 -> EXECUTE
            protection and Protection.WRITE.bit == 0 -> READ
            flags and Win32.MAP_PRIVATE != 0 && !anonymous -> COPY
            else -> WRITE
        }
    }
}

/**
 * [path] as it is, or in the extended-length form that Windows demands of long paths: absolute, with a prefix that also
 * ends all interpretation. [fullPath] makes a path absolute.
 */
internal fun extendedLengthPath(path: String, fullPath: (String) -> String?): String {
    if (path.length < LONG_PATH || path.startsWith("""\\?\""") || path.startsWith("""\\.\""")) return path
    val full = fullPath(path) ?: return path
    return if (full.startsWith("""\\""")) """\\?\UNC\""" + full.substring(2) else """\\?\""" + full
}

/** `MAX_PATH` less the 8.3 name of a file that must fit into every directory, the strictest of the limits. */
private const val LONG_PATH = 248
