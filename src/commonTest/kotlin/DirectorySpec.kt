package dev.kmmap

import dev.kmmap.fixtures.Needs
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.internal.Capabilities
import dev.kmmap.internal.SystemCall
import dev.kmmap.internal.folderOf
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** The name of a new file is on the device when [MMapOptions.syncDirectory] says so. */
internal class DirectorySpec : FunSpec({
    test("the folder of a path is what stands before its last name") {
        val folders = mapOf(
            "name" to ".",
            "./name" to ".",
            "/name" to "/",
            "folder/name" to "folder",
            "/a/b/name" to "/a/b",
            "../name" to "..",
            "folder//name" to "folder/",
            "folder/name/" to "folder",
            "" to ".",
        )
        for ((path, folder) in folders) withClue(path) { folderOf(path) shouldBe folder }
    }

    testNeeding(Needs.FLUSHED_FOLDERS, "the folder is flushed after the file has its name and its size") {
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
    testNeeding(Needs.FLUSHED_FOLDERS, "a folder that can't be flushed fails the open, which leaves nothing behind") {
        for ((call, number) in steps) withClue("$call $number") {
            withFaultySystemCalls { calls ->
                TemporaryFile().use { file ->
                    val options = MMapOptions().access(Access.WRITE).create(true).extend(true).length(100)
                    options.apply { systemCalls = calls }.syncDirectory(true)
                    calls.fail(call, number)
                    val refused = shouldThrow<MMapException> { options.open(file.path) }
                    refused.message shouldContain temporaryFolder.toString()
                    calls.struck shouldBe 1
                    file.exists() shouldBe false
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    testNeeding(Needs.FLUSHED_FOLDERS, "a file that was there keeps its bytes when its folder can't be flushed") {
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
