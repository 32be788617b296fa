package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.OpenMode
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCalls
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.testNeeding
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** A system on which the file has content, whatever its size. */
private class Generating(private val size: Long) : SystemCalls by platformSystemCalls {
    override fun firstByte(descriptor: Long): Long = 1

    override fun fileSize(descriptor: Long): Long = size
}

/** Files whose content is made when they are read. */
internal class GeneratedFilesSpec : FunSpec({
    testNeeding(Requirement.PROC, "files of the system that tell no size are refused, and the message says why") {
        for (path in listOf("/proc/cpuinfo", "/proc/self/status", "/proc/self/environ")) withClue(path) {
            for (options in listOf(MMapOptions(), MMapOptions().length(1), MMapOptions().create(true))) {
                shouldThrow<IllegalArgumentException> { options.open(path) }.message shouldBe
                    "$path has no bytes that can be mapped: its size is 0 on proc, " +
                    "so its content is made when it is read; read it instead"
            }
            val descriptor = platformSystemCalls.open(path, OpenMode.READ)
            shouldThrow<IllegalArgumentException> { MMap.map(descriptor, Access.COPY) }.message shouldContain
                "descriptor $descriptor has no bytes that can be mapped"
            platformSystemCalls.close(descriptor) shouldBe 0
        }
    }

    test("so is every file of 0 bytes from which one can be read, wherever it is") {
        TemporaryFile(ByteArray(0)).use { file ->
            val options = MMapOptions().apply { systemCalls = Generating(0) }
            shouldThrow<IllegalArgumentException> { options.open(file.path) }.message shouldContain
                "its size is 0 and can be read all the same"
        }
    }

    test("a file of 0 bytes stays an empty map, and is not changed") {
        TemporaryFile(ByteArray(0)).use { file ->
            for (access in Access.entries) MMap.open(file.path, access).use { it.size shouldBe 0 }
            MMapOptions().access(Access.WRITE).extend(true).length(1).open(file.path).use { it[0] shouldBe 0 }
        }
    }
})
