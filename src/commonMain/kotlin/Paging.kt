@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.DataRangeIterator
import dev.kmmap.internal.access.pinned
import dev.kmmap.internal.access.publish
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.access.requireNoView
import dev.kmmap.internal.access.requireNotPoisoned
import dev.kmmap.internal.access.residencyOf
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.base.rangeLength
import dev.kmmap.internal.base.requireRange
import dev.kmmap.internal.mapping.cacheStatistics
import dev.kmmap.internal.mapping.lockPages
import dev.kmmap.internal.mapping.populate
import dev.kmmap.internal.mapping.unlockPages
import dev.kmmap.internal.search.SEARCH_WINDOW
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads
import kotlinx.io.IOException

/**
 * Which pages of [length] bytes from [offset] on (by default all; -1 is "to the end") are in memory, so that reading
 * them waits for no device: mincore(2). It says nothing about a moment later, unless the pages are [locked][lock].
 *
 * Linux and macOS tell of the page cache: a page is in memory no matter which process has read it. Linux tells it only
 * to who may write the file or owns it, and says of other files that all is in memory. Windows
 * (`QueryWorkingSetEx`) tells of the working set of this process: a page that it has not touched yet counts as not in
 * memory, even if Windows has it in its cache.
 *
 * @throws IllegalArgumentException if the range lies outside of the map.
 * @throws MMapException if the system refuses.
 * @sample dev.kmmap.samples.PagingSamples.whatIsInMemory
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.residency(offset: Long = 0, length: Long = -1): Residency = residencyOf(offset, length)

/**
 * How many pages of the file the system has in its cache for [length] bytes from [offset] on (by default all; -1 is "to
 * the end"), and how many of them are not on the device yet: cachestat(2), Linux 6.5. `null` where the system tells no
 * such numbers, or none that are true: on other systems, with an older kernel, for private memory and with `trackFile =
 * false`, and for files on overlayfs, of which Linux says that nothing is in the cache.
 *
 * They are those of the file: what a private map has written is not among them. Memory (tmpfs) is never dirty. A kernel
 * may tell them only to who may write the file. [residency] says which pages are in memory.
 *
 * @throws IllegalArgumentException if the range lies outside of the map.
 * @sample dev.kmmap.samples.PagingSamples.stillToBeWritten
 */
@JvmOverloads
public fun MMap.cacheStatistics(offset: Long = 0, length: Long = -1): CacheStatistics? = pinned { generation ->
    mapping.cacheStatistics(offset, rangeLength("cacheStatistics", offset, length, generation.size))
}

/**
 * Brings the pages of [length] bytes from [offset] on (by default all; -1 is "to the end") into memory, and returns
 * when they are there. Linux reads them by `MADV_POPULATE_READ` (5.14); elsewhere, and with older kernels, the system
 * is told first (`MADV_WILLNEED`, `PrefetchVirtualMemory`) and each page is touched then. [Advice.WILL_NEED] is the one
 * that does not wait.
 *
 * Close and resize get their turn every 4 MiB. Pages can be dropped again at once if memory is short; see [lock].
 *
 * @throws IllegalArgumentException if the range lies outside of the map; of one that shrinks meanwhile, too.
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws MMapFaultException if a page is gone: the file was truncated, or its device failed.
 * @sample dev.kmmap.samples.PagingSamples.broughtIn
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.prefetch(offset: Long = 0, length: Long = -1) {
    val count = pinned { rangeLength("prefetch", offset, length, it.size) }
    var done = 0L
    do {
        val part = minOf(count - done, SEARCH_WINDOW)
        prefetchWindow(offset + done, part)
        done += part
        letOthersRun()
    } while (done < count)
}

/** One step of [prefetch], inside the gate as a whole: its [length] is that of a window at most. */
private fun MMap.prefetchWindow(offset: Long, length: Long): Unit = reading { generation ->
    requireRange("prefetch", offset, length, generation.size)
    mapping.populate(generation, offset, length)
}

