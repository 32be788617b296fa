package dev.kmmap.internal

import dev.kmmap.internal.linux.kmmap_fsync
import dev.kmmap.internal.linux.kmmap_memfd_create
import dev.kmmap.internal.linux.kmmap_mremap
import dev.kmmap.internal.linux.kmmap_name_memory
import dev.kmmap.internal.linux.kmmap_posix_fallocate

/*
 * What PosixSystemCalls asks of each system: functions of the same names are in the folder of every POSIX system. They
 * return a value or the negated errno; who calls them repeats them when a signal has interrupted them.
 */

/** Real space for a range of a file, which grows to its end. */
internal fun allocateSpace(descriptor: Int, offset: Long, length: Long): Long =
    kmmap_posix_fallocate(descriptor, offset, length)

/** A nameless file in memory. */
internal fun createMemoryFile(name: String): Long = kmmap_memfd_create(name)

/** Gives a mapping another length, elsewhere if there is no room where it is. */
internal fun moveMapping(address: Long, oldLength: Long, newLength: Long): Long =
    kmmap_mremap(address, oldLength, newLength)

/** The strongest flush of a whole file. */
internal fun syncWholeFile(descriptor: Int): Long = kmmap_fsync(descriptor)

/** Names a range of private anonymous memory. */
internal fun nameRange(address: Long, length: Long, name: String): Long = kmmap_name_memory(address, length, name)
