package dev.kmmap

import dev.kmmap.internal.base.currentThread
import dev.kmmap.internal.mapping.MapRequest
import dev.kmmap.internal.mapping.Origin
import dev.kmmap.internal.mapping.openMapping
import dev.kmmap.internal.mapping.requireName
import dev.kmmap.internal.mapping.requireSeals
import dev.kmmap.internal.memory.ANY_THREAD
import dev.kmmap.internal.memory.Confinement
import dev.kmmap.internal.memory.NO_TIMEOUT
import dev.kmmap.internal.memory.rightsOf
import dev.kmmap.internal.system.FilePath
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.platformSystemCalls
import kotlin.jvm.JvmSynthetic
import kotlinx.io.IOException
import kotlinx.io.files.Path

/** Sizes up to the next multiple of it cannot overflow, and no processor has as many addresses. */
private const val LARGEST_RESERVE = 1L shl 56

/**
 * Everything that can be said about a map before it is made. Each function changes this object and returns it, so calls
 * can be chained, in Kotlin as in Java; [open], [map] and [anonymous] make a map and leave the options as they are, to
 * be used again.
 *
 * Not thread-safe.
 *
 * @sample dev.kmmap.samples.MMapOptionsSamples.createAndExtend
 * @sample dev.kmmap.samples.MMapOptionsSamples.sharedOptions
 */
public class MMapOptions {
    private var access: Access? = null
    private var protection: Set<Protection>? = null
    private var flags: Set<MapFlag>? = null
    private var offset = 0L
    private var length = 0L
    private var trackFile = true
    private var create = false
    private var extend = false
    private var name: String? = null
    private var syncDirectory = false
    private var confined = false
    private var timeout = NO_TIMEOUT
    private var seals: Set<Seal>? = null
    private var reserve = 0L

    /** Lets tests stand between the map and the operating system. */
    @get:JvmSynthetic
    @set:JvmSynthetic
    internal var systemCalls: SystemCalls? = null

    /**
     * What the map may be used for. Without it, and without [protection] and [flags], a file is opened with
     * [Access.READ] and anonymous memory with [Access.WRITE].
     */
    public fun access(access: Access): MMapOptions = apply { this.access = access }

    /**
     * What the processor allows, instead of [access]: the `PROT_*` of mmap(2). Nothing at all is `PROT_NONE`. Default
     * with [Access.DEFAULT]: [Protection.READ] and [Protection.WRITE].
     */
    public fun protection(vararg protection: Protection): MMapOptions = apply { this.protection = protection.toSet() }

    /**
     * How the map behaves, instead of [access]: the `MAP_*` of mmap(2). Default with [Access.DEFAULT]:
     * [MapFlag.SHARED].
     */
    public fun flags(vararg flags: MapFlag): MMapOptions = apply { this.flags = flags.toSet() }

    /**
     * Where the map begins in the file, in bytes, 0 or more; it need not be a multiple of anything. Default 0.
     *
     * @sample dev.kmmap.samples.MMapOptionsSamples.partOfAFile
     */
    public fun offset(offset: Long): MMapOptions = apply { this.offset = offset }

    /**
     * Bytes in the map, 0 or more. 0, the default, is "to the end of the file": an empty map if the offset is there
     * already. A device that tells no size, such as `/dev/zero`, needs one; a block device of Linux tells it.
     */
    public fun length(length: Long): MMapOptions = apply { this.length = length }

    /**
     * Whether the map keeps a descriptor of its own for the file. Default `true`. Without one, [MMap.fileSize],
     * [MMap.resize] and [FlushMode.DURABLE] throw [UnsupportedOperationException]; all else works. Python's `trackfd`.
     */
    public fun trackFile(trackFile: Boolean): MMapOptions = apply { this.trackFile = trackFile }

