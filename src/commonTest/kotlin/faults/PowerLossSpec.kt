package dev.kmmap.faults

import dev.kmmap.fixtures.Platform
import dev.kmmap.fixtures.PowerLoss
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ground
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.powerOff
import dev.kmmap.fixtures.runPeer
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testUnless
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.minutes
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readByteArray

/** A file system that can be cut off from its device, and the size of the smallest image that it takes. */
private enum class Journaled(val image: String, private val make: String) {
    EXT4("64M", "mkfs.ext4 -q"),
    XFS("512M", "mkfs.xfs -q"),
    ;

    /** Why it cannot be had here; `null` if it can. */
    val reason: String? by lazy {
        when {
            ground != Platform.LINUX -> "file systems in files are mounted on Linux only"
            !shell("command -v ${make.substringBefore(' ')} >/dev/null") -> "there is no ${make.substringBefore(' ')}"
            powerOff("") == null -> "there is neither xfs_io nor python3 to cut off a file system"
            !isMountable() -> "mounting a file system takes root and loop devices"
            else -> null
        }
    }

    private fun isMountable() = TemporaryFile().use { image ->
        TemporaryFile().use { folder ->
            make(image.path) && mount(image.path, folder.path).also { if (it) unmount(folder.path) }
        }
    }

    fun make(file: String): Boolean = shell("truncate -s $image $file && $make $file 2>/dev/null")
}

/** Whether the file system in [image] could be mounted in a new folder at [folder]. */
private fun mount(image: String, folder: String): Boolean =
    shell("mkdir $folder && { mount -o loop $image $folder 2>/dev/null || { rmdir $folder; false; }; }")

private fun unmount(folder: String) {
    // Somebody may still be there, if the test has failed.
    shell("{ umount $folder || umount -l $folder; } && rmdir $folder") shouldBe true
}

private fun <T> mounted(image: String, folder: String, block: () -> T): T {
    mount(image, folder) shouldBe true
    try {
        return block()
    } finally {
        unmount(folder)
    }
}

/** What is left of a file when the power was lost; `null` if the file is not there. */
private fun fileAfter(case: PowerLoss, image: String, folder: String): ByteArray? {
    val path = "$folder/$case"
    mounted(image, folder) {
        case.before?.let { bytes -> SystemFileSystem.sink(Path(path)).buffered().use { it.write(bytes) } }
        shell("sync -f $folder") shouldBe true
        runPeer("power", case.name, path, folder) shouldBe 0
    }
    return mounted(image, folder) {
        if (!SystemFileSystem.exists(Path(path))) return@mounted null
        SystemFileSystem.source(Path(path)).buffered().use { it.readByteArray() }
    }
}

/** Those that all others rest on. */
private val short = setOf(PowerLoss.SYNC, PowerLoss.SYNC_OF_FIRST_PAGE, PowerLoss.GROW_AND_SYNC, PowerLoss.COPY)

internal class PowerLossSpec : FunSpec({
    for (system in Journaled.entries) {
        val name = "what was flushed to $system is there when the power was lost, and a flush without power fails"
        testUnless({ system.reason }, name, timeout = 10.minutes) {
            TemporaryFile().use { image ->
                TemporaryFile().use { folder ->
                    system.make(image.path) shouldBe true
                    for (case in if (longRun) PowerLoss.entries else short) withClue(case) {
                        val file = fileAfter(case, image.path, folder.path)
                        case.wrong(file) shouldBe null
                        if (longRun) println("power loss: $system $case: ${case.tell(file)}")
                    }
                }
            }
        }
    }
})
