package dev.kmmap

import kotlin.jvm.JvmSynthetic

/**
 * What the processor allows on the pages of a map with [Access.DEFAULT]: the `PROT_*` of mmap(2).
 *
 * The empty set is `PROT_NONE`: every access to such a map throws [UnsupportedOperationException]. A set with [WRITE]
 * can be read too, since no system kmmap runs on can forbid that. [WRITE] together with [EXECUTE] is refused: a page
 * that can be written and executed is the first thing an attacker looks for.
 *
 * @sample dev.kmmap.samples.AccessSamples.rawProtectionAndFlags
 */
public enum class Protection(@get:JvmSynthetic internal val bit: Int) {
    /** `PROT_READ`: the bytes can be read. */
    READ(1),

    /** `PROT_WRITE`: the bytes can be written (and read). */
    WRITE(2),

    /** `PROT_EXEC`: the bytes can be executed. It adds nothing to what this library itself can do with the map. */
    EXECUTE(4),
}