    /**
     * Whether a file that does not exist is created, with the permissions 0666 less the umask. Default `false`. It has
     * 0 bytes, so a [length] needs [extend] too. If the map can't be made after all, the new file is removed again. At
     * the end of a symbolic link it is the link's missing target that is created, and removed (on Windows it stays).
     */
    public fun create(create: Boolean): MMapOptions = apply { this.create = create }

    /**
     * Whether a file that is shorter than offset + [length] is made that long, with zeros for which real space is
     * allocated (posix_fallocate), so that a full disk is an exception here and not a fault later. Default `false`:
     * such a length is refused. If the map can't be made after all, the file gets its old size back.
     */
    public fun extend(extend: Boolean): MMapOptions = apply { this.extend = extend }

    /**
     * Whether the folder of the file is flushed to its device before [open] returns, so that a file that was just
     * created is still found by its name after a power failure (fsync(2) of the folder). Default `false`. It says
     * nothing about the bytes of the file: these are for [MMap.flush]. If the folder can't be flushed, [open] fails.
     *
     * @sample dev.kmmap.samples.MMapOptionsSamples.durableFile
     */
    public fun syncDirectory(syncDirectory: Boolean): MMapOptions = apply { this.syncDirectory = syncDirectory }

    /**
     * Whether the map is for the thread that opens it alone. Default `false`. From any other thread every operation,
     * [MMap.close] included, throws [IllegalStateException]: coroutines must not move it between threads, and
     * `awaitFind` and its like work only on a dispatcher of this one thread. In exchange no operation has to tell
     * others that it is in flight, and closing does not wait for the JVM's other threads.
     *
     * @sample dev.kmmap.samples.MMapOptionsSamples.confinedToOneThread
     */
    public fun confined(confined: Boolean): MMapOptions = apply { this.confined = confined }

    /**
     * How many milliseconds, 0 or more, [MMap.close] and [MMap.resize] wait at most for operations in flight in other
     * threads: searches, flushes and the like, which can take long where the device is slow. By default as long as it
     * takes. Then they throw [MMapBusyException]: a resize leaves everything as it was; a close has closed the map for
     * everybody, but has not unmapped it, and can be called again to wait again.
     *
     * @throws IllegalArgumentException if it is negative.
     * @sample dev.kmmap.samples.MMapOptionsSamples.closedInTime
     */
    public fun timeout(milliseconds: Long): MMapOptions = apply {
        require(milliseconds >= 0) { "timeout must not be negative: $milliseconds" }
        timeout = milliseconds
    }

    /**
     * A name for anonymous memory: see [MMap.name]. Default: none.
     *
     * @sample dev.kmmap.samples.MMapOptionsSamples.namedMemory
     */
    public fun name(name: String): MMapOptions = apply { this.name = name }

    /**
     * What nobody can do any more with shared anonymous memory, from the moment it is mapped. Linux only. With no
     * [seals] at all it has none, but can be sealed later, by [MMap.addSeals]. Default: it cannot be sealed, so that
     * nobody who is given its descriptor can take away its growth.
     *
     * @sample dev.kmmap.samples.SharedMemorySamples.sealed
     */
    public fun seals(vararg seals: Seal): MMapOptions = apply { this.seals = seals.toSet() }

    /**
     * Keeps addresses for a shared map that is to grow, up to the next multiple of [bytes]: that far [MMap.resize] only
     * gives the file another end and leaves the map where it is, without another mmap(2). It takes no memory. A process
     * that may not have as many addresses (`RLIMIT_AS`) keeps fewer, or none, and goes on without. Default 0: none. A
     * map that outgrows it is mapped anew, and has room up to the next multiple again. Windows, and macOS for anonymous
     * memory, can keep no addresses: there it has no effect.
     *
     * @throws IllegalArgumentException if it is negative, or more than 2^56, beyond any system's addresses.
     * @sample dev.kmmap.samples.MMapOptionsSamples.reservedAddresses
     */
    public fun reserve(bytes: Long): MMapOptions = apply {
        require(bytes in 0..LARGEST_RESERVE) { "reserve out of range: $bytes" }
        reserve = bytes
    }

