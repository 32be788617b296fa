package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.copyFrom
import dev.kmmap.copyTo
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.getAndAddInt
import dev.kmmap.getFloat
import dev.kmmap.getIntAcquire
import dev.kmmap.getLong
import dev.kmmap.getLongVolatile
import dev.kmmap.internal.memory.RangeGuard
import dev.kmmap.internal.system.Failure
import dev.kmmap.setInt
import dev.kmmap.setLongRelease
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain

/** Bytes in the files: more than a window of search. */
private const val SIZE = 5_000_000

/** An index in the part that is gone when a file was truncated to [KEPT]. */
private const val GONE = 4_000_000L

private const val KEPT = 100L

private class Operation(val name: String, val writes: Boolean = false, val run: (MMap) -> Any?)

private val operations = listOf(
    Operation("get") { it[GONE] },
    Operation("set", writes = true) { it[GONE] = 1 },
    Operation("slice") { it.slice(0) },
    Operation("slice with a step") { it.slice(0, SIZE.toLong(), 4099) },
    Operation("slice backwards") { it.slice(SIZE.toLong(), 0, -1) },
    Operation("setSlice", writes = true) { it.setSlice(GONE, GONE + 3, ByteArray(3)) },
    Operation("setSlice with a step", writes = true) { it.setSlice(GONE, GONE + 6, 2, ByteArray(3)) },
    Operation("copyTo") { it.copyTo(GONE, ByteArray(1)) },
    Operation("copyTo of much") { it.copyTo(0, ByteArray(SIZE)) },
    Operation("copyFrom", writes = true) { it.copyFrom(GONE, ByteArray(1)) },
    Operation("copyFrom of much", writes = true) { it.copyFrom(0, ByteArray(SIZE)) },
    Operation("getLong over the border") { it.getLong(MMap.pageSize - 4, Endian.BIG) },
    Operation("getFloat") { it.getFloat(GONE, Endian.LITTLE) },
    Operation("setInt over the border", writes = true) { it.setInt(MMap.pageSize - 1, 1, Endian.LITTLE) },
    Operation("copyTo of numbers") { it.copyTo(1, DoubleArray(SIZE / 9), Endian.BIG) },
    Operation("copyFrom of numbers", writes = true) { it.copyFrom(1, ShortArray(SIZE / 3), Endian.BIG) },
    Operation("getIntAcquire") { it.getIntAcquire(GONE) },
    Operation("getLongVolatile") { it.getLongVolatile(GONE) },
    Operation("setLongRelease", writes = true) { it.setLongRelease(GONE, 1) },
    Operation("getAndAddInt", writes = true) { it.getAndAddInt(GONE, 1) },
    Operation("move", writes = true) { it.move(0, GONE, 100_000) },
    Operation("read") { it.read() },
    Operation("readByte") { it.seek(GONE).also { _ -> it.readByte() } },
    Operation("readLine") { it.readLine() },
    Operation("write", writes = true) { it.seek(GONE).also { _ -> it.write(ByteArray(10)) } },
    Operation("writeByte", writes = true) { it.seek(GONE).also { _ -> it.writeByte(1) } },
    Operation("find") { it.find("nothing like it", 0) },
    Operation("find of a byte") { it.find(127, 0) },
    Operation("find in little") { it.find("nothing", GONE, GONE + 1000) },
    Operation("rfind") { it.rfind("nothing like it", 0) },
    Operation("rfind of a byte") { it.rfind(127, 0) },
    Operation("contains") { 127.toByte() in it },
    Operation("iterator") { it.sumOf { byte -> byte.toInt() } },
)

private val content = ByteArray(SIZE) { (it % 100 + 11).toByte() }

/** The file that [block] maps holds no zero and no line feed. */
private fun withFile(block: (TemporaryFile) -> Unit) {
    TemporaryFile(content).use(block)
}

private fun shouldBeBroken(map: MMap) {
    for (operation in operations) {
        if (!operation.writes || map.access != Access.READ) {
            withClue(operation.name) { shouldThrow<MMapFaultException> { operation.run(map) } }
        }
    }
    shouldThrow<MMapFaultException> { map.flush() }
    map.size shouldBe SIZE
    map.close()
    shouldThrow<IllegalStateException> { map[0] }.message shouldBe "mmap is closed"
    map.close()
}

