package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.Whence
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.granularity
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.fixtures.python.withSparseFile
import dev.kmmap.fixtures.python.writableAccesses
import io.kotest.assertions.throwables.shouldNotThrowAny
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf
import io.kotest.matchers.types.shouldBeSameInstanceAs
import kotlinx.io.IOException

private const val KIB_64 = 65_536L

/** Above the limit on open files of any system: never an open descriptor. */
private const val CLOSED_DESCRIPTOR = 987_654_321L

/** CPython's test_mmap: construction, indices, the cursor, closing. */
internal class PythonBasicSpec : FunSpec({
    /** A page of zeros, and one that begins with "foo". */
    fun fooFile(): ByteArray = ByteArray(2 * page.toInt()).also { bytes("foo").copyInto(it, page.toInt()) }

    test("test_basic: find, get, set and slices on a file of two pages") {
        withFile(fooFile()) { map, _ ->
            map.find("foo") shouldBe page
            map.size shouldBe 2 * page
            map[0] shouldBe 0
            map.slice(0, 3) shouldBe ByteArray(3)
            shouldThrow<IndexOutOfBoundsException> { map[map.size] }
            shouldThrow<IndexOutOfBoundsException> { map[map.size] = byte('x') }
            map[0] = byte('3')
            map.setSlice(page + 3, page + 6, bytes("bar"))
            map[0] shouldBe byte('3')
            map.slice(0, 3) shouldBe bytes("3\u0000\u0000")
            map.slice(page - 1, page + 7) shouldBe bytes("\u0000foobar\u0000")
            map.flush()
        }
    }

    test("test_basic: a regular expression matches in the map (deviation: in a copy of it, maps export no buffer)") {
        withFile(fooFile()) { map, _ ->
            map.setSlice(page + 3, page + 6, bytes("bar"))
            val match = Regex("[A-Za-z]+").find(map.slice(0).decodeToString())
            match?.range shouldBe (page.toInt() until page.toInt() + 6)
        }
    }

    test("test_basic: seek goes anywhere from the start to the end, and nowhere else") {
        withFile(fooFile()) { map, _ ->
            map.seek(0, Whence.START) shouldBe 0
            map.position shouldBe 0
            map.seek(42, Whence.CURRENT) shouldBe 42
            map.position shouldBe 42
            map.seek(0, Whence.END) shouldBe map.size
            map.position shouldBe map.size
            shouldThrow<IllegalArgumentException> { map.seek(-1) }
            shouldThrow<IllegalArgumentException> { map.seek(1, Whence.END) }
            shouldThrow<IllegalArgumentException> { map.seek(-map.size - 1, Whence.END) }
            map.position shouldBe map.size
        }
    }

    test("test_bad_file_desc: a descriptor that is not open is an error of the system") {
        val error = shouldThrow<MMapException> { MMap.map(CLOSED_DESCRIPTOR, Access.WRITE, length = 4096) }
        error.errorName shouldBe Symbol.BAD_DESCRIPTOR.here
    }

    test("test_bad_file_desc: a negative descriptor is refused (deviation: as an argument, without a system call)") {
        shouldThrow<IllegalArgumentException> { MMap.map(-2, Access.WRITE, length = 4096) }
        shouldThrow<IllegalArgumentException> { MMap.map(-1, Access.WRITE, length = 4096) }
    }

    test("test_double_close: closing a closed map does nothing") {
        withFile(ByteArray(KIB_64.toInt()) { byte('a') }, Access.READ) { map, _ ->
            map.close()
            shouldNotThrowAny { map.close() }
            map.isClosed.shouldBeTrue()
        }
    }

    test("test_entire_file: length 0 maps the whole file") {
        val content = ByteArray(KIB_64.toInt()) { byte('a') }
        withFile(content) { map, _ ->
            map.size shouldBe KIB_64
            map.read(KIB_64) shouldBe content
        }
    }

    test("test_length_0_offset: length 0 maps from the offset to the end of the file") {
        TemporaryFile(ByteArray(2 * KIB_64.toInt())).use { file ->
            MMap.open(file.path, Access.READ, offset = KIB_64).use { map ->
                map.size shouldBe KIB_64
                shouldThrow<IndexOutOfBoundsException> { map[80_000] }
            }
        }
    }

    test("test_length_0_large_offset: an offset past the end of the file is refused") {
        TemporaryFile(ByteArray(0)).use { file ->
            shouldThrow<IllegalArgumentException> { MMap.open(file.path, Access.WRITE, offset = 2_147_418_112) }
        }
    }

    test("test_empty_file: a file of 0 bytes is an empty map (deviation: Python refuses it)") {
        withFile(ByteArray(0), Access.READ) { map, _ ->
            map.size shouldBe 0
            map.slice(0) shouldBe ByteArray(0)
            map.read() shouldBe ByteArray(0)
            map.find("x") shouldBe -1
            shouldThrow<IndexOutOfBoundsException> { map[0] }
        }
    }

    test("test_anonymous: memory is zero, keeps what is stored, and has its own size as that of the file") {
        MMap.anonymous(page).use { map ->
            map.slice(0) shouldBe ByteArray(page.toInt())
            for (index in 0 until page) map[index] = index.toByte()
            map.slice(0) shouldBe ByteArray(page.toInt()) { it.toByte() }
            map.fileSize() shouldBe page
        }
    }

    test("test_read_all: read without a count, or with any negative one, reads all that is left") {
        val content = ByteArray(16) { it.toByte() }
        withFile(content) { map, _ ->
            for (start in listOf(0, 8, 16)) {
                map.seek(start.toLong())
                map.read() shouldBe content.copyOfRange(start, 16)
                map.position shouldBe 16
            }
            for ((start, count) in listOf(3 to -1L, 4 to -1L, 5 to -2L, 9 to -42L)) {
                map.seek(start.toLong())
                map.read(count) shouldBe content.copyOfRange(start, 16)
            }
        }
    }

    test("test_offset: a negative offset is refused") {
        TemporaryFile(ByteArray(2 * granularity)).use { file ->
            for (offset in listOf(-1L, -2L, Long.MIN_VALUE)) {
                shouldThrow<IllegalArgumentException> { MMap.open(file.path, Access.WRITE, offset, length = 1) }
            }
        }
    }

    test("test_error: the error of a map is the input and output error of the platform") {
        TemporaryFile().use { file ->
            val error = shouldThrow<IOException> { MMap.open(file.path) }
            error.shouldBeInstanceOf<MMapFileNotFoundException>()
            error.shouldBeInstanceOf<MMapException>()
        }
    }

    test("test_io_methods: writeByte and readByte walk the map (deviation: IndexOutOfBoundsException at its end)") {
        withFile(ByteArray(10) { byte('x') }) { map, _ ->
            for (index in 0 until 10L) {
                map.position shouldBe index
                map.writeByte(byte('0' + index.toInt()))
                map.position shouldBe index + 1
            }
            shouldThrow<IndexOutOfBoundsException> { map.writeByte(byte('x')) }
            map.slice(0) shouldBe bytes("0123456789")
            map.seek(0)
            for (index in 0 until 10L) {
                map.position shouldBe index
                map.readByte() shouldBe byte('0' + index.toInt())
                map.position shouldBe index + 1
            }
            shouldThrow<IndexOutOfBoundsException> { map.readByte() }
            map.position shouldBe 10
        }
    }

    test("test_io_methods: read and write move the cursor (deviation: IndexOutOfBoundsException if it does not fit)") {
        withFile(bytes("0123456789")) { map, _ ->
            map.seek(3)
            map.read(3) shouldBe bytes("345")
            map.position shouldBe 6
            map.seek(3)
            map.write(bytes("bar"))
            map.position shouldBe 6
            map.slice(0) shouldBe bytes("012bar6789")
            map.write(bytes("baz"))
            map.position shouldBe 9
            map.slice(0) shouldBe bytes("012barbaz9")
            shouldThrow<IndexOutOfBoundsException> { map.write(bytes("ba")) }
            map.position shouldBe 9
            map.slice(0) shouldBe bytes("012barbaz9")
        }
    }

    test("test_non_ascii_byte: a byte above 127 comes back as it was (deviation: bytes are signed)") {
        for (value in listOf(129, 200, 255)) {
            withFile(ByteArray(2)) { map, _ ->
                map.writeByte(value.toByte())
                map[0] shouldBe value.toByte()
                map[0].toInt() and 0xff shouldBe value
                map.seek(0)
                map.readByte().toUByte().toInt() shouldBe value
            }
        }
    }

    test("test_context_manager: use closes the map") {
        val map = MMap.anonymous(10)
        map.use { it.isClosed.shouldBeFalse() }
        map.isClosed.shouldBeTrue()
    }

    test("test_context_manager_exception: use closes the map and lets the exception through") {
        val map = MMap.anonymous(10)
        val thrown = IOException("from inside")
        shouldThrow<IOException> { map.use { throw thrown } } shouldBeSameInstanceAs thrown
        map.isClosed.shouldBeTrue()
    }

    test("test_write_returning_count: write returns how many bytes it has written") {
        MMap.anonymous(100).use { map ->
            map.write(ByteArray(0)) shouldBe 0
            map.write(bytes("x")) shouldBe 1
            map.write(bytes("yz")) shouldBe 2
            map.write(bytes("python")) shouldBe 6
            map.position shouldBe 9
        }
    }

    test("test_repr: toString tells the access, length, position and offset (deviation: in Kotlin's form)") {
        for (size in listOf(50L, 100L, 1_000L, 1_000_000L, 10_000_000L)) {
            withSparseFile(size) { file ->
                val offset = size / 2
                for (access in Access.entries) {
                    val map = MMap.open(file.path, access, offset)
                    val length = size - offset
                    for (position in listOf(0, length / 10, length / 5, length / 4)) {
                        map.seek(position)
                        map.toString() shouldBe "MMap(closed=false, access=$access, length=$length, " +
                            "position=$position, offset=$offset)"
                    }
                    map.close()
                    map.toString() shouldBe "MMap(closed=true)"
                }
            }
        }
    }

    test("test_mmap_closed_by_int_scenarios: an argument that closes the map makes reading throw") {
        for (access in Access.entries) {
            val readers = listOf<(MMap, () -> Long) -> Unit>(
                { map, closing -> map[closing()] },
                { map, closing -> map.slice(closing()) },
                { map, closing -> map.slice(closing(), 20) },
                { map, closing -> map.slice(closing(), 20, 2) },
                { map, closing -> map.slice(20, closing(), -2) },
                { map, closing -> map.read(closing()) },
                { map, closing -> map.find("1", 1, closing()) },
            )
            readers.forEach { read -> closedByArgument(access, read) }
        }
    }

    test("test_mmap_closed_by_int_scenarios: an argument that closes the map makes writing throw") {
        for (access in writableAccesses) {
            val writers = listOf<(MMap, () -> Long) -> Unit>(
                { map, closing -> map[closing()] = 1 },
                { map, closing -> map.setSlice(closing(), 20, ByteArray(10)) },
                { map, closing -> map.setSlice(closing(), 20, 2, ByteArray(5)) },
                { map, closing -> map.setSlice(20, closing(), -2, ByteArray(5)) },
                { map, closing -> map.move(1, 2, closing()) },
                { map, closing -> map.writeByte(closing().toByte()) },
            )
            writers.forEach { write -> closedByArgument(access, write) }
        }
    }
})

/** Runs [operation] on a map that is closed while its argument, 10, is evaluated. */
private fun closedByArgument(access: Access, operation: (MMap, () -> Long) -> Unit) {
    withFile(ByteArray(42) { byte('b') }, access) { map, _ ->
        val error = shouldThrow<IllegalStateException> {
            operation(map) {
                map.close()
                10
            }
        }
        error.message shouldBe "mmap is closed"
    }
}
