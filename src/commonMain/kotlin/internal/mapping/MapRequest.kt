package dev.kmmap.internal.mapping

import dev.kmmap.MapFlag
import dev.kmmap.Seal
import dev.kmmap.internal.base.encodedText
import dev.kmmap.internal.memory.Confinement
import dev.kmmap.internal.memory.Rights
import dev.kmmap.internal.system.FilePath

/**
 * What is to be mapped: a copy of the options at the time of the call, checked as far as that goes without a system
 * call.
 */
internal class MapRequest(
    val origin: Origin,
    val rights: Rights,
    val offset: Long,
    val length: Long,
    val trackFile: Boolean,
    val create: Boolean,
    val extend: Boolean,
    /** Whether the folder that has the file's name is flushed. */
    val syncDirectory: Boolean = false,
    val confinement: Confinement = Confinement(),
    /** The seals of memory that can be sealed; `null` if it cannot. */
    val seals: Set<Seal>? = null,
    /** If not 0, addresses are kept up to the next multiple of so many bytes. */
    val reserve: Long = 0,
    /** Whether new named memory has no space of its own yet. */
    val sparse: Boolean = false,
) {
    /** Whether memory is to be shared and to grow, and so has to be a file, where the system has files in memory. */
    val isForMemoryFile: Boolean = rights.shared && !rights.needsPlainMemory && trackFile

    init {
        require(offset >= 0) { "offset must not be negative: $offset" }
        require(length >= 0) { "length must not be negative: $length" }
        require(Long.MAX_VALUE - offset >= length) { "offset + length is too large: offset=$offset, length=$length" }
        require(reserve == 0L || rights.shared && rights.resizable && trackFile) {
            "reserve needs a shared map that can be resized"
        }
        require(seals == null || origin is Origin.Memory && isForMemoryFile) {
            "only shared anonymous memory that is tracked can be made to be sealed"
        }
        seals?.requireFor(rights)
        require(!syncDirectory || origin is Origin.File) { "syncDirectory needs a path" }
        origin.check(this)
    }
}

/** Where the bytes come from. */
internal sealed class Origin {
    /** How messages name it. */
    abstract override fun toString(): String

    /** Throws if [request] asks for what this source cannot have. */
    abstract fun check(request: MapRequest)

    class File(val path: FilePath) : Origin() {
        override fun toString(): String = path.text

        override fun check(request: MapRequest) {
            val text = path.text
            require('\u0000' !in text) { "path contains a NUL character: ${text.replace("\u0000", "\\0")}" }
            encodedText("path", text)
            checkFile(request)
        }
    }

    class Descriptor(val descriptor: Long) : Origin() {
        override fun toString(): String = "descriptor $descriptor"

        override fun check(request: MapRequest) {
            require(descriptor in 0..Int.MAX_VALUE) { "not a descriptor: $descriptor" }
            require(!request.create) { "create needs a path" }
            checkFile(request)
        }
    }

    class Memory(val name: String?) : Origin() {
        override fun toString(): String = "anonymous"

        override fun check(request: MapRequest) {
            require(request.offset == 0L) { "anonymous memory has no offset: ${request.offset}" }
            require(!request.create && !request.extend) { "create and extend need a file" }
        }
    }

    /** Memory that other processes find by its [name]; to [create] is to fail if it is there already. */
    class NamedMemory(val name: String, val create: Boolean) : Origin() {
        override fun toString(): String = "shared memory $name"

        override fun check(request: MapRequest) {
            require(!create || request.length > 0) { "new shared memory needs a size: ${request.length}" }
        }
    }
}

private fun checkFile(request: MapRequest) {
    require(!request.rights.anonymous) { "flag ${MapFlag.ANONYMOUS} and a file cannot both be given" }
    require(!request.rights.needsNoFile) { "flag ${MapFlag.DROPPABLE} and a file cannot both be given" }
    require(!request.extend || request.rights.resizable) { "extend needs a map that is written to the file" }
    require(!request.extend || request.length > 0) { "extend needs a length" }
}
