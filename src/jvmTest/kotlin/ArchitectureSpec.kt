package dev.kmmap

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldNotBeEmpty
import java.io.File

/** The rules of the source tree that a machine can check: docs/architecture.md and CONTRIBUTING.md state them. */
class ArchitectureSpec : FunSpec({
    test("only Platform.kt says expect") {
        val expect = Regex("""\bexpect (inline |class|fun|val)""")
        offenders("src/commonMain") { expect in it }.filterNot { it.name == "Platform.kt" }.shouldBeEmpty()
    }

    test("only regions, system calls and linking touch foreign memory on the JVM") {
        val linking = "Linking|NativeLibrary|FaultGuard|KernelScan|StagedScan|WordCopy|ForeignKernel32"
        // Platform.jvm.kt for one read, which has to be inlined at every access; MemoryViews.kt hands segments out.
        val kotlin = "(Platform\\.jvm|MemoryViews)\\.kt"
        val allowed = Regex("(MemorySegmentRegion|$linking|[A-Za-z]*SystemCalls)\\.java|$kotlin")
        offenders("src/jvmMain") { "java.lang.foreign" in it }.filterNot { allowed.matches(it.name) }.shouldBeEmpty()
    }

    test("only regions and system calls use the C library on Native") {
        val allowed = Regex("(Platform\\.native|PosixFunctions|AtomicFunctions|[A-Za-z]*SystemCalls)\\.kt")
        offenders("src/nativeMain") { "import platform." in it }.filterNot { allowed.matches(it.name) }.shouldBeEmpty()
    }

    test("common code knows no platform") {
        val platform = Regex("import (java|javax|platform|kotlinx\\.cinterop)\\.")
        offenders("src/commonMain") { platform in it }.shouldBeEmpty()
    }

    test("no file but MMap.kt, which is KDoc, has 450 lines, and no line more than 120 columns") {
        val long = sources("src").filter { it.readLines().size >= 450 && it.name != "MMap.kt" }
        withClue("files") { long.shouldBeEmpty() }
        withClue("lines") { offenders("src") { it.length > 120 }.shouldBeEmpty() }
    }

    test("every @sample in the documentation names a function that exists") {
        val sample = Regex("@sample dev\\.kmmap\\.samples\\.(\\w+)\\.(\\w+)")
        val named = (sources("src/commonMain") + sources("src/nativeMain")).flatMap { file ->
            sample.findAll(file.readText()).map { it.groupValues.drop(1) }
        }
        named.shouldNotBeEmpty()
        named.filterNot { (samples, function) ->
            val files = listOf("commonTest", "nativeTest").map { File("src/$it/kotlin/samples/$samples.kt") }
            "fun $function(" in files.first { it.exists() }.readText()
        }.shouldBeEmpty()
    }
})

private fun sources(folder: String): List<File> = File(folder).walk()
    .filter { it.isFile && it.extension in setOf("kt", "java", "def", "c", "h") }
    .toList()
    .also { it.shouldNotBeEmpty() }

/** The source files below [folder] with a line for which [rule] holds. */
private fun offenders(folder: String, rule: (String) -> Boolean): List<File> =
    sources(folder).filter { file -> file.readLines().any(rule) }
