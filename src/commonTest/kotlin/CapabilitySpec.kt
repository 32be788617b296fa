package dev.kmmap

import dev.kmmap.fixtures.Needs
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.internal.OperatingSystem
import dev.kmmap.internal.currentSystem
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
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
        Capability.FAULT_GUARD.isSupported shouldBe (Needs.FAULT_GUARD.reason == null || currentSystem.isWindows)
        Capability.SIMD_SEARCH.isSupported shouldBe (currentSystem != OperatingSystem.DARWIN)
        Capability.RESERVED_ADDRESSES.isSupported shouldBe !currentSystem.isWindows
    }
})

private val OperatingSystem.isWindows: Boolean get() = this == OperatingSystem.WINDOWS
