package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.cacheStatistics
import dev.kmmap.fixtures.OpenMode
import dev.kmmap.fixtures.noOverlay
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withOverlay
import dev.kmmap.residency
import dev.kmmap.useDescriptor
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private val page = MMap.pageSize

/** Appends to the file so much that it ends pages further on, as another program would. */
private fun write(path: String) {
    shell("printf NEW | dd of=$path conv=notrunc status=none && truncate -s ${3 * page} $path") shouldBe true
}

private fun MMap.text(count: Int) = slice(0, count.toLong()).decodeToString()

/** Overlays, from which containers have their files: the first write to one makes another file of the same name. */
internal class OverlaySpec : FunSpec({
    for (access in listOf(Access.READ, Access.COPY)) for (tracked in listOf(true, false)) {
        val name = "a descriptor from before the first write maps the file as it is: $access, trackFile=$tracked"
        testUnless({ noOverlay }, name) {
            withOverlay("lower") { path ->
                val descriptor = platformSystemCalls.open(path, OpenMode.READ)
                write(path)
                MMapOptions().access(access).trackFile(tracked).map(descriptor).use { map ->
                    map.size shouldBe 3 * page
                    map.text(5) shouldBe "NEWer"
                    map[3 * page - 1] shouldBe 0
                }
                platformSystemCalls.close(descriptor) shouldBe 0
            } shouldBe true
        }
    }

    testUnless({ noOverlay }, "a map from before the first write goes on to show the old file, but for its size") {
        withOverlay("lower") { path ->
            MMap.open(path).use { old ->
                write(path)
                old.size shouldBe 5
                old.text(5) shouldBe "lower"
                old.fileSize() shouldBe 3 * page
                old.useDescriptor { descriptor ->
                    MMap.map(descriptor).use { map ->
                        map.text(5) shouldBe "NEWer"
                        map[3 * page - 1] shouldBe 0
                    }
                }
            }
        } shouldBe true
    }

    testUnless({ noOverlay }, "a map that can be written is of the file as others see it from its start on") {
        withOverlay("lower") { path ->
            MMap.open(path, Access.WRITE).use { map ->
                write(path)
                map.text(5) shouldBe "NEWer"
                map.resize(3 * page)
                map[3 * page - 1] = 7
            }
            MMap.open(path).use { it[3 * page - 1] shouldBe 7 }
        } shouldBe true
    }

    testUnless({ noOverlay }, "a descriptor of a file that was removed meanwhile is mapped, too") {
        withOverlay("lower") { path ->
            val descriptor = platformSystemCalls.open(path, OpenMode.READ)
            write(path)
            shell("rm $path") shouldBe true
            MMap.map(descriptor).use { it.text(5) shouldBe "NEWer" }
            platformSystemCalls.close(descriptor) shouldBe 0
        } shouldBe true
    }
    testUnless({ noOverlay }, "numbers of the cache are not told, rather than none, but which pages are there is") {
        withOverlay("lower") { path ->
            write(path)
            MMap.open(path).use { map ->
                map.cacheStatistics() shouldBe null
                map[0]
                map.residency(0, page).isComplete shouldBe true
            }
        } shouldBe true
    }
})