/**
 * Keeps the pages of [length] bytes from [offset] on (by default all; -1 is "to the end") in memory, until [unlock],
 * [MMap.resize] or [MMap.close]: mlock(2), `VirtualLock`. They are brought in first. Whole pages are locked.
 *
 * A process may lock only so much: `RLIMIT_MEMLOCK` on POSIX (`ENOMEM`, `EPERM`, `EAGAIN`; the message tells the limit
 * if it is the reason), the minimum of its working set on Windows (`ERROR_WORKING_SET_QUOTA`). On Linux parts that are
 * locked on their own count as ranges: docs/platforms.md.
 *
 * @throws IllegalArgumentException if the range lies outside of the map.
 * @throws MMapFaultException if a page is gone: the file was truncated. The map is not broken by that.
 * @throws MMapException if the system refuses for another reason. In both cases what was locked before stays locked,
 *   and nothing else is.
 * @sample dev.kmmap.samples.PagingSamples.locked
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.lock(offset: Long = 0, length: Long = -1): Unit = pinned { generation ->
    mapping.lockPages(generation, offset, rangeLength("lock", offset, length, generation.size))
}

/**
 * Ends [lock] for the pages of [length] bytes from [offset] on (by default all; -1 is "to the end"): munlock(2),
 * `VirtualUnlock`. Locks do not count: one call ends all of them. Pages that are not locked stay as they are.
 *
 * @throws IllegalArgumentException if the range lies outside of the map.
 * @throws MMapException if the system refuses, or has too many ranges: docs/platforms.md.
 */
@JvmOverloads
@Throws(IOException::class)
public fun MMap.unlock(offset: Long = 0, length: Long = -1): Unit = pinned { generation ->
    mapping.unlockPages(generation, offset, rangeLength("unlock", offset, length, generation.size))
}

/**
 * The parts of [length] bytes from [offset] on (by default all; -1 is "to the end") that are not holes in the file,
 * ascending: lseek(2) with `SEEK_DATA` and `SEEK_HOLE`. All other bytes are 0
 * and have no space on the device. What is data may be 0, too: file systems count in blocks, and what was stored
 * through a map is data from the store on.
 *
 * Linux knows holes of shared maps of files and memory on ext4, XFS and tmpfs. Of everything else (other systems and
 * file systems, which may call a page that was just stored a hole, private maps, with `trackFile = false`) all of the
 * range is one part. The offset of no descriptor moves: the file is opened once more.
 *
 * They are looked up while they are iterated, some at a time, in what the file is then; each iteration begins anew.
 * After [MMap.close] it throws [IllegalStateException]. One iteration is for one thread.
 *
 * @return what can be iterated any number of times, by any thread.
 * @throws IllegalArgumentException if the range lies outside of the map.
 * @sample dev.kmmap.samples.PagingSamples.bytesWithoutHoles
 */
@JvmOverloads
public fun MMap.dataRanges(offset: Long = 0, length: Long = -1): Iterable<DataRange> {
    val count = pinned { rangeLength("dataRanges", offset, length, it.size) }
    return Iterable { DataRangeIterator(this, offset, offset + count) }
}

/**
 * Changes what the processor allows on the whole map, instead of what it was opened with: mprotect(2),
 * `VirtualProtect`. Without arguments nothing at all (`PROT_NONE`): then nobody reads or writes by accident, until it
 * is changed back. [MMap.access] stays, and so do the bytes: what was written is still flushed.
 *
 * Waits for operations in flight, as [MMap.resize] does for a private map, and those that come meanwhile wait for it;
 * segments and buffers that were made of the map die. From then on an operation that is not allowed throws, and
 * touches nothing: [ReadOnlyMMapException], or [UnsupportedOperationException] where nothing can be read. A map that
 * cannot be written at the moment cannot be resized. If the system refuses, everything is as it was.
 *
 * It can only be what the file was opened for: with [Access.READ] there is no writing to be had. Windows gives
 * [Protection.EXECUTE] only to maps that were opened with it.
 *
 * @throws IllegalArgumentException if [protection] contains both [Protection.WRITE] and [Protection.EXECUTE].
 * @throws MMapAccessDeniedException if the file was not opened for it (POSIX: `EACCES`).
 * @throws MMapException if the system refuses for another reason.
 * @throws MMapBusyException after [MMapOptions.timeout].
 * @sample dev.kmmap.samples.PagingSamples.sealedAfterWriting
 */
@Throws(IOException::class)
public fun MMap.protect(vararg protection: Protection): Unit = lifecycle.change("protect") {
    requireNotPoisoned()
    requireNoView("protect")
    mapping.protect(generation, protection.toSet()) { publish(it) }
}
