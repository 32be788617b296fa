package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.platformSystemCalls
import dev.kmmap.internal.system.windows.CompiledKernel32
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import kotlin.random.Random
import platform.windows.CreateDirectoryW
import platform.windows.DeleteFileW
import platform.windows.ERROR_FILE_NOT_FOUND
import platform.windows.GetFileAttributesW
import platform.windows.GetLastError
import platform.windows.INVALID_FILE_ATTRIBUTES
import platform.windows.RemoveDirectoryW

private fun newName(suffix: String) = "kmmap-test-${Random.nextLong().toULong().toString(radix = 36)}$suffix"

/** Windows's own deletion, which says by its result whether the file could go at this moment. */
private fun deleteNow(path: String) {
    withClue("DeleteFileW($path)") { (if (DeleteFileW(path) != 0) 0u else GetLastError()) shouldBe 0u }
    withClue("the file is gone") {
        GetFileAttributesW(path) shouldBe INVALID_FILE_ATTRIBUTES
        GetLastError().toInt() shouldBe ERROR_FILE_NOT_FOUND
    }
}

/** What only Windows knows: its names, its long paths, and files that cannot be deleted while something is open. */
internal class WindowsFilesSpec : FunSpec({
    val folder = temporaryFolder.toString().replace('/', '\\').trimEnd('\\')

    test("a file that was mapped, grown, flushed and closed can be deleted right after") {
        for (access in listOf(Access.WRITE, Access.DEFAULT)) {
            val path = "$folder\\${newName("")}"
            val map = MMapOptions().access(access).create(true).extend(true).length(100_000).open(path)
            map.copyFrom(0, patternOf(100_000))
            map.resize(1_000_000)
            map.resize(70_000)
            map[69_999] = 1
            map.flush(FlushMode.DURABLE)
            map.close()
            deleteNow(path)
        }
    }

    test("a file that was mapped for reading, without keeping its handle, can be deleted right after closing") {
        val path = "$folder\\${newName("")}"
        MMapOptions().access(Access.WRITE).create(true).extend(true).length(10).open(path).close()
        val map = MMapOptions().access(Access.READ).trackFile(false).open(path)
        map.find(1, 0) shouldBe -1
        map.close()
        deleteNow(path)
    }

    test("names in any script are opened, those outside of Unicode's first plane too") {
        for (suffix in listOf(" with spaces", "-\u00e4\u00f6\u00fc", "-\u65e5\u672c\u8a9e", "-\ud83d\ude00")) {
            val path = "$folder\\${newName(suffix)}"
            MMapOptions().access(Access.WRITE).create(true).extend(true).length(3).open(path).use { it[2] = 3 }
            MMap.open(path).use { it[2] shouldBe 3 }
            MMap.open(path.replace('\\', '/')).use { it.size shouldBe 3 }
            deleteNow(path)
        }
    }

    test("a path longer than MAX_PATH is opened without any prefix by the caller") {
        val prefix = "\\\\?\\"
        val folders = (1..3).runningFold("$folder\\${newName("")}") { path, _ -> "$path\\${"d".repeat(100)}" }
        folders.forEach { withClue(it) { CreateDirectoryW(prefix + it, null) shouldBe 1 } }
        try {
            val path = "${folders.last()}\\file"
            path.length.toLong() shouldBeGreaterThan 300
            shouldThrow<MMapFileNotFoundException> { MMap.open(path) }.errorName shouldBe "ERROR_FILE_NOT_FOUND"
            MMapOptions().access(Access.WRITE).create(true).extend(true).length(70_000).open(path).use {
                it[69_999] = 7
                it.resize(80_000)
            }
            MMap.open(path).use { it[69_999] shouldBe 7 }
            deleteNow(prefix + path)
        } finally {
            folders.asReversed().forEach { RemoveDirectoryW(prefix + it) }
        }
    }

    test("errors have Windows's number, its symbol and its words") {
        val failure = shouldThrow<MMapFileNotFoundException> { MMap.open("$folder\\${newName("")}\\x") }
        failure.operation shouldBe "CreateFile"
        failure.errorCode shouldBe 3
        failure.errorName shouldBe "ERROR_PATH_NOT_FOUND"
        val words = CompiledKernel32().formatMessage(3)
        failure.message shouldContain words.trimEnd()
        failure.message shouldNotContain "\n"
    }

    test("a handle of the caller keeps its position and stays open") {
        val path = "$folder\\${newName("")}"
        MMapOptions().access(Access.WRITE).create(true).extend(true).length(1000).open(path).close()
        val handle = platformSystemCalls.open(path, OpenMode.READ_WRITE)
        MMap.map(handle, Access.WRITE).use { it.resize(2000) }
        platformSystemCalls.fileSize(handle) shouldBe 2000
        platformSystemCalls.close(handle) shouldBe 0
        shouldThrow<MMapException> { MMap.map(handle) }.errorName shouldBe "ERROR_INVALID_HANDLE"
        deleteNow(path)
    }

    test("a view begins at any offset, though Windows maps from multiples of 64 KiB") {
        val path = "$folder\\${newName("")}"
        MMapOptions().access(Access.WRITE).create(true).extend(true).length(200_000).open(path).use {
            it.copyFrom(0, patternOf(200_000))
        }
        for (offset in listOf(1L, 4095, 4096, 65_535, 65_536, 65_537, 131_072, 199_999)) {
            MMap.open(path, Access.READ, offset).use {
                it.slice(0) shouldBe patternOf(200_000).copyOfRange(offset.toInt(), 200_000)
            }
        }
        deleteNow(path)
    }
})
