package dev.kmmap

import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.untouchedMemory
import dev.kmmap.internal.OpenMode
import dev.kmmap.internal.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private const val GIB = 1L shl 30
private const val INT_BORDER = 1L shl 31
private const val UNSIGNED_BORDER = 1L shl 32
private const val SIZE = 5 * GIB
private const val NEAR = 100_000L

private val borders = listOf(INT_BORDER, UNSIGNED_BORDER)

/** Places at which a number that is too short shows. */
private val places = borders.flatMap { (it - 2)..(it + 2) } + listOf(0L, 1L, GIB, SIZE - 2, SIZE - 1)

/** Runs [block] with the path of a file of 5 GiB, nearly all of which is holes. */
private fun withLargeFile(size: Long = SIZE, block: (String) -> Unit) {
    TemporaryFile().use { file ->
        val descriptor = platformSystemCalls.open(file.path, OpenMode.CREATE_NEW)
        platformSystemCalls.truncate(descriptor, size) shouldBe 0
        platformSystemCalls.close(descriptor) shouldBe 0
        block(file.path)
    }
}

/** Private and shared memory. */
private val kindsOfMemory = listOf<(Long) -> MMap>(::untouchedMemory, MMap::anonymous)

/** Which memory grows over which border; where it is copied for that, one of what takes gigabytes is enough. */
private val growths = borders.flatMap { border -> kindsOfMemory.map { kind -> border to kind } }
    .take(if (platformSystemCalls.capabilities.moveMappings) Int.MAX_VALUE else 1)

private fun withLargeMap(block: (MMap) -> Unit) = withLargeFile { path -> MMap.open(path, Access.WRITE).use(block) }

