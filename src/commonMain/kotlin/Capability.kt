package dev.kmmap

import dev.kmmap.internal.diagnostics.report
import dev.kmmap.internal.memory.guardProblem
import dev.kmmap.internal.memory.guardRange
import dev.kmmap.internal.memory.releaseGuard
import dev.kmmap.internal.search.scan.kernelScan
import dev.kmmap.internal.system.Capabilities
import dev.kmmap.internal.system.currentSystem
import dev.kmmap.internal.system.platformSystemCalls
import kotlin.jvm.JvmStatic

/**
 * What depends on the system, or on how the process was started, and can be asked for before it is used. What can't be
 * had is an exception that says so, or, for the first two, slower or less safe: see each. Constants have a question of
 * their own: [MapFlag.isSupported], [Advice.isSupported], [FlushMode.isSupported], [Seal.isSupported].
 *
 * May be asked from any thread.
 *
 * @sample dev.kmmap.samples.PagingSamples.asked
 */
public enum class Capability(private val present: () -> Boolean) {
    /**
     * A page that is gone is an [MMapFaultException] of the operation that meets it. Linux has it, unless a JVM was
     * started with `dev.kmmap.faultGuard=false` or may not load native code: docs/platforms.md says what is without it.
     * If another library has taken the guard's place, asking has it get on top again, as opening a map does.
     */
    FAULT_GUARD({
        val page = platformSystemCalls.pageSize
        val number = guardRange(page, page)
        releaseGuard(number)
        number != 0L && guardProblem() == null
    }),

    /** Searches use SIMD instructions; without them they find the same, in more time. */
    SIMD_SEARCH({ platformSystemCalls.pageSize > 0 && kernelScan(byteArrayOf(1, 2), ignoreCase = false) != null }),

    /** [MMap.memfd] and the anonymous memory behind [seals]: files in memory (memfd_create(2)). */
    MEMORY_FILES({ here.memoryFiles }),

    /** [MMap.resize] of [SharedMemory]. */
    RESIZE_SHARED_MEMORY({ here.resizeNamedMemory }),

    /** [MMapOptions.reserve] keeps addresses; without, a map that grows is mapped elsewhere. */
    RESERVED_ADDRESSES({ here.mapPastEnd }),

    /** [MMapOptions.syncDirectory]. */
    SYNC_DIRECTORY({ here.syncDirectories }),
    ;

    /**
     * Whether it is to be had in this process.
     *
     * @throws UnsupportedOperationException if kmmap does not know this system, or the JVM does not let it in.
     */
    public val isSupported: Boolean
        get() = present()

    public companion object {
        /**
         * Tells all that matters when something is missing or slow here, for a bug report: system and processor, the
         * JVM or Kotlin/Native with its version, from where the native library was loaded or why it was not, the
         * instructions that searches use, whether pages that are lost are guarded or why not, the sizes of pages, how
         * many ranges are mapped and may be, and each capability.
         *
         * For people to read: words and lines may change with any version. May be called from any thread.
         *
         * @return lines of a title, a colon and what there is; without a line break at the end. Never an exception:
         * a system that kmmap does not know, or a JVM that does not let it in, is told as such.
         * @sample dev.kmmap.samples.PagingSamples.reported
         */
        @JvmStatic
        public fun report(): String = dev.kmmap.internal.diagnostics.report()
    }
}

private val here: Capabilities get() = currentSystem.capabilities
