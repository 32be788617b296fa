package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withDescriptor
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldNotThrowAny
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** Opening and closing, where Python's rules are not in its own tests. */
internal class PythonOpenCloseSpec : FunSpec({
    test("a closed map throws at every use") {
        for (access in Access.entries) {
            withFile(ByteArray(10), access) { map, _ ->
                map.close()
                val uses = listOf<() -> Any?>(
                    { map.size }, { map.position }, { map.fileSize() },
                    { map[0] }, { map.set(0, 1) }, { map[100] },
                    { map.slice(0) }, { map.slice(null, null, -1) },
                    { map.setSlice(0, 10, ByteArray(10)) }, { map.setSlice(0, 10, 2, ByteArray(5)) },
                    { map.copyTo(0, ByteArray(1)) }, { map.copyFrom(0, ByteArray(1)) },
                    { map.seek(0) }, { map.read() }, { map.readByte() }, { map.readLine() },
                    { map.write(ByteArray(0)) }, { map.writeByte(1) },
                    { map.find("x") }, { map.rfind("x") }, { map.find("x", 0) }, { map.find("", 0) },
                    { 0.toByte() in map }, { map.iterator().hasNext() }, { map.move(0, 0, 0) },
                    { map.flush() }, { map.advise(Advice.WILL_NEED) }, { map.resize(20) }, { map.setName("x") },
                )
                uses.forEachIndexed { number, use ->
                    try {
                        shouldThrow<IllegalStateException> { use() }.message shouldBe "mmap is closed"
                    } catch (e: AssertionError) {
                        throw AssertionError("access $access, use $number", e)
                    }
                }
            }
        }
    }

    test("what does not need the bytes works on a closed map (deviation: so do access, offset and name)") {
        TemporaryFile(ByteArray(10)).use { file ->
            val map = MMap.open(file.path, Access.READ, 3)
            map.close()
            map.isClosed shouldBe true
            map.access shouldBe Access.READ
            map.offset shouldBe 3
            map.name shouldBe null
            map.toString() shouldBe "MMap(closed=true)"
            map.hashCode() shouldBe map.hashCode()
            shouldNotThrowAny { map.iterator() }
        }
    }

    test("use of a closed map throws when its block uses it (deviation: Python's with throws itself)") {
        val map = MMap.anonymous(10)
        map.close()
        map.use { "not used" } shouldBe "not used"
        shouldThrow<IllegalStateException> { map.use { it[0] } }
    }

    test("a map outlives the descriptor it was made from") {
        TemporaryFile(bytes("abc")).use { file ->
            lateinit var map: MMap
            withDescriptor(file.path) { map = MMap.map(it, Access.WRITE) }
            map.use {
                it.slice(0) shouldBe bytes("abc")
                it.resize(5)
                it.fileSize() shouldBe 5
            }
        }
    }

    testNeeding(Requirement.DELETING_A_MAPPED_FILE, "a map outlives the name of its file") {
        val file = TemporaryFile(bytes("abc"))
        MMap.open(file.path, Access.WRITE).use { map ->
            file.close()
            file.exists() shouldBe false
            map.slice(0) shouldBe bytes("abc")
            map.resize(5)
            map.fileSize() shouldBe 5
        }
    }

    test("what is written reaches the file without a flush") {
        TemporaryFile(bytes("abc")).use { file ->
            MMap.open(file.path, Access.WRITE).use { it[0] = byte('A') }
            file.readBytes() shouldBe bytes("Abc")
        }
    }

    test("a map from the end of its file on is empty (deviation: Python refuses it)") {
        TemporaryFile(bytes("abc")).use { file ->
            MMap.open(file.path, offset = 3).use { it.size shouldBe 0 }
            shouldThrow<IllegalArgumentException> { MMap.open(file.path, offset = 4) }
        }
    }

    test("memory of 0 bytes is an empty map (deviation: Python gets an error from the system)") {
        MMap.anonymous(0).use { map ->
            map.size shouldBe 0
            map.fileSize() shouldBe 0
            map.toList() shouldBe emptyList()
            map.flush()
            shouldThrow<IndexOutOfBoundsException> { map.writeByte(1) }
        }
    }

    test("memory has no offset (deviation: Python takes one and remembers it)") {
        val options = MMapOptions().length(page).offset(MMap.allocationGranularity)
        shouldThrow<IllegalArgumentException> { options.anonymous() }
    }

    test("numbers that no map can have are refused") {
        TemporaryFile(bytes("abc")).use { file ->
            shouldThrow<IllegalArgumentException> { MMap.open(file.path, length = -1) }
            shouldThrow<IllegalArgumentException> { MMap.open(file.path, offset = Long.MAX_VALUE, length = 1) }
            shouldThrow<IllegalArgumentException> { MMap.open(file.path, length = Long.MAX_VALUE) }
        }
        shouldThrow<IllegalArgumentException> { MMap.anonymous(-1) }
    }

    test("memory that does not fit is an error of the system") {
        val options = MMapOptions().length(1L shl 62).trackFile(false)
        shouldThrow<MMapException> { options.anonymous() }.errorName shouldBeIn Symbol.TOO_MUCH_MEMORY.names
    }

    test("a missing file is an error that names it, or made on request (deviation: Python maps descriptors only)") {
        TemporaryFile().use { file ->
            val error = shouldThrow<MMapFileNotFoundException> { MMap.open(file.path) }
            error.message.orEmpty() shouldContain file.path
            val options = MMapOptions().access(Access.WRITE).create(true).extend(true).length(10)
            options.open(file.path).use { it.size shouldBe 10 }
            file.readBytes() shouldBe ByteArray(10)
        }
    }

    test("a directory is refused (deviation: as an argument, Python gets an error from the system)") {
        shouldThrow<IllegalArgumentException> { MMap.open(temporaryFolder.toString()) }
    }

    testNeeding(
        Requirement.ZERO_DEVICE,
        "a device needs a length, and has 0 bytes as a file (deviation: an argument error without one)",
    ) {
        shouldThrow<IllegalArgumentException> { MMap.open("/dev/zero") }
        MMap.open("/dev/zero", length = page).use { map ->
            map.size shouldBe page
            map[page - 1] shouldBe 0
            map.fileSize() shouldBe 0
        }
    }

    testNeeding(Requirement.PROC, "a file that is made while it is read has 0 bytes, and is refused") {
        shouldThrow<IllegalArgumentException> { MMap.open("/proc/self/status") }
        shouldThrow<IllegalArgumentException> { MMap.open("/proc/self/status", length = 1) }
    }

    test("close says what the system refused, and the map is closed all the same (deviation: Python says nothing)") {
        TemporaryFile(bytes("abc")).use { file ->
            val map = MMapOptions().also { it.systemCalls = RefusingClose }.open(file.path)
            shouldThrow<MMapException> { map.close() }.operation shouldBe SystemCall.CLOSE.here
            map.isClosed shouldBe true
            shouldNotThrowAny { map.close() }
        }
    }

    test("an allocation granularity is whole pages") {
        (MMap.pageSize > 0) shouldBe true
        MMap.allocationGranularity % MMap.pageSize shouldBe 0
    }
})

/** The system, but for close, which closes and then fails. */
private object RefusingClose : SystemCalls by platformSystemCalls {
    override fun close(descriptor: Long): Long {
        platformSystemCalls.close(descriptor)
        return -Symbol.DEVICE.code()
    }
}
