package dev.kmmap

import dev.kmmap.internal.mapping.MapRequest
import dev.kmmap.internal.mapping.Origin
import dev.kmmap.internal.mapping.openMapping
import dev.kmmap.internal.mapping.requireMemoryName
import dev.kmmap.internal.memory.rightsOf
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.check
import dev.kmmap.internal.system.platformSystemCalls
import kotlin.jvm.JvmOverloads
import kotlin.jvm.JvmStatic
import kotlinx.io.IOException

/**
 * Memory without a file that processes share by a name: what one writes, the others see at once. The name is one for
 * the whole machine on POSIX (shm_open(3), readable and writable by the same user only), and one for the user's session
 * on Windows (a section `Local\name`; Python's `tagname`).
 *
 * A name has 1 to 250 bytes in UTF-8 (macOS: 30), without `/`, `\` and NUL.
 *
 * | system  | how long the name lives                                      | size        | [MMap.resize] |
 * |---------|--------------------------------------------------------------|-------------|---------------|
 * | Linux   | until [unlink], or until the machine stops                   | as given    | yes           |
 * | macOS   | until [unlink], or until the machine stops                   | whole pages | no            |
 * | Windows | until the last map of it is closed, or its process has ended | whole pages | no            |
 *
 * "Whole pages" is what [open] without a length sees; the map of [create] itself has the size it was given. Where
 * resize is missing it is an [UnsupportedOperationException].
 *
 * Everything here may be called from any thread.
 *
 * @sample dev.kmmap.samples.SharedMemorySamples.betweenProcesses
 */
public object SharedMemory {
    /**
     * Makes shared memory, all zero, and maps it for reading and writing. A process that opens the name in the moment
     * before it has its size, on POSIX, finds 0 bytes.
     *
     * @param name what other processes open it by: see above.
     * @param size bytes, 1 or more.
     * @param sparse whether pages get memory only when they are written. By default, on Linux, all of it is allocated
     *   now and by [MMap.resize], so that a full `/dev/shm` is an exception here. The pages of sparse memory can find
     *   no space later, and then the operation that writes there throws [MMapFaultException]. Elsewhere the system
     *   decides.
     * @return the map; the name stays when it is closed, except on Windows.
     * @throws IllegalArgumentException if [size] is less than 1, or [name] is not a name.
     * @throws MMapAlreadyExistsException if the name is taken; nothing is changed then.
     * @throws MMapNoSpaceException if there is not as much space; nothing is left then.
     * @throws MMapException if the system refuses for another reason.
     */
    @JvmStatic @JvmOverloads @Throws(IOException::class)
    public fun create(name: String, size: Long, sparse: Boolean = false): MMap =
        map(name, create = true, Access.WRITE, 0, size, sparse)

    /**
     * Maps [length] bytes from [offset] on (by default all) of shared memory that somebody has created.
     *
     * @throws IllegalArgumentException if the memory has fewer bytes, or [name] is not a name.
     * @throws MMapFileNotFoundException if there is no such name.
     * @throws MMapAccessDeniedException if it belongs to another user.
     * @throws MMapException if the system refuses for another reason.
     */
    @JvmStatic @JvmOverloads @Throws(IOException::class)
    public fun open(name: String, access: Access = Access.WRITE, offset: Long = 0, length: Long = 0): MMap =
        map(name, create = false, access, offset, length)

    /**
     * Takes the name away, so that nobody else can open it; maps of it live on, and the memory goes with the last one.
     * Returns whether there was such a name. Always `false` on Windows, where names go by themselves.
     *
     * @throws IllegalArgumentException if [name] is not a name.
     * @throws MMapAccessDeniedException if it belongs to another user.
     * @throws MMapException if the system refuses for another reason.
     */
    @JvmStatic @Throws(IOException::class)
    public fun unlink(name: String): Boolean {
        val calls = platformSystemCalls
        val result = calls.removeMemory(requireMemoryName(name))
        return try {
            calls.check(SystemCall.REMOVE_MEMORY, result, name)
            true
        } catch (_: MMapFileNotFoundException) {
            false
        }
    }

    private fun map(
        name: String,
        create: Boolean,
        access: Access,
        offset: Long,
        length: Long,
        sparse: Boolean = false,
    ): MMap {
        val source = Origin.NamedMemory(requireMemoryName(name), create)
        val rights = rightsOf(access, null, null)
        val request = MapRequest(
            source, rights, offset, length, trackFile = true, create = false, extend = false, sparse = sparse,
        )
        val opened = openMapping(request, platformSystemCalls)
        return MMap(opened.mapping, opened.generation)
    }
}
