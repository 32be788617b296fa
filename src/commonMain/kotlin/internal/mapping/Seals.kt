package dev.kmmap.internal.mapping

import dev.kmmap.Seal
import dev.kmmap.internal.memory.Rights
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.check
import dev.kmmap.internal.system.errorName
import dev.kmmap.internal.system.failure

private fun Set<Seal>.bits(): Int = fold(0) { bits, seal -> bits or seal.constant.value(seal.constantName) }

private fun sealsOf(bits: Long, system: OperatingSystem): Set<Seal> =
    Seal.entries.filterTo(LinkedHashSet()) { bits.toInt() and (it.constant.on(system) ?: 0) != 0 }

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

/** The seals of memory; a file that cannot have any has none. */
internal fun Mapping.seals(): Set<Seal> {
    requireSeals()
    val bits = calls.seals(descriptor)
    if (bits < 0 && calls.errorName((-bits).toInt()) == "EINVAL") return emptySet()
    return sealsOf(calls.check(SystemCall.SEALS, bits, source), calls.system)
}

internal fun Mapping.addSeals(seals: Set<Seal>) {
    requireSeals()
    seals.requireFor(rights)
    calls.check(SystemCall.ADD_SEALS, calls.addSeals(descriptor, seals.bits()), "$source, seals=$seals")
}

private fun Mapping.requireSeals() {
    calls.requireSeals()
    requireTracking("a seal")
    if (!hasDescriptor) throw UnsupportedOperationException("memory without a descriptor cannot be sealed")
}

/** [SystemCalls.check] of what gives a file another size: where memory does not get it, its seals are why. */
internal fun Mapping.checkSizing(call: SystemCall, result: Long, detail: String) {
    if (result >= 0) return
    val bits = if (calls.capabilities.memoryFiles) calls.seals(descriptor) else 0
    val seals = if (bits > 0) ", seals=${sealsOf(bits, calls.system)}" else ""
    throw calls.failure(call, result, detail + seals).exception()
}
