package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapNoSpaceException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.SMALL_DISK
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.noSmallDisk
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withSmallDisk
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private val page = MMap.pageSize

/** More than is on the disk. */
private const val TOO_MUCH = 4L shl 20

private fun FunSpec.testOnSmallDisk(name: String, block: (file: String) -> Unit) {
    testUnless({ noSmallDisk }, name) {
        TemporaryFile().use { folder -> withSmallDisk(folder.path) { block("${folder.path}/file") } shouldBe true }
        ProcessResources.rangesNaming("kmmap-test-")?.size shouldBe 0
    }
}

private fun write(path: String, bytes: Int) {
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(bytes.toLong()).open(path).use {
        it.write(patternOf(bytes))
    }
}

private fun shouldHoldPattern(path: String, bytes: Int) {
    MMap.open(path).use { map ->
        map.fileSize() shouldBe bytes
        map.read() shouldBe patternOf(bytes)
    }
}

internal class DiskFullSpec : FunSpec({
    testOnSmallDisk("an open that would extend a file over a full disk fails, and the file is as it was") { path ->
        write(path, 5000)
        shouldThrow<MMapNoSpaceException> {
            MMapOptions().access(Access.WRITE).extend(true).length(TOO_MUCH).open(path)
        }.errorName shouldBe "ENOSPC"
        shouldHoldPattern(path, 5000)
    }

    testOnSmallDisk("an open that would create a file too large for the disk leaves none") { path ->
        shouldThrow<MMapNoSpaceException> {
            MMapOptions().access(Access.WRITE).create(true).extend(true).length(TOO_MUCH).open(path)
        }
        shouldThrow<MMapFileNotFoundException> { MMap.open(path) }
    }

    testOnSmallDisk("a resize over a full disk fails, and map and file are as they were") { path ->
        write(path, 5000)
        MMap.open(path, Access.WRITE).use { map ->
            repeat(3) { shouldThrow<MMapNoSpaceException> { map.resize(TOO_MUCH) }.message shouldContain path }
            map.size shouldBe 5000
            map.fileSize() shouldBe 5000
            map.slice(0) shouldBe patternOf(5000)
            // There is room for less, and it is really there.
            map.resize(SMALL_DISK / 2)
            map.setSlice(0, SMALL_DISK / 2, patternOf((SMALL_DISK / 2).toInt()))
            map.flush()
        }
        shouldHoldPattern(path, (SMALL_DISK / 2).toInt())
    }

    testOnSmallDisk("a write into a hole for which there is no room is a fault, and other maps go on") { path ->
        write("$path-other", 5000)
        shell("truncate -s $TOO_MUCH $path") shouldBe true
        MMap.open("$path-other", Access.WRITE).use { other ->
            MMap.open(path, Access.WRITE).use { map ->
                shouldThrow<MMapFaultException> { for (at in 0 until TOO_MUCH step page) map[at] = 1 }
                    .operation shouldBe "access"
                shouldThrow<MMapFaultException> { map[0] }
            }
            other[0] = 9
            other.flush()
            other[0] shouldBe 9
        }
    }
})
