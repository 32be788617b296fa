package dev.kmmap.docs

import dev.kmmap.fixtures.Platform
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.compiledWords
import dev.kmmap.fixtures.ground
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.shellStatus
import dev.kmmap.fixtures.snippets
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.words
import dev.kmmap.samples.ReadmeSamples
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldHaveSize
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** The snippets of README do what it says, and stand in the compiled samples word for word. */
class ReadmeSpec : FunSpec({
    test("every Kotlin snippet of README stands in ReadmeSamples") {
        val snippets = snippets("README.md", "kotlin")
        snippets shouldHaveSize 3
        val compiled = compiledWords("src/commonTest/kotlin/samples/ReadmeSamples.kt")
        for (snippet in snippets) withClue(snippet) { compiled shouldContain words(snippet) }
    }

    test("the Java snippet of README stands in ReadmeTest") {
        val snippets = snippets("README.md", "java")
        snippets shouldHaveSize 1
        val compiled = compiledWords("src/jvmTest/java/dev/kmmap/ReadmeTest.java")
        for (snippet in snippets) withClue(snippet) { compiled shouldContain words(snippet) }
    }

    test("the first snippet edits the file in place and enlarges it") {
        TemporaryFile("Hello\nworld\n".encodeToByteArray()).use { file ->
            ReadmeSamples.edit(file.path)
            val bytes = file.readBytes()
            bytes.size shouldBe 12 + 4096
            bytes.copyOf(12).decodeToString() shouldBe "Jello\nworld\n"
        }
    }

    testUnless({ if (ground == Platform.LINUX) null else "needs Linux's own /proc" }, TRUNCATED) {
        repeat(3) {
            TemporaryFile(ByteArray(0)).use { file ->
                TemporaryFile().use { output ->
                    // No line feed: the first line is all of it, so that there is time to cut it.
                    file.truncate(1L shl 30)
                    val program = peerCommand("readme", file.path)
                    val untilMapped = "while [ -d /proc/\$! ] && ! grep -q '${file.path}' /proc/\$!/maps; do :; done"
                    val cut = "truncate -s 0 '${file.path}'"
                    shellStatus("$program >'${output.path}' 2>&1 & $untilMapped; $cut; wait \$!") shouldBe 0
                    output.readBytes().decodeToString() shouldContain "truncated"
                }
            }
        }
    }

    test("the coroutine snippet finds without blocking the caller") {
        TemporaryFile("INFO\nERROR\n".encodeToByteArray()).use { file ->
            ReadmeSamples.indexOfError(file.path) shouldBe 5
        }
    }

    test("the builder snippet creates the file with the space it asks for") {
        TemporaryFile().use { file ->
            ReadmeSamples.create(file.path).use { it.fileSize() shouldBe (1L shl 20) }
        }
    }
})

private const val TRUNCATED =
    "the first snippet ends with an exception, and its program as ever, when somebody truncates the file meanwhile"
