package dev.kmmap.examples

import dev.kmmap.fixtures.Ended
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.shellStatus
import dev.kmmap.fixtures.testNeeding
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldNotContain
import io.kotest.matchers.string.shouldStartWith

private const val TEXT = "one\ntwo\n"

/** Windows makes two characters of a line feed. */
private fun TemporaryFile.text(): String = readBytes().decodeToString().replace("\r\n", "\n")

/** Runs a program of the examples as a process, as scripts do. */
private fun ended(vararg words: String): Ended = TemporaryFile().use { output ->
    TemporaryFile().use { errors ->
        val command = peerCommand("program", *words)
        val status = shellStatus("$command >${output.path} 2>${errors.path}")
        Ended(status, output.text(), errors.text())
    }
}

internal class ExamplesSpec : FunSpec({
    test("a program that did what it was asked for ends with status 0") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            ended("grep", "two", file.path) shouldBe Ended(0, "4:two\n")
            ended("tail", "-n", "1", file.path) shouldBe Ended(0, "two\n")
            ended("hex", file.path, "4", "3") shouldBe
                Ended(0, "00000004: 7477 6f                                  two\n")
        }
        TemporaryFile().use { file ->
            ended("keyvalue", "put", file.path, "fruit", "apple") shouldBe Ended(0)
            ended("keyvalue", "get", file.path, "fruit") shouldBe Ended(0, "apple\n")
        }
        TemporaryFile().use { file -> ended("ringbuffer", "create", file.path) shouldBe Ended(0) }
        TemporaryFile().use { file -> ended("quickstart", file.path).copy(output = "") shouldBe Ended(0) }
    }

    test("a program that finds nothing ends with status 1, grep and hex in silence") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            ended("grep", "absent", file.path) shouldBe Ended(1)
            ended("grep", "-c", "absent", file.path) shouldBe Ended(1, "0\n")
            ended("hex", file.path, "--find", "ff") shouldBe Ended(1)
        }
        TemporaryFile(ByteArray(0)).use { file ->
            ended("keyvalue", "get", file.path, "key") shouldBe Ended(1, "", "keyvalue: no such key: key\n")
        }
    }

    test("a program that fails says why in one line on the standard error, and ends with status 1, grep with 2") {
        val failing = listOf(
            listOf("grep", "x") to 2, listOf("tail") to 1, listOf("hex") to 1, listOf("keyvalue", "list") to 1,
            listOf("ringbuffer", "send") to 1,
        )
        TemporaryFile().use { missing ->
            for ((words, status) in failing) withClue(words) {
                val found = ended(*words.toTypedArray(), missing.path)
                found.copy(errors = "") shouldBe Ended(status)
                found.errors shouldStartWith "${words[0]}: "
                found.errors shouldContain missing.path
                found.errors.count { it == '\n' } shouldBe 1
            }
            ended("quickstart", "${missing.path}/file").copy(output = "", errors = "") shouldBe Ended(1)
        }
    }

    test("a program that is called wrongly says how it is used on the standard error, and ends with status 2") {
        val wrong = listOf(
            listOf("grep", "x"), listOf("tail"), listOf("hex"), listOf("keyvalue", "put", "x"), listOf("ringbuffer"),
            listOf("quickstart", "a", "b"),
        )
        for (words in wrong) withClue(words) {
            val found = ended(*words.toTypedArray())
            found.copy(errors = "") shouldBe Ended(2)
            found.errors shouldStartWith "usage: ${words[0]} "
            found.errors shouldNotContain "Exception"
        }
    }

    testNeeding(Requirement.FULL_DEVICE, "a program whose output nobody takes fails") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            TemporaryFile().use { errors ->
                val words = listOf("grep w ${file.path}" to 2, "tail ${file.path}" to 1, "hex ${file.path}" to 1)
                for ((word, status) in words) withClue(word) {
                    val program = peerCommand("program", word)
                    shellStatus("$program >/dev/full 2>${errors.path}") shouldBe status
                    errors.text() shouldBe "${word.substringBefore(' ')}: No space left on device\n"
                }
            }
        }
    }
})
