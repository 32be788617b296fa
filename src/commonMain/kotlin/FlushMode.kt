package dev.kmmap

import dev.kmmap.internal.system.SystemConstant
import kotlin.jvm.JvmSynthetic

/**
 * How far [MMap.flush] goes before it returns. What is there after a kill needs no flush, what is there after a loss of
 * power does: docs/durability.md has what each mode promises, and the tests that show it.
 *
 * @sample dev.kmmap.samples.MMapSamples.flushPartOfTheMap
 */
public enum class FlushMode(
    @get:JvmSynthetic internal val constantName: String,
    @get:JvmSynthetic internal val constant: SystemConstant,
) {
    /**
     * Writes the changed pages and waits until the device has them: `MS_SYNC`; `FlushViewOfFile` on Windows. On Linux
     * this is as durable as fdatasync(2) for the range. macOS and Windows may leave the data in the drive's cache: see
     * [DURABLE].
     */
    SYNC("MS_SYNC", SystemConstant(linux = 4, darwin = 0x10, windows = 0)),

    /**
     * Asks the system to write the changed pages soon and does not wait: `MS_ASYNC`. A hint without any promise (Linux
     * does nothing, since it writes changed pages on its own; Windows knows no such hint, and does as for [SYNC]).
     */
    ASYNC("MS_ASYNC", SystemConstant(linux = 1, darwin = 1, windows = 0)),

    /**
     * [SYNC], and then the whole file by the strongest means there is: fsync(2) on Linux, `F_FULLFSYNC` on macOS,
     * `FlushFileBuffers` on Windows. Needs the file: with `trackFile = false` it throws
     * [UnsupportedOperationException].
     */
    DURABLE("MS_SYNC", SystemConstant(linux = 4, darwin = 0x10, windows = 0)),

    /**
     * [SYNC], and asks that other maps' cached copies of the pages be made to agree with the file: `MS_SYNC |
     * MS_INVALIDATE`. Systems with one page cache for files and maps, as Linux and macOS, have no such copies.
     */
    INVALIDATE("MS_INVALIDATE", SystemConstant(linux = 4 or 2, darwin = 0x10 or 2)),
    ;

    /** Whether this system has the mode. */
    public val isSupported: Boolean
        get() = constant.isSupported
}
