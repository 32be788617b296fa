package dev.kmmap.docs

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.collections.shouldNotBeEmpty
import io.kotest.matchers.shouldBe
import java.io.File

/** The rooms of `dev.kmmap.internal`, from the ground up: docs/architecture.md says what each is for. */
private val ROOMS = listOf(
    "base",
    "system",
    "system.windows",
    "memory",
    "mapping",
    "access",
    "search.scan",
    "search",
    "text.regex",
    "text",
    "coroutines",
    "io",
    "diagnostics",
)

/** The files that choose among the system calls of all systems, and so know those rooms, too. */
private val CHOOSERS = setOf("Platform.jvm.kt", "TargetSystemCalls.kt")

/** The lowest room that knows the public class of maps. */
private const val LOWEST_WITH_MAPS = "access"

/** The room of all Java code that calls C: a basement, which only the JVM's own files of the rooms lead to. */
private const val FOREIGN = "ffm"

/** What a package may have at most, so that one look takes it in; the public one has what users see. */
private const val MOST_FILES = 16

/** An import of something in a package of `dev.kmmap.internal`, or one of the public package. */
private val INTERNAL_IMPORT = Regex("""^import (?:static )?dev\.kmmap\.internal\.((?:[a-z]+\.)+)[\w*]""")
private val MAP_IMPORT = Regex("""^import dev\.kmmap\.MMap(Options|Appender)?;?$""")

/** A line of a file, as what is wrong with it is reported. */
private class Place(val file: File, val number: Int, val line: String) {
    override fun toString() = "$file:$number: $line"
}

/** The imports that are arrows upwards, or into the basement: [files] are those of main code. */
private fun wrongArrows(files: List<File>): List<String> = files.flatMap { file ->
    val room = roomOf(file)
    val rank = ROOMS.indexOf(room)
    places(file) { INTERNAL_IMPORT.containsMatchIn(it) || MAP_IMPORT.matches(it) }.filter { place ->
        val target = INTERNAL_IMPORT.find(place.line)?.groupValues?.get(1)?.trimEnd('.')
        when {
            target == null -> rank in 0 until ROOMS.indexOf(LOWEST_WITH_MAPS)
            target == FOREIGN -> room != FOREIGN && !file.name.endsWith(".jvm.kt") && file.name !in FOREIGN_USERS
            target in ROOMS && rank >= 0 -> ROOMS.indexOf(target) > rank && file.name !in CHOOSERS
            else -> false
        }
    }
}.map { it.toString() }

/** Kotlin files of the JVM that have no common half, and use the foreign room. */
private val FOREIGN_USERS = setOf("FilePaths.kt", "BufferTransfers.kt", "MemoryViews.kt")

/** Files whose use of `java.lang.foreign` has its reason in them. */
private val FOREIGN_EXCEPTIONS = setOf("Unpinned.jvm.kt", "MemoryViews.kt")

private fun foreignOutsideItsRoom(files: List<File>): List<String> = files
    .filterNot { roomOf(it) == FOREIGN || it.name in FOREIGN_EXCEPTIONS }
    .flatMap { file -> places(file) { "java.lang.foreign" in it } }
    .map { it.toString() }

private fun internalsInContract(files: List<File>): List<String> =
    files.flatMap { file -> places(file) { it.startsWith("import dev.kmmap.internal.") } }.map { it.toString() }

/** The room of a file by its package; the empty string for the public one. */
private fun roomOf(file: File): String = packageOf(file).removePrefix("dev.kmmap").removePrefix(".internal").trim('.')

private fun packageOf(file: File): String =
    file.useLines { lines -> lines.first { it.startsWith("package ") } }.removePrefix("package ").trimEnd(';')

private fun places(file: File, rule: (String) -> Boolean): List<Place> =
    file.readLines().mapIndexed { i, line -> Place(file, i + 1, line) }.filter { rule(it.line) }

