package dev.kmmap.internal.system

import dev.kmmap.internal.diagnostics.KMMAP_VERSION
import dev.kmmap.internal.ffm.DarwinSystemCalls
import dev.kmmap.internal.ffm.LinuxSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import java.io.File

/** Which system calls a JVM gets, by what it says about its system. */
internal class PlatformJvmSpec : FunSpec({
    test("the names and processors of all JVMs for known systems are understood") {
        val known = mapOf(
            "Linux" to "amd64" to OperatingSystem.LINUX_X64,
            "Linux" to "aarch64" to OperatingSystem.LINUX_ARM64,
            "Mac OS X" to "x86_64" to OperatingSystem.DARWIN,
            "Mac OS X" to "aarch64" to OperatingSystem.DARWIN,
            "Windows 10" to "amd64" to OperatingSystem.WINDOWS,
            "Windows 11" to "aarch64" to OperatingSystem.WINDOWS,
            "Windows Server 2025" to "amd64" to OperatingSystem.WINDOWS,
        )
        for ((jvm, system) in known) withClue(jvm) { systemOf(jvm.first, jvm.second) shouldBe system }
    }

    test("other systems and processors are unknown") {
        val unknown = listOf(
            "Linux" to "riscv64", "Linux" to "arm", "Windows 10" to "x86", "SunOS" to "sparcv9", "AIX" to "ppc64",
            "FreeBSD" to "amd64", "" to "",
        )
        for ((name, processor) in unknown) withClue("$name $processor") { systemOf(name, processor) shouldBe null }
    }

    test("the version that is told is that of the build") {
        val version = Regex("<artifactId>kmmap</artifactId>\\s*<version>(.*?)</version>")
        version.find(File("pom.xml").readText())?.groupValues?.get(1) shouldBe KMMAP_VERSION
    }

    test("every system gets its own system calls").config(enabledIf = { onLinux }) {
        systemCallsOf(OperatingSystem.LINUX_X64).shouldBeInstanceOf<LinuxSystemCalls>()
        systemCallsOf(OperatingSystem.LINUX_ARM64).system shouldBe OperatingSystem.LINUX_ARM64
        systemCallsOf(OperatingSystem.DARWIN).shouldBeInstanceOf<DarwinSystemCalls>()
        shouldThrow<UnsupportedOperationException> { systemCallsOf(OperatingSystem.WINDOWS) }
            .message shouldBe "kmmap needs kernel32, which this system lacks"
    }

    test("a JVM on an unknown system refuses and names it, every time") {
        val expected = "UnsupportedOperationException: kmmap does not know Plan 9 (vax), " +
            "only Linux x86-64, Linux arm64, macOS, Windows, on processors of 64 bits"
        val output = outputWith("-Dos.name=Plan 9", "-Dos.arch=vax")
        withClue(output) { output.lines().count { it.endsWith(expected) } shouldBe 2 }
    }

    test("a JVM that says it is on Windows calls Windows").config(enabledIf = { onLinux }) {
        val output = outputWith("-Dos.name=Windows 11", "-Dos.arch=amd64")
        withClue(output) { output.lines().count { it.endsWith("which this system lacks") } shouldBe 2 }
        output shouldContain "kmmap needs kernel32"
    }
})

private val onLinux: Boolean = currentSystem in setOf(OperatingSystem.LINUX_X64, OperatingSystem.LINUX_ARM64)

/** What a JVM of its own prints when it asks for the system calls twice. */
private fun outputWith(vararg options: String): String {
    val java = ProcessHandle.current().info().command().orElseThrow()
    val classPath = System.getProperty("java.class.path")
    val command = listOf(java, "--enable-native-access=ALL-UNNAMED", *options, "-cp", classPath)
    val child = ProcessBuilder(command + "dev.kmmap.internal.ffm.NativeAccessRefused").redirectErrorStream(true).start()
    return child.inputStream.readAllBytes().decodeToString()
}
