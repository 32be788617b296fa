package dev.kmmap

import dev.kmmap.internal.access.MMapIterator
import dev.kmmap.internal.access.Parent
import dev.kmmap.internal.access.checkWritable
import dev.kmmap.internal.access.copyOf
import dev.kmmap.internal.access.end
import dev.kmmap.internal.access.move
import dev.kmmap.internal.access.pinned
import dev.kmmap.internal.access.publish
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.access.replace
import dev.kmmap.internal.access.requireResizable
import dev.kmmap.internal.access.seekTarget
import dev.kmmap.internal.access.unpinned
import dev.kmmap.internal.access.writing
import dev.kmmap.internal.base.SpinLockedSet
import dev.kmmap.internal.base.adviseLength
import dev.kmmap.internal.base.checkCopy
import dev.kmmap.internal.base.checkIndex
import dev.kmmap.internal.base.encodedText
import dev.kmmap.internal.base.rangeLength
import dev.kmmap.internal.base.readBounds
import dev.kmmap.internal.base.sliceBounds
import dev.kmmap.internal.base.stride
import dev.kmmap.internal.mapping.Mapping
import dev.kmmap.internal.mapping.advise
import dev.kmmap.internal.mapping.flush
import dev.kmmap.internal.mapping.requireName
import dev.kmmap.internal.memory.Generation
import dev.kmmap.internal.memory.Lifecycle
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.search.LINE_FEED
import dev.kmmap.internal.search.bytePattern
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import dev.kmmap.internal.system.platformSystemCalls
import kotlin.concurrent.Volatile
import kotlin.jvm.*
import kotlinx.io.IOException

/**
 * A file (or plain memory) as an array of bytes: mapped into the process's memory, so that reading and writing it needs
 * no system call and any size up to the address space is as good as a small one. It behaves as Python's `mmap.mmap`;
 * all sizes, offsets and indices count bytes.
 *
 * Make one with [open], [map] or [anonymous], or with [MMapOptions] for everything else, and [close] it: it is never
 * closed by itself. After that every use throws `IllegalStateException("mmap is closed")`.
 *
 * **Threads.** Everything may be called from any thread. Absolute operations ([get], [set], [slice], [copyTo], [find],
 * [flush], …) may run at the same time, as may [resize] and [close]: these wait for operations in flight, and none ever
 * touches memory that is mapped no more. Bytes that two threads write at the same time are in no particular order, as
 * in any shared memory; single bytes never tear. The cursor operations ([position], [seek], [read], [readByte],
 * [readLine], [write], [writeByte], and the default start of [find] and [rfind]) share one position and are **not**
 * thread-safe.
 *
 * **Truncation.** If another process shortens the file, the pages past its new end are gone. The operation that touches
 * one throws [MMapFaultException], and so does every later one: the map is broken for good, and can only be closed.
 * docs/platforms.md says where. Windows does not let anybody shorten a mapped file. **Inside the last page** of a
 * shortened file nothing is reported: bytes past its end read as zeros, and what is stored there never reaches the
 * file. [flush] looks at the file's size and throws; otherwise compare [fileSize] with `offset + size`. [resize] gives
 * the file the size that it is asked for, and what was cut off is zeros then.
 *
 * @sample dev.kmmap.samples.MMapSamples.quickTour
 */
