package dev.kmmap.internal

import dev.kmmap.Seal

internal fun Set<Seal>.bits(): Int = fold(0) { bits, seal -> bits or seal.constant.value(seal.constantName) }

internal fun sealsOf(bits: Int, system: OperatingSystem): Set<Seal> =
    Seal.entries.filterTo(LinkedHashSet()) { bits and (it.constant.on(system) ?: 0) != 0 }

/** Throws if the system has no memory that can be sealed. */
internal fun SystemCalls.requireSeals() {
    if (capabilities.memoryFiles) return
    throw UnsupportedOperationException("${system.displayName} cannot seal memory (F_ADD_SEALS); Linux can")
}

/** Throws if a map with these [rights] is itself what a seal forbids. */
internal fun Set<Seal>.requireFor(rights: Rights) {
    require(Seal.WRITE !in this || !rights.shared || !rights.writable) {
        "F_SEAL_WRITE contradicts this map, which can be written: F_SEAL_FUTURE_WRITE is for all others"
    }
}