internal class LargeFileSpec : FunSpec({
    test("bytes are read and written at every place, and are in the file") {
        withLargeFile { path ->
            MMap.open(path, Access.WRITE).use { map ->
                map.size shouldBe SIZE
                map.fileSize() shouldBe SIZE
                places.forEachIndexed { i, place -> map[place] = (i + 1).toByte() }
                places.forEachIndexed { i, place -> map[place] shouldBe (i + 1).toByte() }
            }
            MMap.open(path).use { map ->
                places.forEachIndexed { i, place -> map[place] shouldBe (i + 1).toByte() }
                for (outside in listOf(SIZE, SIZE + INT_BORDER, -1L, -INT_BORDER)) {
                    shouldThrow<IndexOutOfBoundsException> { map[outside] }.message shouldBe
                        "Index $outside out of bounds for length $SIZE"
                }
            }
        }
    }

    test("slices and copies across the borders of 31 and 32 bits") {
        withLargeMap { map ->
            for (border in borders) {
                val content = patternOf(2000)
                map.copyFrom(border - 1000, content)
                map.slice(border - 1000, border + 1000) shouldBe content
                map.slice(border - 1000 - SIZE, border + 1000 - SIZE) shouldBe content
                map.slice(border - 1, border + 1) shouldBe content.copyOfRange(999, 1001)
                map.slice(border + 999, border - 1001, -1) shouldBe content.reversedArray()
                ByteArray(2000).also { map.copyTo(border - 1000, it) } shouldBe content
                map.setSlice(border - 1, border + 1, byteArrayOf(-1, -2))
                map.setSlice(border + 1, border - 1, -1, byteArrayOf(-3, -4))
                map.slice(border - 2, border + 2) shouldBe byteArrayOf(content[998], -1, -4, -3)
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

    test("needles are found across the borders, in both directions") {
        withLargeMap { map ->
            val needle = patternOf(30)
            for (border in borders) for (at in listOf(border - 30, border - 29, border - 15, border - 1, border)) {
                map.copyFrom(at, needle)
                map.find(needle, border - NEAR) shouldBe at
                map.rfind(needle, border - NEAR, border + NEAR) shouldBe at
                map.find(needle[7], border - NEAR, border + NEAR) shouldBe at + 7
                map.find(needle, border - NEAR - SIZE, at + 29) shouldBe -1
                map.rfind(needle, at + 1, border + NEAR) shouldBe -1
                map.seek(border - NEAR)
                map.find(needle) shouldBe at
                map.copyFrom(at, ByteArray(30))
            }
            map[SIZE - 1] = 1
            map.find(1, SIZE - NEAR) shouldBe SIZE - 1
            map.rfind(1, SIZE - NEAR) shouldBe SIZE - 1
            map.find("", SIZE) shouldBe SIZE
            map.rfind("") shouldBe SIZE
        }
    }

    test("moves between places that are far apart, and across a border") {
        withLargeMap { map ->
            val content = patternOf(5000)
            map.copyFrom(100, content)
            map.move(UNSIGNED_BORDER - 2500, 100, 5000)
            map.slice(UNSIGNED_BORDER - 2500, UNSIGNED_BORDER + 2500) shouldBe content
            map.move(INT_BORDER - 1, UNSIGNED_BORDER - 2500, 5000)
            map.slice(INT_BORDER - 1, INT_BORDER + 4999) shouldBe content
            map.move(INT_BORDER + 1, INT_BORDER - 1, 5000)
            map.slice(INT_BORDER + 1, INT_BORDER + 5001) shouldBe content
            shouldThrow<IllegalArgumentException> { map.move(1, 0, SIZE) }
            shouldThrow<IllegalArgumentException> { map.move(SIZE - 5, 0, 6) }
        }
    }

    test("ranges at any place are flushed and advised") {
        withLargeMap { map ->
            for (place in places) {
                map[place] = 1
                map.flush(place, 1)
                map.flush(place, minOf(5000, SIZE - place), FlushMode.ASYNC)
                map.advise(Advice.WILL_NEED, place, 5000)
                map[place] shouldBe 1
            }
            map.flush()
            map.flush(UNSIGNED_BORDER + 1)
            for (advice in listOf(Advice.RANDOM).filter { it.isSupported }) map.advise(advice)
        }
    }

    test("the cursor goes everywhere") {
        withLargeMap { map ->
            for (place in places) {
                map.seek(place) shouldBe place
                map.seek(place - SIZE, Whence.END) shouldBe place
                map.writeByte(10)
                map.position shouldBe place + 1
                map.seek(-1, Whence.CURRENT)
                map.readLine() shouldBe byteArrayOf(10)
                map.position shouldBe place + 1
            }
            map.seek(UNSIGNED_BORDER - 3)
            map.write(byteArrayOf(1, 2, 3, 4, 5, 6))
            map.seek(-6, Whence.CURRENT)
            map.read(6) shouldBe byteArrayOf(1, 2, 3, 4, 5, 6)
        }
    }

    test("a small map may begin anywhere in a large file") {
        withLargeFile { path ->
            for (place in places) {
                MMap.open(path, Access.WRITE, place, minOf(10, SIZE - place)).use { map ->
                    map.offset shouldBe place
                    map[0] = 77
                    map.flush()
                }
                MMap.open(path, Access.READ, place).use { map ->
                    map.size shouldBe SIZE - place
                    map[0] shouldBe 77
                }
            }
        }
    }

    test("a large file shrinks to just around the borders, and grows over them") {
        withLargeMap { map ->
            for (border in borders.asReversed()) {
                map[border - 2] = 5
                for (size in listOf(border + 1, border, border - 1)) {
                    map.resize(size)
                    map.size shouldBe size
                    map.fileSize() shouldBe size
                    map[size - 1] shouldBe if (size == border - 1) 5 else 0
                    shouldThrow<IndexOutOfBoundsException> { map[size] }
                }
                map.resize(border + 5000)
                map[border + 4999] = 6
                map[border - 2] shouldBe 5
                map.slice(border - 1, border + 3) shouldBe ByteArray(4)
            }
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
})
