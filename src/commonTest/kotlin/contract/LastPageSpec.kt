package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.testNeeding
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private const val SIZE = 1000

private const val CUT = 20L

/** What systems do not report of a file that is cut, and what looks for it. */
internal class LastPageSpec : FunSpec({
    testNeeding(
        Requirement.CUTTING_A_MAPPED_FILE,
        "past the end of a cut file its last page has zeros, and loses stores",
    ) {
        TemporaryFile(patternOf(SIZE)).use { file ->
            MMap.open(file.path, Access.WRITE).use { map ->
                file.truncate(CUT)
                map.slice(0) shouldBe patternOf(SIZE).copyOf(CUT.toInt()).copyOf(SIZE)
                map[500] = 1
                map[500] shouldBe 1
                map.fileSize() shouldBe CUT
                file.readBytes() shouldBe patternOf(CUT.toInt())
                for (mode in listOf(FlushMode.SYNC, FlushMode.ASYNC)) {
                    shouldThrow<MMapFaultException> { map.flush(mode) }.message shouldContain "fileSize=$CUT"
                }
            }
            file.readBytes() shouldBe patternOf(CUT.toInt())
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a copy loses its own bytes with the pages of a cut file") {
        val page = MMap.pageSize
        TemporaryFile(ByteArray(4 * page.toInt())).use { file ->
            MMap.open(file.path, Access.COPY).use { copy ->
                copy.copyFrom(0, ByteArray(4 * page.toInt()) { 'P'.code.toByte() })
                file.truncate(100)
                file.truncate(4 * page)
                // The page of the file's new end stays private.
                copy[page - 1] shouldBe 'P'.code.toByte()
                copy[page] shouldBe 0
                copy.find("P", page) shouldBe -1
            }
        }
    }
})
