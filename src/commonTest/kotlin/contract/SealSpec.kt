package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Seal
import dev.kmmap.addSeals
import dev.kmmap.fixtures.Capabilities
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.sizes
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.seals
import dev.kmmap.useDescriptor
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private fun sealable(size: Long, vararg seals: Seal): MMap = MMapOptions().length(size).seals(*seals).anonymous()

/** The memory of [map] once more. */
private fun again(map: MMap, access: Access): MMap = map.useDescriptor { MMap.map(it, access) }

internal class SealSpec : FunSpec({
    testNeeding(Requirement.MEMORY_FILES, "memory has the seals that it was made with, and those that are added") {
        sealable(10).use { map ->
            map.seals() shouldBe emptySet()
            map.addSeals()
            map.addSeals(Seal.GROW)
            map.seals() shouldBe setOf(Seal.GROW)
            map.addSeals(Seal.SHRINK, Seal.GROW)
            again(map, Access.READ).use { it.seals() shouldBe setOf(Seal.SHRINK, Seal.GROW) }
        }
        MMap.memfd("sealed", 10, Seal.SEAL, Seal.SHRINK).use { map ->
            map.size shouldBe 10
            map.name shouldBe "sealed"
            map.seals() shouldBe setOf(Seal.SEAL, Seal.SHRINK)
            shouldThrow<MMapAccessDeniedException> { map.addSeals(Seal.GROW) }.message shouldContain "seals=[GROW]"
            map.seals() shouldBe setOf(Seal.SEAL, Seal.SHRINK)
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "each seal is added alone, when memory is made and later, by any map of it") {
        for (seal in Seal.entries - Seal.WRITE) withClue(seal) {
            MMap.memfd("alone", 4096, seal).use { map ->
                map.seals() shouldBe setOf(seal)
                map[0] = 1
                again(map, Access.READ).use { it.seals() shouldBe setOf(seal) }
            }
            sealable(4096).use { map ->
                again(map, Access.WRITE).use { it.addSeals(seal) }
                map.seals() shouldBe setOf(seal)
                map[0] = 1
            }
            sealable(4096).use { map ->
                again(map, Access.READ).use { it.addSeals(seal) }
                map.seals() shouldBe setOf(seal)
                map[0] = 1
            }
        }
        sealable(4096).use { again(it, Access.COPY) }.use { copy ->
            copy.addSeals(Seal.WRITE, Seal.EXEC)
            copy.seals() shouldBe setOf(Seal.WRITE, Seal.EXEC)
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "memory that was not made to be sealed cannot be, and files have no seals") {
        MMap.anonymous(10).use { map ->
            map.seals() shouldBe setOf(Seal.SEAL)
            shouldThrow<MMapAccessDeniedException> { map.addSeals(Seal.SHRINK) }.errorName shouldBe "EPERM"
        }
        MMapOptions().flags(MapFlag.PRIVATE).length(10).anonymous().use { map ->
            shouldThrow<UnsupportedOperationException> { map.seals() }
            shouldThrow<UnsupportedOperationException> { map.addSeals(Seal.SHRINK) }
        }
        sealable(10).use { map ->
            val untracked = map.useDescriptor { MMapOptions().trackFile(false).map(it) }
            untracked.use { shouldThrow<UnsupportedOperationException> { it.seals() } }
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "a resize that a seal forbids says so and leaves everything as it was") {
        val sizes = mapOf(Seal.SHRINK to 5L, Seal.GROW to 20_000L)
        for ((seal, size) in sizes) sealable(10, seal).use { map ->
            map.write(patternOf(10))
            for (one in listOf(map, again(map, Access.WRITE))) {
                val failure = shouldThrow<MMapAccessDeniedException> { one.resize(size) }
                failure.errorName shouldBe "EPERM"
                failure.message shouldContain "seals=[$seal]"
                one.size shouldBe 10
                one.fileSize() shouldBe 10
                one.slice(0) shouldBe patternOf(10)
            }
            val allowed = sizes.values.first { it != size }
            map.resize(allowed)
            map.size shouldBe allowed
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "a map that can be written is not sealed against writing") {
        shouldThrow<IllegalArgumentException> { sealable(10, Seal.WRITE) }
        sealable(10).use { map ->
            val failure = shouldThrow<IllegalArgumentException> { map.addSeals(Seal.SHRINK, Seal.WRITE) }
            failure.message shouldContain "F_SEAL_WRITE"
            map.seals() shouldBe emptySet()
            again(map, Access.COPY).use { copy ->
                shouldThrow<MMapException> { copy.addSeals(Seal.WRITE) }.errorName shouldBe "EBUSY"
                map.close()
                copy.addSeals(Seal.WRITE)
                copy.seals() shouldBe setOf(Seal.WRITE)
                copy[0] = 1
                shouldThrow<MMapAccessDeniedException> { again(copy, Access.WRITE) }
            }
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "whatever fails when sealed memory is made, nothing is left") {
        val calls = listOf(SystemCall.CREATE_MEMORY, SystemCall.TRUNCATE, SystemCall.MAP, SystemCall.ADD_SEALS)
        for (call in calls) withClue(call) {
            withFaultySystemCalls { system ->
                val options = MMapOptions().length(10).seals(Seal.GROW).apply { systemCalls = system }
                system.fail(call)
                shouldThrow<MMapException> { options.anonymous() }.errorName shouldBe call.error.here
                system.heal()
                options.anonymous().use {
                    system.fail(SystemCall.SEALS).fail(SystemCall.ADD_SEALS)
                    shouldThrow<MMapException> { it.seals() }.operation shouldBe "F_GET_SEALS"
                    shouldThrow<MMapException> { it.addSeals(Seal.SHRINK) }.operation shouldBe "F_ADD_SEALS"
                    system.heal()
                    it.seals() shouldBe setOf(Seal.GROW)
                }
                system.shouldHaveNothingLeft()
            }
        }
    }

    test("only shared anonymous memory that is tracked is made to be sealed") {
        val others: List<MMapOptions.() -> Unit> = listOf(
            { flags(MapFlag.PRIVATE) }, { access(Access.COPY) }, { trackFile(false) },
        )
        for (configure in others) {
            val options = MMapOptions().length(10).apply(configure)
            shouldThrow<IllegalArgumentException> { options.seals().anonymous() }
        }
        TemporaryFile(patternOf(10)).use { file ->
            val options = MMapOptions().seals()
            shouldThrow<IllegalArgumentException> { options.open(file.path) }
        }
    }

    test("where no memory can be sealed, that is told") {
        withFaultySystemCalls(Capabilities.WINDOWS) { calls ->
            val options = MMapOptions().length(10).apply { systemCalls = calls }
            options.anonymous().use { map ->
                shouldThrow<UnsupportedOperationException> { map.seals() }.message shouldContain "cannot seal memory"
                shouldThrow<UnsupportedOperationException> { map.addSeals() }
                shouldThrow<UnsupportedOperationException> { map.addSeals(Seal.SHRINK) }
            }
            shouldThrow<UnsupportedOperationException> { options.seals().anonymous() }
            shouldThrow<UnsupportedOperationException> { options.seals(Seal.GROW).anonymous() }
            calls.shouldHaveNothingLeft()
        }
    }
})
