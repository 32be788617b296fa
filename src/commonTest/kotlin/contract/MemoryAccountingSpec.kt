package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.systemFile
import dev.kmmap.fixtures.testNeeding
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.longs.shouldBeLessThan

private const val MIB = 1L shl 20

/** Far more than a runtime's own memory changes meanwhile. */
private const val SIZE = 160 * MIB

/** What the kernel's counts may be wrong by, and what the rest of the process does. */
private const val TOLERANCE = 64 * MIB

/** Bytes of each kind of memory that the process has in use, as the system counts them. */
private class Counts {
    private val lines = systemFile("/proc/self/status").lines()
    val anonymous: Long = bytes("RssAnon")

    /** Files on tmpfs, where temporary files may be, count as memory. */
    val filesAndShared: Long = bytes("RssFile") + bytes("RssShmem")

    private fun bytes(name: String): Long =
        lines.first { it.startsWith("$name:") }.removePrefix("$name:").trim().substringBefore(' ').toLong() * 1024
}

/** [whole] is counted as one that grew by the whole size, [none] as one that did not. */
private fun requireGrown(before: Counts, whole: (Counts) -> Long, none: (Counts) -> Long) {
    val after = Counts()
    whole(after) - whole(before) shouldBeGreaterThan SIZE - TOLERANCE
    none(after) - none(before) shouldBeLessThan TOLERANCE
}

private fun touch(map: MMap) {
    for (index in 0 until map.size step MMap.pageSize) map[index] = 1
}

internal class MemoryAccountingSpec : FunSpec({
    testNeeding(
        Requirement.ACCOUNTS,
        "what was read of a file counts as a file's, and no longer when it is not needed",
    ) {
        TemporaryFile(ByteArray(0)).use { file ->
            file.truncate(SIZE)
            // A hole of a file is no page of tmpfs until somebody writes it.
            MMap.open(file.path, Access.WRITE).use { touch(it) }
            MMap.open(file.path).use { map ->
                val before = Counts()
                map.find("absent")
                requireGrown(before, { it.filesAndShared }, { it.anonymous })
                map.advise(Advice.DONT_NEED)
                Counts().filesAndShared - before.filesAndShared shouldBeLessThan TOLERANCE
            }
        }
    }

    testNeeding(Requirement.ACCOUNTS, "shared memory counts as shared, private memory and written copies as private") {
        withClue("shared") {
            MMap.anonymous(SIZE).use { map ->
                val before = Counts()
                touch(map)
                requireGrown(before, { it.filesAndShared }, { it.anonymous })
            }
        }
        withClue("private") {
            MMapOptions().flags(MapFlag.PRIVATE).length(SIZE).anonymous().use { map ->
                val before = Counts()
                touch(map)
                requireGrown(before, { it.anonymous }, { it.filesAndShared })
            }
        }
        TemporaryFile(ByteArray(0)).use { file ->
            file.truncate(SIZE)
            MMap.open(file.path, Access.COPY).use { map ->
                val before = Counts()
                touch(map)
                requireGrown(before, { it.anonymous }, { it.filesAndShared })
            }
        }
    }

    testNeeding(Requirement.ACCOUNTS, "addresses that are only reserved count as nothing") {
        val before = Counts()
        MMapOptions().reserve(SIZE).length(MIB).anonymous().use { map ->
            touch(map)
            val after = Counts()
            after.anonymous - before.anonymous shouldBeLessThan TOLERANCE
            after.filesAndShared - before.filesAndShared shouldBeLessThan TOLERANCE
        }
    }
})
