package dev.kmmap.internal

/** A duplicate of a map's descriptor, for others than the map. */
internal class LentDescriptor private constructor(private val mapping: Mapping, val descriptor: Long) : AutoCloseable {
    override fun close() {
        mapping.calls.check(SystemCall.CLOSE, mapping.calls.close(descriptor), mapping.source)
    }

    companion object {
        fun of(mapping: Mapping): LentDescriptor {
            mapping.requireTracking("useDescriptor")
            val isSection = mapping.kind == MemoryKind.NAMED && !mapping.calls.capabilities.lendNamedMemory
            if (!mapping.hasDescriptor || isSection) {
                throw UnsupportedOperationException("${mapping.source} has no descriptor that others could use")
            }
            val duplicate = mapping.calls.duplicate(mapping.descriptor)
            return LentDescriptor(mapping, mapping.calls.check(SystemCall.DUPLICATE, duplicate, mapping.source))
        }
    }
}
