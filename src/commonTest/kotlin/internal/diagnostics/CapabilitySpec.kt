package dev.kmmap.internal.diagnostics

import dev.kmmap.Capability
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.SharedMemory
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.internal.memory.guardProblem
import dev.kmmap.internal.system.OperatingSystem
import dev.kmmap.internal.system.RangeLimit
import dev.kmmap.internal.system.currentSystem
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldMatch
import kotlin.random.Random

/** What is tried, to see whether it works: `true`, or the exception of what is not supported. */
private val attempts: Map<Capability, () -> Unit> = mapOf(
    Capability.MEMORY_FILES to { MMap.memfd("capability", 1).close() },
    Capability.RESIZE_SHARED_MEMORY to {
        val name = "kmmap-capability-${Random.nextInt(0, Int.MAX_VALUE)}"
        try {
            SharedMemory.create(name, 1).use { it.resize(2 * MMap.pageSize) }
        } finally {
            SharedMemory.unlink(name)
        }
    },
    Capability.SYNC_DIRECTORY to {
        TemporaryFile(byteArrayOf(1)).use { MMapOptions().syncDirectory(true).open(it.path).close() }
    },
)

internal class CapabilitySpec : FunSpec({
    test("what is said to be supported works, and what is not is an exception") {
        for ((capability, attempt) in attempts) withClue(capability) {
            val works = try {
                attempt()
                true
            } catch (_: UnsupportedOperationException) {
                false
            }
            capability.isSupported shouldBe works
        }
    }

    test("the guard is there where its tests run, and SIMD instructions wherever they are compiled for") {
        Capability.FAULT_GUARD.isSupported shouldBe (Requirement.FAULT_GUARD.reason == null || currentSystem.isWindows)
        Capability.SIMD_SEARCH.isSupported shouldBe (currentSystem != OperatingSystem.DARWIN)
        Capability.RESERVED_ADDRESSES.isSupported shouldBe !currentSystem.isWindows
    }

    test("the report names system, runtime, library, instructions, guard, sizes, ranges and every capability") {
        val report = reported()
        report.keys shouldBe ReportLine.entries.map { it.title }.toSet() + Capability.entries.map { it.name }
        for ((title, text) in report) withClue(title) { text.isBlank() shouldBe false }
        report[ReportLine.VERSION] shouldBe KMMAP_VERSION
        report[ReportLine.SYSTEM] shouldContain currentSystem.displayName
        report[ReportLine.RUNTIME] shouldContain KotlinVersion.CURRENT.toString()
        report[ReportLine.PAGES] shouldBe "${MMap.pageSize} bytes"
        report[ReportLine.GRANULARITY] shouldBe "${MMap.allocationGranularity} bytes"
        for (capability in Capability.entries) withClue(capability) {
            report[capability.name] shouldBe if (capability.isSupported) "yes" else "no"
        }
        val instructions = when {
            !Capability.SIMD_SEARCH.isSupported -> Regex("none, .+")
            currentSystem == OperatingSystem.LINUX_ARM64 -> Regex("NEON")
            else -> Regex("SSE2|AVX2")
        }
        report[ReportLine.SEARCH] shouldMatch instructions
        report[ReportLine.GUARD] shouldBe (guardProblem()?.let { "off, $it" } ?: "on")
        report[ReportLine.LIBRARY] shouldMatch if (Capability.SIMD_SEARCH.isSupported) {
            Regex("linked in|from memory|loaded before, by another class loader")
        } else {
            Regex("there is none for .+")
        }
    }

    test("the report counts the ranges that are mapped, of those that may be") {
        val before = ranges()
        MMap.anonymous(1).use { ranges() shouldBe before + 1 }
        ranges() shouldBe before
        val limit = if (Requirement.PROC.reason == null) "the limit is ${RangeLimit.ofProcess.maximum}" else "no limit"
        reported()[ReportLine.RANGES] shouldEndWith limit
    }
})

private fun reported(): Map<String, String> =
    Capability.report().lines().associate { it.substringBefore(": ") to it.substringAfter(": ") }

private operator fun Map<String, String>.get(line: ReportLine): String = getValue(line.title)

private fun ranges(): Long = reported()[ReportLine.RANGES].substringBefore(',').toLong()

private val OperatingSystem.isWindows: Boolean get() = this == OperatingSystem.WINDOWS
