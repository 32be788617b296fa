package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.Capabilities
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** The name of a new file is on the device when [MMapOptions.syncDirectory] says so. */
internal class DirectorySpec : FunSpec({
    testNeeding(Requirement.FLUSHED_FOLDERS, "the folder is flushed after the file has its name and its size") {
        withFaultySystemCalls { calls ->
            TemporaryFile().use { file ->
                val options = MMapOptions().access(Access.WRITE).create(true).extend(true).length(100)
                options.apply { systemCalls = calls }.syncDirectory(true).open(file.path).use {
                    it.fileSize() shouldBe 100
                    calls.descriptors.size shouldBe 1
                }
                val record = calls.record
                record.indexOf(SystemCall.ALLOCATE) shouldBe record.indexOf(SystemCall.OPEN) + 3
                calls.count(SystemCall.SYNC_FILE) shouldBe 1
                (record.indexOf(SystemCall.SYNC_FILE) > record.indexOf(SystemCall.ALLOCATE)) shouldBe true
                calls.shouldHaveNothingLeft()
            }
        }
    }

    val steps = listOf(SystemCall.OPEN to 2, SystemCall.SYNC_FILE to 1)
    testNeeding(
        Requirement.FLUSHED_FOLDERS,
        "a folder that can't be flushed fails the open, which leaves nothing behind",
    ) {
        for ((call, number) in steps) withClue("$call $number") {
            withFaultySystemCalls { calls ->
                TemporaryFile().use { file ->
                    val options = MMapOptions().access(Access.WRITE).create(true).extend(true).length(100)
                    options.apply { systemCalls = calls }.syncDirectory(true)
                    calls.fail(call, number)
                    val refused = shouldThrow<MMapException> { options.open(file.path) }
                    refused.message shouldContain temporaryFolder.toString()
                    calls.hits shouldBe 1
                    file.exists() shouldBe false
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    testNeeding(Requirement.FLUSHED_FOLDERS, "a file that was there keeps its bytes when its folder can't be flushed") {
        withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(10)).use { file ->
                val options = MMapOptions().access(Access.WRITE).extend(true).length(100).syncDirectory(true)
                options.apply { systemCalls = calls }
                calls.fail(SystemCall.SYNC_FILE)
                shouldThrow<MMapException> { options.open(file.path) }
                file.readBytes() shouldBe patternOf(10)
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a system that can't flush folders says so before anything is done") {
        withFaultySystemCalls(Capabilities.WINDOWS) { calls ->
            TemporaryFile().use { file ->
                val options = MMapOptions().create(true).syncDirectory(true).apply { systemCalls = calls }
                shouldThrow<UnsupportedOperationException> { options.open(file.path) }
                    .message shouldContain "cannot flush a folder"
                calls.record.size shouldBe 0
                file.exists() shouldBe false
            }
        }
    }

    test("what has no path has no folder to flush") {
        val options = MMapOptions().syncDirectory(true).length(1)
        val refused = "syncDirectory needs a path"
        shouldThrow<IllegalArgumentException> { options.anonymous() }.message shouldBe refused
        shouldThrow<IllegalArgumentException> { options.map(0) }.message shouldBe refused
    }
})
