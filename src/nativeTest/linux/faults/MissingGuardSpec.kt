package dev.kmmap.faults

import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.noFailingCalls
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testUnless
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainAll
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString

/** A program that may not install the handler of the fault guard. */
internal class MissingGuardSpec : FunSpec({
    testUnless({ noFailingCalls }, "a guard that cannot be installed is told once, and in the report") {
        TemporaryFile().use { output ->
            TemporaryFile().use { errors ->
                val failing = "-e trace=rt_sigaction -e inject=rt_sigaction:error=EPERM"
                val program = "${peerCommand("report")} >${output.path} 2>${errors.path}"
                shell("strace --seccomp-bpf -f -o /dev/null $failing $program") shouldBe true
                val warnings = textOf(errors.path).lines().filter { it.startsWith("kmmap: WARNING: ") }
                warnings.size shouldBe 1
                warnings.single() shouldContain "goes without the fault guard"
                val report = textOf(output.path).lines()
                report shouldContainAll listOf("FAULT_GUARD: no", "SIMD_SEARCH: yes", "native library: linked in")
                report.single { it.startsWith("fault guard: ") } shouldContain "off, "
            }
        }
    }

    testUnless({ noFailingCalls }, "the report says how elements are accessed, with the barrier and without") {
        val failing = "-e trace=membarrier -e inject=membarrier:error=ENOSYS"
        accessTold("") shouldContain "by a slot for each thread, membarrier"
        accessTold("strace --seccomp-bpf -f -o /dev/null $failing ") shouldContain "by a counter"
    }
})

private fun accessTold(runner: String): String = TemporaryFile().use { output ->
    shell("$runner${peerCommand("report")} >${output.path}") shouldBe true
    textOf(output.path).lines().single { it.startsWith("element access: ") }
}

private fun textOf(path: String) = SystemFileSystem.source(Path(path)).buffered().use { it.readString() }
