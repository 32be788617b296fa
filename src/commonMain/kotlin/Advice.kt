package dev.kmmap

import dev.kmmap.internal.mapping.Rounding
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemConstant
import dev.kmmap.internal.system.windows.Win32
import kotlin.jvm.JvmName
import kotlin.jvm.JvmSynthetic

/**
 * What [MMap.advise] can tell the system about the use of a range: the `MADV_*` of madvise(2). All advices of all
 * systems are here, named as in C without the prefix; each knows whether the system it runs on has it (Windows has no
 * madvise, but counterparts of four of them). Using one that this system lacks is an [UnsupportedOperationException]
 * that names it, never a silent no-op.
 *
 * Most are hints. Those that change what the map shows say so: [DONT_NEED], [DONT_NEED_LOCKED], [FREE], [REMOVE],
 * [ZERO], [WIPE_ON_FORK], [HW_POISON].
 *
 * @sample dev.kmmap.samples.MMapSamples.adviseSequentialReading
 */
public enum class Advice(
    /** The name in the system's headers, `MADV_WILLNEED` for instance. */
    @get:JvmName("constantName")
    public val constantName: String,
    @get:JvmSynthetic internal val constant: SystemConstant,
) {
    /** No special treatment: the default. */
    NORMAL("MADV_NORMAL", SystemConstant(linux = 0, darwin = 0)),

    /** Pages will be used in random order: reading ahead is of no use. */
    RANDOM("MADV_RANDOM", SystemConstant(linux = 1, darwin = 1)),

    /** Pages will be used in order: read far ahead, drop early. */
    SEQUENTIAL("MADV_SEQUENTIAL", SystemConstant(linux = 2, darwin = 2)),

    /** The range will be used soon: start reading it in. Windows: `PrefetchVirtualMemory`. */
    WILL_NEED("MADV_WILLNEED", SystemConstant(linux = 3, darwin = 3, windows = Win32.ADVICE_PREFETCH)),

    /**
     * The range is not needed for now. On Linux its pages are dropped at once: a private anonymous map then shows
     * zeros, a copy-on-write map the file again; a shared one keeps its data.
     */
    DONT_NEED("MADV_DONTNEED", SystemConstant(linux = 4, darwin = 4)),

    /**
     * The content may be thrown away whenever memory is short (private anonymous maps). Windows:
     * `DiscardVirtualMemory`.
     */
    FREE("MADV_FREE", SystemConstant(linux = 8, darwin = 5, windows = Win32.ADVICE_DISCARD, elsewhere = "BSD")),

    /** Frees the range and its space in the file: a hole of zeros, the file's size stays (shared writable maps). */
    REMOVE("MADV_REMOVE", SystemConstant(linux = 9)),

    /** A child process does not get the range. */
    DONT_FORK("MADV_DONTFORK", SystemConstant(linux = 10)),

    /** Takes [DONT_FORK] back. */
    DO_FORK("MADV_DOFORK", SystemConstant(linux = 11)),

    /** Equal pages may be merged into one (KSM; private anonymous maps). */
    MERGEABLE("MADV_MERGEABLE", SystemConstant(linux = 12)),

    /** Takes [MERGEABLE] back. */
    UNMERGEABLE("MADV_UNMERGEABLE", SystemConstant(linux = 13)),

    /** Transparent huge pages are wanted. */
    HUGE_PAGE("MADV_HUGEPAGE", SystemConstant(linux = 14)),

    /** Transparent huge pages are not wanted. */
    NO_HUGE_PAGE("MADV_NOHUGEPAGE", SystemConstant(linux = 15)),

    /** Left out of core dumps. */
    DONT_DUMP("MADV_DONTDUMP", SystemConstant(linux = 16)),

    /** Takes [DONT_DUMP] back. */
    DO_DUMP("MADV_DODUMP", SystemConstant(linux = 17)),

    /** A child process sees zeros (private anonymous maps). */
    WIPE_ON_FORK("MADV_WIPEONFORK", SystemConstant(linux = 18, since = "4.14")),

    /** Takes [WIPE_ON_FORK] back. */
    KEEP_ON_FORK("MADV_KEEPONFORK", SystemConstant(linux = 19, since = "4.14")),

    /** The first pages to go when memory is short. */
    COLD("MADV_COLD", SystemConstant(linux = 20, since = "5.4")),

    /** Written out and reclaimed now. */
    PAGE_OUT("MADV_PAGEOUT", SystemConstant(linux = 21, darwin = 10, since = "5.4")),

    /** Reads all pages of the range in before returning, and fails where it can't (Linux 5.14). */
    POPULATE_READ("MADV_POPULATE_READ", SystemConstant(linux = 22, since = "5.14")),

    /** As [POPULATE_READ], and makes the pages writable: space on disk is found now or never. */
    POPULATE_WRITE("MADV_POPULATE_WRITE", SystemConstant(linux = 23, since = "5.14")),

    /** As [DONT_NEED], for locked pages too (Linux 5.18). */
    DONT_NEED_LOCKED("MADV_DONTNEED_LOCKED", SystemConstant(linux = 24, since = "5.18")),

    /** Gathers the range into huge pages now (Linux 6.1). */
    COLLAPSE("MADV_COLLAPSE", SystemConstant(linux = 25, since = "6.1")),

    /** Treats the pages as broken memory: any use kills the process. For tests, and for the superuser only. */
    HW_POISON("MADV_HWPOISON", SystemConstant(linux = 100)),

    /** Moves the pages away from memory that is about to fail; for the superuser only. */
    SOFT_OFFLINE("MADV_SOFT_OFFLINE", SystemConstant(linux = 101)),

    /**
     * Always refused ([UnsupportedOperationException]): the pages could not be touched any more, and whoever did would
     * end the process (`SIGSEGV`). [protect] makes a whole map untouchable, and what touches it then throws.
     */
    GUARD_INSTALL("MADV_GUARD_INSTALL", SystemConstant(linux = 102, since = "6.13")),

    /** Makes pages that native code has given `MADV_GUARD_INSTALL` touchable again (Linux 6.13; maps of files 6.15). */
    GUARD_REMOVE("MADV_GUARD_REMOVE", SystemConstant(linux = 103, since = "6.13")),

    /** The pages' wiring is dropped together with their content. */
    ZERO_WIRED_PAGES("MADV_ZERO_WIRED_PAGES", SystemConstant(darwin = 6)),

    /**
     * The range may be reused by the system; its size no longer counts for this process. Windows: `OfferVirtualMemory`,
     * after which the range must not be touched before [FREE_REUSE].
     */
    FREE_REUSABLE("MADV_FREE_REUSABLE", SystemConstant(darwin = 7, windows = Win32.ADVICE_OFFER)),

    /** Takes [FREE_REUSABLE] back. Windows: `ReclaimVirtualMemory`. */
    FREE_REUSE("MADV_FREE_REUSE", SystemConstant(darwin = 8, windows = Win32.ADVICE_RECLAIM)),

    /** Whether the pages can be reused. */
    CAN_REUSE("MADV_CAN_REUSE", SystemConstant(darwin = 9)),

    /** The range becomes zeros. */
    ZERO("MADV_ZERO", SystemConstant(darwin = 11)),

    /** Changed pages are not written on the system's own account. */
    NO_SYNC("MADV_NOSYNC", SystemConstant(elsewhere = "FreeBSD")),

    /** Takes [NO_SYNC] back. */
    AUTO_SYNC("MADV_AUTOSYNC", SystemConstant(elsewhere = "FreeBSD")),

    /** Left out of core dumps. */
    NO_CORE("MADV_NOCORE", SystemConstant(elsewhere = "FreeBSD")),

    /** Takes [NO_CORE] back. */
    CORE("MADV_CORE", SystemConstant(elsewhere = "FreeBSD")),

    /** The process is spared when memory runs out. */
    PROTECT("MADV_PROTECT", SystemConstant(elsewhere = "FreeBSD")),

    /** Resources for the range are there. */
    SPACE_AVAILABLE("MADV_SPACEAVAIL", SystemConstant(elsewhere = "OpenBSD")),

    /** The system decides where the pages are best kept. */
    ACCESS_DEFAULT("MADV_ACCESS_DEFAULT", SystemConstant(elsewhere = "Solaris")),

    /** The next thread to touch the range will use it most. */
    ACCESS_LWP("MADV_ACCESS_LWP", SystemConstant(elsewhere = "Solaris")),

    /** Many threads will use the range. */
    ACCESS_MANY("MADV_ACCESS_MANY", SystemConstant(elsewhere = "Solaris")),
    ;

    /** Whether this system has the advice. The kernel may still refuse it for a given map ([MMapException]). */
    public val isSupported: Boolean
        get() = constant.isSupported

    /** What stands behind the advice on [system]: madvise(2), or the function of Windows. */
    @JvmSynthetic
    internal fun functionOn(system: OperatingSystem): String = when {
        system != OperatingSystem.WINDOWS -> SystemCall.ADVISE.on(system)
        this == FREE -> "DiscardVirtualMemory"
        this == FREE_REUSABLE -> "OfferVirtualMemory"
        this == FREE_REUSE -> "ReclaimVirtualMemory"
        else -> SystemCall.ADVISE.on(system)
    }

    /** How a range at any offset becomes whole pages: never so that bytes outside of it are lost. */
    @get:JvmSynthetic
    internal val rounding: Rounding
        get() = when (this) {
            DONT_NEED, DONT_NEED_LOCKED, FREE, FREE_REUSABLE, WIPE_ON_FORK, ZERO, ZERO_WIRED_PAGES ->
                Rounding.INWARD_BUT_ENDS
            REMOVE, HW_POISON -> Rounding.INWARD
            else -> Rounding.OUTWARD
        }
}