internal class TruncationSpec : FunSpec({
    for (operation in operations) {
        testNeeding(
            Requirement.FAULT_GUARD,
            "${operation.name} on pages that are gone throws, and breaks the map for good",
        ) {
            for (access in listOf(Access.READ, Access.WRITE, Access.COPY)) withFile { file ->
                if (operation.writes && access == Access.READ) return@withFile
                val map = MMap.open(file.path, access)
                file.truncate(KEPT)
                val thrown = shouldThrow<MMapFaultException> { operation.run(map) }
                val where = "access(${file.path}, offset=0, length=$SIZE, fileSize=$KEPT)"
                thrown.message shouldContain "$where: a page is lost"
                thrown.operation shouldBe "access"
                thrown.errorName shouldBe "SIGBUS"
                thrown.errorCode shouldBe 0
                shouldBeBroken(map)
            }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "pages that are still there are read as ever, until one that is not is met") {
        withFile { file ->
            MMap.open(file.path).use { map ->
                file.truncate(GONE)
                map[GONE - 1] shouldBe ((GONE - 1) % 100 + 11).toByte()
                map.find(11, GONE - 100) shouldBe GONE - 100
                map.rfind("nothing", 0, GONE) shouldBe -1
                map.slice(0, GONE).size shouldBe GONE
                shouldThrow<MMapFaultException> { map[SIZE - 1L] }
                shouldThrow<MMapFaultException> { map[0] }
            }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a file that has grown again does not heal a broken map, but others show it") {
        withFile { file ->
            MMap.open(file.path).use { map ->
                MMap.open(file.path, Access.WRITE).use { other ->
                    file.truncate(0)
                    shouldThrow<MMapFaultException> { map[0] }
                    file.truncate(SIZE.toLong())
                    shouldThrow<MMapFaultException> { map[0] }
                    other[0] shouldBe 0
                    other[0] = 5
                    other[0] shouldBe 5
                    MMap.open(file.path).use { it[0] shouldBe 5 }
                }
            }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a broken map cannot be resized, and one whose file was cut can") {
        withFile { file ->
            MMap.open(file.path, Access.WRITE).use { map ->
                file.truncate(0)
                map.resize(SIZE + 1L)
                map[GONE] shouldBe 0
                map.size shouldBe SIZE + 1
                file.truncate(0)
                shouldThrow<MMapFaultException> { map[GONE] }
                shouldThrow<MMapFaultException> { map.resize(10) }
                file.readBytes().size shouldBe 0
            }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "other maps and other ranges of the process are left alone") {
        withFile { file ->
            withFile { whole ->
                val maps = List(20) { MMap.open(whole.path, Access.COPY) }
                MMap.open(file.path).use { map ->
                    maps.forEach { it[0] = 1 }
                    file.truncate(0)
                    repeat(100) { index -> shouldThrow<MMapFaultException> { map[index * 40_000L] } }
                    maps.forEach { it[0] shouldBe 1 }
                    maps.forEach { it.rfind(11, 0) shouldBe SIZE - 100 }
                }
                maps.forEach { it.close() }
            }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a number that is used again begins without a fault") {
        withFile { file ->
            repeat(50) {
                file.truncate(0)
                file.truncate(SIZE.toLong())
                MMap.open(file.path).use { map ->
                    map[GONE] shouldBe 0
                    file.truncate(0)
                    shouldThrow<MMapFaultException> { map[GONE] }
                }
            }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a guard that was released tells of its own faults only") {
        withFile { file ->
            MMap.open(file.path).use { map ->
                val guard = map.generation.guard
                guard.number shouldNotBe 0
                guard.isPoisoned() shouldBe false
                file.truncate(0)
                shouldThrow<MMapFaultException> { map[0] }
                guard.isPoisoned() shouldBe true
                map.close()
                guard.isReleased shouldBe true
                guard.isPoisoned() shouldBe true
            }
            val released = RangeGuard(0x10000, 1)
            released.release()
            file.truncate(SIZE.toLong())
            MMap.open(file.path).use { map ->
                map.generation.guard.number shouldBe released.number
                file.truncate(0)
                shouldThrow<MMapFaultException> { map[0] }
            }
            released.isPoisoned() shouldBe false
        }
    }

    test("the fault's exception is told from others by its symbol alone") {
        val failure = Failure("message", "access", 0, "SIGBUS")
        (failure.exception() is MMapFaultException) shouldBe true
    }
})
