package dev.kmmap.internal.posix

import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.COpaque
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.alloc
import kotlinx.cinterop.convert
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.toLong
import platform.posix.F_DUPFD_CLOEXEC
import platform.posix.MAP_FAILED
import platform.posix.close
import platform.posix.errno
import platform.posix.fcntl
import platform.posix.ftruncate
import platform.posix.madvise
import platform.posix.mincore
import platform.posix.mlock
import platform.posix.mmap
import platform.posix.mprotect
import platform.posix.msync
import platform.posix.munlock
import platform.posix.munmap
import platform.posix.open
import platform.posix.pread
import platform.posix.readlink
import platform.posix.strerror_r
import platform.posix.unlink

/*
 * The functions of posix.linux.def once more, in Kotlin: C can only be compiled for macOS on macOS. They were compiled,
 * but never run. Unlike there, the runtime may stop the thread between the call and the look at errno; nothing is known
 * of it that would change errno meanwhile.
 */

internal fun kmmap_open(path: String, flags: Int, mode: Int): Long = valueOrError(open(path, flags, mode))

internal fun kmmap_unlink(path: String): Long = valueOrError(unlink(path))

internal fun kmmap_readlink(path: String, target: CPointer<ByteVar>, size: ULong): Long =
    readlink(path, target, size).let { if (it == -1L) -errno.toLong() else it }

internal fun kmmap_first_byte(descriptor: Int): Long = memScoped {
    pread(descriptor, alloc<ByteVar>().ptr, 1u, 0).let { if (it == -1L) -errno.toLong() else it }
}

internal fun kmmap_duplicate(descriptor: Int): Long = valueOrError(fcntl(descriptor, F_DUPFD_CLOEXEC, 0))

internal fun kmmap_close(descriptor: Int): Long = valueOrError(close(descriptor))

internal fun kmmap_ftruncate(descriptor: Int, size: Long): Long = valueOrError(ftruncate(descriptor, size))

internal fun kmmap_mmap(length: Long, protection: Int, flags: Int, descriptor: Int, offset: Long): Long {
    val address = mmap(null, length.convert(), protection, flags, descriptor, offset)
    return if (address == MAP_FAILED) -errno.toLong() else address.toLong()
}

internal fun kmmap_munmap(address: Long, length: Long): Long =
    valueOrError(munmap(pointer(address), length.convert()))

internal fun kmmap_msync(address: Long, length: Long, flags: Int): Long =
    valueOrError(msync(pointer(address), length.convert(), flags))

internal fun kmmap_madvise(address: Long, length: Long, advice: Int): Long =
    valueOrError(madvise(pointer(address), length.convert(), advice))

internal fun kmmap_mprotect(address: Long, length: Long, protection: Int): Long =
    valueOrError(mprotect(pointer(address), length.convert(), protection))

internal fun kmmap_mlock(address: Long, length: Long): Long = valueOrError(mlock(pointer(address), length.convert()))

internal fun kmmap_munlock(address: Long, length: Long): Long =
    valueOrError(munlock(pointer(address), length.convert()))

internal fun kmmap_mincore(address: Long, length: Long, pages: CPointer<ByteVar>): Long =
    valueOrError(mincore(pointer(address), length.convert(), pages))

internal fun kmmap_strerror(code: Int, text: CPointer<ByteVar>, size: ULong) {
    strerror_r(code, text, size)
}

internal fun valueOrError(result: Int): Long = if (result == -1) -errno.toLong() else result.toLong()

private fun pointer(address: Long): CPointer<COpaque>? = address.toCPointer()
