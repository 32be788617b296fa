package dev.kmmap.faults

import dev.kmmap.contains
import dev.kmmap.fixtures.DONE
import dev.kmmap.fixtures.FaultedSteps
import dev.kmmap.fixtures.TOLD
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.noFailingCalls
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testUnless
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.ints.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.minutes
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** Rounds of all steps in one process, each of which meets other faults than the one before. */
private const val ROUNDS = 10

/** Of the calls of one kind each third fails; more often, and taking back would fail as well. */
private const val PERIOD = 3

/** More munmaps than any thread makes while a process starts; it would not if they failed. */
private const val UNMAPS_AT_START = 20

/** A function of the library that is to fail. */
private class Faulted(
    /** As exceptions tell it. */
    val operation: String,
    /** The system calls behind it; those with a question mark not on every processor, or not in every C library. */
    val systemCalls: String,
    val errors: List<String>,
    /** Steps, by how they begin, that do without the call, and the error with which they do; `null` is any. */
    val doneWithout: Map<String, String?> = emptyMap(),
    /** Whether only calls that name our file can be made to fail, and not all that the process makes. */
    val byPath: Boolean = true,
    /** How many calls of a thread succeed before the first that fails. */
    val spared: Int = 0,
    /** Whether it is repeated when a signal has interrupted it. */
    val repeated: Boolean = false,
) {
    fun mayBeDone(step: String, error: String): Boolean = repeated && error == "EINTR" ||
        doneWithout.any { (start, only) -> step.startsWith(start) && (only == null || only == error) }
}

private val resizes = listOf("grow", "shrink", "empty", "resize").associateWith { null }

private val faulted = listOf(
    Faulted("open", "?open,openat", listOf("EMFILE", "EACCES", "EIO", "ENOMEM", "EINTR", "ENOSPC"),
        // A private map whose file cannot be written is opened for reading.
        mapOf("open private" to "EACCES"), repeated = true),
    Faulted("fstat", "?fstat,?newfstatat,?statx", listOf("EIO", "ENOMEM", "EACCES", "EINTR")),
    Faulted("mmap", "mmap", listOf("ENOMEM", "EAGAIN", "EACCES", "EIO")),
    // The range that a resize is through with is unmapped by close, if not at once.
    Faulted("munmap", "munmap", listOf("ENOMEM", "EIO", "EAGAIN"), resizes, byPath = false, spared = UNMAPS_AT_START),
    // What the system does not take back when a map is made smaller stays behind its end.
    Faulted("mremap", "mremap", listOf("ENOMEM", "EAGAIN", "EIO"),
        mapOf("shrink private" to null, "resize memory PRIVATE" to null), byPath = false),
    Faulted("ftruncate", "ftruncate", listOf("EIO", "ENOSPC", "EACCES", "EINTR"), repeated = true),
    Faulted("posix_fallocate", "fallocate", listOf("ENOSPC", "EIO", "EINTR", "ENOMEM"), repeated = true),
    Faulted("msync", "msync", listOf("EIO", "ENOSPC", "ENOMEM", "EINTR"), byPath = false, repeated = true),
    Faulted("fsync", "fsync", listOf("EIO", "ENOSPC", "EINTR"), repeated = true),
    Faulted("madvise", "madvise", listOf("EAGAIN", "EIO", "ENOMEM"), byPath = false),
    Faulted("dup", "fcntl", listOf("EMFILE", "EACCES", "EAGAIN")),
)

private fun textOf(path: String) = SystemFileSystem.source(Path(path)).buffered().use { it.readString() }

/** How a step has ended, and how many of its system calls were made to fail. */
private class Ended(val how: String, val step: String, val faults: Int)

/** Runs the steps in another process, some of whose calls fail, and returns how each has ended. */
private fun run(call: Faulted, error: String, first: Int): List<Ended> = TemporaryFile().use { folder ->
    val path = folder.path
    SystemFileSystem.createDirectories(Path(path))
    try {
        val paths = listOf("$path/${FaultedSteps.FAULTED}", "$path/${FaultedSteps.MARK}", "/memfd:kmmap")
        val filter = if (call.byPath) paths.joinToString("") { " -P $it" } else ""
        val options = "--seccomp-bpf -f -qq -o $path/trace -e signal=none$filter"
        val traced = "-e trace=${call.systemCalls},?unlink,?unlinkat"
        val injected = "-e inject=${call.systemCalls}:error=$error:when=$first+$PERIOD"
        val program = peerCommand("steps", path, error, call.operation, "$ROUNDS")
        shell("strace $options $traced $injected $program") shouldBe true
        steps(error, textOf("$path/trace").lines(), textOf("$path/${FaultedSteps.REPORT}").trim().lines())
    } finally {
        shell("rm -r $path")
    }
}

/** Puts the lines of the trace between the two marks of a step to the line that the process says of it. */
private fun steps(error: String, trace: List<String>, report: List<String>): List<Ended> {
    val thread = trace.first { FaultedSteps.MARK in it }.substringBefore(' ')
    val faults = IntArray(report.size)
    var marks = 0
    for (line in trace.filter { it.substringBefore(' ') == thread }) {
        if ("/${FaultedSteps.MARK}\"" in line) marks++
        // Now and then strace fails to make a call fail, and says that beside.
        if ("= -1 $error " in line && "(INJECTED)" in line && marks % 2 == 1) faults[marks / 2]++
    }
    marks shouldBe 2 * report.size
    return report.mapIndexed { i, line -> Ended(line.substringBefore(' '), line.substringAfter(' '), faults[i]) }
}

internal class SystemCallFaultSpec : FunSpec({
    for (call in faulted) {
        val name = "a failing ${call.operation} is told as it is, and maps, files and descriptors are as before"
        testUnless({ noFailingCalls }, name, timeout = 10.minutes) {
            var told = 0
            var done = 0
            for ((i, error) in call.errors.take(if (longRun) call.errors.size else 1).withIndex()) {
                for (ended in run(call, error, call.spared + 1 + i % PERIOD)) withClue("$error, ${ended.step}") {
                    if (ended.how == TOLD) ended.faults shouldBe 1
                    if (ended.how == DONE && ended.faults > 0) call.mayBeDone(ended.step, error) shouldBe true
                    if (ended.how == TOLD) told++ else done += ended.faults
                }
            }
            told + done shouldBeGreaterThanOrEqual ROUNDS / PERIOD
            if (longRun) println("${call.operation}: ${told + done} faults, $told told, $done done all the same")
        }
    }
})
