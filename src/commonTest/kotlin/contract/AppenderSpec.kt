package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapAppender
import dev.kmmap.MMapException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapNoSpaceException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SMALL_DISK
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.attainableCapabilities
import dev.kmmap.fixtures.noSmallDisk
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.seeds
import dev.kmmap.fixtures.slowness
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.fixtures.withSmallDisk
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.random.Random

private fun appender(path: String, calls: FaultySystemCalls, step: Long = 1000, reserve: Long = 1L shl 20) =
    MMapAppender.of(MMapOptions().access(Access.WRITE).create(true).reserve(reserve).apply { systemCalls = calls }
        .open(path), step)

internal class AppenderSpec : FunSpec({
    test("what is appended is in the file at once, where it was said to be, and after close nothing else") {
        TemporaryFile().use { file ->
            MMapAppender.open(file.path).use { appender ->
                appender.size shouldBe 0
                appender.append(patternOf(10)) shouldBe 0
                appender.append(patternOf(5), 3) shouldBe 10
                appender.append(patternOf(5), 1, 2) shouldBe 12
                appender.append(ByteArray(0)) shouldBe 13
                appender.append(patternOf(5), 5, 5) shouldBe 13
                appender.size shouldBe 13
                val content = patternOf(10) + patternOf(5).copyOfRange(3, 5) + patternOf(2)[1]
                MMap.open(file.path).use { it.slice(0, 13) shouldBe content }
                for (mode in listOf(FlushMode.ASYNC, FlushMode.DURABLE)) appender.flush(mode)
                appender.flush()
                appender.close()
                file.readBytes() shouldBe content
            }
        }
    }

    test("an appender goes on at the end of the file") {
        TemporaryFile(patternOf(100)).use { file ->
            repeat(3) { round ->
                MMapAppender.open(file.path).use { it.append(byteArrayOf(round.toByte())) shouldBe 100L + round }
            }
            MMapAppender.open(file.path).close()
            file.readBytes() shouldBe patternOf(100) + byteArrayOf(0, 1, 2)
        }
    }

    test("pieces of any size follow each other, whatever steps are allocated and whatever is reserved") {
        val seed = seeds(1).single()
        val random = Random(seed)
        for (capabilities in attainableCapabilities) for (step in listOf(1L, 1000, 100_000)) {
            for (reserve in listOf(0L, 5000, 1L shl 20)) withClue("seed $seed, step $step, reserve $reserve") {
                withFaultySystemCalls(capabilities) { calls ->
                    TemporaryFile().use { file ->
                        var expected = ByteArray(0)
                        appender(file.path, calls, step, reserve).use {
                            repeat(30 / slowness) { _ ->
                                val bytes = random.nextBytes(random.nextInt(1 shl random.nextInt(16)))
                                it.append(bytes) shouldBe expected.size
                                expected += bytes
                            }
                        }
                        file.readBytes() shouldBe expected
                    }
                    calls.shouldHaveNothingLeft()
                }
            }
        }
    }

    test("space is allocated in steps that grow with the file") {
        TemporaryFile().use { file ->
            withFaultySystemCalls { calls ->
                appender(file.path, calls, step = 10_000, reserve = 1L shl 21).use { appender ->
                    repeat(10_000) { appender.append(ByteArray(100) { 1 }) }
                    // From 80,000 bytes on each is an eighth of the file: 9 steps, and then the logarithm of 12.
                    calls.count(SystemCall.ALLOCATE).toLong() shouldBeLessThan 9 + 25
                    val mapped = if (calls.capabilities.mapPastEnd) 1 else calls.count(SystemCall.ALLOCATE)
                    calls.count(SystemCall.MAP) shouldBe mapped
                }
            }
            file.readBytes() shouldBe ByteArray(1_000_000) { 1 }
        }
    }

    test("where there is no room for a step there may be some for a piece, and if not, nothing was appended") {
        TemporaryFile().use { file ->
            withFaultySystemCalls { calls ->
                val appender = appender(file.path, calls)
                appender.append(patternOf(1000))
                calls.fail(SystemCall.ALLOCATE)
                appender.append(patternOf(10)) shouldBe 1000
                calls.count(SystemCall.ALLOCATE) shouldBe 3
                repeat(2) {
                    calls.fail(SystemCall.ALLOCATE, 1).fail(SystemCall.ALLOCATE, 2)
                    shouldThrow<MMapNoSpaceException> { appender.append(patternOf(10)) }.errorName shouldBe
                        Symbol.NO_SPACE.here
                    appender.size shouldBe 1010
                    calls.heal()
                }
                appender.append(patternOf(10)) shouldBe 1010
                appender.close()
                calls.shouldHaveNothingLeft()
            }
            file.readBytes() shouldBe patternOf(1000) + patternOf(10) + patternOf(10)
        }
    }

    test("an appender that cannot cut the file is closed all the same, and the zeros are there") {
        TemporaryFile().use { file ->
            withFaultySystemCalls { calls ->
                val appender = appender(file.path, calls)
                appender.append(patternOf(10))
                calls.fail(SystemCall.TRUNCATE)
                shouldThrow<MMapException> { appender.close() }.errorName shouldBe Symbol.DEVICE.here
                appender.close()
                calls.shouldHaveNothingLeft()
            }
            file.readBytes() shouldBe patternOf(10).copyOf(1000)
        }
    }

    test("a closed appender refuses everything but to be closed") {
        TemporaryFile().use { file ->
            val appender = MMapAppender.open(file.path)
            repeat(2) { appender.close() }
            val uses = listOf({ appender.append(ByteArray(0)) }, { appender.append(ByteArray(1)) }, { appender.size },
                { appender.flush() })
            for (use in uses) shouldThrow<IllegalStateException> { use() }.message shouldBe "mmap is closed"
            file.readBytes() shouldBe ByteArray(0)
        }
    }

    test("what is out of range is refused, and nothing was appended") {
        TemporaryFile().use { file ->
            for (step in listOf(0L, -1, (1L shl 26) + 1)) {
                shouldThrow<IllegalArgumentException> { MMapAppender.open(file.path, step = step) }
            }
            shouldThrow<IllegalArgumentException> { MMapAppender.open(file.path, reserve = -1) }
            file.exists() shouldBe false
            MMapAppender.open(file.path).use { appender ->
                val bytes = ByteArray(10)
                shouldThrow<IndexOutOfBoundsException> { appender.append(bytes, -1) }
                shouldThrow<IndexOutOfBoundsException> { appender.append(bytes, 0, 11) }
                shouldThrow<IllegalArgumentException> { appender.append(bytes, 5, 4) }
                appender.size shouldBe 0
            }
        }
    }

    testUnless({ noSmallDisk }, "on a full disk all that was appended stays, and so does every byte of the disk") {
        TemporaryFile().use { folder ->
            withSmallDisk(folder.path) {
                val path = "${folder.path}/file"
                val appender = MMapAppender.open(path)
                shouldThrow<MMapNoSpaceException> { while (true) appender.append(patternOf(1000)) }
                val size = appender.size
                (size > SMALL_DISK - 3 * MMap.pageSize) shouldBe true
                shouldThrow<MMapNoSpaceException> { appender.append(ByteArray(SMALL_DISK.toInt())) }
                appender.close()
                MMap.open(path).use { map ->
                    map.size shouldBe size
                    for (offset in 0 until size step 1000) map.slice(offset, offset + 1000) shouldBe patternOf(1000)
                }
            } shouldBe true
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "an appender whose file was cut says so, and leaves the file alone") {
        val ends: Map<String, (MMapAppender) -> Unit> = mapOf(
            "flush" to { it.flush() },
            "close" to { it.close() },
            "append" to { appender -> repeat(70) { appender.append(ByteArray(1000)) } },
            "append of more than there is room for" to { it.append(ByteArray(3_000_000)) },
        )
        for ((name, end) in ends) for (cut in listOf(0L, 20L, 4096L)) withClue("$name, cut to $cut") {
            TemporaryFile().use { file ->
                val appender = MMapAppender.open(file.path)
                repeat(10) { appender.append(patternOf(10)) }
                file.truncate(cut)
                val failure = shouldThrow<MMapException> { end(appender) }
                // A store into the place of a lost page is what is told first.
                val what = if (failure is MMapFaultException) "a page is lost" else "somebody else has changed the file"
                failure.message shouldContain what
                failure.message shouldContain "fileSize=$cut"
                if (name != "close") {
                    shouldThrow<MMapException> { appender.append(patternOf(1)) }
                    shouldThrow<MMapException> { appender.flush() }
                    shouldThrow<MMapException> { appender.close() }
                }
                appender.close()
                file.readBytes() shouldBe ByteArray(100) { patternOf(10)[it % 10] }.copyOf(cut.toInt())
            }
        }
    }

    test("an appender does not cut what somebody else has appended") {
        TemporaryFile(patternOf(5)).use { file ->
            val appender = MMapAppender.open(file.path)
            appender.append(patternOf(5))
            MMap.open(file.path, Access.WRITE).use { other ->
                other.resize(other.size + 3)
                other[other.size - 1] = 9
            }
            shouldThrow<MMapException> { appender.close() }.message shouldContain "somebody else"
            file.readBytes().last() shouldBe 9
        }
    }
})
