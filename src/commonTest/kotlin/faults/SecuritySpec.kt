package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.SharedMemory
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.badinput.descriptors
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.systemFile
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.ints.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldNotContain
import kotlin.random.Random

private const val CLOSE_ON_EXEC = 0x80000

/** The permissions in a file's mode, and those of shared memory: its own user may read and write it. */
private const val PERMISSIONS = 0x1FFL
private const val ONLY_ITS_USER = 0x180L

/** Maps of all kinds that have a descriptor. */
private const val MAPS_WITH_DESCRIPTOR = 7

/** Runs [block] while maps of all kinds are open. */
private fun withAllKindsOfMaps(block: (memoryName: String) -> Unit) {
    val name = "kmmap-test-" + Random.nextLong().toULong().toString(radix = 36)
    val maps = ArrayList<MMap>()
    TemporaryFile(patternOf(10)).use { file ->
        TemporaryFile().use { created ->
            try {
                for (access in Access.entries) maps += MMap.open(file.path, access)
                maps += MMapOptions().access(Access.WRITE).create(true).extend(true).length(10).open(created.path)
                val descriptor = platformSystemCalls.open(file.path, OpenMode.READ_WRITE)
                maps += MMap.map(descriptor, Access.WRITE)
                platformSystemCalls.close(descriptor) shouldBe 0
                maps += MMap.anonymous(10)
                maps += MMapOptions().flags(MapFlag.PRIVATE).length(10).name("kmmap-test").anonymous()
                maps += SharedMemory.create(name, 10)
                maps += SharedMemory.open(name, Access.READ)
                val executable = setOf(Protection.READ, Protection.EXECUTE).toTypedArray()
                maps += MMapOptions().protection(*executable).flags(MapFlag.PRIVATE).open(file.path)
                // A search, for which the library may have code of its own to load.
                for (map in maps) map.find("nothing like it", 0) shouldBe -1
                block(name)
            } finally {
                for (map in maps) map.close()
                SharedMemory.unlink(name)
            }
        }
    }
}

internal class SecuritySpec : FunSpec({
    testNeeding(Requirement.PROC, "no descriptor of any map reaches other programs") {
        TemporaryFile().use { list ->
            withAllKindsOfMaps {
                // The shell's parent is this process.
                shell("ls -l /proc/\$PPID/fd >${list.path}") shouldBe true
                val ours = Regex("""(\d+) -> \S*(kmmap-test-|memfd:kmmap)""").findAll(list.readBytes().decodeToString())
                val descriptors = ours.map { it.groupValues[1] }.toList()
                descriptors.size shouldBeGreaterThanOrEqual MAPS_WITH_DESCRIPTOR
                for (descriptor in descriptors) withClue(descriptor) {
                    val lines = systemFile("/proc/self/fdinfo/$descriptor").lines()
                    val flags = lines.first { it.startsWith("flags:") }.substringAfter(':').trim().toInt(radix = 8)
                    flags and CLOSE_ON_EXEC shouldBe CLOSE_ON_EXEC
                }
            }
        }
    }

    testNeeding(Requirement.PROC, "no page of any map, nor of the library's own, is writable and executable") {
        withAllKindsOfMaps {
            val ranges = ProcessResources.rangesNaming("kmmap").orEmpty()
            ranges.shouldNotBeEmpty()
            for (range in ranges) range shouldNotContain Regex("^\\S+ .wx")
        }
    }

    testNeeding(Requirement.MEMORY_FOLDER, "shared memory is for its own user only") {
        withAllKindsOfMaps { name ->
            val descriptor = platformSystemCalls.openMemory(name, OpenMode.READ, 0)
            platformSystemCalls.fileMode(descriptor) and PERMISSIONS shouldBe ONLY_ITS_USER
            platformSystemCalls.close(descriptor) shouldBe 0
        }
    }
})
