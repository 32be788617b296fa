package dev.kmmap.internal.system

import dev.kmmap.internal.posix.valueOrError
import kotlinx.cinterop.alloc
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import platform.posix.EAGAIN
import platform.posix.ENOTSUP
import platform.posix.F_ALLOCATEALL
import platform.posix.F_FULLFSYNC
import platform.posix.F_PEOFPOSMODE
import platform.posix.F_PREALLOCATE
import platform.posix.fcntl
import platform.posix.fstore
import platform.posix.fsync
import platform.posix.ftruncate
import platform.posix.shm_open
import platform.posix.shm_unlink

/*
 * What PosixSystemCalls asks of macOS: see linux/LinuxSystemCalls.kt. It was compiled, but never run.
 */

/**
 * macOS has no posix_fallocate. `F_PREALLOCATE` gives a file space behind its end, and ftruncate makes that a part of
 * it. File systems without this (`ENOTSUP`) get their space when it is written.
 */
internal fun allocateSpace(descriptor: Int, offset: Long, length: Long): Long {
    val allocated = memScoped {
        val store = alloc<fstore>()
        store.fst_flags = F_ALLOCATEALL.toUInt()
        store.fst_posmode = F_PEOFPOSMODE
        store.fst_offset = 0
        store.fst_length = length
        valueOrError(fcntl(descriptor, F_PREALLOCATE, store.ptr))
    }
    if (allocated < 0 && allocated != -ENOTSUP.toLong()) return allocated
    return valueOrError(ftruncate(descriptor, offset + length))
}

/** macOS has no leases. */
internal fun openLeased(
    @Suppress("UNUSED_PARAMETER") path: String,
    @Suppress("UNUSED_PARAMETER") flags: Int,
): Long = -EAGAIN.toLong()

internal fun isOnlyRead(@Suppress("UNUSED_PARAMETER") descriptor: Int): Boolean = false

internal fun hugePageSizeOf(@Suppress("UNUSED_PARAMETER") descriptor: Int): Long = 0

/** Not told here. */
internal fun deviceSize(@Suppress("UNUSED_PARAMETER") descriptor: Int): Long = 0

internal fun createMemoryFile(
    @Suppress("UNUSED_PARAMETER") name: String,
    @Suppress("UNUSED_PARAMETER") sealable: Boolean,
): Long = -ENOTSUP.toLong()

internal fun sealsOf(@Suppress("UNUSED_PARAMETER") descriptor: Int): Long = -ENOTSUP.toLong()

internal fun sealFile(
    @Suppress("UNUSED_PARAMETER") descriptor: Int,
    @Suppress("UNUSED_PARAMETER") seals: Int,
): Long = -ENOTSUP.toLong()

internal fun moveMapping(
    @Suppress("UNUSED_PARAMETER") address: Long,
    @Suppress("UNUSED_PARAMETER") oldLength: Long,
    @Suppress("UNUSED_PARAMETER") newLength: Long,
): Long = -ENOTSUP.toLong()

/** fsync leaves data in the drive's cache; `F_FULLFSYNC` does not, but not every file system has it. */
internal fun syncWholeFile(descriptor: Int): Long {
    val result = valueOrError(fcntl(descriptor, F_FULLFSYNC))
    return if (result == -ENOTSUP.toLong()) valueOrError(fsync(descriptor)) else result
}

internal fun nameRange(
    @Suppress("UNUSED_PARAMETER") address: Long,
    @Suppress("UNUSED_PARAMETER") length: Long,
    @Suppress("UNUSED_PARAMETER") name: String,
): Long = -ENOTSUP.toLong()

/** The descriptor is close-on-exec. */
internal fun openNamedMemory(name: String, flags: Int, mode: Int): Long = valueOrError(shm_open("/$name", flags, mode))

internal fun removeNamedMemory(name: String): Long = valueOrError(shm_unlink("/$name"))

/** Whether mincore(2) is true of the file. */
internal fun tellsPages(@Suppress("UNUSED_PARAMETER") descriptor: Int): Boolean = true

/* macOS has holes in files, too, but nobody has tried here what it says of pages that were stored through a map. */

internal fun reopenFile(@Suppress("UNUSED_PARAMETER") descriptor: Int): Long = NOT_HAD

/** Its file systems keep no bytes past the end of a file. */
internal fun writeZeros(
    @Suppress("UNUSED_PARAMETER") descriptor: Int,
    @Suppress("UNUSED_PARAMETER") offset: Long,
    @Suppress("UNUSED_PARAMETER") length: Long,
): Long = NOT_HAD

internal fun dataFrom(
    @Suppress("UNUSED_PARAMETER") descriptor: Int,
    @Suppress("UNUSED_PARAMETER") offset: Long,
): Long = NOT_HAD

internal fun holeFrom(
    @Suppress("UNUSED_PARAMETER") descriptor: Int,
    @Suppress("UNUSED_PARAMETER") offset: Long,
): Long = NOT_HAD

internal fun fileSystemOf(@Suppress("UNUSED_PARAMETER") descriptor: Int): Long = NOT_HAD

internal fun cacheNumbers(
    @Suppress("UNUSED_PARAMETER") descriptor: Int,
    @Suppress("UNUSED_PARAMETER") offset: Long,
    @Suppress("UNUSED_PARAMETER") length: Long,
    @Suppress("UNUSED_PARAMETER") numbers: LongArray,
): Long = NOT_HAD
