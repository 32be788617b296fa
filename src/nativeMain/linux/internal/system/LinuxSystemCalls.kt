package dev.kmmap.internal.system

import dev.kmmap.internal.linux.kmmap_add_seals
import dev.kmmap.internal.linux.kmmap_cachestat
import dev.kmmap.internal.linux.kmmap_device_size
import dev.kmmap.internal.linux.kmmap_file_system
import dev.kmmap.internal.linux.kmmap_fsync
import dev.kmmap.internal.linux.kmmap_huge_page_size
import dev.kmmap.internal.linux.kmmap_is_read_only
import dev.kmmap.internal.linux.kmmap_memfd_create
import dev.kmmap.internal.linux.kmmap_mremap
import dev.kmmap.internal.linux.kmmap_name_memory
import dev.kmmap.internal.linux.kmmap_posix_fallocate
import dev.kmmap.internal.linux.kmmap_seals
import dev.kmmap.internal.linux.kmmap_seek
import dev.kmmap.internal.linux.kmmap_write_zeros
import dev.kmmap.internal.posix.kmmap_close
import dev.kmmap.internal.posix.kmmap_open
import dev.kmmap.internal.posix.kmmap_unlink
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.usePinned
import platform.posix.EAGAIN
import platform.posix.ENOENT
import platform.posix.O_CLOEXEC
import platform.posix.O_NOFOLLOW
import platform.posix.O_NONBLOCK
import platform.posix.W_OK
import platform.posix.access

/*
 * What PosixSystemCalls asks of each system: functions of the same names are in the folder of every POSIX system. They
 * return a value or the negated errno; who calls them repeats them when a signal has interrupted them.
 */

/** Where a process finds what it has open, by its number. */
private const val DESCRIPTORS = "/proc/self/fd/"

private const val O_PATH = 0x200000

/**
 * Waits for the lease that another process has on a regular file (fcntl F_SETLEASE: Samba, NFS), and opens it. `O_PATH`
 * holds it meanwhile, so that no FIFO, which nobody may ever write to, takes its place.
 */
internal fun openLeased(path: String, flags: Int): Long {
    val held = kmmap_open(path, O_PATH or O_CLOEXEC, 0)
    if (held < 0) return held
    var result = -EAGAIN.toLong()
    if (FileType.of(PosixSystemCalls.fileMode(held)) == FileType.REGULAR) {
        val opened = kmmap_open("$DESCRIPTORS$held", flags, 0)
        // Without /proc there is no such name.
        if (opened != -ENOENT.toLong()) result = opened
    }
    kmmap_close(held.toInt())
    return result
}

/** Another descriptor of a file, which is found even if it has no name any more. */
internal fun reopenFile(descriptor: Int): Long = kmmap_open("$DESCRIPTORS$descriptor", OPEN_PATIENTLY or O_NONBLOCK, 0)

internal fun isOnlyRead(descriptor: Int): Boolean = kmmap_is_read_only(descriptor) != 0

internal fun fileSystemOf(descriptor: Int): Long = kmmap_file_system(descriptor)

internal fun hugePageSizeOf(descriptor: Int): Long = maxOf(kmmap_huge_page_size(descriptor), 0)

/** Bytes of a block device; 0 if it does not tell. */
internal fun deviceSize(descriptor: Int): Long = maxOf(kmmap_device_size(descriptor), 0)

/** Real space for a range of a file, which grows to its end. */
internal fun allocateSpace(descriptor: Int, offset: Long, length: Long): Long =
    kmmap_posix_fallocate(descriptor, offset, length)

/** A nameless file in memory. */
internal fun createMemoryFile(name: String, sealable: Boolean): Long = kmmap_memfd_create(name, if (sealable) 1 else 0)

/** The seals of a file in memory. */
internal fun sealsOf(descriptor: Int): Long = kmmap_seals(descriptor)

/** Adds to them. */
internal fun sealFile(descriptor: Int, seals: Int): Long = kmmap_add_seals(descriptor, seals)

/** Gives a mapping another length, elsewhere if there is no room where it is. */
internal fun moveMapping(address: Long, oldLength: Long, newLength: Long): Long =
    kmmap_mremap(address, oldLength, newLength)

/** The strongest flush of a whole file. */
internal fun syncWholeFile(descriptor: Int): Long = kmmap_fsync(descriptor)

/** Shared memory by its name: what shm_open(3) does, which not every glibc has without a library of its own. */
internal fun openNamedMemory(name: String, flags: Int, mode: Int): Long =
    kmmap_open(SHARED_MEMORY + name, flags or O_CLOEXEC or O_NOFOLLOW or O_NONBLOCK, mode)

/** shm_unlink(3). */
internal fun removeNamedMemory(name: String): Long = kmmap_unlink(SHARED_MEMORY + name)

/** The file system that holds shared memory. */
private const val SHARED_MEMORY = "/dev/shm/"

/** Names a range of private anonymous memory. */
internal fun nameRange(address: Long, length: Long, name: String): Long = kmmap_name_memory(address, length, name)

/** Whether mincore(2) is true of the file: to who may write it. (Its owner, too; one who may not is not recognized.) */
internal fun tellsPages(descriptor: Int): Boolean = access("$DESCRIPTORS$descriptor", W_OK) == 0

internal fun writeZeros(descriptor: Int, offset: Long, length: Long): Long =
    kmmap_write_zeros(descriptor, offset, length)

internal fun dataFrom(descriptor: Int, offset: Long): Long = kmmap_seek(descriptor, offset, SEEK_DATA)

internal fun holeFrom(descriptor: Int, offset: Long): Long = kmmap_seek(descriptor, offset, SEEK_HOLE)

private const val SEEK_DATA = 3
private const val SEEK_HOLE = 4

internal fun cacheNumbers(descriptor: Int, offset: Long, length: Long, numbers: LongArray): Long =
    numbers.usePinned { kmmap_cachestat(descriptor, offset, length, it.addressOf(0)) }
