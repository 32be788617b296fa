package dev.kmmap.internal.system

import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.fixtures.python.withMemory
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.memory.RangeGuard
import dev.kmmap.internal.memory.Region
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeFalse
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.collections.shouldContain
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotBeBlank
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** A descriptor that is never open: far above any limit on open files. */
private const val CLOSED_DESCRIPTOR = 987_654_321L

/** More bytes than there are addresses, and whole pages on every system. */
private const val TOO_LONG = Long.MAX_VALUE - 65_535

private val READ_WRITE = Protection.READ.bit or Protection.WRITE.bit
private val PRIVATE = MapFlag.PRIVATE.constant.value("MAP_PRIVATE")
private val SHARED = MapFlag.SHARED.constant.value("MAP_SHARED")
private val ANONYMOUS = MapFlag.ANONYMOUS.constant.value("MAP_ANONYMOUS")
private val WILL_NEED = Advice.WILL_NEED.constant.value("MADV_WILLNEED")
private val SYNC = FlushMode.SYNC.constant.value("MS_SYNC")

internal class SystemCallsSpec : FunSpec({
    val system = platformSystemCalls
    val page = system.pageSize

    fun succeeded(result: Long): Long {
        if (result < 0) throw AssertionError("failed with ${system.errorName((-result).toInt())}")
        return result
    }

    fun failed(result: Long, vararg symbols: Symbol) {
        (result < 0).shouldBeTrue()
        val code = (-result).toInt()
        symbols.flatMap { it.names } shouldContain system.errorName(code)
        system.errorText(code).shouldNotBeBlank()
    }

    /** Runs [block] on a descriptor of a file with [content], which is gone afterwards. */
    fun withFile(content: ByteArray, mode: OpenMode = OpenMode.READ_WRITE, block: (Long, TemporaryFile) -> Unit) {
        TemporaryFile(content).use { file ->
            val descriptor = succeeded(system.open(file.path, mode))
            try {
                block(descriptor, file)
            } finally {
                succeeded(system.close(descriptor))
            }
        }
    }

    /** An address at which there was something once. */
    fun unmapped(): Long {
        val address = succeeded(system.map(NO_DESCRIPTOR, 0, page, READ_WRITE, PRIVATE or ANONYMOUS))
        succeeded(system.unmap(address, page))
        return address
    }

    fun withMemory(length: Long, block: (Long) -> Unit) {
        val address = succeeded(system.map(NO_DESCRIPTOR, 0, length, READ_WRITE, PRIVATE or ANONYMOUS))
        try {
            block(address)
        } finally {
            succeeded(system.unmap(address, length))
        }
    }

    test("open opens a file that exists for reading and for writing") {
        withFile(ByteArray(3), OpenMode.READ) { descriptor, _ -> descriptor shouldBeGreaterThanOrEqual 0 }
        withFile(ByteArray(3), OpenMode.READ_WRITE) { descriptor, _ -> descriptor shouldBeGreaterThanOrEqual 0 }
    }

    test("open of a missing file fails") {
        TemporaryFile().use { file ->
            failed(system.open(file.path, OpenMode.READ), Symbol.NOT_FOUND)
            failed(system.open(file.path, OpenMode.READ_WRITE), Symbol.NOT_FOUND)
        }
    }

    test("open takes any characters in a path") {
        TemporaryFile(suffix = " ünï-漢字-🗺").use { file ->
            succeeded(system.close(succeeded(system.open(file.path, OpenMode.CREATE_NEW))))
            succeeded(system.close(succeeded(system.open(file.path, OpenMode.READ))))
            system.remove(FilePath(file.path)) shouldBe 0
            failed(system.remove(FilePath(file.path)), Symbol.NOT_FOUND)
        }
    }

    testNeeding(Requirement.LISTED_NAMES, "a path has the characters that other programs see") {
        TemporaryFile(suffix = " ünï-漢字-🗺").use { file ->
            succeeded(system.close(succeeded(system.open(file.path, OpenMode.CREATE_NEW))))
            SystemFileSystem.list(temporaryFolder).map { it.name } shouldContain file.name
        }
    }

    test("open with CREATE_NEW makes an empty file, but only where there is none") {
        TemporaryFile().use { file ->
            val descriptor = succeeded(system.open(file.path, OpenMode.CREATE_NEW))
            system.fileSize(descriptor) shouldBe 0
            system.truncate(descriptor, 1) shouldBe 0
            succeeded(system.close(descriptor))
            failed(system.open(file.path, OpenMode.CREATE_NEW), Symbol.EXISTS)
        }
    }

    test("a directory can be opened for reading, and is seen to be one") {
        val descriptor = succeeded(system.open(temporaryFolder.toString(), OpenMode.READ))
        FileType.of(system.fileMode(descriptor)) shouldBe FileType.DIRECTORY
        succeeded(system.close(descriptor))
    }

    test("a directory is seen to be one when it is opened for writing, too, or by the error") {
        val result = system.open(temporaryFolder.toString(), OpenMode.READ_WRITE)
        if (result < 0) {
            system.errorName((-result).toInt()) shouldBe "EISDIR"
        } else {
            FileType.of(system.fileMode(result)) shouldBe FileType.DIRECTORY
            succeeded(system.close(result))
        }
    }

    test("remove removes a file, once") {
        TemporaryFile(ByteArray(1)).use { file ->
            system.remove(FilePath(file.path)) shouldBe 0
            file.exists().shouldBeFalse()
            failed(system.remove(FilePath(file.path)), Symbol.NOT_FOUND)
        }
    }

    test("a duplicate is another descriptor of the same file and outlives the first") {
        TemporaryFile(ByteArray(10)).use { file ->
            val first = succeeded(system.open(file.path, OpenMode.READ_WRITE))
            val second = succeeded(system.duplicate(first))
            second shouldNotBe first
            succeeded(system.close(first))
            system.fileSize(second) shouldBe 10
            succeeded(system.close(second))
        }
    }

    test("duplicate and close of a descriptor that is not open fail") {
        failed(system.duplicate(CLOSED_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
        failed(system.close(CLOSED_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
    }

    test("a number that no descriptor can have is never taken for another one") {
        withFile(ByteArray(1)) { descriptor, _ ->
            for (number in listOf(-100L, descriptor + (1L shl 32), descriptor or Long.MIN_VALUE)) {
                failed(system.fileSize(number), Symbol.BAD_DESCRIPTOR)
                failed(system.truncate(number, 0), Symbol.BAD_DESCRIPTOR, Symbol.INVALID)
                failed(system.close(number), Symbol.BAD_DESCRIPTOR)
            }
            failed(system.fileSize(NO_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
        }
    }

    testNeeding(Requirement.PROC, "descriptors do not reach other programs") {
        val closeOnExec = 0x80000
        fun flags(descriptor: Long): Int {
            val file = Path("/proc/self/fdinfo/$descriptor")
            val lines = SystemFileSystem.source(file).buffered().use { it.readString() }.lines()
            return lines.first { it.startsWith("flags:") }.substringAfter(':').trim().toInt(radix = 8)
        }
        withFile(ByteArray(1)) { descriptor, _ ->
            flags(descriptor) and closeOnExec shouldBe closeOnExec
            val duplicate = succeeded(system.duplicate(descriptor))
            flags(duplicate) and closeOnExec shouldBe closeOnExec
            succeeded(system.close(duplicate))
        }
        val memory = succeeded(system.createMemory("test", sealable = false))
        flags(memory) and closeOnExec shouldBe closeOnExec
        succeeded(system.close(memory))
    }

    test("mode and size are those of the file") {
        withFile(ByteArray(12_345)) { descriptor, _ ->
            FileType.of(system.fileMode(descriptor)) shouldBe FileType.REGULAR
            system.fileSize(descriptor) shouldBe 12_345
        }
        failed(system.fileMode(CLOSED_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
        failed(system.fileSize(CLOSED_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
    }

    test("truncate cuts and lengthens, with numbers beyond 32 bits") {
        withFile(ByteArray(100) { 7 }) { descriptor, file ->
            system.truncate(descriptor, 3) shouldBe 0
            file.readBytes() shouldBe byteArrayOf(7, 7, 7)
            system.truncate(descriptor, 5) shouldBe 0
            file.readBytes() shouldBe byteArrayOf(7, 7, 7, 0, 0)
            val large = (1L shl 32) + 1
            system.truncate(descriptor, large) shouldBe 0
            system.fileSize(descriptor) shouldBe large
        }
    }

    test("truncate fails on a descriptor for reading and for a negative size") {
        withFile(ByteArray(1), OpenMode.READ) { descriptor, _ ->
            failed(system.truncate(descriptor, 2), Symbol.NOT_WRITABLE, Symbol.BAD_DESCRIPTOR)
        }
        withFile(ByteArray(1)) { descriptor, _ -> failed(system.truncate(descriptor, -1), Symbol.INVALID) }
    }

    test("allocate lengthens the file to the end of the range and keeps what is there") {
        withFile(byteArrayOf(1, 2, 3)) { descriptor, file ->
            system.allocate(descriptor, 3, 4) shouldBe 0
            file.readBytes() shouldBe byteArrayOf(1, 2, 3, 0, 0, 0, 0)
        }
    }

    test("allocate fails with the reason") {
        failed(system.allocate(CLOSED_DESCRIPTOR, 0, 2), Symbol.BAD_DESCRIPTOR)
        withFile(ByteArray(1), OpenMode.READ) { descriptor, _ ->
            failed(system.allocate(descriptor, 0, 2), Symbol.BAD_DESCRIPTOR, Symbol.NOT_WRITABLE)
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "a file in memory starts empty and shows what is written to its map") {
        val descriptor = succeeded(system.createMemory("test", sealable = false))
        system.fileSize(descriptor) shouldBe 0
        system.truncate(descriptor, page) shouldBe 0
        val first = succeeded(system.map(descriptor, 0, page, READ_WRITE, SHARED))
        val second = succeeded(system.map(descriptor, 0, page, Protection.READ.bit, SHARED))
        Region(first, page, false, false, RangeGuard.NONE).put(page - 1, 42)
        Region(second, page, true, false, RangeGuard.NONE).get(page - 1) shouldBe 42
        succeeded(system.unmap(first, page))
        succeeded(system.unmap(second, page))
        succeeded(system.close(descriptor))
    }

    test("map shows the file from the offset on and writes to it") {
        val granule = system.allocationGranularity
        val content = ByteArray((granule + page).toInt()) { (it / granule).toByte() }
        withFile(content) { descriptor, file ->
            val address = succeeded(system.map(descriptor, granule, page, READ_WRITE, SHARED))
            val region = Region(address, page, false, false, RangeGuard.NONE)
            region.get(0) shouldBe 1
            region.put(0, 99)
            system.sync(address, page, SYNC) shouldBe 0
            file.readBytes()[granule.toInt()] shouldBe 99
            region.revoke()
            succeeded(system.unmap(address, page))
        }
    }

    test("map fails with the reason") {
        failed(system.map(CLOSED_DESCRIPTOR, 0, page, READ_WRITE, SHARED), Symbol.BAD_DESCRIPTOR)
        failed(system.map(NO_DESCRIPTOR, 0, 0, READ_WRITE, PRIVATE or ANONYMOUS), Symbol.INVALID)
        failed(system.map(NO_DESCRIPTOR, 0, TOO_LONG, READ_WRITE, PRIVATE or ANONYMOUS), Symbol.TOO_MUCH_MEMORY)
        withFile(ByteArray(1), OpenMode.READ) { descriptor, _ ->
            failed(system.map(descriptor, 0, page, READ_WRITE, SHARED), Symbol.ACCESS_DENIED)
            failed(system.map(descriptor, 1, page, Protection.READ.bit, SHARED), Symbol.UNALIGNED)
        }
    }

    testNeeding(Requirement.CHECKED_ADDRESSES, "addresses inside a page are refused") {
        withMemory(page) { address ->
            failed(system.unmap(address + 1, page), Symbol.INVALID)
            failed(system.sync(address + 1, page, SYNC), Symbol.INVALID)
            failed(system.advise(address + 1, page, WILL_NEED), Symbol.INVALID)
        }
    }

    testNeeding(Requirement.MOVED_MAPPINGS, "remap keeps the content of memory that grows and shrinks") {
        val address = succeeded(system.map(NO_DESCRIPTOR, 0, page, READ_WRITE, PRIVATE or ANONYMOUS))
        Region(address, page, false, false, RangeGuard.NONE).put(page - 1, 42)
        val larger = succeeded(system.remap(address, page, 1000 * page))
        with(Region(larger, 1000 * page, false, false, RangeGuard.NONE)) {
            get(page - 1) shouldBe 42
            get(1000 * page - 1) shouldBe 0
        }
        val smaller = succeeded(system.remap(larger, 1000 * page, page))
        Region(smaller, page, true, false, RangeGuard.NONE).get(page - 1) shouldBe 42
        succeeded(system.unmap(smaller, page))
    }

    testNeeding(Requirement.MOVED_MAPPINGS, "remap fails inside a page, to nothing, and where nothing is mapped") {
        withMemory(page) { address ->
            failed(system.remap(address + 1, page, 2 * page), Symbol.INVALID)
            failed(system.remap(address, page, 0), Symbol.INVALID, Symbol.NO_MEMORY)
        }
        system.errorName((-system.remap(unmapped(), page, 2 * page)).toInt()) shouldBe "EFAULT"
    }

    test("sync takes memory, which has no file") {
        withMemory(page) { address -> system.sync(address, page, SYNC) shouldBe 0 }
    }

    testNeeding(Requirement.REFUSED_ADDRESSES, "sync where nothing is mapped fails") {
        failed(system.sync(unmapped(), page, SYNC), Symbol.NOT_MAPPED)
    }

    test("syncFile writes a file out and fails without one") {
        withFile(ByteArray(1)) { descriptor, _ -> system.syncFile(descriptor) shouldBe 0 }
        failed(system.syncFile(CLOSED_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
    }

    test("advise takes advice that exists") {
        withMemory(page) { address -> system.advise(address, page, WILL_NEED) shouldBe 0 }
    }

    testNeeding(Requirement.CHECKED_ADVICES, "advise refuses advice that does not exist") {
        withMemory(page) { address -> failed(system.advise(address, page, 12_345), Symbol.INVALID) }
    }

    test("what is in memory of a file that can be written is told, even to who only reads it") {
        for (mode in listOf(OpenMode.READ, OpenMode.READ_WRITE)) withFile(ByteArray(10), mode) { descriptor, _ ->
            system.reportsResidency(descriptor).shouldBeTrue()
        }
    }

    test("nameMemory names private memory where the kernel can, and refuses what is no name") {
        withMemory(page) { address ->
            val result = system.nameMemory(address, page, "kmmap:test")
            if (result < 0) failed(result, Symbol.NOT_SUPPORTED)
            failed(system.nameMemory(address, page, "not\na name"), Symbol.INVALID, Symbol.NOT_SUPPORTED)
        }
    }

    test("errors have the system's words and symbols") {
        system.errorName(2) shouldBe Symbol.NOT_FOUND.here
        system.errorText(2).lowercase() shouldContain "file"
        system.errorName(1_000_000) shouldBe null
        system.errorText(1_000_000).shouldNotBeBlank()
        system.errorText(-5).shouldNotBeBlank()
    }

    test("every call has the error of its own thread and moment") {
        repeat(1000) {
            failed(system.close(CLOSED_DESCRIPTOR), Symbol.BAD_DESCRIPTOR)
            failed(system.map(NO_DESCRIPTOR, 0, 0, READ_WRITE, PRIVATE or ANONYMOUS), Symbol.INVALID)
        }
        system.pageSize shouldBeGreaterThan 0
    }
})
