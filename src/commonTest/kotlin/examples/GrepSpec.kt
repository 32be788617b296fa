package dev.kmmap.examples

import dev.kmmap.MMap
import dev.kmmap.examples.grep.countLines
import dev.kmmap.examples.grep.grep
import dev.kmmap.fixtures.Ended
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ended
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private const val TEXT = "one error\nfine\ntwo errors, error\nlast error"

private fun <T> withMap(text: String, block: (MMap) -> T): T =
    TemporaryFile(text.encodeToByteArray()).use { file -> MMap.open(file.path).use(block) }

private fun matches(text: String, needle: String, onlyMatch: Boolean = false): List<String> =
    buildString { withMap(text) { map -> grep(map, needle, onlyMatch) { append(it) } } }.lines().dropLast(1)

internal class GrepSpec : FunSpec({
    test("each occurrence is printed with its offset, and its line unless only the match is wanted") {
        val lines = listOf("4:one error", "19:two errors, error", "27:two errors, error", "38:last error")
        matches(TEXT, "error") shouldBe lines
        matches(TEXT, "error", onlyMatch = true) shouldBe listOf("4:error", "19:error", "27:error", "38:error")
        matches(TEXT, "absent") shouldBe emptyList()
        matches("", "error") shouldBe emptyList()
    }

    test("of a long line only what is around the match is printed") {
        matches("x".repeat(1000) + "error" + "y".repeat(1000), "error") shouldBe
            listOf("1000:" + "x".repeat(200) + "error" + "y".repeat(200))
    }

    test("output of several pieces is all there") {
        matches("error\n".repeat(50_000), "error").mapIndexed { line, text -> text == "${6 * line}:error" }
            .count { it } shouldBe 50_000
    }

    test("lines are counted once each, however many occurrences they have") {
        withMap(TEXT) { countLines(it, "error") } shouldBe 3
        withMap("error\n\nerror\n") { countLines(it, "error") } shouldBe 2
        withMap("") { countLines(it, "error") } shouldBe 0
    }

    test("the status is that of grep: 0 if there is something, 1 if there is nothing, 2 for any error") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            ended(::grep, "fine", file.path) shouldBe Ended(0, "10:fine\n")
            ended(::grep, "-c", "error", file.path) shouldBe Ended(0, "3\n")
            ended(::grep, "-o", "fine", file.path) shouldBe Ended(0, "10:fine\n")
            for (option in listOf("-o", "-c")) ended(::grep, option, "absent", file.path).status shouldBe 1
            ended(::grep, "absent", file.path) shouldBe Ended(1)
            for (words in listOf(listOf(), listOf("x"), listOf("", file.path), listOf("-c", "x"))) withClue(words) {
                ended(::grep, *words.toTypedArray()).brief shouldBe
                    Ended(2, errors = "usage: grep [-c | -o] NEEDLE FILE")
            }
        }
        TemporaryFile().use { missing -> ended(::grep, "x", missing.path).status shouldBe 2 }
    }
})
