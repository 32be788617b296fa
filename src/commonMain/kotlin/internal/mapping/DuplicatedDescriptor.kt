package dev.kmmap.internal.mapping

import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.check

/** A duplicate of a map's descriptor, for others than the map. */
internal class DuplicatedDescriptor private constructor(private val mapping: Mapping, val descriptor: Long) :
    AutoCloseable {
    override fun close() {
        mapping.calls.check(SystemCall.CLOSE, mapping.calls.close(descriptor), mapping.source)
    }

    companion object {
        fun of(mapping: Mapping): DuplicatedDescriptor {
            mapping.requireTracking("useDescriptor")
            val isSection = mapping.backing == Backing.NAMED && !mapping.calls.capabilities.lendNamedMemory
            if (!mapping.hasDescriptor || isSection) {
                throw UnsupportedOperationException("${mapping.source} has no descriptor that others could use")
            }
            val duplicate = mapping.calls.duplicate(mapping.descriptor)
            return DuplicatedDescriptor(mapping, mapping.calls.check(SystemCall.DUPLICATE, duplicate, mapping.source))
        }
    }
}
