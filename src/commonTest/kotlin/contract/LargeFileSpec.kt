package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Needle
import dev.kmmap.Protection
import dev.kmmap.Whence
import dev.kmmap.contains
import dev.kmmap.count
import dev.kmmap.findAll
import dev.kmmap.fixtures.OpenMode
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.systemFile
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.untouchedMemory
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.indexOfAny
import dev.kmmap.lastIndexOfAny
import dev.kmmap.lineStrings
import dev.kmmap.lines
import dev.kmmap.linesBackward
import dev.kmmap.linesFrom
import dev.kmmap.open
import dev.kmmap.protect
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldEndWith
import io.kotest.matchers.string.shouldNotContain

private const val GIB = 1L shl 30
private const val INT_BORDER = 1L shl 31
private const val UNSIGNED_BORDER = 1L shl 32

/** What 40 bits count: the size of the largest file here, in which the last byte has the largest index of 40 bits. */
private const val TEBIBYTE = 1L shl 40
private const val SIZE = 5 * GIB

/** How far operations reach from the place they are tried at. */
private const val NEARBY_POSITIONS = 1000L

private val borders = listOf(INT_BORDER, UNSIGNED_BORDER)

/** Makes the file at [path], all of it a hole; whether the file system can do that. */
private fun makeLargeFile(path: String, size: Long): Boolean {
    val descriptor = platformSystemCalls.open(path, OpenMode.CREATE_NEW)
    val result = platformSystemCalls.truncate(descriptor, size)
    platformSystemCalls.close(descriptor) shouldBe 0
    return result == 0L
}

/** Runs [block] with the path of a file of [size] bytes, nearly all of which is holes. */
private fun withLargeFile(size: Long = SIZE, block: (String) -> Unit) {
    TemporaryFile().use { file ->
        makeLargeFile(file.path, size) shouldBe true
        block(file.path)
    }
}

private val holdsTebibyte: Boolean by lazy { TemporaryFile().use { makeLargeFile(it.path, TEBIBYTE) } }

/** Why a file of [size] bytes cannot be had. */
private fun noFile(size: Long): String? =
    if (size < TEBIBYTE || holdsTebibyte) null else "the file system holds no file of 1 TiB"

/** Why a file of [size] bytes cannot be mapped as a whole. */
private fun noMap(size: Long): String? = noFile(size) ?: Requirement.TEBIBYTE_MAPS.reason.takeIf { size >= TEBIBYTE }

/** Why memory is set aside whatever is asked for. */
private val noOvercommit: String? by lazy {
    val strict = Requirement.PROC.reason == null && systemFile("/proc/sys/vm/overcommit_memory").trim() == "2"
    if (strict) "this system sets memory aside for all that could be written" else null
}

private val sizes = listOf("5 GiB" to SIZE, "1 TiB" to TEBIBYTE)

/** Places in a file of [size] bytes at which a number that is too short shows. */
private fun places(size: Long): List<Long> =
    (borders + (TEBIBYTE - 1)).flatMap { (it - 1)..(it + 1) }.plus(size - 1).filter { it < size }.distinct()

/** A place in a large map, with bytes around it that nothing else in the map is like. */
private class Place(val map: MMap, val at: Long) {
    val size = map.size
    val start = at - NEARBY_POSITIONS
    val end = minOf(at + NEARBY_POSITIONS, size)
    val content = patternOf((end - start).toInt())

    fun bytes(from: Long, to: Long): ByteArray = content.copyOfRange((from - start).toInt(), (to - start).toInt())

    /** Puts lines of `x` around the place, one of which ends with the byte there; another one ends all. */
    fun putLines() {
        map.copyFrom(start, ByteArray(content.size) { 'x'.code.toByte() })
        for (end in listOf(start, at, end - 1)) map[end] = LINE_END
    }
}

private const val LINE_END = '\n'.code.toByte()

