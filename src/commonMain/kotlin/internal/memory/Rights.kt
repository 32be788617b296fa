package dev.kmmap.internal.memory

import dev.kmmap.Access
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.internal.system.SystemConstant

/** What a map may do, worked out once from the access or from the raw protection and flags. */
internal class Rights(
    /** The access that the map reports; for raw protections the closest one, by Python's rules. */
    val access: Access,
    private val protection: Set<Protection>,
    private val flags: Set<MapFlag>,
) {
    val readable: Boolean = Protection.READ in protection || Protection.WRITE in protection
    val writable: Boolean = Protection.WRITE in protection

    /** Whether changes reach the file. */
    val shared: Boolean = MapFlag.PRIVATE !in flags && MapFlag.DROPPABLE !in flags

    /** Whether it can only be memory without a file. */
    val needsNoFile: Boolean = MapFlag.DROPPABLE in flags

    /** Whether the map can get another size: not with [Access.READ] and [Access.COPY], as in Python. */
    val resizable: Boolean = access == Access.DEFAULT || access == Access.WRITE

    /**
     * Whether a flush asks the system for anything: not with [Access.READ] and [Access.COPY], as in Python. A raw
     * private map does ask, though nothing of it reaches the file.
     */
    val flushable: Boolean get() = resizable

    /** Whether code may run in the map. */
    val executable: Boolean = Protection.EXECUTE in protection

    /** Whether `MAP_ANONYMOUS` was asked for by name. */
    val anonymous: Boolean = MapFlag.ANONYMOUS in flags

    /** Whether the system may refuse a large map only because it sets memory aside for all that could be written. */
    val takesReserve: Boolean =
        MapFlag.PRIVATE in flags && Protection.WRITE in protection && noReserve().any { it !in flags }

    /** Whether the map's address may not become another, larger one. */
    val needsLowAddress: Boolean = MapFlag.ADDRESS_32BIT in flags

    /** Huge pages come from a pool of their own, which a file in memory does not use. */
    val needsPlainMemory: Boolean = MapFlag.HUGE_TLB in flags

    /** Whether pages are locked in memory as long as they are mapped. */
    val locked: Boolean = MapFlag.LOCKED in flags

    /** The `PROT_*` bits. */
    val protectionBits: Int = protection.fold(0) { bits, right -> bits or right.bit }

    /** The same with another protection, for a map that exists: what it was opened for stays. */
    fun with(protection: Set<Protection>): Rights {
        requireNotWritableCode(protection)
        return Rights(access, protection, flags)
    }

    /** What a kernel may be too old for, if it refuses the flags. */
    val youngConstants: List<Pair<String, SystemConstant>>
        get() = flags.map { it.constantName to it.constant }

    /** The `MAP_*` bits for this system, with `MAP_ANONYMOUS` exactly if [anonymous]. */
    fun flagBits(anonymous: Boolean): Int {
        val wanted = flags - MapFlag.ANONYMOUS + (if (anonymous) setOf(MapFlag.ANONYMOUS) else emptySet())
        return wanted.fold(0) { bits, flag -> bits or flag.constant.value(flag.constantName) }
    }
}

/**
 * The rights that a request's [access] or raw [protection] and [flags] stand for; `null` is "not given".
 *
 * @throws IllegalArgumentException if both are given, or the raw ones contradict themselves.
 * @throws UnsupportedOperationException if this system lacks a flag.
 */
internal fun rightsOf(access: Access, protection: Set<Protection>?, flags: Set<MapFlag>?): Rights {
    require(access == Access.DEFAULT || protection == null && flags == null) {
        "access $access and raw protection or flags cannot both be given"
    }
    val readWrite = setOf(Protection.READ, Protection.WRITE)
    return when (access) {
        Access.READ -> Rights(access, setOf(Protection.READ), setOf(MapFlag.SHARED))
        Access.WRITE -> Rights(access, readWrite, setOf(MapFlag.SHARED))
        Access.COPY -> Rights(access, readWrite, setOf(MapFlag.PRIVATE) + noReserve())
        Access.DEFAULT -> rawRights(protection ?: readWrite, flags ?: setOf(MapFlag.SHARED))
    }
}

/**
 * Most of what is private to a map is never written, so no memory is set aside for all of it: by a rule of thumb Linux
 * would refuse a copy of a file that is larger than memory.
 */
private fun noReserve() = listOf(MapFlag.NO_RESERVE).filter { it.isSupported }

private val SHARING = setOf(MapFlag.SHARED, MapFlag.PRIVATE, MapFlag.SHARED_VALIDATE, MapFlag.DROPPABLE)
private val ADDRESSED = setOf(MapFlag.FIXED, MapFlag.FIXED_NO_REPLACE)

/** What runs must not be what can be written: code that somebody injects would run. */
private fun requireNotWritableCode(protection: Set<Protection>) {
    require(!protection.containsAll(setOf(Protection.WRITE, Protection.EXECUTE))) {
        "protection must not contain both WRITE and EXECUTE"
    }
}

private fun rawRights(protection: Set<Protection>, flags: Set<MapFlag>): Rights {
    requireNotWritableCode(protection)
    require(flags.count { it in SHARING } == 1) { "flags must contain exactly one of $SHARING, but are $flags" }
    require(flags.none { it in ADDRESSED }) { "flags $ADDRESSED need an address, which cannot be given" }
    flags.forEach { it.constant.value(it.constantName) }
    // In other company Linux takes no notice of it, in silence.
    require(MapFlag.SYNC !in flags || MapFlag.SHARED_VALIDATE in flags) {
        "flag ${MapFlag.SYNC} needs ${MapFlag.SHARED_VALIDATE}, but flags are $flags"
    }
    val access = when {
        protection.containsAll(setOf(Protection.READ, Protection.WRITE)) -> Access.DEFAULT
        Protection.WRITE in protection -> Access.WRITE
        else -> Access.READ
    }
    return Rights(access, protection, flags)
}
