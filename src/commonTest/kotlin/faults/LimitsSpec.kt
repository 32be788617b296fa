package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.MAXIMUM_MAPS
import dev.kmmap.fixtures.Platform
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SMALL_DISK
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.badinput.BadInput
import dev.kmmap.fixtures.badinput.ExpectedFailure.DENIED
import dev.kmmap.fixtures.badinput.Scenario
import dev.kmmap.fixtures.badinput.runAll
import dev.kmmap.fixtures.badinput.withBadInputFolder
import dev.kmmap.fixtures.ground
import dev.kmmap.fixtures.noSmallDisk
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.runPeer
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.shellStatus
import dev.kmmap.fixtures.systemFile
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.withSmallDisk
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** Why no process can be had here that has few rights and little of everything. */
private val unlimited: String? by lazy {
    when {
        ground != Platform.LINUX -> "limits and rights are taken from a process on Linux only"
        !shell("command -v prlimit setpriv >/dev/null") -> "taking rights from a process needs prlimit and setpriv"
        else -> null
    }
}

/** Comes before a command that is to run without root's rights, but as the same user. */
private val withoutRights: String
    get() = if (shell("test $(id -u) = 0")) "setpriv --bounding-set=-all --inh-caps=-all" else ""

/** More maps than that take too long to open. */
private const val MAPS_WORTH_OPENING = 100_000

/** Why no process can be had here that has as many maps as are allowed. */
internal val tooManyMaps: String? by lazy {
    when {
        ground != Platform.LINUX -> "only Linux says how many maps a process may have, and only the real one means it"
        systemFile(MAXIMUM_MAPS).trim().toLong() > MAPS_WORTH_OPENING ->
            "this system allows a process more maps than can be opened in a short time"
        else -> null
    }
}

/** What a disk that only can be read, and runs no programs, refuses. */
private fun readOnlyRows(folder: String) = listOf(
    denied("open(", "EROFS") { open("$folder/file") { access(Access.WRITE) } },
    denied("open(", "EROFS") { open("$folder/file") { access(Access.WRITE).extend(true).length(1000) } },
    denied("open(", "EROFS") { open("$folder/missing") { create(true) } },
    denied("mmap(", "EPERM") {
        open("$folder/file") { protection(Protection.READ, Protection.EXECUTE).flags(MapFlag.PRIVATE) }
    },
)

private fun denied(call: String, error: String, action: Scenario.() -> Unit) =
    BadInput("on a disk for reading", DENIED, call, listOf(error), action = action)

/** Limits and rights that a process can run into: these are met by other processes. */
internal class LimitsSpec : FunSpec({
    testUnless({ unlimited }, "RLIMIT_AS, FSIZE, MEMLOCK and NOFILE are exceptions, and nothing is left") {
        shellStatus("$withoutRights ${peerCommand("limits")}") shouldBe 0
    }

    testUnless({ unlimited }, "what a user has no rights to is denied, and nothing is left") {
        TemporaryFile().use { folder ->
            val path = folder.path
            val memory = "/dev/shm/${folder.name}"
            shell(
                "mkdir $path && cd $path && mkdir closed listed && " +
                    "touch nobody reading writing closed/file $memory && " +
                    "chmod 0 nobody closed $memory && chmod 0444 reading && chmod 0222 writing && chmod 0555 listed",
            ) shouldBe true
            try {
                shellStatus("$withoutRights ${peerCommand("denied", path)}") shouldBe 0
            } finally {
                shell("chmod 0700 $path/closed; rm -r $path $memory")
            }
        }
    }

    testUnless({ noSmallDisk }, "a disk for reading that runs no programs denies both, and nothing is left") {
        TemporaryFile().use { folder ->
            withSmallDisk(folder.path) {
                val setUp = "cd ${folder.path} && echo content >file && mount -o remount,ro,noexec ${folder.path}"
                shell(setUp) shouldBe true
                withBadInputFolder { runAll(readOnlyRows(folder.path)) }
            } shouldBe true
        }
    }

    testNeeding(Requirement.FIFOS, "a pipe is no file") {
        shellStatus("echo content | ${peerCommand("pipe")}") shouldBe 0
    }

    testUnless({ tooManyMaps }, "more maps than are safe are refused, and the process lives") {
        runPeer("maps") shouldBe 0
    }

    testUnless({ noSmallDisk }, "named memory that does not fit is refused when it is made, unless it is sparse") {
        val mount = "mount --make-rprivate / && mount -t tmpfs -o size=$SMALL_DISK none /dev/shm"
        shellStatus("unshare -m sh -c \"$mount && exec ${peerCommand("memory")}\"") shouldBe 0
    }

    testUnless({ tooManyMaps }, "maps cut into more pieces than are safe are refused that, and the process lives") {
        runPeer("pieces") shouldBe 0
    }
})