/** Everything that can be done at a place; each begins with the place's content in the map. */
private val operations: Map<String, Place.() -> Unit> = mapOf(
    "get and set" to {
        map[at] shouldBe content[NEARBY_POSITIONS.toInt()]
        map[at] = 0
        map[at] shouldBe 0
        map.slice(start, at) shouldBe bytes(start, at)
        map.slice(at + 1, end) shouldBe bytes(at + 1, end)
    },
    "slice" to {
        map.slice(start, end) shouldBe content
        map.slice(start - size, end) shouldBe content
        map.slice(at, end) shouldBe bytes(at, end)
        map.slice(end - 1, start - 1, -1) shouldBe content.reversedArray()
        map.slice(0, at + 1, at) shouldBe byteArrayOf(map[0], map[at])
        map.slice(at, null, -at) shouldBe byteArrayOf(map[at], map[0])
    },
    "setSlice" to {
        map.setSlice(at - 1, at + 1, byteArrayOf(1, 2))
        map.slice(at - 2, at + 1) shouldBe bytes(at - 2, at - 1) + byteArrayOf(1, 2)
        map.setSlice(at, at - 2, -1, byteArrayOf(3, 4))
        map.slice(at - 2, at + 1) shouldBe bytes(at - 2, at - 1) + byteArrayOf(4, 3)
    },
    "copyTo and copyFrom" to {
        ByteArray(content.size).also { map.copyTo(start, it) } shouldBe content
        map.copyFrom(at, byteArrayOf(1, 2, 3), 1, 2)
        ByteArray(3).also { map.copyTo(at, it, 1, 2) } shouldBe byteArrayOf(0, 2, 0)
        shouldThrow<IndexOutOfBoundsException> { map.copyTo(at, ByteArray(1), 0, 2) }
    },
    "seek, read and write" to {
        map.seek(at) shouldBe at
        map.seek(at - size, Whence.END) shouldBe at
        map.readByte() shouldBe content[NEARBY_POSITIONS.toInt()]
        map.seek(-1, Whence.CURRENT) shouldBe at
        map.writeByte(9)
        map.position shouldBe at + 1
        map.seek(start)
        map.read(end - start) shouldBe bytes(start, at) + byteArrayOf(9) + bytes(at + 1, end)
        map.position shouldBe end
        map.seek(start)
        map.write(content) shouldBe content.size
        map.slice(start, end) shouldBe content
    },
    "readLine" to {
        putLines()
        map.seek(start + 1)
        map.readLine().size shouldBe NEARBY_POSITIONS
        map.position shouldBe at + 1
        map.readLine().size shouldBe end - at - 1
    },
    "find and rfind" to {
        val first = at - 300
        val needle = bytes(first, minOf(at + 8, size))
        map.find(needle, start, end) shouldBe first
        map.rfind(needle, start, end) shouldBe first
        map.find(needle, start - size, end) shouldBe first
        map.find(needle, first + 1, end) shouldBe -1
        map.rfind(needle, start, at) shouldBe -1
        map.seek(start)
        map.find(needle) shouldBe first
        if (end == size) map.rfind(needle) shouldBe first
        map.find("", at) shouldBe at
        map.rfind("", 0, at) shouldBe at
    },
    "count and findAll" to {
        map.copyFrom(start, ByteArray(content.size))
        map[at] = 7
        map[at - 1] = 7
        val seven = Needle.of(byteArrayOf(7))
        map.count(seven, start, end) shouldBe 2
        map.findAll(seven, start, end).toList() shouldBe listOf(at - 1, at)
        map.indexOfAny(byteArrayOf(7, 8), start, end) shouldBe at - 1
        map.lastIndexOfAny(byteArrayOf(7, 8), start, end) shouldBe at
    },
    "lines" to {
        putLines()
        map.lines(start + 1).first().end shouldBe at + 1
        map.linesFrom(at).first().start shouldBe start + 1
        map.lineStrings(start + 1).first().length shouldBe NEARBY_POSITIONS - 1
        map.linesBackward(at + 1).first().start shouldBe start + 1
    },
    "move" to {
        map.move(100, start, end - start)
        map.slice(100, 100 + end - start) shouldBe content
        map.copyFrom(start, ByteArray(content.size))
        map.move(start, 100, end - start)
        map.slice(start, end) shouldBe content
        map.move(at - 1, start, 2)
        map.slice(at - 1, at + 1) shouldBe bytes(start, start + 2)
        shouldThrow<IllegalArgumentException> { map.move(at, 0, size - at + 1) }
    },
    "flush" to {
        map.flush(at, 1)
        map.flush(start, end - start, FlushMode.ASYNC)
        map.flush(at)
        shouldThrow<IllegalArgumentException> { map.flush(at, size - at + 1) }
    },
    "advise" to {
        map.advise(Advice.WILL_NEED, at, NEARBY_POSITIONS)
        map.slice(start, end) shouldBe content
    },
)

