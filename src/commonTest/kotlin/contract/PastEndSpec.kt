package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAppender
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.SharedMemory
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.memoryFolder
import dev.kmmap.fixtures.temporaryFolder
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.useDescriptor
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random

private val page = MMap.pageSize

private const val END = 100L

/** Stores past the end of the file, in its last page, through a map that is longer than the file by now. */
private fun MMap.storePastEnd() {
    for (index in listOf(END, END + 1, 200, page - 1)) set(index, 1)
}

private fun MMap.shouldGrowByZeros(from: Long, to: Long) {
    resize(to)
    slice(from) shouldBe ByteArray((to - from).toInt())
}

/** [first] is cut inside a page, [second] stores past the end there, and [first] grows again. */
private fun growOver(first: MMap, second: MMap) {
    for (size in listOf(page, 101, page + 1, 3 * page)) withClue("$size bytes") {
        first.resize(page)
        first.resize(END)
        second.storePastEnd()
        first.shouldGrowByZeros(END, size)
    }
}

/** Folders of file systems that are on a device and in memory. */
private val folders = mapOf(
    Requirement.CUTTING_A_MAPPED_FILE to temporaryFolder,
    Requirement.MEMORY_FOLDER to memoryFolder,
)

private val kinds: Map<String, MMapOptions.() -> Unit> = mapOf(
    "shared" to { access(Access.WRITE) },
    "with reserved addresses" to { access(Access.WRITE).reserve(10 * page) },
    "private, with raw flags" to { flags(MapFlag.PRIVATE) },
    "of one thread" to { access(Access.WRITE).confined(true) },
    "from an offset on" to { access(Access.WRITE).offset(7) },
)

internal class PastEndSpec : FunSpec({
    testNeeding(Requirement.MEMORY_FOLDER, "what is stored past the end of named memory is no content when it grows") {
        val name = "kmmap-test-" + Random.nextLong().toULong().toString(radix = 36)
        try {
            SharedMemory.create(name, page).use { first -> SharedMemory.open(name).use { growOver(first, it) } }
        } finally {
            SharedMemory.unlink(name)
        }
    }

    testNeeding(Requirement.MEMORY_FILES, "nor is it of anonymous memory, whose descriptor was handed over") {
        MMap.memfd("cut", page).use { first ->
            first.useDescriptor { MMap.map(it, Access.WRITE) }.use { growOver(first, it) }
        }
    }

    for ((need, folder) in folders) {
        for ((kind, configure) in kinds) testNeeding(need, "nor is it of a file in $folder, by a map that is $kind") {
            TemporaryFile(ByteArray(page.toInt()), folder = folder).use { file ->
                MMap.open(file.path, Access.WRITE).use { second ->
                    second[END] = 0 // the page is there
                    file.truncate(END)
                    val first = MMapOptions().apply(configure).open(file.path)
                    second.storePastEnd()
                    first.use {
                        it.shouldGrowByZeros(it.size, 2 * page)
                        file.readBytes().drop(END.toInt()).all { byte -> byte == 0.toByte() } shouldBe true
                    }
                }
            }
        }

        testNeeding(need, "nor is it of a file in $folder that is extended when it is opened, or appended to") {
            TemporaryFile(ByteArray(page.toInt()), folder = folder).use { file ->
                MMap.open(file.path, Access.WRITE).use { second ->
                    file.truncate(END)
                    second.storePastEnd()
                    MMapOptions().access(Access.WRITE).extend(true).length(3 * page).open(file.path).use {
                        it.slice(END) shouldBe ByteArray((3 * page - END).toInt())
                    }
                    file.truncate(END)
                    second.storePastEnd()
                    MMapAppender.open(file.path).use { it.append(byteArrayOf(5)) shouldBe END }
                    file.readBytes().drop(END.toInt()) shouldBe listOf<Byte>(5)
                    second[END + 1] shouldBe 0
                }
            }
        }
    }

    test("what others have made content meanwhile stays") {
        TemporaryFile(ByteArray(END.toInt())).use { file ->
            MMap.open(file.path, Access.WRITE).use { first ->
                MMapOptions().access(Access.WRITE).extend(true).length(page).open(file.path).use { second ->
                    second[END] = 7
                    first.resize(2 * page)
                    first[END] shouldBe 7
                }
            }
        }
    }
})
