package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Seal
import dev.kmmap.SharedMemory
import dev.kmmap.fixtures.Capabilities
import dev.kmmap.fixtures.PEER_SIZE
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.answerTo
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.runPeer
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.useDescriptor
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.random.Random

internal class DescriptorSpec : FunSpec({
    testNeeding(Requirement.MEMORY_FILES, "a child process maps the memory by its descriptor, and cannot cut it") {
        MMapOptions().length(PEER_SIZE.toLong()).seals(Seal.SHRINK).anonymous().use { memory ->
            memory.write(patternOf(PEER_SIZE))
            // The shell's parent is this process.
            memory.useDescriptor { runPeer("descriptor", "/proc/\$PPID/fd/$it") } shouldBe 0
            memory.slice(0) shouldBe answerTo(patternOf(PEER_SIZE))
            // What the other one has added.
            memory.size shouldBe PEER_SIZE
            memory.resize(memory.fileSize())
            memory.slice(PEER_SIZE.toLong()) shouldBe patternOf(PEER_SIZE)
        }
    }

    test("a descriptor serves as long as the block runs, even if the map is closed meanwhile") {
        TemporaryFile(patternOf(10)).use { file ->
            withFaultySystemCalls { calls ->
                val map = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path)
                val copy = map.useDescriptor { descriptor ->
                    (descriptor in calls.descriptors) shouldBe true
                    map.close()
                    MMap.map(descriptor, Access.WRITE)
                }
                copy.use { it.slice(0) shouldBe patternOf(10) }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a descriptor is closed when the block throws, and that of a block that has closed it is told") {
        TemporaryFile(patternOf(10)).use { file ->
            withFaultySystemCalls { calls ->
                MMapOptions().apply { systemCalls = calls }.open(file.path).use { map ->
                    shouldThrow<IndexOutOfBoundsException> {
                        map.useDescriptor { throw IndexOutOfBoundsException("$it") }
                    }
                    calls.descriptors.size shouldBe 1
                    for (call in listOf(SystemCall.DUPLICATE, SystemCall.CLOSE)) {
                        calls.fail(call)
                        val failure = shouldThrow<MMapException> { map.useDescriptor { } }
                        failure.errorName shouldBe call.error.here
                        calls.heal()
                    }
                    calls.descriptors.size shouldBe 1
                }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a map without a descriptor says that it has none") {
        fun MMapOptions.shouldHaveNone(name: String) = length(10).anonymous().use {
            shouldThrow<UnsupportedOperationException> { it.useDescriptor { } }.message shouldContain name
        }
        MMapOptions().flags(MapFlag.PRIVATE).shouldHaveNone("anonymous")
        MMapOptions().trackFile(false).shouldHaveNone("trackFile")
        withFaultySystemCalls(Capabilities.WINDOWS) { calls ->
            MMapOptions().apply { systemCalls = calls }.shouldHaveNone("anonymous")
        }
        val map = MMap.anonymous(10).also { it.close() }
        shouldThrow<IllegalStateException> { map.useDescriptor { } }.message shouldBe "mmap is closed"
    }

    test("named memory has a descriptor where it is a file") {
        val name = "kmmap-test-" + Random.nextLong().toULong().toString(radix = 36)
        SharedMemory.create(name, 10).use { memory ->
            val found = runCatching { memory.useDescriptor { MMap.map(it, Access.WRITE).use { map -> map.size } } }
            SharedMemory.unlink(name)
            found.isSuccess shouldBe platformSystemCalls.capabilities.lendNamedMemory
            if (found.isFailure) shouldThrow<UnsupportedOperationException> { found.getOrThrow() }
        }
    }
})