public class MMap internal constructor(
    @get:JvmSynthetic internal val mapping: Mapping,
    first: Generation,
    @get:JvmSynthetic internal val parent: Parent? = null,
) : AutoCloseable, Iterable<Byte> {
    @get:JvmSynthetic internal val lifecycle: Lifecycle = Lifecycle(mapping.confinement, parent?.map?.lifecycle)
    @get:JvmSynthetic internal val views: SpinLockedSet<MMap> = SpinLockedSet()
    /** What is mapped now; written by [publish] only. */
    @Volatile @get:JvmSynthetic @set:JvmSynthetic
    internal var generation: Generation = first

    /**
     * The generation's region, for access without the gate: not volatile, since the JVM's own liveness check guards it.
     */
    @get:JvmSynthetic @set:JvmSynthetic
    internal var region: Region = first.region

    private var cursor = 0L

    /** Bytes in the map: Python's `len(m)`. Throws [IllegalStateException] if the map is closed. */
    @get:JvmName("size")
    public val size: Long
        get() {
            lifecycle.requireOpen()
            return generation.size
        }

    /**
     * What the map was opened for; for raw protections the closest access. [protect] does not change it. Readable when
     * closed, too.
     */
    @get:JvmName("access")
    public val access: Access
        get() = mapping.rights.access

    /** Where the map begins in the file. Readable when closed, too. */
    @get:JvmName("offset")
    public val offset: Long get() = mapping.offset

    /**
     * The name of anonymous memory, for people who look at the process; `null` if it has none. Linux shows it in
     * `/proc/self/maps`: as `[anon:kmmap:NAME]` for private memory where the kernel can (`PR_SET_VMA_ANON_NAME`), and
     * as `/memfd:NAME` for shared memory that was named by [MMapOptions.name]. That of [SharedMemory] is its own name.
     */
    @get:JvmName("name")
    public val name: String? get() = mapping.name

    /** Whether [close] was called. */
    public val isClosed: Boolean get() = lifecycle.isClosed

    /**
     * The cursor: the index at which the next [read] or [write] begins, at first 0. Python's `tell()`. After a [resize]
     * to less it may lie past the end; reading there gives nothing and writing throws. Throws [IllegalStateException]
     * if the map is closed.
     */
    @get:JvmName("position")
    public val position: Long
        get() {
            lifecycle.requireOpen()
            return cursor
        }

    /**
     * The size of the file at this moment, whatever the map shows of it; for anonymous memory the size of the map.
     * Python's `size()`.
     *
     * @throws UnsupportedOperationException with `trackFile = false`.
     * @throws MMapException if the system refuses (fstat).
     */
    @Throws(IOException::class)
    public fun fileSize(): Long = pinned { mapping.fileSize(it) }

    /**
     * The byte at [index], `0 until size`.
     *
     * @throws IndexOutOfBoundsException if the index lies outside; negative ones do not count from the end.
     * @throws UnsupportedOperationException if the map has no read permission.
     */
    public operator fun get(index: Long): Byte =
        unpinned({ checkIndex(index, it.size()) }, dependency = { it.toInt() and 0xff }) { it.get(index) }

    /**
     * Stores [value] at [index], `0 until size`.
     *
     * @throws IndexOutOfBoundsException if the index lies outside; negative ones do not count from the end.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    public operator fun set(index: Long, value: Byte) {
        unpinned({
            checkWritable(it, "set")
            checkIndex(index, it.size())
        }) { it.put(index, value) }
    }

    /**
     * A copy of the bytes from [start] to before [end], after Python's rules for `m[start:end]`: negative bounds count
     * from the end, and both are clamped to the map, so nothing is out of range.
     *
     * @throws IllegalArgumentException if the result does not fit in an array.
     */
    @JvmOverloads
    public fun slice(start: Long, end: Long = Long.MAX_VALUE): ByteArray =
        reading { it.copyOf(sliceBounds(start, end, it.size)) }

    /**
     * A copy of every [step]-th byte, after Python's rules for `m[start:end:step]`: with a negative step from the back,
     * and `null` bounds are the ends of the map in the direction of the step.
     *
     * @throws IllegalArgumentException if [step] is 0 or the result does not fit in an array.
     * @sample dev.kmmap.samples.MMapSamples.slicesWithAStep
     */
    public fun slice(start: Long?, end: Long?, step: Long): ByteArray =
        reading { it.copyOf(stride(start, end, step, it.size)) }

    /** As above, for callers in Java that have two bounds. */
    public fun slice(start: Long, end: Long, step: Long): ByteArray = slice(start as Long?, end, step)

    /**
     * Replaces the bytes from [start] to before [end] by [source], which has to have as many; bounds as in [slice]. The
     * map never changes its size. Python's `m[start:end] = source`.
     *
     * @throws IllegalArgumentException if [source] has more or fewer bytes than the slice.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    public fun setSlice(start: Long, end: Long, source: ByteArray): Unit =
        writing("setSlice") { it.replace(sliceBounds(start, end, it.size), source) }

    /**
     * Replaces every [step]-th byte by those of [source], which has to have as many; bounds as in [slice].
     *
     * @throws IllegalArgumentException if [step] is 0, or [source] has more or fewer bytes than the slice.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    public fun setSlice(start: Long?, end: Long?, step: Long, source: ByteArray): Unit =
        writing("setSlice") { it.replace(stride(start, end, step, it.size), source) }

    /** As above, for callers in Java that have two bounds. */
    public fun setSlice(start: Long, end: Long, step: Long, source: ByteArray): Unit =
        setSlice(start as Long?, end, step, source)

    /**
     * Copies bytes from [index] on into the array [destination], `startIndex until endIndex` of it (by default all).
     *
     * @throws IndexOutOfBoundsException if one of the ranges lies outside.
     */
    @JvmOverloads
    public fun copyTo(index: Long, destination: ByteArray, startIndex: Int = 0, endIndex: Int = destination.size) {
        unpinned({ checkCopy("copyTo", index, it.size(), startIndex, endIndex, destination.size) }) {
            it.copyTo(index, destination, startIndex, endIndex - startIndex)
        }
    }

    /**
     * Copies `startIndex until endIndex` of the array [source] (by default all) into the map, from [index] on.
     *
     * @throws IndexOutOfBoundsException if one of the ranges lies outside; nothing is copied then.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    @JvmOverloads
    public fun copyFrom(index: Long, source: ByteArray, startIndex: Int = 0, endIndex: Int = source.size) {
        unpinned({
            checkWritable(it, "copyFrom")
            checkCopy("copyFrom", index, it.size(), startIndex, endIndex, source.size)
        }) {
            it.copyFrom(index, source, startIndex, endIndex - startIndex)
        }
    }

    /**
     * Moves the cursor to [offset], counted from [whence] (by default the start), and returns the new position,
     * `0..size`.
     *
     * @throws IllegalArgumentException if the new position would lie outside; the cursor stays where it was.
     */
    @JvmOverloads
    public fun seek(offset: Long, whence: Whence = Whence.START): Long {
        cursor = seekTarget(offset, whence, cursor, size)
        return cursor
    }

    /**
     * Reads [count] bytes at the cursor and moves it behind them; fewer at the end of the map, none past it. A negative
     * count, the default, is "all that is left".
     *
     * @throws IllegalArgumentException if the result does not fit in an array; the cursor stays where it was.
     */
    @JvmOverloads
    public fun read(count: Long = -1): ByteArray =
        reading { it.copyOf(readBounds(cursor, count, it.size)) }.also { cursor += it.size }

    /** Reads the byte at the cursor and moves it on. Throws [IndexOutOfBoundsException] at the end of the map. */
    public fun readByte(): Byte = get(cursor).also { cursor++ }

    /**
     * Reads up to and including the next line feed (`\n`, 10), or to the end of the map; empty at the end. A carriage
     * return is data as any other byte.
     *
     * @throws IllegalArgumentException if the line does not fit in an array; the cursor stays where it was.
     * @sample dev.kmmap.samples.MMapSamples.readAllLines
     */
    public fun readLine(): ByteArray {
        val lineFeed = searchForward(LINE_FEED, cursor, Long.MAX_VALUE) {}
        return read(if (lineFeed < 0) -1 else lineFeed + 1 - cursor)
    }

    /**
     * Writes `startIndex until endIndex` of [source] (by default all) at the cursor, moves it behind them, and returns
     * their number.
     *
     * @throws IndexOutOfBoundsException if they do not fit between the cursor and the end of the map: nothing is
     *   written then, and the map never grows by itself.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    @JvmOverloads
    public fun write(source: ByteArray, startIndex: Int = 0, endIndex: Int = source.size): Int {
        copyFrom(cursor, source, startIndex, endIndex)
        cursor += endIndex - startIndex
        return endIndex - startIndex
    }

    /**
     * Writes [value] at the cursor and moves it on.
     *
     * @throws IndexOutOfBoundsException at the end of the map.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    public fun writeByte(value: Byte) {
        set(cursor, value)
        cursor++
    }

    /**
     * The index of the first occurrence of [needle] that lies completely between [start] (by default the cursor) and
     * [end] (by default the end of the map), or -1. Bounds as in [slice]. The cursor does not move. The empty needle is
     * found at the start.
     *
     * Linear time, whatever the needle. Every 4 MiB close, resize and other virtual threads get their turn.
     *
     * @sample dev.kmmap.samples.MMapSamples.findAll
     */
    @JvmOverloads
    public fun find(needle: ByteArray, start: Long = position, end: Long = Long.MAX_VALUE): Long =
        searchForward(needle, start, end)

    /** As [find] with an array of this one byte. */
    @JvmOverloads
    public fun find(needle: Byte, start: Long = position, end: Long = Long.MAX_VALUE): Long =
        searchForward(bytePattern(needle), start, end) {}

    /** As [find] with the UTF-8 form of [needle]. Throws [IllegalArgumentException] for half of a surrogate pair. */
    @JvmOverloads
    public fun find(needle: String, start: Long = position, end: Long = Long.MAX_VALUE): Long =
        find(encodedText("needle", needle), start, end)

    /**
     * The index of the last occurrence of [needle] that lies completely between [start] (by default the **cursor**, as
     * in Python) and [end] (by default the end of the map), or -1. All else as in [find]; the empty needle is found at
     * the end.
     */
    @JvmOverloads
    public fun rfind(needle: ByteArray, start: Long = position, end: Long = Long.MAX_VALUE): Long =
        searchBackward(needle, start, end)

    /** As [rfind] with an array of this one byte. */
    @JvmOverloads
    public fun rfind(needle: Byte, start: Long = position, end: Long = Long.MAX_VALUE): Long =
        searchBackward(bytePattern(needle), start, end) {}

    /** As [rfind] with the UTF-8 form of [needle]. Throws [IllegalArgumentException] for half of a surrogate pair. */
    @JvmOverloads
    public fun rfind(needle: String, start: Long = position, end: Long = Long.MAX_VALUE): Long =
        rfind(encodedText("needle", needle), start, end)

    /** Whether [value] occurs anywhere in the map. */
    public operator fun contains(value: Byte): Boolean = find(value, 0) >= 0

    /** Whether [needle] occurs anywhere in the map. */
    public operator fun contains(needle: ByteArray): Boolean = find(needle, 0) >= 0

    /**
     * The bytes from the first to the last, independent of the cursor. If the map is resized meanwhile, the iteration
     * ends at the new end (with [NoSuchElementException] if that happens in the middle of a step).
     */
    override fun iterator(): ByteIterator = MMapIterator(this)

    /**
     * Copies [count] bytes from index [source] to index [destination] as if through a buffer: the ranges may overlap.
     *
     * @throws IllegalArgumentException if one of the ranges lies outside; nothing is moved then.
     * @throws ReadOnlyMMapException if the map is read-only.
     */
    public fun move(destination: Long, source: Long, count: Long): Unit =
        writing("move") { it.move(destination, source, count) }

    /**
     * Writes the changes in [length] bytes from [offset] on (by default all; -1 is "to the end") to the file's device,
     * as far as [mode] says. The range may begin anywhere; whole pages are written. Does nothing, after checking the
     * range, with [Access.READ] and [Access.COPY]. [close] does not flush: what was written reaches the file in any
     * case, but not at a time anybody promises.
     *
     * Once it has failed it keeps failing: the system tells of a lost write only once, so nothing would follow from a
     * later success. That the file is too short for the range is looked up after the write (not with `trackFile =
     * false`), since no system tells it.
     *
     * @throws IllegalArgumentException if the range lies outside.
     * @throws UnsupportedOperationException if this system lacks the mode, or for [FlushMode.DURABLE] with `trackFile =
     *   false`.
     * @throws MMapFaultException if somebody has truncated the file: what lies behind its end is nowhere.
     * @throws MMapException if the system refuses (msync, fsync): what is on the device is unknown then.
     */
    @JvmOverloads @Throws(IOException::class)
    public fun flush(offset: Long = 0, length: Long = -1, mode: FlushMode = FlushMode.SYNC): Unit = pinned {
        mapping.flush(it, offset, rangeLength("flush", offset, length, it.size), mode)
    }

    /** Flushes the whole map, as far as [mode] says. */
    @Throws(IOException::class)
    public fun flush(mode: FlushMode): Unit = flush(0, -1, mode)

    /**
     * Tells the system how [length] bytes from [offset] on (by default all, clamped to the map) will be used. The range
     * may begin anywhere: it is rounded out to whole pages, but **inwards** for an advice that throws bytes away, so
     * that nothing outside of the range is lost.
     *
     * @throws IllegalArgumentException if [offset] does not lie inside the map, or [length] is negative.
     * @throws UnsupportedOperationException if this system lacks the advice.
     * @throws MMapException if the system refuses it for this map (madvise), or has too many ranges: docs/platforms.md.
     */
    @JvmOverloads @Throws(IOException::class)
    public fun advise(advice: Advice, offset: Long = 0, length: Long = Long.MAX_VALUE): Unit = pinned { generation ->
        mapping.advise(generation, advice, offset, adviseLength(offset, length, generation.size))
    }

    /**
     * Gives the map [newSize] bytes, and the file `offset + newSize`: **a file that went on behind the map is cut
     * there**, as in Python. Bytes past the old end of the file are zero, with real space allocated for them. The
     * cursor stays, even if it then lies past the end.
     *
     * Readers of a shared map never wait for a resize (but for one to less on Windows), others only while it takes
     * place. If it fails, the map and the file are as they were. Windows refuses to shorten a file that is mapped a
     * second time (`ERROR_USER_MAPPED_FILE`); if it refuses to map a shortened file again, the map has 0 bytes.
     *
     * @throws IllegalArgumentException if [newSize] is negative or `offset + newSize` too large.
     * @throws ReadOnlyMMapException with [Access.READ].
     * @throws UnsupportedOperationException with [Access.COPY] or `trackFile = false`; on macOS and Windows for
     *   [SharedMemory], too.
     * @throws MMapNoSpaceException if the device has no room.
     * @throws MMapException if the system refuses for another reason.
     * @throws MMapBusyException after [MMapOptions.timeout].
     * @sample dev.kmmap.samples.MMapSamples.growingMemory
     */
    @Throws(IOException::class)
    public fun resize(newSize: Long): Unit = lifecycle.change("resize") {
        requireResizable()
        mapping.resize(generation, newSize) { publish(it) }
    }

    /**
     * Names anonymous memory: see [name]. Python's `set_name`.
     *
     * @throws IllegalArgumentException if the name has more than 66 bytes in UTF-8, or contains a NUL or half of a
     *   surrogate pair.
     * @throws UnsupportedOperationException if the map is one of a file, or a [view].
     */
    public fun setName(name: String): Unit = pinned { mapping.setName(it, requireName(name)) }

    /**
     * Ends the map: waits for operations in flight, then unmaps the memory and closes the descriptor. Does not [flush].
     * Does nothing if the map is closed already.
     *
     * @throws MMapException if the system refuses; the map is closed all the same, and everything else was given back.
     * @throws MMapBusyException after [MMapOptions.timeout]: the memory stays mapped, until close is called again.
     */
    override fun close(): Unit = end()

    /** In the manner of Python's `repr`: `MMap(closed=false, access=READ, length=10, position=0, offset=0)`. */
    override fun toString(): String = when {
        isClosed -> "MMap(closed=true)"
        else -> "MMap(closed=false, access=$access, length=${generation.size}, position=$cursor, offset=$offset)"
    }

    public companion object {
        /** Bytes per page of memory on this machine. */
        @JvmStatic @get:JvmName("pageSize")
        public val pageSize: Long get() = platformSystemCalls.pageSize

        /**
         * The unit in which this system maps: the page on POSIX, 64 KiB on Windows. Offsets need not be multiples of
         * it.
         */
        @JvmStatic @get:JvmName("allocationGranularity")
        public val allocationGranularity: Long get() = platformSystemCalls.allocationGranularity

        /**
         * Maps the file at [path] for [access], [length] bytes from [offset] on (by default the whole file, and 0 is
         * "to the end").
         *
         * @throws IllegalArgumentException as [MMapOptions.open] does; so do the following.
         * @throws MMapFileNotFoundException if there is no such file.
         * @throws MMapAccessDeniedException if its permissions do not allow the access.
         * @throws MMapException if the system refuses for another reason.
         */
        @JvmStatic @JvmOverloads @Throws(IOException::class)
        public fun open(path: String, access: Access = Access.READ, offset: Long = 0, length: Long = 0): MMap =
            MMapOptions().access(access).offset(offset).length(length).open(path)

        /** As [open], for the file that [descriptor] refers to, which stays the caller's: see [MMapOptions.map]. */
        @JvmStatic @JvmOverloads @Throws(IOException::class)
        public fun map(descriptor: Long, access: Access = Access.READ, offset: Long = 0, length: Long = 0): MMap =
            MMapOptions().access(access).offset(offset).length(length).map(descriptor)

        /** Maps [length] bytes of memory without a file, all zero: see [MMapOptions.anonymous]. */
        @JvmStatic @Throws(IOException::class)
        public fun anonymous(length: Long): MMap = MMapOptions().length(length).anonymous()

        /** Maps [size] bytes of shared memory that can be sealed, and is: as [anonymous] with [MMapOptions.seals]. */
        @JvmStatic @Throws(IOException::class)
        public fun memfd(name: String, size: Long, vararg seals: Seal): MMap =
            MMapOptions().name(name).length(size).seals(*seals).anonymous()
    }
}