/** Private and shared memory. */
private val kindsOfMemory = listOf<(Long) -> MMap>(::untouchedMemory, MMap::anonymous)

/** Which memory grows over which border; where it is copied for that, one of what takes gigabytes is enough. */
private val growths = borders.flatMap { border -> kindsOfMemory.map { kind -> border to kind } }
    .take(if (platformSystemCalls.capabilities.moveMappings) Int.MAX_VALUE else 1)

private fun withLargeMap(block: (MMap) -> Unit) = withLargeFile { path -> MMap.open(path, Access.WRITE).use(block) }

internal class LargeFileSpec : FunSpec({
    for ((name, size) in sizes) {
        testUnless({ noMap(size) }, "everything can be done at every place of a file of $name") {
            withLargeFile(size) { path ->
                MMap.open(path, Access.WRITE).use { map ->
                    map.size shouldBe size
                    map.fileSize() shouldBe size
                    for (at in places(size)) for ((operation, attempt) in operations) withClue("$operation at $at") {
                        val place = Place(map, at)
                        map.copyFrom(place.start, place.content)
                        place.attempt()
                        map.copyFrom(place.start, ByteArray(place.content.size))
                    }
                    for (outside in listOf(size, size + INT_BORDER, size + UNSIGNED_BORDER, -1L, -INT_BORDER)) {
                        shouldThrow<IndexOutOfBoundsException> { map[outside] }.message shouldBe
                            "Index $outside out of bounds for length $size"
                    }
                    places(size).forEachIndexed { i, place -> map[place] = (i + 1).toByte() }
                }
                MMap.open(path).use { map ->
                    places(size).forEachIndexed { i, place -> map[place] shouldBe (i + 1).toByte() }
                }
            }
        }

        testUnless({ noMap(size) }, "a file of $name shrinks to just around the borders, and grows over them") {
            withLargeFile(size) { path ->
                MMap.open(path, Access.WRITE).use { map ->
                    val allBorders = listOf(INT_BORDER, UNSIGNED_BORDER, TEBIBYTE - 1).filter { it < size }
                    for (border in allBorders.asReversed()) {
                        map[border - 2] = 5
                        for (newSize in listOf(border + 1, border, border - 1)) {
                            map.resize(newSize)
                            map.size shouldBe newSize
                            map.fileSize() shouldBe newSize
                            map[newSize - 1] shouldBe if (newSize == border - 1) 5 else 0
                            shouldThrow<IndexOutOfBoundsException> { map[newSize] }
                        }
                        map.resize(border + 5000)
                        map[border + 4999] = 6
                        map[border - 2] shouldBe 5
                        map.slice(border - 1, border + 3) shouldBe ByteArray(4)
                    }
                }
            }
        }

        testUnless({ noFile(size) }, "a small map may begin anywhere in a file of $name") {
            withLargeFile(size) { path ->
                for (place in places(size)) {
                    MMap.open(path, Access.WRITE, place, minOf(10, size - place)).use { map ->
                        map.offset shouldBe place
                        map.fileSize() shouldBe size
                        map[0] = 77
                        map.flush()
                    }
                    // To the end, where that is not too much for an emulator.
                    val length = if (size - place <= SIZE) 0 else SIZE
                    MMap.open(path, Access.READ, place, length).use { map ->
                        map.size shouldBe minOf(size - place, SIZE)
                        map[0] shouldBe 77
                    }
                }
            }
        }
    }

    test("steps as long as 31 and 32 bits") {
        withLargeMap { map ->
            for (border in borders) map[border] = (border shr 28).toByte()
            map[0] = 5
            map.slice(null, null, INT_BORDER) shouldBe byteArrayOf(5, 8, 16)
            map.slice(null, null, UNSIGNED_BORDER) shouldBe byteArrayOf(5, 16)
            map.slice(UNSIGNED_BORDER, null, -INT_BORDER) shouldBe byteArrayOf(16, 8, 5)
            map.slice(null, null, Long.MAX_VALUE) shouldBe byteArrayOf(5)
            map.slice(0L, null, SIZE - 1) shouldBe byteArrayOf(5, 0)
        }
    }

    test("what is longer than an array is refused") {
        withLargeMap { map ->
            shouldThrow<IllegalArgumentException> { map.slice(0) }
            shouldThrow<IllegalArgumentException> { map.slice(1, UNSIGNED_BORDER + 1) }
            shouldThrow<IllegalArgumentException> { map.read() }
            shouldThrow<IllegalArgumentException> { map.setSlice(0, UNSIGNED_BORDER, ByteArray(0)) }
            map.slice(UNSIGNED_BORDER + 1, UNSIGNED_BORDER) shouldBe ByteArray(0)
        }
    }

    test("memory of sizes around the borders has its last byte and none behind it") {
        for (border in borders) for (size in listOf(border - 1, border, border + 1)) for (kind in kindsOfMemory) {
            kind(size).use { map ->
                map.size shouldBe size
                map[size - 1] = 3
                map.slice(-2) shouldBe byteArrayOf(0, 3)
                map.rfind(3, -10) shouldBe size - 1
                shouldThrow<IndexOutOfBoundsException> { map[size] }
            }
        }
    }

    test("memory grows over the borders and keeps its last byte") {
        for ((border, kind) in growths) kind(border - 1).use { map ->
            map[border - 2] = 3
            map.resize(border + 1)
            map[border] = 4
            shouldThrow<IndexOutOfBoundsException> { map[border + 1] }
            map.slice(-4) shouldBe byteArrayOf(0, 3, 0, 4)
        }
    }

    testUnless({ noMap(TEBIBYTE) ?: noOvercommit }, "a copy of a file larger than memory takes only what is written") {
        withLargeFile(TEBIBYTE) { path ->
            MMap.open(path, Access.COPY).use { map ->
                map[TEBIBYTE - 1] = 5
                map[0] = 6
                map.protect(Protection.READ)
                map.protect(Protection.READ, Protection.WRITE)
                map[TEBIBYTE - 1] shouldBe 5
                map[TEBIBYTE / 2] shouldBe 0
            }
            MMap.open(path).use { it[TEBIBYTE - 1] shouldBe 0 }
        }
    }

    testNeeding(Requirement.NO_RESERVE, "where memory is set aside, a refusal says how to do without") {
        withFaultySystemCalls { calls ->
            fun refused(vararg flags: MapFlag): String {
                calls.fail(SystemCall.MAP, error = Symbol.NO_MEMORY)
                val options = MMapOptions().flags(*flags).length(1).apply { systemCalls = calls }
                return shouldThrow<MMapException> { options.anonymous() }.message.orEmpty()
            }
            val hint = "; MapFlag.NO_RESERVE maps without setting memory aside"
            refused(MapFlag.PRIVATE) shouldEndWith hint
            refused(MapFlag.PRIVATE, MapFlag.NO_RESERVE) shouldNotContain hint
            refused(MapFlag.SHARED) shouldNotContain hint
            calls.shouldHaveNothingLeft()
        }
    }
})
