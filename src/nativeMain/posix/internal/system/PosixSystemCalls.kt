package dev.kmmap.internal.system

import dev.kmmap.internal.posix.kmmap_close
import dev.kmmap.internal.posix.kmmap_duplicate
import dev.kmmap.internal.posix.kmmap_first_byte
import dev.kmmap.internal.posix.kmmap_ftruncate
import dev.kmmap.internal.posix.kmmap_madvise
import dev.kmmap.internal.posix.kmmap_mincore
import dev.kmmap.internal.posix.kmmap_mlock
import dev.kmmap.internal.posix.kmmap_mmap
import dev.kmmap.internal.posix.kmmap_mprotect
import dev.kmmap.internal.posix.kmmap_msync
import dev.kmmap.internal.posix.kmmap_munlock
import dev.kmmap.internal.posix.kmmap_munmap
import dev.kmmap.internal.posix.kmmap_open
import dev.kmmap.internal.posix.kmmap_readlink
import dev.kmmap.internal.posix.kmmap_strerror
import dev.kmmap.internal.posix.kmmap_unlink
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.alloc
import kotlinx.cinterop.allocArray
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.readBytes
import kotlinx.cinterop.toKString
import kotlinx.cinterop.usePinned
import platform.posix.EAGAIN
import platform.posix.EINTR
import platform.posix.O_CLOEXEC
import platform.posix.O_CREAT
import platform.posix.O_EXCL
import platform.posix.O_NOCTTY
import platform.posix.O_NONBLOCK
import platform.posix.O_RDONLY
import platform.posix.O_RDWR
import platform.posix._SC_PAGESIZE
import platform.posix.errno
import platform.posix.fstat
import platform.posix.stat
import platform.posix.sysconf

/** Permissions of a new file (0666), before the process's umask. */
private const val NEW_FILE_MODE = 438

/** What st_blocks counts. */
private const val BYTES_PER_BLOCK = 512L

/** Permissions of new shared memory (0600): it is for its own user. */
private const val NEW_MEMORY_MODE = 384

/** No path is longer. */
private const val PATH_MAX = 4096

/** No message of any known C library is longer, in any language. */
private const val ERROR_TEXT_LENGTH = 512

/**
 * What every open adds, besides `O_NONBLOCK`, so that a FIFO does not wait for its other end: the descriptor stays in
 * this process, and a terminal does not become its own.
 */
internal const val OPEN_PATIENTLY = O_CLOEXEC or O_NOCTTY

/** The system calls of this target: those of all POSIX systems here, the others from the system's own folder. */
internal fun systemCallsOfTarget(): SystemCalls = PosixSystemCalls

/**
 * The system calls of a POSIX system. Functions that POSIX allows a signal to interrupt are repeated, except close,
 * after which the descriptor is gone even when it fails.
 */
internal object PosixSystemCalls : SystemCalls {
    override val system: OperatingSystem get() = currentSystem

    override val pageSize: Long = sysconf(_SC_PAGESIZE)

    override val allocationGranularity: Long get() = pageSize

    override fun open(path: FilePath, mode: OpenMode): Long {
        val flags = flags(mode) or OPEN_PATIENTLY
        val result = uninterrupted { kmmap_open(path.text, flags or O_NONBLOCK, NEW_FILE_MODE) }
        return if (result == -EAGAIN.toLong()) uninterrupted { openLeased(path.text, flags) } else result
    }

    private fun flags(mode: OpenMode): Int = when (mode) {
        OpenMode.READ, OpenMode.READ_EXECUTE -> O_RDONLY
        OpenMode.READ_WRITE -> O_RDWR
        OpenMode.CREATE_NEW -> O_RDWR or O_CREAT or O_EXCL
        OpenMode.CREATE -> O_RDWR or O_CREAT
    }

    override fun remove(path: FilePath): Long = kmmap_unlink(path.text)

    override fun linkTarget(path: FilePath): FilePath? = memScoped {
        val target = allocArray<ByteVar>(PATH_MAX)
        val length = kmmap_readlink(path.text, target, PATH_MAX.toULong())
        if (length < 0 || length == PATH_MAX.toLong()) return null
        try {
            path.linkingTo(FilePath(target.readBytes(length.toInt()).decodeToString(throwOnInvalidSequence = true)))
        } catch (_: CharacterCodingException) {
            null
        }
    }

    override fun duplicate(descriptor: Long): Long = kmmap_duplicate(number(descriptor))

    override fun reopen(descriptor: Long): Long = reopenFile(number(descriptor))

    override fun isReadOnly(descriptor: Long): Boolean = isOnlyRead(number(descriptor))

