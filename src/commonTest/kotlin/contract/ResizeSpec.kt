package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.OpenedBy
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.attainableCapabilities
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.offsets
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.sizes
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.random.Random

private val page = MMap.pageSize
private val resizable = mappings.filter { it.resizable }

/** A private map of a file's bytes from [offset] on, [length] of them, by raw flags: it can be resized. */
private fun privateMap(path: String, offset: Long = 0, length: Long = 0): MMap =
    MMapOptions().protection(Protection.READ, Protection.WRITE).flags(MapFlag.PRIVATE)
        .offset(offset).length(length).open(path)

internal class ResizeSpec : FunSpec({
    test("a resize keeps the bytes up to the smaller size, and what is gained is zero") {
        for (newSize in sizes + listOf(2L, 2 * page)) {
            forEachOf(resizable.filter { it.origin != OpenedBy.DESCRIPTOR || it.offset == 1L }) { subject ->
                // What the file holds behind the map is not gained by it but cut off.
                if (subject.row.trailing > 0) subject.map.resize(subject.row.size)
                subject.map.seek(subject.row.size)
                subject.map.resize(newSize)
                subject.map.size shouldBe newSize
                subject.map.position shouldBe subject.row.size
                val expected = subject.content.copyOf(newSize.toInt())
                subject.bytes() shouldBe expected
                if (subject.row.origin.inFile) {
                    subject.map.fileSize() shouldBe subject.row.offset + newSize
                    val fileSize = (subject.row.offset + newSize).toInt()
                    val shown = if (subject.row.reachesFile) expected else subject.content.copyOf(newSize.toInt())
                    subject.fileBytes() shouldBe subject.fileWith(shown).copyOf(fileSize)
                } else {
                    subject.map.fileSize() shouldBe newSize
                }
            }
        }
    }

    test("a file that goes on behind the map is cut there") {
        forEachOf(resizable.filter { it.trailing > 0 }) { subject ->
            subject.map.resize(subject.row.size)
            subject.map.fileSize() shouldBe subject.row.offset + subject.row.size
            subject.bytes() shouldBe subject.content
        }
    }

    test("what was cut off does not come back when the map grows again") {
        forEachOf(resizable.filter { it.size > 1 }) { subject ->
            subject.map.copyFrom(0, ByteArray(subject.size) { 1 })
            val kept = subject.row.size / 2
            subject.map.resize(kept)
            subject.map.resize(subject.row.size)
            val expected = ByteArray(subject.size) { if (it < kept) 1 else 0 }
            subject.bytes() shouldBe expected
            subject.map.resize(0)
            subject.map.resize(subject.row.size)
            subject.bytes() shouldBe ByteArray(subject.size)
        }
    }

    test("a resized map can be written from its first to its last byte, and flushed") {
        forEachOf(resizable.filter { it.origin != OpenedBy.DESCRIPTOR }) { subject ->
            for (newSize in listOf(page + 7, 3L, 2 * page)) {
                subject.map.resize(newSize)
                subject.map.seek(0)
                subject.map.write(patternOf(newSize.toInt()))
                subject.map[newSize - 1] = 99
                subject.map.flush()
                subject.map.advise(Advice.WILL_NEED)
                subject.bytes() shouldBe patternOf(newSize.toInt()).also { it[it.size - 1] = 99 }
                shouldThrow<IndexOutOfBoundsException> { subject.map[newSize] }
                if (subject.row.reachesFile) subject.map.fileSize() shouldBe subject.row.offset + newSize
            }
        }
    }

    test("a map resized to nothing is empty, and no longer than nothing in its file") {
        forEachOf(resizable.filter { it.origin != OpenedBy.DESCRIPTOR }) { subject ->
            repeat(2) {
                subject.map.resize(0)
                subject.map.size shouldBe 0
                subject.map.read() shouldBe ByteArray(0)
                subject.map.slice(0) shouldBe ByteArray(0)
                subject.map.flush()
                shouldThrow<IndexOutOfBoundsException> { subject.map[0] }
                shouldThrow<IndexOutOfBoundsException> { subject.map[0] = 1 }
                if (subject.row.origin.inFile) subject.map.fileSize() shouldBe subject.row.offset
            }
            subject.map.resize(1)
            subject.map[0] = 5
            subject.bytes() shouldBe byteArrayOf(5)
        }
    }

    test("random resizes keep a map and an array alike") {
        val seed = Random.nextInt()
        val random = Random(seed)
        forEachOf(resizable.filter { it.offset <= 1 && it.size in listOf(0L, page + 1) }) { subject ->
            if (subject.row.trailing > 0) subject.map.resize(subject.row.size)
            var expected = subject.content
            repeat(12) {
                val newSize = if (random.nextInt(5) == 0) random.nextInt(3) else random.nextInt(6 * page.toInt())
                subject.map.resize(newSize.toLong())
                expected = expected.copyOf(newSize)
                if (newSize > 0) {
                    val at = random.nextInt(newSize)
                    val bytes = random.nextBytes(random.nextInt(newSize - at) + 1)
                    bytes.copyInto(expected, at)
                    subject.map.copyFrom(at.toLong(), bytes)
                }
                if (!subject.bytes().contentEquals(expected)) error("seed $seed: differs at size $newSize")
            }
            if (subject.row.reachesFile) subject.fileBytes() shouldBe subject.fileWith(ByteArray(0)).copyOf(
                subject.row.offset.toInt(),
            ) + expected
        }
    }

    test("maps that do not change their file, or do not keep it, are not resized") {
        forEachOf(mappingsByPath.filter { !it.resizable }) { subject ->
            val row = subject.row
            for (newSize in listOf(0L, row.size, row.size + 1)) {
                val failure = shouldThrow<UnsupportedOperationException> { subject.map.resize(newSize) }
                (failure is ReadOnlyMMapException) shouldBe !row.writable
                when {
                    !row.writable -> failure.message shouldBe "resize: the map is read-only"
                    row.kind == Kind.COPY -> failure.message shouldContain "copy-on-write"
                    else -> failure.message shouldContain "trackFile = false"
                }
            }
            subject.bytes() shouldBe subject.content
            if (row.origin.inFile) subject.fileBytes() shouldBe subject.fileWith(subject.content)
        }
    }

    test("a size that is negative, or that no file can have, is refused before any system call") {
        for (offset in offsets) withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(offset.toInt() + 10)).use { file ->
                val options = MMapOptions().access(Access.WRITE).offset(offset).apply { systemCalls = calls }
                options.open(file.path).use { map ->
                    calls.record.clear()
                    for (newSize in listOf(-1L, Long.MIN_VALUE, Long.MAX_VALUE).take(if (offset > 0) 3 else 2)) {
                        shouldThrow<IllegalArgumentException> { map.resize(newSize) }.message shouldBe
                            "new size out of range: $newSize, offset=$offset"
                    }
                    calls.record shouldBe emptyList()
                    map.size shouldBe 10
                }
            }
        }
    }

    test("a size that the system cannot give is an exception, and everything stays as it was") {
        forEachOf(resizable.filter { it.size == page + 1 }) { subject ->
            for (newSize in listOf(1L shl 60, Long.MAX_VALUE - subject.row.offset)) {
                shouldThrow<MMapException> { subject.map.resize(newSize) }
                subject.map.size shouldBe subject.row.size
                subject.bytes() shouldBe subject.content
                subject.map.fileSize() shouldBe subject.row.offset + subject.row.size + subject.row.trailing
            }
        }
    }

    test("the space that a file gains is real") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(10)).use { file ->
                MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path).use { map ->
                    map.resize(5 * page)
                    calls.count(SystemCall.ALLOCATE) shouldBe 1
                    calls.count(SystemCall.TRUNCATE) shouldBe 0
                }
            }
        }
    }

    test("a resize to the size that map and file have makes no call that changes anything") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(10)).use { file ->
                MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path).use { map ->
                    calls.record.clear()
                    map.resize(10)
                    calls.record shouldBe listOf(SystemCall.FILE_SIZE)
                }
            }
        }
    }

    test("other maps of the file see what a resize gains") {
        TemporaryFile(patternOf(10)).use { file ->
            MMap.open(file.path, Access.WRITE).use { map ->
                map.resize(3 * page)
                map[3 * page - 1] = 1
                MMap.open(file.path).use { other ->
                    other.size shouldBe 3 * page
                    other[3 * page - 1] shouldBe 1
                    map[2 * page] = 2
                    other[2 * page] shouldBe 2
                }
            }
        }
    }

    test("a private map of a file grows over zeros and keeps its own changes") {
        TemporaryFile(patternOf(10)).use { file ->
            privateMap(file.path).use { map ->
                map[0] = 100
                map.resize(2 * page)
                map.slice(0, 10) shouldBe patternOf(10).also { it[0] = 100 }
                map.slice(10) shouldBe ByteArray(2 * page.toInt() - 10)
                map[2 * page - 1] = 101
                map.resize(5)
                map.slice(0) shouldBe patternOf(5).also { it[0] = 100 }
            }
            file.readBytes() shouldBe patternOf(5)
        }
    }

    test("a private map that grows inside of its longer file shows the file's bytes, and the file is cut") {
        TemporaryFile(patternOf(100)).use { file ->
            privateMap(file.path, length = 10).use { map ->
                map.resize(20)
                map.slice(0) shouldBe patternOf(20)
                map.fileSize() shouldBe 20
            }
        }
    }

    test("a file that has another map is cut where the system can do that, and otherwise all stays as it was") {
        for (capabilities in attainableCapabilities) TemporaryFile(patternOf(100)).use { file ->
            withFaultySystemCalls(capabilities) { calls ->
                val options = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }
                options.open(file.path).use { other ->
                    options.open(file.path).use { map ->
                        val failure = runCatching { map.resize(10) }.exceptionOrNull() as MMapException?
                        failure?.errorName shouldBe if (capabilities.cutMappedFiles) null else Symbol.BUSY.here
                        val size = if (capabilities.cutMappedFiles) 10 else 100
                        map.slice(0) shouldBe patternOf(size)
                        map.fileSize() shouldBe size
                    }
                    other.slice(0, 10) shouldBe patternOf(10)
                }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    testNeeding(
        Requirement.CUTTING_A_MAPPED_FILE,
        "a file that somebody else has enlarged is cut, one that somebody has cut is enlarged again",
    ) {
        TemporaryFile(patternOf(100)).use { file ->
            val other = MMap.open(file.path, Access.WRITE)
            MMap.open(file.path, Access.WRITE).use { map ->
                other.resize(1000)
                map.size shouldBe 100
                map.resize(100)
                map.fileSize() shouldBe 100
                other.resize(10)
                map.resize(100)
                map.slice(0) shouldBe patternOf(100).also { it.fill(0, 10) }
            }
            other.close()
        }
    }
})
