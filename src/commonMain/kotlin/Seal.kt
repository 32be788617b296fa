package dev.kmmap

import dev.kmmap.internal.system.SystemConstant
import kotlin.jvm.JvmName
import kotlin.jvm.JvmSynthetic

/**
 * The `F_SEAL_*` of fcntl(2): what nobody can do any more with a file in memory, whoever holds a descriptor of it. A
 * seal is never taken away. Processes that share memory need not trust each other so: what is sealed against [SHRINK]
 * never loses its pages while somebody reads them.
 *
 * Linux only, and only for memory that was made to be sealed: [MMapOptions.seals], [MMap.memfd]. Elsewhere each use is
 * an [UnsupportedOperationException].
 *
 * @sample dev.kmmap.samples.SharedMemorySamples.sealed
 */
public enum class Seal(
    /** The name in the system's headers, `F_SEAL_SHRINK` for instance. */
    @get:JvmName("constantName")
    public val constantName: String,
    @get:JvmSynthetic internal val constant: SystemConstant,
) {
    /** Nobody adds another seal. */
    SEAL("F_SEAL_SEAL", SystemConstant(linux = 0x1)),

    /** Nobody makes it shorter: [MMap.resize] to less is refused with `EPERM`. */
    SHRINK("F_SEAL_SHRINK", SystemConstant(linux = 0x2)),

    /** Nobody makes it longer: [MMap.resize] to more is refused with `EPERM`. */
    GROW("F_SEAL_GROW", SystemConstant(linux = 0x4)),

    /**
     * Nobody writes. It is refused with `EBUSY` as long as a shared map exists through a descriptor that could write:
     * see [MMap.addSeals].
     */
    WRITE("F_SEAL_WRITE", SystemConstant(linux = 0x8)),

    /** Nobody writes but through maps that exist already (Linux 5.1, before that `EINVAL`). */
    FUTURE_WRITE("F_SEAL_FUTURE_WRITE", SystemConstant(linux = 0x10)),

    /**
     * Nobody makes it executable (Linux 6.3, before that `EINVAL`). Memory of kmmap's is not. If another program has
     * made memory that may be executed and hands it over, Linux adds [SHRINK], [GROW], [WRITE] and [FUTURE_WRITE] to
     * this seal, or refuses it with `EBUSY` while the memory can be written.
     */
    EXEC("F_SEAL_EXEC", SystemConstant(linux = 0x20)),
    ;

    /** Whether this system has the seal; an older kernel may lack it all the same. */
    public val isSupported: Boolean
        get() = constant.isSupported
}