    /**
     * Maps the file at [path]: a relative one starts from the working directory of the process. On POSIX its name is
     * UTF-8; on the JVM it is the one that `java.io.File` gives it, in the encoding of the locale, and UTF-8 if it has
     * no form in that. (So the JVM's `user.dir` has no say in it, as it has none in opening a `File`. It has in a
     * `java.nio.file.Path`, of which `MMaps.open` maps the file that the JDK opens.)
     *
     * @throws IllegalArgumentException if the options contradict each other, the path contains a NUL character, the
     *   file is shorter than offset + length and is not to be extended, or the path names something that cannot be
     *   mapped, such as a directory, or a file of `/proc`, whose content is made when it is read.
     * @throws UnsupportedOperationException if this system lacks a flag, or on Windows for [syncDirectory].
     * @throws MMapFileNotFoundException if there is no such file and none is to be created.
     * @throws MMapAccessDeniedException if the file's permissions do not allow the access.
     * @throws MMapNoSpaceException if an extended file does not fit on the device.
     * @throws MMapException if the system refuses for another reason.
     */
    @Throws(IOException::class)
    public fun open(path: String): MMap = open(FilePath(path))

    @JvmSynthetic
    internal fun open(path: FilePath): MMap = open(Origin.File(path), Access.READ)

    /** As [open] with the path's string form. */
    @Throws(IOException::class)
    public fun open(path: Path): MMap = open(path.toString())

    /**
     * Maps the file that [descriptor] refers to: a file descriptor on POSIX, a `HANDLE` on Windows. It is duplicated,
     * or only used during the call if [trackFile] is `false`; on overlayfs, if it is only for reading, its file is
     * opened anew. It stays the caller's to close, and can be closed at once.
     *
     * @throws IllegalArgumentException as [open] does, or if [descriptor] is negative or [create] or [syncDirectory] is
     *   set.
     * @throws UnsupportedOperationException if this system lacks a flag.
     * @throws MMapAccessDeniedException if the descriptor is not open for what the access needs.
     * @throws MMapException if the system refuses for another reason, a closed descriptor (`EBADF`) for instance.
     */
    @Throws(IOException::class)
    public fun map(descriptor: Long): MMap = open(Origin.Descriptor(descriptor), Access.READ)

    /**
     * Maps memory without a file: [length] zeros. Shared, it can grow; with [MapFlag.PRIVATE] it is cheaper and can be
     * named later.
     *
     * @throws IllegalArgumentException if the options contradict each other, or an offset, [create], [extend] or
     *   [syncDirectory] is set.
     * @throws UnsupportedOperationException if this system lacks a flag or [seals].
     * @throws MMapException if the system refuses, for want of memory for instance (`ENOMEM`).
     */
    @Throws(IOException::class)
    public fun anonymous(): MMap = open(Origin.Memory(name?.let(::requireName)), Access.WRITE)

    private fun open(origin: Origin, defaultAccess: Access): MMap {
        require(name == null || origin is Origin.Memory) { "only anonymous memory can be named" }
        val unspecified = if (protection == null && flags == null) defaultAccess else Access.DEFAULT
        val rights = rightsOf(access ?: unspecified, protection, flags)
        val confinement = Confinement(if (confined) currentThread() else ANY_THREAD, timeout)
        val request =
            MapRequest(
                origin,
                rights,
                offset,
                length,
                trackFile,
                create,
                extend,
                syncDirectory,
                confinement,
                seals,
                reserve,
            )
        val calls = systemCalls ?: platformSystemCalls
        if (seals != null) calls.requireSeals()
        if (syncDirectory && !calls.capabilities.syncDirectories) {
            throw UnsupportedOperationException("${calls.system.displayName} cannot flush a folder")
        }
        val opened = openMapping(request, calls)
        return MMap(opened.mapping, opened.generation)
    }
}
