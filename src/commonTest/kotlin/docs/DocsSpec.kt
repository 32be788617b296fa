package dev.kmmap.docs

import dev.kmmap.MMap
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.compiledWords
import dev.kmmap.fixtures.snippets
import dev.kmmap.fixtures.words
import dev.kmmap.samples.GuideSamples
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldContainExactly
import io.kotest.matchers.ints.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** Documents with snippets; README has a spec of its own. */
private val guides = listOf("docs/getting-started.md", "docs/migrating.md", "docs/performance.md", "docs/when-not.md")

private const val LOG = "10:00 a ERROR no space\n10:01 b fine\n10:02 b ERROR Panic\n"

private suspend fun withLog(block: suspend (TemporaryFile) -> Unit) =
    TemporaryFile(LOG.encodeToByteArray()).use { block(it) }

internal class DocsSpec : FunSpec({
    test("every snippet of the guides is compiled, word for word") {
        val compiled = mapOf(
            "kotlin" to compiledWords("src/commonTest/kotlin/samples/GuideSamples.kt"),
            "java" to compiledWords("src/jvmTest/java/dev/kmmap/GuideTest.java"),
        )
        var count = 0
        for (guide in guides) for ((language, text) in compiled) for (snippet in snippets(guide, language)) {
            withClue("$guide: $snippet") { text shouldContain words(snippet) }
            count++
        }
        count shouldBeGreaterThan 5
    }

    test("errorsOf") {
        withLog { GuideSamples.errorsOf(it.path).size shouldBe 2 }
    }

    test("countRuns") {
        TemporaryFile().use { file -> List(3) { GuideSamples.countRuns(file.path) } shouldBe listOf(1, 2, 3) }
    }

    test("sizeOrReason") {
        withLog { GuideSamples.sizeOrReason(it.path) shouldBe "${LOG.length} bytes" }
        TemporaryFile().use { GuideSamples.sizeOrReason(it.path) shouldBe "no such file" }
    }

    test("firstErrors and hasPanicked") {
        withLog { file ->
            MMap.open(file.path).use { log ->
                GuideSamples.firstErrors(log, " b ").orEmpty() shouldContainExactly listOf("10:02 b ERROR Panic")
                GuideSamples.hasPanicked(log) shouldBe true
            }
        }
    }

    test("tail") {
        withLog { GuideSamples.tail(it.path, 1) shouldBe listOf("10:02 b ERROR Panic") }
    }
})