/** The rules of the source tree that a machine can check: docs/architecture.md and CONTRIBUTING.md state them. */
internal class ArchitectureSpec : FunSpec({
    val main = listOf("commonMain", "jvmMain", "nativeMain").flatMap { code("src/$it") }

    test("no room knows one above it, and only files of the JVM's own know the room of foreign calls") {
        wrongArrows(main).shouldBeEmpty()
    }

    test("an arrow upwards, to a map, and into the basement is each told with its file and line") {
        val planted = listOf(
            "memory" to "import dev.kmmap.internal.search.Pattern",
            "system" to "import dev.kmmap.internal.system.windows.Win32",
            "mapping" to "import dev.kmmap.MMap",
            "search" to "import dev.kmmap.internal.ffm.KernelScan",
        )
        for ((room, line) in planted) withPlanted("package dev.kmmap.internal.$room\n\n$line\n") { file ->
            wrongArrows(listOf(file)) shouldBe listOf("$file:3: $line")
        }
        for ((room, line) in planted) withPlanted("package dev.kmmap.internal.$room\n\n// $line\n") { file ->
            wrongArrows(listOf(file)).shouldBeEmpty()
        }
    }

    test("each room is in the order, and a file's package is its folder") {
        val rooms = main.map(::roomOf).distinct() - ROOMS - setOf("", FOREIGN)
        // The names that cinterop gives: Apple's functions of these names stand in for them.
        (rooms - setOf("posix", "atomics")).shouldBeEmpty()
        main.filterNot { file ->
            val folder = packageOf(file).removePrefix("dev.kmmap").replace('.', '/')
            file.parent.replace('\\', '/').endsWith(folder)
        }.shouldBeEmpty()
    }

    test("no package but the public one has more than $MOST_FILES files") {
        val byPackage = main.groupBy { packageOf(it) }.mapValues { (_, files) ->
            // The halves of one file count once.
            files.map { it.name.substringBefore('.') }.distinct().size
        }
        (byPackage - "dev.kmmap").filterValues { it > MOST_FILES } shouldBe emptyMap()
    }

    test("only files named common say expect, and each has its halves") {
        val expect = Regex("""\bexpect (inline |class|fun|val)""")
        val common = code("src/commonMain").filter { file -> places(file) { expect in it }.isNotEmpty() }
        common.filterNot { it.name.endsWith(".common.kt") }.shouldBeEmpty()
        common.filterNot { file ->
            val name = file.name.removeSuffix(".common.kt")
            main.any { it.name == "$name.jvm.kt" && packageOf(it) == packageOf(file) }
        }.shouldBeEmpty()
    }

    test("only the room of foreign calls touches foreign memory on the JVM") {
        foreignOutsideItsRoom(code("src/jvmMain")).shouldBeEmpty()
        val line = "import java.lang.foreign.Arena"
        withPlanted("package dev.kmmap.internal.io\n\n$line\n") { file ->
            foreignOutsideItsRoom(listOf(file)) shouldBe listOf("$file:3: $line")
        }
    }

    test("only the rooms of memory and of system calls use the C library on Native") {
        val allowed = setOf("base", "memory", "system", "system.windows", "posix", "atomics")
        code("src/nativeMain").filter { file -> places(file) { "import platform." in it }.isNotEmpty() }
            .filterNot { roomOf(it) in allowed }
            .shouldBeEmpty()
    }

    test("common code knows no platform") {
        val platform = Regex("import (java|javax|platform|kotlinx\\.cinterop)\\.")
        code("src/commonMain").flatMap { file -> places(file) { platform in it } }.shouldBeEmpty()
    }

    test("specs of the contract know only what users know, and the fixtures") {
        internalsInContract(code("src/commonTest/kotlin/contract")).shouldBeEmpty()
        val line = "import dev.kmmap.internal.memory.Gate"
        withPlanted("package dev.kmmap.contract\n\n$line\n") { file ->
            internalsInContract(listOf(file)) shouldBe listOf("$file:3: $line")
        }
    }

    test("no file but MMap.kt, which is KDoc, has 450 lines, and no line more than 120 columns") {
        val long = sources("src").filter { it.readLines().size >= 450 && it.name != "MMap.kt" }
        withClue("files") { long.shouldBeEmpty() }
        withClue("lines") { sources("src").flatMap { file -> places(file) { it.length > 120 } }.shouldBeEmpty() }
    }

    test("every @sample in the documentation names a function that exists") {
        val sample = Regex("@sample dev\\.kmmap\\.samples\\.(\\w+)\\.(\\w+)")
        val named = main.flatMap { file -> sample.findAll(file.readText()).map { it.groupValues.drop(1) } }
        named.shouldNotBeEmpty()
        named.filterNot { (samples, function) ->
            val files = listOf("commonTest", "nativeTest").map { File("src/$it/kotlin/samples/$samples.kt") }
            "fun $function(" in files.first { it.exists() }.readText()
        }.shouldBeEmpty()
    }
})

private fun withPlanted(text: String, block: (File) -> Unit) {
    val file = File.createTempFile("Planted", ".kt")
    try {
        file.writeText(text)
        block(file)
    } finally {
        file.delete()
    }
}

private fun sources(folder: String): List<File> = File(folder).walk()
    .filter { it.isFile && it.extension in setOf("kt", "java", "def", "c", "h") }
    .toList()
    .also { it.shouldNotBeEmpty() }

/** The Kotlin and Java files below [folder]. */
private fun code(folder: String): List<File> =
    sources(folder).filter { it.extension in setOf("kt", "java") && it.name != "module-info.java" }
