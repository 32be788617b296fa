package dev.kmmap

import dev.kmmap.internal.base.checkArrayRange
import dev.kmmap.internal.system.Failure
import dev.kmmap.internal.system.FilePath
import kotlin.concurrent.Volatile
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads
import kotlin.jvm.JvmStatic
import kotlin.jvm.JvmSynthetic
import kotlinx.io.IOException

/**
 * Writes to the end of a file, a log for instance. What is appended is in the file at once, for whoever reads it, and
 * also if the process is killed a moment later; it takes a system call only now and then, when the file gets more
 * space. What is there after a loss of power is what was [flush]ed.
 *
 * **The file is longer than what was appended**, until [close] cuts it: space is allocated ahead, so that a full disk
 * is an exception of [append] and not a fault later. If the process ends without close, zeros remain at the end. So a
 * format has to let its readers find its end: by the length before each record, or by bytes that are never 0. Who goes
 * on with such a file cuts it first, by [MMap.resize], since [open] takes the end of the file for the end.
 *
 * **Somebody else changes the file's size.** It is looked at whenever the file gets more space, every 64 KiB that are
 * appended, at [flush] and at [close]. If it is not what it was made, bytes may be lost that [append] has returned an
 * offset for, which no system reports: that operation throws [MMapException] with both sizes, and so do all later ones.
 * The file is left alone from then on: it is neither made longer again nor cut.
 *
 * **Threads.** One thread at a time appends, flushes or closes, and one appender at a time has the file. [size] may be
 * asked for at any time: what it counts is there for other threads' own maps of the file.
 *
 * @sample dev.kmmap.samples.AppenderSamples.log
 */
public class MMapAppender private constructor(private val map: MMap, private val step: Long) : AutoCloseable {
    @Volatile
    private var end = map.size

    /** Bytes that may still be appended until the file's size is looked at again. */
    private var unchecked = CHECKED_EACH

    /** What the first look at a file of another size has found. */
    private var changed: Failure? = null

    /** Bytes up to the end of what was appended. Throws [IllegalStateException] if the appender is closed. */
    @get:JvmName("size")
    public val size: Long
        get() {
            map.lifecycle.requireOpen()
            return end
        }

    /**
     * Appends `startIndex until endIndex` of [bytes] (by default all), and returns the offset in the file at which they
     * begin. If it fails, nothing was appended, and it can be tried again.
     *
     * @throws IndexOutOfBoundsException if they lie outside of the array.
     * @throws MMapNoSpaceException if the device has no room for them.
     * @throws MMapException if somebody else has changed the file's size, or the system refuses for another reason.
     */
    @JvmOverloads @Throws(IOException::class)
    public fun append(bytes: ByteArray, startIndex: Int = 0, endIndex: Int = bytes.size): Long {
        checkArrayRange(startIndex, endIndex, bytes.size)
        val offset = size
        val count = endIndex - startIndex
        val newEnd = offset + count
        if (count > unchecked || newEnd > map.size || changed != null) {
            requireSize("append")
            unchecked = maxOf(CHECKED_EACH, count)
        }
        if (newEnd > map.size) grow(newEnd)
        unchecked -= count
        map.copyFrom(offset, bytes, startIndex, endIndex)
        end = newEnd
        return offset
    }

    /** A device that has no room for a step may have room for what is needed. */
    private fun grow(needed: Long) {
        val ahead = map.size + maxOf(step, minOf(map.size / STEPS_IN_FILE, LARGEST_STEP))
        try {
            map.resize(maxOf(needed, ahead))
        } catch (e: MMapNoSpaceException) {
            if (needed >= ahead) throw e
            map.resize(needed)
        }
    }

    /**
     * Writes what was appended to the file's device, as far as [mode] says: see [MMap.flush], of which this has the
     * exceptions.
     */
    @JvmOverloads @Throws(IOException::class)
    public fun flush(mode: FlushMode = FlushMode.SYNC) {
        val written = size
        requireSize("flush")
        map.flush(0, written, mode)
    }

    /** Throws if the file does not end where it was made to end: at the end of the map. */
    private fun requireSize(operation: String) {
        changed?.let { throw it.exception() }
        val fileSize = map.fileSize()
        if (fileSize == map.size) return
        val numbers = "${map.mapping.source}, appended=$end, size=${map.size}, fileSize=$fileSize"
        val failure = Failure("$operation($numbers): somebody else has changed the file's size", operation, 0, null)
        changed = failure
        throw failure.exception()
    }

    /**
     * Cuts the file behind what was appended, and ends the appender. Does not [flush]. Does nothing if it is closed
     * already.
     *
     * @throws MMapException if somebody else has changed the file's size, which then stays as it is, or the system
     *   refuses; the appender is closed all the same, and if the file could not be cut, zeros remain at its end.
     *   Windows refuses that as long as somebody else maps the file.
     */
    override fun close() {
        if (map.isClosed) return
        map.use {
            requireSize("close")
            it.resize(end)
        }
    }

    public companion object {
        /**
         * Bytes of addresses that are kept by default, 1 GiB: so most files never have to be mapped anew, and a process
         * has room for thousands of them.
         */
        public const val DEFAULT_RESERVE: Long = 1L shl 30

        /**
         * Bytes that are allocated ahead by default, 1 MiB: next to writing them, what the system does for it does not
         * count.
         */
        public const val DEFAULT_STEP: Long = 1L shl 20

        /** Bytes that are appended between two looks at the file's size: these take a system call each. */
        private const val CHECKED_EACH = 1 shl 16

        /** The largest step, 64 MiB: some file systems write zeros to what they allocate, which takes its time. */
        private const val LARGEST_STEP: Long = 1L shl 26

        /** A file gets longer by an eighth at least: not by more than it may spare, and not too often. */
        private const val STEPS_IN_FILE = 8

        /**
         * Opens the file at [path], which is created if it is not there, to append at its end.
         *
         * Addresses are kept as [MMapOptions.reserve] says. Space is allocated [step] bytes at a time, or an eighth of
         * the file if that is more, up to 64 MiB; or only what is needed, when the device has no more.
         *
         * @throws IllegalArgumentException if [reserve] or [step] (1 to 64 MiB) are out of range, or as
         *   [MMapOptions.open] does.
         * @throws MMapAccessDeniedException if the file's permissions do not allow it.
         * @throws MMapException if the system refuses for another reason.
         */
        @JvmStatic @JvmOverloads @Throws(IOException::class)
        public fun open(path: String, reserve: Long = DEFAULT_RESERVE, step: Long = DEFAULT_STEP): MMapAppender =
            open(FilePath(path), reserve, step)

        @JvmSynthetic
        internal fun open(path: FilePath, reserve: Long, step: Long): MMapAppender {
            require(step in 1..LARGEST_STEP) { "step out of range: $step" }
            return of(MMapOptions().access(Access.WRITE).create(true).reserve(reserve).open(path), step)
        }

        @JvmSynthetic
        internal fun of(map: MMap, step: Long): MMapAppender = MMapAppender(map, step)
    }
}
