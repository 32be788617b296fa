package dev.kmmap

import dev.kmmap.internal.memory.LOCKED
import dev.kmmap.internal.system.SystemConstant
import dev.kmmap.internal.system.windows.Win32
import kotlin.jvm.JvmName
import kotlin.jvm.JvmSynthetic

/**
 * The `MAP_*` flags of mmap(2), for a map with [Access.DEFAULT]: exactly one of [SHARED] and [PRIVATE] (or
 * [SHARED_VALIDATE], or [DROPPABLE]), and any others. All flags of all systems are here, named as in C without the
 * prefix; each knows whether the system it runs on has it. Using one that this system lacks is an
 * [UnsupportedOperationException] that names it, never a silent no-op.
 *
 * @sample dev.kmmap.samples.AccessSamples.rawProtectionAndFlags
 */
public enum class MapFlag(
    /** The name in the system's headers, `MAP_POPULATE` for instance. */
    @get:JvmName("constantName")
    public val constantName: String,
    @get:JvmSynthetic internal val constant: SystemConstant,
) {
    /** Changes reach the file and all other maps of it. */
    SHARED("MAP_SHARED", SystemConstant(linux = 1, darwin = 1, windows = Win32.MAP_SHARED)),

    /**
     * Changes stay private to this map (copy-on-write). Linux refuses (`ENOMEM`) what is larger than all of its memory,
     * if it can be written, unless [NO_RESERVE] is given, too, as [Access.COPY] does by itself.
     */
    PRIVATE("MAP_PRIVATE", SystemConstant(linux = 2, darwin = 2, windows = Win32.MAP_PRIVATE)),

    /** As [SHARED], but flags that the kernel does not know are refused instead of ignored. */
    SHARED_VALIDATE("MAP_SHARED_VALIDATE", SystemConstant(linux = 3, since = "4.15")),

    /**
     * Private memory without a file that the system may take away when it is short of memory (Linux 6.11): bytes that
     * were written can be 0 again at any time, page by page, without a word. For what can be made anew. It is never
     * swapped and does not count as needed; a child process sees zeros. Not together with [LOCKED].
     */
    DROPPABLE("MAP_DROPPABLE", SystemConstant(linux = 8, since = "6.11")),

    /**
     * Memory without a file (`MAP_ANON` is the same flag). Implied by [MMapOptions.anonymous]; with a file it is
     * refused, since the map would not show the file.
     */
    ANONYMOUS("MAP_ANONYMOUS", SystemConstant(linux = 0x20, darwin = 0x1000, windows = 0)),

    /** Ignored by Linux since 2.4, kept for completeness. */
    DENY_WRITE("MAP_DENYWRITE", SystemConstant(linux = 0x800)),

    /** Ignored by Linux, kept for completeness. */
    EXECUTABLE("MAP_EXECUTABLE", SystemConstant(linux = 0x1000)),

    /** Reads all pages in before the call returns (Windows: `PrefetchVirtualMemory`); failures to do so are silent. */
    POPULATE("MAP_POPULATE", SystemConstant(linux = 0x8000, windows = Win32.MAP_POPULATE)),

    /** Keeps [POPULATE] from doing anything; before Linux 2.6.23 it then mapped what was in memory already. */
    NON_BLOCK("MAP_NONBLOCK", SystemConstant(linux = 0x10000)),

    /** Locks the pages in memory, as mlock(2) would (Windows: `VirtualLock`). */
    LOCKED("MAP_LOCKED", SystemConstant(linux = 0x2000, windows = Win32.MAP_LOCKED)),

    /** Suitable for a thread's stack; no effect on Linux. */
    STACK("MAP_STACK", SystemConstant(linux = 0x20000, elsewhere = "BSD")),

    /** Reserves no swap space: a write can fail later for want of memory. */
    NO_RESERVE("MAP_NORESERVE", SystemConstant(linux = 0x4000, darwin = 0x40)),

    /** `MAP_32BIT`: an address that fits in 31 bits (Linux x86-64) or 32 bits (macOS). */
    ADDRESS_32BIT("MAP_32BIT", SystemConstant(linux = 0x40, linuxArm64 = null, darwin = 0x8000)),

    /**
     * Huge pages from the system's pool; fails with `ENOMEM` where the pool is empty. The map has the length that it
     * was given, but takes whole huge pages.
     */
    HUGE_TLB("MAP_HUGETLB", SystemConstant(linux = 0x40000)),

    /** Synchronous faults for persistent memory; needs [SHARED_VALIDATE], without which Linux ignores it. */
    SYNC("MAP_SYNC", SystemConstant(linux = 0x80000, since = "4.15")),

    /** Always refused: it needs an address, and this library takes none. */
    FIXED("MAP_FIXED", SystemConstant(linux = 0x10, darwin = 0x10)),

    /** Always refused: it needs an address, and this library takes none. */
    FIXED_NO_REPLACE("MAP_FIXED_NOREPLACE", SystemConstant(linux = 0x100000)),

    /** `MAP_NOEXTEND`. */
    NO_EXTEND("MAP_NOEXTEND", SystemConstant(darwin = 0x100)),

    /** The range may hold semaphores. */
    HAS_SEMAPHORE("MAP_HASSEMAPHORE", SystemConstant(darwin = 0x200, elsewhere = "BSD")),

    /** The pages are not kept in the cache. */
    NO_CACHE("MAP_NOCACHE", SystemConstant(darwin = 0x400)),

    /** For code that is generated at run time. */
    JIT("MAP_JIT", SystemConstant(darwin = 0x800)),

    /** Failures of code signing show zeros instead of a signal; read-only maps. */
    RESILIENT_CODESIGN("MAP_RESILIENT_CODESIGN", SystemConstant(darwin = 0x2000)),

    /** Reading past the end of the file or from broken media shows zeros instead of a signal; read-only maps. */
    RESILIENT_MEDIA("MAP_RESILIENT_MEDIA", SystemConstant(darwin = 0x4000)),

    /** `MAP_TRANSLATED_ALLOW_EXECUTE`. */
    TRANSLATED_ALLOW_EXECUTE("MAP_TRANSLATED_ALLOW_EXECUTE", SystemConstant(darwin = 0x20000)),

    /** Conformance to UNIX 03. */
    UNIX03("MAP_UNIX03", SystemConstant(darwin = 0x40000)),

    /** Pages that only the trusted path may write. */
    TPRO("MAP_TPRO", SystemConstant(darwin = 0x80000)),

    /** Alignment to a super page. */
    ALIGNED_SUPER("MAP_ALIGNED_SUPER", SystemConstant(elsewhere = "FreeBSD")),

    /** Left out of core dumps. */
    CONCEAL("MAP_CONCEAL", SystemConstant(elsewhere = "OpenBSD")),
    ;

    /** Whether this system has the flag. */
    public val isSupported: Boolean
        get() = constant.isSupported
}
