package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Whence
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.granularity
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withFile
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe

/** CPython's test_mmap: resize. */
internal class PythonResizeSpec : FunSpec({
    val pageBytes = page.toInt()

    fun private(length: Long): MMap = MMapOptions().flags(MapFlag.PRIVATE).length(length).anonymous()

    test("test_resize: map and file get the new size") {
        withFile(ByteArray(2 * pageBytes)) { map, file ->
            map.resize(512)
            map.size shouldBe 512
            shouldThrow<IllegalArgumentException> { map.seek(513) }
            file.readBytes().size shouldBe 512
            map.fileSize() shouldBe 512
        }
    }

    test("test_offset: a map from an offset on, which resize keeps") {
        val content = ByteArray(2 * granularity)
        bytes("foo").copyInto(content, granularity)
        TemporaryFile(content).use { file ->
            MMap.open(file.path, Access.WRITE, granularity.toLong(), granularity.toLong()).use { map ->
                map.slice(0, 3) shouldBe bytes("foo")
                map.resize(512)
                map.size shouldBe 512
                shouldThrow<IllegalArgumentException> { map.seek(513) }
                map.slice(0, 3) shouldBe bytes("foo")
                file.readBytes().size shouldBe granularity + 512
                map.fileSize() shouldBe granularity + 512L
            }
        }
    }

    test("test_offset: the offset can be any (deviation: Python needs a multiple of the granularity)") {
        val content = bytes("0123456789")
        TemporaryFile(content).use { file ->
            MMap.open(file.path, Access.WRITE, 3, 4).use { map ->
                map.offset shouldBe 3
                map.slice(0) shouldBe bytes("3456")
                map.find("5") shouldBe 2
                map.flush(1, 1)
                map.resize(6)
                map.slice(0) shouldBe bytes("345678")
                map.fileSize() shouldBe 9
            }
        }
    }

    test("test_resize_past_pos: a cursor behind the new end stays (deviation: IndexOutOfBoundsException there)") {
        MMap.anonymous(8192).use { map ->
            map.read(5000).size shouldBe 5000
            map.resize(4096)
            map.position shouldBe 5000
            map.read(14) shouldBe ByteArray(0)
            map.read() shouldBe ByteArray(0)
            map.readLine() shouldBe ByteArray(0)
            map.position shouldBe 5000
            shouldThrow<IndexOutOfBoundsException> { map.readByte() }
            shouldThrow<IndexOutOfBoundsException> { map.writeByte(byte('a')) }
            shouldThrow<IndexOutOfBoundsException> { map.write(bytes("abc")) }
            shouldThrow<IndexOutOfBoundsException> { map.write(ByteArray(0)) }
            shouldThrow<IllegalArgumentException> { map.seek(0, Whence.CURRENT) }
            map.seek(-904, Whence.CURRENT) shouldBe 4096
        }
    }

    test("test_resize_up_anonymous: shared memory grows by zeros (deviation: Python refuses it on Linux)") {
        MMap.anonymous(page).use { map ->
            val data = ByteArray(pageBytes) { (it * 7).toByte() }
            map.setSlice(0, page, data)
            map.resize(2 * page)
            map.size shouldBe 2 * page
            map.slice(0, page) shouldBe data
            map.slice(page) shouldBe ByteArray(pageBytes)
        }
    }

    test("test_resize_up_private_anonymous: private memory grows by zeros") {
        private(page).use { map ->
            val data = ByteArray(pageBytes) { (it * 7).toByte() }
            map.setSlice(0, page, data)
            map.resize(2 * page)
            map.size shouldBe 2 * page
            map.slice(0, page) shouldBe data
            map.slice(page) shouldBe ByteArray(pageBytes)
        }
    }

    test("test_resize_down_anonymous: what is left stays, and memory can grow back (deviation: Python refuses it)") {
        MMap.anonymous(2 * page).use { map ->
            val data = ByteArray(2 * pageBytes) { (it * 7).toByte() }
            map.setSlice(0, 2 * page, data)
            map.resize(page)
            map.size shouldBe page
            map.slice(0) shouldBe data.copyOf(pageBytes)
            map.resize(2 * page)
            map.slice(0) shouldBe data.copyOf(pageBytes) + ByteArray(pageBytes)
        }
    }

    test("memory gains zeros inside a page, too (deviation: in Python private memory shows its old bytes again)") {
        for (map in listOf(MMap.anonymous(6), private(6))) {
            map.use {
                map.write(bytes("abcdef"))
                map.resize(3)
                map.resize(6)
                map.slice(0) shouldBe bytes("abc\u0000\u0000\u0000")
            }
        }
    }

    test("the file ends where the resized map ends, even if it went on behind it, and gains zeros") {
        TemporaryFile(bytes("0123456789")).use { file ->
            MMap.open(file.path, Access.WRITE, length = 4).use { map ->
                map.resize(5)
                file.readBytes() shouldBe bytes("01234")
                map.resize(7)
                file.readBytes() shouldBe bytes("01234\u0000\u0000")
                map.slice(0) shouldBe bytes("01234\u0000\u0000")
            }
        }
    }

    test("a private writable map cannot change the file's bytes, but resize changes the file's size") {
        TemporaryFile(bytes("0123456789")).use { file ->
            MMapOptions().flags(MapFlag.PRIVATE).open(file.path).use { map ->
                map[0] = byte('x')
                map.resize(5)
                map.slice(0) shouldBe bytes("x1234")
                file.readBytes() shouldBe bytes("01234")
            }
        }
    }

    test("resize takes new sizes from 0 to what offset + size can be, no others") {
        withFile(bytes("0123456789")) { map, file ->
            shouldThrow<IllegalArgumentException> { map.resize(-1) }
            shouldThrow<IllegalArgumentException> { map.resize(Long.MIN_VALUE) }
            MMap.open(file.path, Access.WRITE, 1).use { other ->
                shouldThrow<IllegalArgumentException> { other.resize(Long.MAX_VALUE) }
            }
            file.readBytes() shouldBe bytes("0123456789")
        }
    }

    test("a map can be resized to nothing and back (deviation: on Linux Python fails and has cut the file by then)") {
        withFile(bytes("0123456789")) { map, file ->
            map.resize(0)
            map.size shouldBe 0
            file.readBytes() shouldBe ByteArray(0)
            map.resize(2)
            map.slice(0) shouldBe ByteArray(2)
            file.readBytes() shouldBe ByteArray(2)
        }
        MMap.anonymous(0).use { map ->
            map.size shouldBe 0
            map.resize(page)
            map.slice(0) shouldBe ByteArray(pageBytes)
        }
    }

    test("a resize that fails leaves map and file as they were (deviation: Python may have changed the file by then)") {
        withFile(bytes("0123456789")) { map, file ->
            // More than any file can have.
            shouldThrow<MMapException> { map.resize(Long.MAX_VALUE - page) }
                .errorName shouldBeIn Symbol.FILE_TOO_LARGE.names
            map.size shouldBe 10
            map[9] = byte('!')
            file.readBytes() shouldBe bytes("012345678!")
        }
    }
})
