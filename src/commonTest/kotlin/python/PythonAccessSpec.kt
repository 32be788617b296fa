package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withDescriptor
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.shouldBe
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem

/** CPython's test_mmap: what a map may do, and whether it keeps the file. */
internal class PythonAccessSpec : FunSpec({
    fun letters(letter: Char, count: Int = 10): ByteArray = ByteArray(count) { byte(letter) }

    /** What cannot be done with a map that is read-only. */
    fun shouldRefuseWriting(map: MMap) {
        shouldThrow<ReadOnlyMMapException> { map.setSlice(0, map.size, ByteArray(map.size.toInt())) }
        shouldThrow<ReadOnlyMMapException> { map[0] = byte('b') }
        shouldThrow<ReadOnlyMMapException> { map.write(bytes("abc")) }
        shouldThrow<ReadOnlyMMapException> { map.writeByte(byte('d')) }
    }

    test("test_access_parameter: a READ map can be read and neither written nor resized") {
        withFile(letters('a'), Access.READ) { map, file ->
            map.slice(0) shouldBe letters('a')
            shouldRefuseWriting(map)
            shouldThrow<ReadOnlyMMapException> { map.resize(20) }
            file.readBytes() shouldBe letters('a')
        }
    }

    test("test_access_parameter: a length that the file does not have is refused on every system") {
        TemporaryFile(letters('a')).use { file ->
            for (access in Access.entries) {
                shouldThrow<IllegalArgumentException> { MMap.open(file.path, access, length = 11) }
            }
            file.readBytes() shouldBe letters('a')
        }
    }

    test("test_access_parameter: the file grows on request (deviation: in Python on Windows, always and unasked)") {
        TemporaryFile(letters('a')).use { file ->
            MMapOptions().access(Access.WRITE).length(11).extend(true).open(file.path).use { it.size shouldBe 11 }
            file.readBytes() shouldBe letters('a') + byteArrayOf(0)
        }
    }

    test("test_access_parameter: what is written to a WRITE map reaches the file") {
        withFile(letters('a'), Access.WRITE) { map, file ->
            map.setSlice(0, Long.MAX_VALUE, letters('c'))
            map.slice(0) shouldBe letters('c')
            map.flush()
            map.close()
            file.readBytes() shouldBe letters('c')
        }
    }

    test("test_access_parameter: what is written to a COPY map stays in the map") {
        withFile(letters('c'), Access.COPY) { map, file ->
            map.setSlice(0, Long.MAX_VALUE, letters('d'))
            map.slice(0) shouldBe letters('d')
            map.flush()
            file.readBytes() shouldBe letters('c')
            shouldThrow<UnsupportedOperationException> { map.resize(20) }
            map.slice(0) shouldBe letters('d')
        }
    }

    test("test_access_parameter: access and raw protection or flags cannot both be given") {
        TemporaryFile(letters('a')).use { file ->
            val both = MMapOptions().access(Access.WRITE).protection(Protection.READ).flags(MapFlag.PRIVATE)
            shouldThrow<IllegalArgumentException> { both.open(file.path) }
        }
    }

    test("test_access_parameter: not even if they agree (deviation: Python compares the values)") {
        TemporaryFile(letters('a')).use { file ->
            val agreeing = MMapOptions().access(Access.WRITE).protection(Protection.READ, Protection.WRITE)
            shouldThrow<IllegalArgumentException> { agreeing.open(file.path) }
            shouldThrow<IllegalArgumentException> {
                MMapOptions().access(Access.WRITE).flags(MapFlag.SHARED).open(file.path)
            }
        }
    }

    test("test_access_parameter: a map that can be read and executed is a READ map") {
        TemporaryFile(letters('a')).use { file ->
            val executable = MMapOptions().protection(Protection.READ, Protection.EXECUTE)
            try {
                executable.open(file.path)
            } catch (_: MMapAccessDeniedException) {
                // Where the folder's file system was mounted without the right to execute; some macOS never allow it.
                return@test
            }.use { map ->
                map.access shouldBe Access.READ
                shouldThrow<ReadOnlyMMapException> { map.write(bytes("abcdef")) }
                shouldThrow<ReadOnlyMMapException> { map.writeByte(byte('a')) }
            }
        }
    }

    test("test_trackfd_parameter: a map works without its file (deviation: UnsupportedOperationException otherwise)") {
        for (closeOriginal in listOf(true, false)) {
            TemporaryFile(letters('a', 64)).use { file ->
                val descriptor = platformSystemCalls.open(file.path, OpenMode.READ_WRITE)
                val map = MMapOptions().access(Access.WRITE).trackFile(false).map(descriptor)
                if (closeOriginal) platformSystemCalls.close(descriptor)
                map.use {
                    map.size shouldBe 64
                    shouldThrow<UnsupportedOperationException> { map.fileSize() }
                    shouldThrow<UnsupportedOperationException> { map.resize(128) }
                    shouldThrow<UnsupportedOperationException> { map.resize(32) }
                    map.isClosed.shouldBeFalse()
                    map.writeByte(byte('X'))
                    map[2] = byte('Y')
                    map.flush()
                    file.readBytes().copyOf(4) shouldBe bytes("XaYa")
                    map.position shouldBe 1
                    map.seek(0)
                    map.position shouldBe 0
                    map.readByte() shouldBe byte('X')
                }
                map.isClosed.shouldBeTrue()
                file.readBytes().size shouldBe 64
                if (!closeOriginal) platformSystemCalls.close(descriptor)
            }
        }
    }

    test("test_trackfd_parameter: the file of such a map can be renamed") {
        TemporaryFile(letters('a', 64)).use { file ->
            TemporaryFile().use { renamed ->
                MMapOptions().access(Access.WRITE).trackFile(false).open(file.path).use { map ->
                    SystemFileSystem.atomicMove(Path(file.path), Path(renamed.path))
                    map[0] = byte('Z')
                }
                file.exists().shouldBeFalse()
                renamed.readBytes() shouldBe bytes("Z") + letters('a', 63)
            }
        }
    }

    test("test_trackfd_neg1: memory works without a descriptor (deviation: UnsupportedOperationException otherwise)") {
        MMapOptions().length(64).trackFile(false).anonymous().use { map ->
            shouldThrow<UnsupportedOperationException> { map.fileSize() }
            shouldThrow<UnsupportedOperationException> { map.resize(128) }
            map.size shouldBe 64
            map[0] = byte('a')
            map[0] shouldBe byte('a')
        }
    }

    test("test_prot_readonly: a descriptor that can only be read is enough for reading") {
        TemporaryFile(bytes("readonly")).use { file ->
            withDescriptor(file.path, OpenMode.READ) { descriptor ->
                MMapOptions().protection(Protection.READ).map(descriptor).use { map ->
                    map.slice(0) shouldBe bytes("readonly")
                    shouldRefuseWriting(map)
                }
            }
        }
    }

    test("a descriptor that can only be read allows private changes and no shared ones") {
        TemporaryFile(bytes("readonly")).use { file ->
            withDescriptor(file.path, OpenMode.READ) { descriptor ->
                shouldThrow<MMapAccessDeniedException> { MMap.map(descriptor, Access.WRITE) }
                shouldThrow<MMapAccessDeniedException> { MMap.map(descriptor, Access.DEFAULT) }
                MMap.map(descriptor, Access.COPY).use { it[0] = byte('R') }
                MMapOptions().flags(MapFlag.PRIVATE).map(descriptor).use { it[0] = byte('R') }
            }
            file.readBytes() shouldBe bytes("readonly")
        }
    }

    test("raw protections become the access that is closest: WRITE alone is WRITE, all without WRITE is READ") {
        fun accessOf(vararg protection: Protection) =
            MMapOptions().protection(*protection).length(page).anonymous().use { it.access }
        accessOf(Protection.READ, Protection.WRITE) shouldBe Access.DEFAULT
        accessOf(Protection.WRITE) shouldBe Access.WRITE
        accessOf(Protection.READ) shouldBe Access.READ
        accessOf() shouldBe Access.READ
    }

    test("a file is opened for reading and memory for writing (deviation: Python's default is shared and writable)") {
        TemporaryFile(letters('a')).use { file ->
            MMap.open(file.path).use { it.access shouldBe Access.READ }
            MMapOptions().open(file.path).use { it.access shouldBe Access.READ }
            withDescriptor(file.path) { descriptor -> MMap.map(descriptor).use { it.access shouldBe Access.READ } }
            MMap.open(file.path, Access.DEFAULT).use { it[0] = byte('A') }
            file.readBytes()[0] shouldBe byte('A')
        }
        MMap.anonymous(10).use { it.access shouldBe Access.WRITE }
    }

    test("a map without any protection throws at each use of its bytes (deviation: in Python it ends the process)") {
        MMapOptions().protection().flags(MapFlag.PRIVATE).length(page).anonymous().use { map ->
            map.size shouldBe page
            shouldThrow<UnsupportedOperationException> { map[0] }
            shouldThrow<UnsupportedOperationException> { map.slice(0) }
            shouldThrow<UnsupportedOperationException> { map.read(1) }
            shouldThrow<UnsupportedOperationException> { map.find("x") }
            shouldRefuseWriting(map)
        }
    }

    test("a page that can be written and executed is refused (deviation: Python leaves it to the system)") {
        val options = MMapOptions().protection(Protection.READ, Protection.WRITE, Protection.EXECUTE).length(page)
        shouldThrow<IllegalArgumentException> { options.anonymous() }
    }

    test("flags need exactly one of SHARED and PRIVATE (deviation: an argument error, without a system call)") {
        shouldThrow<IllegalArgumentException> { MMapOptions().flags().length(page).anonymous() }
        shouldThrow<IllegalArgumentException> {
            MMapOptions().flags(MapFlag.SHARED, MapFlag.PRIVATE).length(page).anonymous()
        }
    }

    test("a flag that needs an address, and ANONYMOUS with a file, are refused (deviation: Python passes them on)") {
        val fixed = MMapOptions().flags(MapFlag.SHARED, MapFlag.FIXED).length(page)
        shouldThrow<IllegalArgumentException> { fixed.anonymous() }
        TemporaryFile(letters('a')).use { file ->
            val anonymous = MMapOptions().flags(MapFlag.SHARED, MapFlag.ANONYMOUS)
            shouldThrow<IllegalArgumentException> { anonymous.open(file.path) }
        }
    }

    test("a flag that this system lacks is refused by name (deviation: in Python its constant is missing)") {
        val options = MMapOptions().flags(MapFlag.PRIVATE, MapFlag.ALIGNED_SUPER).length(page)
        val error = shouldThrow<UnsupportedOperationException> { options.anonymous() }
        error.message.orEmpty().contains("MAP_ALIGNED_SUPER").shouldBeTrue()
    }
})
