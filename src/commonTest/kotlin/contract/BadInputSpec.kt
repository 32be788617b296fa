package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.Platform
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.badinput.BAD_INPUT_SIZE
import dev.kmmap.fixtures.badinput.BadInput
import dev.kmmap.fixtures.badinput.badMemory
import dev.kmmap.fixtures.badinput.badOpens
import dev.kmmap.fixtures.badinput.badOperations
import dev.kmmap.fixtures.badinput.descriptors
import dev.kmmap.fixtures.badinput.fifos
import dev.kmmap.fixtures.badinput.links
import dev.kmmap.fixtures.badinput.makeFifo
import dev.kmmap.fixtures.badinput.makeLinks
import dev.kmmap.fixtures.badinput.openAppending
import dev.kmmap.fixtures.badinput.plantedMemory
import dev.kmmap.fixtures.badinput.posixPaths
import dev.kmmap.fixtures.badinput.rareFlags
import dev.kmmap.fixtures.badinput.runAll
import dev.kmmap.fixtures.badinput.systemFiles
import dev.kmmap.fixtures.badinput.withBadInputFolder
import dev.kmmap.fixtures.ground
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.systemFile
import dev.kmmap.fixtures.testUnless
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe

/** Rows of the catalogue that need the same, if they need anything. */
private class Group(
    val what: String,
    val rows: List<BadInput>,
    val need: Requirement? = null,
    /** A command that makes what the rows find in their folder. */
    val prepare: String? = null,
)

private val groups = listOf(
    Group("opening with bad arguments", badOpens),
    Group("operations with bad arguments, on closed, empty and read-only maps", badOperations),
    Group("names, sizes and ranges of named memory", badMemory),
    Group("a FIFO instead of a file", fifos, Requirement.FIFOS, makeFifo),
    Group("links to nothing, to themselves and to folders", links, Requirement.SYMBOLIC_LINKS, makeLinks),
    Group("paths that lead nowhere and to devices", posixPaths, Requirement.ZERO_DEVICE),
    Group("files that the system makes up", systemFiles, Requirement.PROC),
    Group("descriptors of the wrong kind", descriptors, Requirement.LINUX_DESCRIPTORS, makeFifo),
    Group("something else in the place of named memory", plantedMemory, Requirement.MEMORY_FOLDER),
)

/** Why the flags that few systems are set up for are not refused here as they usually are. */
private val rareFlagsReason: String? by lazy {
    when {
        ground != Platform.LINUX -> "emulators and systems that are not Linux have rare flags in their own way"
        "HugePages_Total:       0\n" !in systemFile("/proc/meminfo") -> "this system has a pool of huge pages"
        systemFile("/proc/sys/kernel/osrelease").startsWith("6.11.") ||
            systemFile("/proc/sys/kernel/osrelease").startsWith("6.12.") ->
            "Linux 6.11 and 6.12 let a running program be written to"
        else -> null
    }
}

/**
 * The catalogue of bad input: each row is refused by the same type of exception on every target, and leaves no
 * descriptor, no mapped range, no new file and no changed one behind.
 */
internal class BadInputSpec : FunSpec({
    for (group in groups) {
        testUnless({ group.need?.reason }, "${group.what}: refused, and nothing is left") {
            withBadInputFolder(group.prepare) { runAll(group.rows) }
        }
    }

    testUnless({ rareFlagsReason }, "flags that few systems are set up for: refused, and nothing is left") {
        withBadInputFolder { runAll(rareFlags) }
    }

    test("the catalogue has more than 300 rows") {
        (groups.sumOf { it.rows.size } + rareFlags.size) shouldBeGreaterThan 300
    }

    testUnless({ Requirement.LINUX_DESCRIPTORS.reason }, "a descriptor for appending is as good as any other") {
        withBadInputFolder {
            val descriptor = openAppending()
            val options = MMapOptions().access(Access.WRITE).extend(true).length(BAD_INPUT_SIZE + 10L)
            options.map(descriptor).use { map ->
                map.slice(0, BAD_INPUT_SIZE.toLong()) shouldBe patternOf(BAD_INPUT_SIZE)
                map[BAD_INPUT_SIZE + 9L] = 1
                map.resize(BAD_INPUT_SIZE.toLong())
            }
            platformSystemCalls.fileSize(descriptor) shouldBe BAD_INPUT_SIZE
            platformSystemCalls.close(descriptor) shouldBe 0
        }
    }
})
