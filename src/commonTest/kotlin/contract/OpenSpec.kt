package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.OpenMode
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.nullDevice
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.io.files.Path

private val page = MMap.pageSize

/** Options with [configure] whose system calls are [calls]. */
private fun options(calls: FaultySystemCalls, configure: MMapOptions.() -> Unit = {}): MMapOptions =
    MMapOptions().apply(configure).apply { systemCalls = calls }

internal class OpenSpec : FunSpec({
    test("a bad descriptor is refused, one that cannot be a descriptor before any system call") {
        withFaultySystemCalls { calls ->
            for (descriptor in listOf(-1L, Long.MIN_VALUE, Int.MAX_VALUE + 1L, Long.MAX_VALUE)) {
                shouldThrow<IllegalArgumentException> { options(calls).map(descriptor) }.message shouldBe
                    "not a descriptor: $descriptor"
            }
            calls.record shouldBe emptyList()
        }
        for (trackFile in listOf(true, false)) {
            val failure = shouldThrow<MMapException> { MMapOptions().trackFile(trackFile).map(987_654) }
            failure.errorName shouldBe Symbol.BAD_DESCRIPTOR.here
            failure.message shouldContain "descriptor 987654"
        }
    }

    test("a directory is no file: neither by path, for any access, nor by descriptor") {
        val directory = temporaryFolder.toString()
        for (access in Access.entries) withFaultySystemCalls { calls ->
            for (create in listOf(false, true)) {
                shouldThrow<IllegalArgumentException> {
                    options(calls) { access(access).create(create) }.open(directory)
                }.message shouldBe "$directory is not a regular file: it is a directory"
            }
            calls.shouldHaveNothingLeft()
        }
        val descriptor = platformSystemCalls.open(directory, OpenMode.READ)
        shouldThrow<IllegalArgumentException> { MMap.map(descriptor) }.message shouldContain "it is a directory"
        platformSystemCalls.close(descriptor) shouldBe 0
    }

    testNeeding(Requirement.FIFOS, "a FIFO is no file, and nobody waits for its other end") {
        TemporaryFile().use { fifo ->
            shell("mkfifo '${fifo.path}'") shouldBe true
            withFaultySystemCalls { calls ->
                for (access in Access.entries) {
                    shouldThrow<IllegalArgumentException> { options(calls) { access(access) }.open(fifo.path) }
                        .message shouldBe "${fifo.path} is not a regular file: it is a FIFO"
                }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    testNeeding(
        Requirement.SYMBOLIC_LINKS,
        "a link to a file is the file; one to nowhere or in a circle is an exception",
    ) {
        TemporaryFile(patternOf(5)).use { file ->
            TemporaryFile().use { link ->
                shell("ln -s '${file.path}' '${link.path}'") shouldBe true
                MMap.open(link.path).use { it.slice(0) shouldBe patternOf(5) }
            }
        }
        TemporaryFile().use { nothing ->
            TemporaryFile().use { link ->
                shell("ln -s '${nothing.path}' '${link.path}'") shouldBe true
                shouldThrow<MMapFileNotFoundException> { MMap.open(link.path) }
                shell("rm '${link.path}'") shouldBe true
                shell("ln -s '${link.path}' '${link.path}'") shouldBe true
                shouldThrow<MMapException> { MMap.open(link.path) }.errorName shouldBe "ELOOP"
                shell("rm '${link.path}'") shouldBe true
            }
        }
    }

    test("a device needs an explicit length, and says itself if it has nothing to map") {
        shouldThrow<IllegalArgumentException> { MMap.open(nullDevice) }.message shouldBe
            "$nullDevice is a character device: it needs an explicit length"
        withFaultySystemCalls { calls ->
            shouldThrow<MMapException> { options(calls) { length(10) }.open(nullDevice) }
                .operation shouldBe SystemCall.MAP.here
            calls.shouldHaveNothingLeft()
        }
    }

    testNeeding(Requirement.ZERO_DEVICE, "a device that gives memory is mapped with an explicit length only") {
        shouldThrow<IllegalArgumentException> { MMap.open("/dev/zero") }.message shouldBe
            "/dev/zero is a character device: it needs an explicit length"
        for (access in Access.entries) MMap.open("/dev/zero", access, 0, page + 1).use { map ->
            map.size shouldBe page + 1
            map.slice(0) shouldBe ByteArray(page.toInt() + 1)
        }
    }

    test("a file of 0 bytes, and an offset at the end of a file, give an empty map") {
        TemporaryFile(ByteArray(0)).use { file ->
            for (access in Access.entries) MMap.open(file.path, access).use { map ->
                map.size shouldBe 0
                map.fileSize() shouldBe 0
                map.toList() shouldBe emptyList()
            }
        }
        TemporaryFile(ByteArray(page.toInt())).use { file ->
            for (offset in listOf(page)) MMap.open(file.path, Access.WRITE, offset).use { it.size shouldBe 0 }
        }
    }

    test("a missing file is created only when asked for, empty, and mapped") {
        for (access in Access.entries) TemporaryFile().use { file ->
            shouldThrow<MMapFileNotFoundException> { MMap.open(file.path, access) }.message shouldContain file.path
            file.exists() shouldBe false
            MMapOptions().access(access).create(true).open(file.path).use { it.size shouldBe 0 }
            file.readBytes() shouldBe ByteArray(0)
        }
    }

    test("create leaves a file that exists alone") {
        TemporaryFile(patternOf(10)).use { file ->
            MMapOptions().create(true).open(file.path).use { it.slice(0) shouldBe patternOf(10) }
            val options = MMapOptions().access(Access.WRITE).create(true).extend(true).length(5)
            options.open(file.path).use { it.size shouldBe 5 }
            file.readBytes() shouldBe patternOf(10)
        }
    }

    test("extend makes the file as long as it has to be, over zeros, and never shorter") {
        for (offset in listOf(0L, 1L, 10L, page, page + 1)) for (length in listOf(1L, 10L, page, 3 * page + 1)) {
            TemporaryFile(patternOf(10)).use { file ->
                val options = MMapOptions().access(Access.WRITE).extend(true).offset(offset).length(length)
                options.open(file.path).use { map ->
                    map.size shouldBe length
                    map.fileSize() shouldBe maxOf(10, offset + length)
                    map[length - 1] = 1
                }
                val expected = patternOf(10).copyOf(maxOf(10, offset + length).toInt())
                file.readBytes() shouldBe expected.also { it[(offset + length - 1).toInt()] = 1 }
            }
        }
    }

    test("what is private can be mapped of a descriptor for reading, what is written to the file cannot") {
        TemporaryFile(patternOf(10)).use { file ->
            val descriptor = platformSystemCalls.open(file.path, OpenMode.READ)
            for (access in listOf(Access.READ, Access.COPY)) MMap.map(descriptor, access).use { it.size shouldBe 10 }
            for (trackFile in listOf(true, false)) withFaultySystemCalls { calls ->
                calls.lend(descriptor)
                val options = options(calls) { access(Access.WRITE).trackFile(trackFile) }
                val failure = shouldThrow<MMapAccessDeniedException> { options.map(descriptor) }
                failure.errorName shouldBe Symbol.ACCESS_DENIED.here
                failure.message shouldContain
                    "${SystemCall.MAP.here}(descriptor $descriptor, offset=0, length=10, fileSize=10): "
                calls.takeBack(descriptor)
                calls.shouldHaveNothingLeft()
            }
            platformSystemCalls.close(descriptor) shouldBe 0
        }
    }

    test("the caller's descriptor stays the caller's, and is not needed any more") {
        TemporaryFile(patternOf(10)).use { file ->
            for (trackFile in listOf(true, false)) withFaultySystemCalls { calls ->
                val descriptor = platformSystemCalls.open(file.path, OpenMode.READ_WRITE)
                calls.lend(descriptor)
                val map = options(calls) { access(Access.WRITE).trackFile(trackFile) }.map(descriptor)
                calls.takeBack(descriptor)
                platformSystemCalls.close(descriptor) shouldBe 0
                map[0] = 9
                map.flush()
                if (trackFile) map.resize(10)
                map.close()
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a file that is truncated while it is being mapped is noticed, and nothing is left") {
        TemporaryFile(patternOf(100)).use { file ->
            withFaultySystemCalls { calls ->
                calls.answer(SystemCall.FILE_SIZE, 2) { 99 }
                val failure = shouldThrow<MMapException> { options(calls).open(file.path) }
                failure.message shouldContain "the file was truncated"
                failure.message shouldContain "offset=0, length=100, fileSize=99"
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("options are used again and again, and each map has its own copy of them") {
        TemporaryFile(patternOf(20)).use { file ->
            val options = MMapOptions().access(Access.COPY).offset(5).length(5)
            options.open(file.path).use { first ->
                options.offset(0).length(20).open(Path(file.path)).use { second ->
                    first.slice(0) shouldBe patternOf(20).copyOfRange(5, 10)
                    second.slice(0) shouldBe patternOf(20)
                }
            }
        }
    }

    test("messages have the form: operation, what on, the system's words, symbol and number") {
        TemporaryFile().use { file ->
            val failure = shouldThrow<MMapException> { MMap.open(file.path) }
            failure.shouldBeInstanceOf<MMapFileNotFoundException>()
            failure.operation shouldBe SystemCall.OPEN.here
            failure.errorName shouldBe Symbol.NOT_FOUND.here
            failure.errorCode shouldBe 2
            failure.message shouldBe "${SystemCall.OPEN.here}(${file.path}, mode=READ): " +
                "${platformSystemCalls.errorText(2)} (${Symbol.NOT_FOUND.here} 2)"
        }
    }
})
