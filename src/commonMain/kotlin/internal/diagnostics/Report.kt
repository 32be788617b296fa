package dev.kmmap.internal.diagnostics

import dev.kmmap.Capability
import dev.kmmap.internal.memory.guardProblem
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.RangeLimit
import dev.kmmap.internal.system.currentSystem
import dev.kmmap.internal.system.platformSystemCalls

/** The version in pom.xml: native programs have no other place to tell it. */
internal const val KMMAP_VERSION: String = "0.1.0-SNAPSHOT"

/** How each line of a [report] begins, but for the capabilities. */
internal enum class ReportLine(val title: String, val text: (PlatformFacts) -> String) {
    VERSION("kmmap", { KMMAP_VERSION }),
    SYSTEM("system", { "${it.system} (${currentSystem.displayName})" }),
    RUNTIME("runtime", { it.runtime }),
    LIBRARY("native library", { it.library }),
    SEARCH("SIMD search", { searchText(it) }),
    GUARD("fault guard", { guardText() }),
    ACCESS("element access", { it.elementAccess }),
    PAGES("page size", { "${platformSystemCalls.pageSize} bytes" }),
    GRANULARITY("allocation granularity", { "${platformSystemCalls.allocationGranularity} bytes" }),
    RANGES("mapped ranges", { rangesText(platformSystemCalls.rangeLimit) }),
}

/** All that is to be known when something is missing or goes wrong here. Does not throw: what is unknown says why. */
internal fun report(): String {
    val facts = platformFacts()
    val lines = ReportLine.entries.map { "${it.title}: ${orWhyNot { it.text(facts) }}" }
    val capabilities = Capability.entries.map { "${it.name}: ${orWhyNot { if (it.isSupported) "yes" else "no" }}" }
    return (lines + capabilities).joinToString("\n")
}

private fun orWhyNot(fact: () -> String): String = try {
    fact()
} catch (e: UnsupportedOperationException) {
    "unknown, ${e.message}"
}

private fun searchText(facts: PlatformFacts): String = when (facts.scanLevel) {
    null -> "none, ${facts.scanProblem}"
    0L -> "none, this processor has no instructions for it"
    1L -> if (currentSystem == OperatingSystem.LINUX_ARM64) "NEON" else "SSE2"
    else -> "AVX2"
}

private fun guardText(): String {
    // Where there are no system calls there is nobody to ask.
    platformSystemCalls
    return guardProblem()?.let { "off, $it" } ?: "on"
}

private fun rangesText(limit: RangeLimit): String =
    "${limit.inUse}, " + if (limit.isEndless) "no limit" else "the limit is ${limit.maximum}"
