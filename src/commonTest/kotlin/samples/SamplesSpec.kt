package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.Capability
import dev.kmmap.MMap
import dev.kmmap.Seal
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.diagnostics.KMMAP_VERSION
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.system.SystemCall
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe
import kotlin.random.Random
import kotlinx.io.EOFException
import kotlinx.io.bytestring.encodeToByteString
import kotlinx.io.files.Path

private suspend fun withText(text: String, block: suspend (TemporaryFile) -> Unit) =
    TemporaryFile(text.encodeToByteArray()).use { block(it) }

private fun TemporaryFile.text() = readBytes().decodeToString()

/** The samples of the documentation run and do what they say. */
internal class SamplesSpec : FunSpec({
    test("copyLeavesTheFileAlone") {
        withText("abc") { file ->
            AccessSamples.copyLeavesTheFileAlone(file.path) shouldBe ('X' to 'a')
            file.text() shouldBe "abc"
        }
    }

    test("writingReachesEveryOtherMap") {
        withText("abc") { file ->
            AccessSamples.writingReachesEveryOtherMap(file.path) shouldBe 'X'
            file.text() shouldBe "Xbc"
        }
    }

    test("readOnlyMapsRefuseToChange") {
        withText("abc") { file ->
            AccessSamples.readOnlyMapsRefuseToChange(file.path) shouldBe "set: the map is read-only"
            file.text() shouldBe "abc"
        }
    }

    test("rawProtectionAndFlags") {
        AccessSamples.rawProtectionAndFlags(10_000).use { map ->
            map.size shouldBe 10_000
            map[9_999] = 1
            map[9_999] shouldBe 1
        }
    }

    test("quickTour") {
        withText("hallo\n  world\n") { file ->
            MMapSamples.quickTour(file.path) shouldBe "done\n"
            file.text() shouldBe "Hello\n worldd\ndone\n"
        }
    }

    test("slicesWithAStep") {
        withText("abcdefg") { file ->
            MMapSamples.slicesWithAStep(file.path) shouldBe listOf("abcd", "defg", "aceg", "gfedcba")
        }
    }

    test("findAll") {
        withText("ababa") { file -> MMapSamples.findAll(file.path, "aba") shouldBe listOf(0L, 2L) }
        withText("") { file -> MMapSamples.findAll(file.path, "aba") shouldBe emptyList() }
    }

    test("readAllLines") {
        withText("one\n\nthree") { file -> MMapSamples.readAllLines(file.path) shouldBe listOf("one", "", "three") }
    }

    test("adviseSequentialReading") {
        withText("\u0001\u0002\u0003") { file -> MMapSamples.adviseSequentialReading(file.path) shouldBe 6 }
    }

    test("flushPartOfTheMap") {
        withText("0123456789") { file ->
            MMapSamples.flushPartOfTheMap(file.path, 3, "abc".encodeToByteArray())
            file.text() shouldBe "012abc6789"
        }
    }

    test("growingMemory") {
        MMapSamples.growingMemory(10) shouldBe 16
        MMapSamples.growingMemory(100) shouldBe 128
    }

    test("whatWentWrong") {
        val notFound = "${SystemCall.OPEN.here} failed with ${Symbol.NOT_FOUND.here}"
        TemporaryFile().use { MMapSamples.whatWentWrong(it.path) shouldBe notFound }
        withText("abc") { MMapSamples.whatWentWrong(it.path) shouldBe "3 bytes" }
    }

    test("whenTheFileIsTruncated") {
        withText("a\nb\n") { file ->
            MMap.open(file.path).use { MMapSamples.whenTheFileIsTruncated(it) shouldBe "2 lines" }
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "whenTheFileIsTruncated, and it is") {
        TemporaryFile(ByteArray(1_000_000)).use { file ->
            MMap.open(file.path).use { map ->
                file.truncate(0)
                MMapSamples.whenTheFileIsTruncated(map) shouldBe "the file has become shorter: SIGBUS"
            }
        }
    }

    test("createAndExtend") {
        TemporaryFile().use { file ->
            repeat(2) { MMapOptionsSamples.createAndExtend(file.path).use { it.fileSize() shouldBe (1L shl 20) } }
        }
    }

    testNeeding(Requirement.FLUSHED_FOLDERS, "durableFile") {
        TemporaryFile().use { file ->
            repeat(2) { MMapOptionsSamples.durableFile(file.path).use { it.fileSize() shouldBe 4096 } }
        }
    }

    test("confinedToOneThread and closedInTime") {
        withText("ab") { file ->
            MMapOptionsSamples.confinedToOneThread(file.path) shouldBe 'a'.code + 'b'.code
            MMapOptionsSamples.closedInTime(file.path)
        }
    }

    test("log") {
        withText("zero\n") { file ->
            AppenderSamples.log(file.path, listOf("one", "two")) shouldBe 9
            file.text() shouldBe "zero\none\ntwo\n"
        }
    }

    test("reservedAddresses") {
        TemporaryFile().use { file -> MMapOptionsSamples.reservedAddresses(file.path) shouldBe (1L shl 20) }
    }

    test("partOfAFile") {
        withText("x".repeat(7) + "y".repeat(20) + "z") { file ->
            MMapOptionsSamples.partOfAFile(file.path).use { it.read().decodeToString() shouldBe "y".repeat(20) }
        }
        withText("too short") { file ->
            shouldThrow<IllegalArgumentException> { MMapOptionsSamples.partOfAFile(file.path) }
        }
    }

    test("sharedOptions") {
        withText("abc") { one ->
            withText("defgh") { two ->
                MMapOptionsSamples.sharedOptions(listOf(one.path, two.path, one.path)) shouldBe 11
            }
        }
    }

    test("namedMemory") {
        MMapOptionsSamples.namedMemory().use { it.name shouldBe "page cache" }
    }

    test("pathAndByteString") {
        withText("an old hat") { file ->
            KotlinxIoSamples.pathAndByteString(Path(file.path)) shouldBe "new hat".encodeToByteString()
            KotlinxIoSamples.pathAndByteString(Path(file.path)) shouldBe null
            file.text() shouldBe "an new hat"
        }
    }

    test("writeRecords and readRecords") {
        withText(" ".repeat(10)) { file ->
            KotlinxIoSamples.writeRecords(Path(file.path), listOf("one", "2", "")) shouldBe 10
            KotlinxIoSamples.readRecords(Path(file.path)) shouldBe listOf("one", "2", "")
        }
        withText(" ".repeat(9)) { file ->
            shouldThrow<EOFException> {
                KotlinxIoSamples.writeRecords(Path(file.path), listOf("one", "2", ""))
            }
            file.text() shouldBe " ".repeat(9)
        }
    }

    test("copyThroughBuffers") {
        withText("first\nsecond") { from ->
            withText("0123456789") { to ->
                KotlinxIoSamples.copyThroughBuffers(Path(from.path), Path(to.path)) shouldBe 5
                to.text() shouldBe "first56789"
            }
            withText("012") { to ->
                KotlinxIoSamples.copyThroughBuffers(Path(from.path), Path(to.path)) shouldBe 3
                to.text() shouldBe "fir"
            }
        }
    }

    test("oneNeedleManyMaps") {
        withText("a needle") { one ->
            withText("hay") { two ->
                SearchSamples.oneNeedleManyMaps(listOf(one.path, two.path), "needle") shouldBe listOf(one.path)
            }
        }
    }

    test("ignoringCase") {
        withText("GET\nContent-Length: 5\n") { SearchSamples.ignoringCase(it.path) shouldBe 4 }
    }

    test("anyOfSeveralBytes") {
        withText("a\tlist of words\n") { SearchSamples.anyOfSeveralBytes(it.path) shouldBe (1L to 15L) }
        withText("none") { SearchSamples.anyOfSeveralBytes(it.path) shouldBe (-1L to -1L) }
    }

    test("everyOccurrence") {
        withText("ababa".repeat(20)) { file ->
            SearchSamples.everyOccurrence(file.path, "aba") shouldBe List(10) { it * 5L }
        }
    }

    test("howOften") {
        withText("aaaa") { SearchSamples.howOften(it.path, "aa") shouldBe (2L to 3L) }
    }

    test("findWithTimeout") {
        withText("a needle") { file ->
            SuspendingSamples.findWithTimeout(file.path, "needle") shouldBe 2
            SuspendingSamples.findWithTimeout(file.path, "haystack") shouldBe -1
        }
    }

    test("findManyAtOnce") {
        withText("abc") { file ->
            SuspendingSamples.findManyAtOnce(file.path, listOf("c", "a", "x")) shouldBe listOf(2L, 0L, -1L)
        }
    }

    test("searchInParallel") {
        withText("Warning\nwarning\nWARNING\n") { file ->
            SuspendingSamples.searchInParallel(file.path, "warning") shouldBe (3L to 0L)
        }
    }

    test("findWithProgress") {
        val window = SEARCH_WINDOW.toInt()
        TemporaryFile(ByteArray(2 * window + 1) { 'x'.code.toByte() }).use { file ->
            val shown = ArrayList<Long>()
            SuspendingSamples.findWithProgress(file.path, "needle") { shown += it } shouldBe -1
            shown shouldBe listOf(49L)
        }
    }

    test("lastLine and firstOccurrences") {
        withText("one\ntwo\nthree\n") { file ->
            SuspendingSamples.lastLine(file.path) shouldBe "three"
            SuspendingSamples.firstOccurrences(file.path, "o", 1) shouldBe listOf(0L)
            SuspendingSamples.firstOccurrences(file.path, "o", 3) shouldBe listOf(0L, 6L)
        }
    }

    test("longestLine and linesThatContain, of flows") {
        withText("one\nthree\r\n\nfive") { file ->
            SuspendingSamples.longestLine(file.path) shouldBe 5
            SuspendingSamples.linesThatContain(file.path, "e") shouldBe listOf("one", "three", "five")
        }
    }

    test("readWithoutWaiting") {
        withText("\u0005\u0000\u0000\u0000.rest") { file ->
            SuspendingSamples.readWithoutWaiting(file.path).decodeToString() shouldBe "rest"
        }
    }

    test("longestLine") {
        withText("one\nthree\r\n\nfive") { LineSamples.longestLine(it.path) shouldBe "three" }
        withText("") { LineSamples.longestLine(it.path) shouldBe null }
    }

    test("linesFromTheMiddle") {
        withText("one\ntwo\nthree\n") { LineSamples.linesFromTheMiddle(it.path) shouldBe listOf("two", "three") }
    }

    test("tail") {
        withText("one\ntwo\nthree") { file ->
            LineSamples.tail(file.path, 2) shouldBe listOf("two", "three")
            LineSamples.tail(file.path, 5) shouldBe listOf("one", "two", "three")
        }
    }

    test("linesThatContain") {
        withText("one\ntwo\r\nthree") { LineSamples.linesThatContain(it.path, "o") shouldBe listOf("one", "two") }
    }

    test("lineByNumber") {
        withText("one\ntwo\nthree") { LineSamples.lineByNumber(it.path, 2) shouldBe "three" }
    }

    test("numbersOfMatchingLines") {
        withText("one\ntwo\nno\n") { LineSamples.numbersOfMatchingLines(it.path, "o") shouldBe listOf(1L, 2L, 3L) }
    }

    test("writeDurably") {
        withText("hello") { file ->
            SuspendingSamples.writeDurably(file.path, "J")
            file.text() shouldBe "Jello"
        }
    }

    test("whatIsInMemory") {
        withText("hello") { PagingSamples.whatIsInMemory(it.path) shouldBe "a search will not wait for the device" }
    }

    test("bytesWithoutHoles") {
        withText("hello") { PagingSamples.bytesWithoutHoles(it.path) shouldBe 5 }
    }

    test("stillToBeWritten") {
        withText("hello") {
            PagingSamples.stillToBeWritten(it.path) shouldBeIn
                listOf("this system does not say", "all is on the device", "some pages are not")
        }
    }

    test("broughtIn") {
        withText("hello") { PagingSamples.broughtIn(it.path) shouldBe true }
    }

    test("reported") {
        PagingSamples.reported().first() shouldBe "kmmap: $KMMAP_VERSION"
    }

    test("asked") {
        PagingSamples.asked() shouldBe if (Capability.FAULT_GUARD.isSupported) "search the map" else "search a copy"
    }

    test("eachRecord") {
        TemporaryFile(byteArrayOf(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0)).use {
            ViewSamples.eachRecord(it.path) shouldBe 6
        }
    }

    test("sealedAfterWriting") {
        PagingSamples.sealedAfterWriting(byteArrayOf(7)) shouldBe "still 7: set: the map is read-only"
    }

    test("locked") {
        PagingSamples.locked("secret".encodeToByteArray()) shouldBe true
    }

    test("betweenProcesses") {
        SharedMemorySamples.betweenProcesses("kmmap-sample-${Random.nextInt(0, Int.MAX_VALUE)}") shouldBe 1
    }

    testNeeding(Requirement.MEMORY_FILES, "sealed") {
        val all = setOf(Seal.SEAL, Seal.SHRINK, Seal.GROW, Seal.WRITE)
        SharedMemorySamples.sealed(byteArrayOf(1, 2, 3)) shouldBe all
    }

    test("handedOver") {
        withText("a") { file ->
            MMap.open(file.path, Access.WRITE).use { SharedMemorySamples.handedOver(it) shouldBe 7 }
        }
    }
})
