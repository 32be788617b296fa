package dev.kmmap.examples

import dev.kmmap.examples.tail.Follower
import dev.kmmap.examples.tail.lengthOfWholeCharacters
import dev.kmmap.examples.tail.tail
import dev.kmmap.fixtures.Ended
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ended
import dev.kmmap.fixtures.testNeeding
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem

private fun TemporaryFile.append(bytes: ByteArray): Unit =
    SystemFileSystem.sink(Path(path), append = true).buffered().use { it.write(bytes) }

private fun TemporaryFile.append(text: String): Unit = append(text.encodeToByteArray())

/** Follows a file, and tells what was printed since the last time. */
private class Followed(file: TemporaryFile, lines: Int) : AutoCloseable {
    private val output = StringBuilder()
    private val follower = Follower(file.path, lines) { output.append(it) }

    fun printed(): String {
        follower.poll()
        return output.toString().also { output.clear() }
    }

    override fun close(): Unit = follower.close()
}

private fun withFollowed(content: String, lines: Int = 10, block: (TemporaryFile, Followed) -> Unit) =
    TemporaryFile(content.encodeToByteArray()).use { file -> Followed(file, lines).use { block(file, it) } }

internal class TailSpec : FunSpec({
    test("the last lines are printed, however many there are") {
        val long = "x".repeat(200_000) + "\nx\n"
        val texts = listOf("", "\n", "one", "one\n", "one\ntwo", "one\ntwo\n", "\n\n\n", "ä\r\nö\r\n", long)
        for (text in texts) for (count in listOf(0, 1, 2, 3, 10)) withClue("$count lines of ${text.take(20)}") {
            val lines = Regex("[^\n]*\n|[^\n]+").findAll(text).map { it.value }.toList()
            TemporaryFile(text.encodeToByteArray()).use { file ->
                buildString { tail(file.path, count) { append(it) } } shouldBe lines.takeLast(count).joinToString("")
            }
        }
    }

    test("characters are not torn where one piece of the output ends and the next begins") {
        for (character in listOf("a", "ä", "€", "😀")) for (shift in 0..3) {
            val text = "a".repeat(shift) + character.repeat(100_000)
            TemporaryFile(text.encodeToByteArray()).use { file ->
                (buildString { tail(file.path, 1) { append(it) } } == text) shouldBe true
            }
        }
    }

    test("bytes of a character are held back as long as it can still be completed") {
        val bytes = "ä€😀".encodeToByteArray()
        (0..bytes.size).map { lengthOfWholeCharacters(bytes.copyOf(it)) } shouldBe listOf(0, 0, 2, 2, 2, 5, 5, 5, 5, 9)
        lengthOfWholeCharacters(byteArrayOf(-1, -128, -128, -128)) shouldBe 4
    }

    test("what is appended is printed once, and a character when all of it is there") {
        withFollowed("one\ntwo\n", lines = 1) { file, followed ->
            followed.printed() shouldBe "two\n"
            followed.printed() shouldBe ""
            file.append("three")
            followed.printed() shouldBe "three"
            file.append("\nfour\n")
            followed.printed() shouldBe "\nfour\n"
            val euro = "€".encodeToByteArray()
            file.append(euro.copyOf(2))
            followed.printed() shouldBe ""
            file.append(euro.copyOfRange(2, 3))
            followed.printed() shouldBe "€"
            val long = "five\n".repeat(50_000)
            file.append(long)
            (followed.printed() == long) shouldBe true
        }
    }

    test("an empty file is followed, too") {
        withFollowed("") { file, followed ->
            followed.printed() shouldBe ""
            file.append("one\n")
            followed.printed() shouldBe "one\n"
        }
    }

    testNeeding(Requirement.CUTTING_A_MAPPED_FILE, "a file that was cut is printed from its beginning") {
        withFollowed("one\ntwo\n") { file, followed ->
            followed.printed() shouldBe "one\ntwo\n"
            file.truncate(0)
            followed.printed() shouldBe ""
            file.append("new\n")
            followed.printed() shouldBe "new\n"
            file.truncate(0)
            file.append("a\n")
            followed.printed() shouldBe "a\n"
        }
    }

    test("of a file that is renamed the rest is printed, and then the one that takes its place") {
        TemporaryFile().use { old ->
            withFollowed("one\n") { file, followed ->
                followed.printed() shouldBe "one\n"
                SystemFileSystem.atomicMove(Path(file.path), Path(old.path))
                followed.printed() shouldBe ""
                old.append("two\n")
                followed.printed() shouldBe "two\n"
                old.append("three\n")
                file.append("new\n")
                followed.printed() shouldBe "three\nnew\n"
                file.append("newer\n")
                followed.printed() shouldBe "newer\n"
            }
        }
    }

    test("a file that is as long as the one it replaces is noticed when it grows") {
        TemporaryFile().use { old ->
            withFollowed("one\n") { file, followed ->
                followed.printed() shouldBe "one\n"
                SystemFileSystem.atomicMove(Path(file.path), Path(old.path))
                file.append("two\n")
                followed.printed() shouldBe ""
                file.append("three\n")
                followed.printed() shouldBe "two\nthree\n"
            }
        }
    }

    test("a wrong number of lines, or of files, and an unknown option are wrong usage") {
        TemporaryFile("one\ntwo\n".encodeToByteArray()).use { file ->
            val wrong = mapOf(
                listOf("-n", "-1") to "tail: not a number of lines: -1",
                listOf("-n", "ten") to "tail: not a number of lines: ten",
                listOf("-x") to "tail: no such option: -x",
                listOf(file.path) to "usage: tail [-n LINES] [-f] FILE",
            )
            for ((words, message) in wrong) withClue(words) {
                ended(::tail, *words.toTypedArray(), file.path).brief shouldBe Ended(2, errors = message)
            }
            ended(::tail, file.path, "-n").brief shouldBe Ended(2, errors = "tail: not a number of lines: ")
            ended(::tail, file.path, "-n", "1") shouldBe Ended(0, "two\n")
        }
        TemporaryFile().use { missing ->
            for (words in listOf(listOf(), listOf("-f"))) {
                ended(::tail, *words.toTypedArray(), missing.path).status shouldBe 1
            }
        }
    }
})