    override fun close(descriptor: Long): Long = kmmap_close(number(descriptor))

    override fun reportsResidency(descriptor: Long): Boolean = tellsPages(number(descriptor))

    override fun fileMode(descriptor: Long): Long = status(descriptor) { it.st_mode.toLong() }

    override fun fileSize(descriptor: Long): Long = status(descriptor) {
        if (FileType.of(it.st_mode.toLong()) == FileType.BLOCK_DEVICE) deviceSize(number(descriptor)) else it.st_size
    }

    override fun fileSystem(descriptor: Long): Long = fileSystemOf(number(descriptor))

    override fun hugePageSize(descriptor: Long): Long = hugePageSizeOf(number(descriptor))

    override fun firstByte(descriptor: Long): Long = uninterrupted { kmmap_first_byte(number(descriptor)) }

    override fun truncate(descriptor: Long, size: Long): Long =
        uninterrupted { kmmap_ftruncate(number(descriptor), size) }

    override fun allocate(descriptor: Long, offset: Long, length: Long): Long =
        uninterrupted { allocateSpace(number(descriptor), offset, length) }

    override fun createMemory(name: String, sealable: Boolean): Long = createMemoryFile(name, sealable)

    override fun seals(descriptor: Long): Long = sealsOf(number(descriptor))

    override fun addSeals(descriptor: Long, seals: Int): Long = sealFile(number(descriptor), seals)

    override fun openMemory(name: String, mode: OpenMode, size: Long): Long =
        uninterrupted { openNamedMemory(name, flags(mode), NEW_MEMORY_MODE) }

    override fun removeMemory(name: String): Long = removeNamedMemory(name)

    override fun map(descriptor: Long, offset: Long, length: Long, protection: Int, flags: Int): Long =
        kmmap_mmap(length, protection, flags, number(descriptor), offset)

    override fun unmap(address: Long, length: Long): Long = kmmap_munmap(address, length)

    override fun remap(address: Long, oldLength: Long, newLength: Long): Long =
        moveMapping(address, oldLength, newLength)

    override fun sync(address: Long, length: Long, flags: Int): Long =
        uninterrupted { kmmap_msync(address, length, flags) }

    override fun syncFile(descriptor: Long): Long = uninterrupted { syncWholeFile(number(descriptor)) }

    override fun advise(address: Long, length: Long, advice: Int): Long = kmmap_madvise(address, length, advice)

    override fun protect(address: Long, length: Long, protection: Int, flags: Int): Long =
        kmmap_mprotect(address, length, protection)

    override fun lock(address: Long, length: Long): Long = kmmap_mlock(address, length)

    override fun unlock(address: Long, length: Long): Long = kmmap_munlock(address, length)

    override fun residency(address: Long, pages: ByteArray): Long =
        pages.usePinned { kmmap_mincore(address, pages.size * pageSize, it.addressOf(0)) }

    override fun writeZeros(descriptor: Long, offset: Long, length: Long): Long =
        uninterrupted { writeZeros(number(descriptor), offset, length) }

    override fun seekData(descriptor: Long, offset: Long): Long = dataFrom(number(descriptor), offset)

    override fun seekHole(descriptor: Long, offset: Long): Long = holeFrom(number(descriptor), offset)

    override fun allocatedSize(descriptor: Long): Long = status(descriptor) { it.st_blocks * BYTES_PER_BLOCK }

    override fun cacheStatistics(descriptor: Long, offset: Long, length: Long, numbers: LongArray): Long =
        cacheNumbers(number(descriptor), offset, length, numbers)

    override fun nameMemory(address: Long, length: Long, name: String): Long = nameRange(address, length, name)

    override fun errorText(code: Int): String = memScoped {
        val text = allocArray<ByteVar>(ERROR_TEXT_LENGTH)
        kmmap_strerror(code, text, ERROR_TEXT_LENGTH.toULong())
        text.toKString()
    }

    private inline fun status(descriptor: Long, field: (stat) -> Long): Long = memScoped {
        val status = alloc<stat>()
        if (fstat(number(descriptor), status.ptr) == 0) field(status) else -errno.toLong()
    }
}

/** A descriptor as C has it; what cannot be one becomes -1, and not by accident another file's number. */
private fun number(descriptor: Long): Int = if (descriptor in 0..Int.MAX_VALUE) descriptor.toInt() else -1

/** Repeats [call] while a signal interrupts it. */
private inline fun uninterrupted(call: () -> Long): Long {
    while (true) {
        val result = call()
        if (result != -EINTR.toLong()) return result
    }
}
