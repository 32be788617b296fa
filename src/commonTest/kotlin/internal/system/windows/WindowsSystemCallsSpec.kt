package dev.kmmap.internal.system.windows

import dev.kmmap.fixtures.FakeKernel32
import dev.kmmap.internal.system.FilePath
import dev.kmmap.internal.system.FileType
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.failure
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private const val SECTION = 40L
private const val VIEW = 0x10000L
private const val NONE = 0
private const val READ = 1
private const val WRITE = 2
private const val EXECUTE = 4
private const val SHARED = Win32.MAP_SHARED
private const val PRIVATE = Win32.MAP_PRIVATE

/** Answers of a system where everything works. */
private fun working(vararg others: Pair<String, List<Long>>): FakeKernel32 =
    FakeKernel32(
        mapOf(
            "createFileMapping" to listOf(SECTION),
            "openFileMapping" to listOf(SECTION),
            "mapViewOfFile" to listOf(VIEW),
        ) + others,
    )

/** The order of Win32 functions, which no system but Windows can run. */
internal class WindowsSystemCallsSpec : FunSpec({
    test("a file is opened with the access of its mode, shared with everybody, and a directory too") {
        val expected = mapOf(
            OpenMode.READ to "80000000, 7, 3",
            OpenMode.READ_EXECUTE to "a0000000, 7, 3",
            OpenMode.READ_WRITE to "c0000000, 7, 3",
            OpenMode.CREATE_NEW to "c0000000, 7, 1",
            OpenMode.CREATE to "c0000000, 7, 4",
        )
        expected.keys shouldBe OpenMode.entries.toSet()
        for ((mode, numbers) in expected) {
            val kernel32 = FakeKernel32(mapOf("createFile" to listOf(8)))
            WindowsSystemCalls(kernel32).open("C:\\x", mode) shouldBe 8
            val flags = if (mode == OpenMode.CREATE_NEW) "2200000" else "2000000"
            kernel32.record shouldBe listOf("createFile(C:\\x, $numbers, $flags)")
        }
        WindowsSystemCalls(FakeKernel32(mapOf("createFile" to listOf(-5)))).open("x", OpenMode.READ) shouldBe -5
    }

    test("a long path gets the prefix that Windows demands, a short one stays") {
        val long = "d\\".repeat(130) + "file"
        val edge = "e".repeat(247)
        val rows = listOf(
            Triple("short", "C:\\short", "short"),
            Triple(edge, "C:\\$edge", edge),
            Triple("${edge}e", "C:\\${edge}e", "\\\\?\\C:\\${edge}e"),
            Triple(long, "C:\\work\\$long", "\\\\?\\C:\\work\\$long"),
            Triple("\\\\server\\share\\$long", "\\\\server\\share\\$long", "\\\\?\\UNC\\server\\share\\$long"),
            Triple("\\\\?\\C:\\$long", null, "\\\\?\\C:\\$long"),
            Triple("\\\\.\\$long", null, "\\\\.\\$long"),
            Triple(long, null, long),
        )
        for ((path, full, expected) in rows) withClue(path) {
            extendedLengthPath(path) { full } shouldBe expected
        }
        val kernel32 = FakeKernel32().apply { fullPath = "C:\\$long" }
        WindowsSystemCalls(kernel32).remove(FilePath(long))
        kernel32.record shouldBe listOf("deleteFile(\\\\?\\C:\\$long)")
    }

    test("the type of a file is told by the numbers of POSIX") {
        val rows = listOf(
            listOf(1L, 0x20L) to FileType.REGULAR,
            listOf(1L, 0x10L) to FileType.DIRECTORY,
            listOf(1L, 0x31L) to FileType.DIRECTORY,
            listOf(2L, 0L) to FileType.CHARACTER_DEVICE,
            listOf(3L, 0L) to FileType.FIFO,
            listOf(0L, 0L) to FileType.OTHER,
        )
        for ((answers, type) in rows) {
            val (fileType, attributes) = answers
            val kernel32 =
                FakeKernel32(mapOf("fileType" to listOf(fileType), "fileAttributes" to listOf(attributes)))
            FileType.of(WindowsSystemCalls(kernel32).fileMode(4)) shouldBe type
        }
        WindowsSystemCalls(FakeKernel32(mapOf("fileType" to listOf(-6L)))).fileMode(4) shouldBe -6
        val noAttributes = FakeKernel32(mapOf("fileType" to listOf(1L), "fileAttributes" to listOf(-5L)))
        WindowsSystemCalls(noAttributes).fileMode(4) shouldBe -5
    }

    test("protection and flags become the protection of a section and the access of its view") {
        val rows = listOf(
            Triple(READ, SHARED, "2" to "4"),
            Triple(READ, PRIVATE, "2" to "4"),
            Triple(NONE, PRIVATE, "2" to "4"),
            Triple(READ or WRITE, SHARED, "4" to "6"),
            Triple(WRITE, SHARED, "4" to "6"),
            Triple(READ or WRITE, PRIVATE, "8" to "1"),
            Triple(READ or EXECUTE, SHARED, "32" to "36"),
            Triple(EXECUTE, PRIVATE, "32" to "36"),
        )
        for ((protection, flags, numbers) in rows) withClue("protection $protection, flags $flags") {
            val kernel32 = working()
            WindowsSystemCalls(kernel32).map(8, 65_536, 100, protection, flags) shouldBe VIEW
            kernel32.record.take(3) shouldBe listOf(
                "createFileMapping(8, ${numbers.first}, 0, null)",
                "mapViewOfFile(40, ${numbers.second}, 65536, 100)",
            ) + if (protection == NONE) "virtualProtect(65536, 100, 1)" else "closeHandle(40)"
            kernel32.record.last() shouldBe "closeHandle(40)"
        }
    }

    test("memory without a file is a section of that size, which nobody else has") {
        for (flags in listOf(SHARED, PRIVATE)) {
            val kernel32 = working()
            WindowsSystemCalls(kernel32).map(NO_DESCRIPTOR, 0, 5_000_000_000, READ or WRITE, flags) shouldBe VIEW
            kernel32.record shouldBe listOf(
                "createFileMapping(-1, 4, 5000000000, null)",
                "mapViewOfFile(40, 6, 0, 5000000000)",
                "closeHandle(40)",
            )
        }
    }

    test("whatever step of mapping fails, nothing is left") {
        val nothing = working("createFileMapping" to listOf(-8))
        WindowsSystemCalls(nothing).map(8, 0, 10, READ, SHARED) shouldBe -8
        nothing.record shouldBe listOf("createFileMapping(8, 2, 0, null)")

        val noView = working("mapViewOfFile" to listOf(-1132))
        WindowsSystemCalls(noView).map(8, 0, 10, READ, SHARED) shouldBe -1132
        noView.record.drop(1) shouldBe listOf("mapViewOfFile(40, 4, 0, 10)", "closeHandle(40)")

        val noLock = working("virtualLock" to listOf(-1453))
        WindowsSystemCalls(noLock).map(8, 0, 10, READ, SHARED or Win32.MAP_LOCKED) shouldBe -1453
        noLock.record.drop(2) shouldBe listOf("virtualLock(65536, 10)", "unmapViewOfFile(65536)", "closeHandle(40)")

        val noProtection = working("virtualProtect" to listOf(-87))
        WindowsSystemCalls(noProtection).map(8, 0, 10, NONE, SHARED) shouldBe -87
        noProtection.record.drop(3) shouldBe listOf("unmapViewOfFile(65536)", "closeHandle(40)")
    }

    test("populating is tried, and its failure is silent") {
        val kernel32 = working("prefetchVirtualMemory" to listOf(-87))
        WindowsSystemCalls(kernel32).map(8, 0, 10, READ, SHARED or Win32.MAP_POPULATE) shouldBe VIEW
        kernel32.record.drop(2) shouldBe listOf("prefetchVirtualMemory(65536, 10)", "closeHandle(40)")
    }

    test("a flush is repeated while somebody holds a lock, but not for ever, and for no other reason") {
        val rows = listOf(
            listOf(0L) to (0L to 1),
            listOf(-33L, -33L, 0L) to (0L to 3),
            listOf(-33L) to (-33L to 5),
            listOf(-33L, -1117L) to (-1117L to 2),
            listOf(-1117L) to (-1117L to 1),
        )
        for ((answers, expected) in rows) withClue(answers) {
            val kernel32 = FakeKernel32(mapOf("flushViewOfFile" to answers))
            WindowsSystemCalls(kernel32).sync(VIEW, 5_000_000_000, 0) shouldBe expected.first
            kernel32.record shouldBe List(expected.second) { "flushViewOfFile(65536, 5000000000)" }
        }
    }

    test("a file only grows by allocate") {
        val rows = listOf(Triple(100L, 60L, null), Triple(50L, 60L, 60L), Triple(0L, 1L, 1L), Triple(60L, 60L, null))
        for ((size, end, set) in rows) {
            val kernel32 = FakeKernel32(mapOf("fileSize" to listOf(size)))
            WindowsSystemCalls(kernel32).allocate(8, end - 1, 1) shouldBe 0
            kernel32.record.drop(1) shouldBe listOfNotNull(set?.let { "setEndOfFile(8, $it)" })
        }
    }

    test("named memory is a section, told apart from a file wherever its descriptor is used") {
        val kernel32 = working("regionSize" to listOf(8192L))
        val calls = WindowsSystemCalls(kernel32)
        val descriptor = calls.openMemory("name", OpenMode.CREATE_NEW, 5000)
        calls.map(descriptor, 65_536, 100, READ, SHARED) shouldBe VIEW
        calls.fileSize(descriptor) shouldBe 8192
        calls.close(descriptor) shouldBe 0
        kernel32.record shouldBe listOf(
            "createFileMapping(-1, 4, 5000, Local\\name)",
            "mapViewOfFile(40, 4, 65536, 100)",
            "mapViewOfFile(40, 4, 0, 0)", "regionSize(65536)", "unmapViewOfFile(65536)",
            "closeHandle(40)",
        )
        calls.syncFile(descriptor) shouldBe 0
        calls.truncate(descriptor, 8192) shouldBe 0
        calls.truncate(descriptor, 5000) shouldBe 0
        calls.truncate(descriptor, 4096) shouldBe -50
        calls.truncate(descriptor, 8193) shouldBe -50
    }

    test("named memory is opened with the access of its mode") {
        for ((mode, access) in listOf(OpenMode.READ to 4, OpenMode.READ_WRITE to 6)) {
            val kernel32 = working()
            WindowsSystemCalls(kernel32).openMemory("n", mode, 0)
            kernel32.record shouldBe listOf("openFileMapping($access, Local\\n)")
        }
        val taken = working("createFileMapping" to listOf(-183))
        WindowsSystemCalls(taken).openMemory("n", OpenMode.CREATE_NEW, 1) shouldBe -183
        WindowsSystemCalls(FakeKernel32()).removeMemory("n") shouldBe -2
    }

    test("unlocking what is not locked is no error, as on POSIX") {
        for ((answer, expected) in listOf(0L to 0L, -158L to 0L, -487L to -487L)) {
            val kernel32 = FakeKernel32(mapOf("virtualUnlock" to listOf(answer)))
            WindowsSystemCalls(kernel32).unlock(VIEW, 4096) shouldBe expected
            kernel32.record shouldBe listOf("virtualUnlock(65536, 4096)")
        }
    }

    test("a view is protected with the number that says the same of its kind") {
        val rows = listOf(
            Triple(NONE, SHARED, 1),
            Triple(READ, SHARED, 2),
            Triple(READ, PRIVATE, 2),
            Triple(WRITE, SHARED, 4),
            Triple(READ or WRITE, SHARED, 4),
            Triple(READ or WRITE, PRIVATE, 8),
            Triple(READ or EXECUTE, SHARED, 32),
        )
        for ((protection, flags, number) in rows) {
            val kernel32 = FakeKernel32()
            WindowsSystemCalls(kernel32).protect(VIEW, 4096, protection, flags) shouldBe 0
            kernel32.record shouldBe listOf("virtualProtect(65536, 4096, $number)")
        }
    }

    test("each advice that Windows has a counterpart of reaches that function") {
        val rows = mapOf(
            Win32.ADVICE_PREFETCH to "prefetchVirtualMemory",
            Win32.ADVICE_DISCARD to "discardVirtualMemory",
            Win32.ADVICE_OFFER to "offerVirtualMemory",
            Win32.ADVICE_RECLAIM to "reclaimVirtualMemory",
        )
        for ((advice, function) in rows) {
            val kernel32 = FakeKernel32(mapOf(function to listOf(-7)))
            WindowsSystemCalls(kernel32).advise(VIEW, 4096, advice) shouldBe -7
            kernel32.record shouldBe listOf("$function(65536, 4096)")
        }
        WindowsSystemCalls(FakeKernel32()).advise(VIEW, 4096, 4) shouldBe -87
    }

    test("the system's words lose their line end; where it has none, the number has to do") {
        val kernel32 = FakeKernel32().apply { message = "Access is denied.\r\n" }
        val calls = WindowsSystemCalls(kernel32)
        calls.errorText(5) shouldBe "Access is denied."
        calls.failure(SystemCall.OPEN, -5, "x").message shouldBe
            "CreateFile(x): Access is denied. (ERROR_ACCESS_DENIED 5)"
        kernel32.message = ""
        calls.failure(SystemCall.MAP, -99999, "x").message shouldBe "MapViewOfFile(x): Unknown error 99999 (99999)"
    }
})
