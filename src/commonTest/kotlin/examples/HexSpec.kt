package dev.kmmap.examples

import dev.kmmap.examples.hex.hex
import dev.kmmap.fixtures.Ended
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ended
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldStartWith

private const val TEXT = "Hello kmmap!\nEvery byte is memory.\n"

/** What xxd prints of it. */
private const val ROWS = """00000000: 4865 6c6c 6f20 6b6d 6d61 7021 0a45 7665  Hello kmmap!.Eve
00000010: 7279 2062 7974 6520 6973 206d 656d 6f72  ry byte is memor
00000020: 792e 0a                                  y..
"""

private const val LARGE = 5L shl 30

private fun said(vararg words: String): String =
    ended(::hex, *words).also { it.copy(output = "") shouldBe Ended(0) }.output

internal class HexSpec : FunSpec({
    test("a file, or a part of it, is printed as xxd does") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            said(file.path) shouldBe ROWS
            said(file.path, "16") shouldBe ROWS.lines().drop(1).joinToString("\n")
            said(file.path, "0x20", "999") shouldBe ROWS.lines().drop(2).joinToString("\n")
            said(file.path, "6", "5") shouldBe "00000006: 6b6d 6d61 70                             kmmap\n"
            said(file.path, "-2") shouldBe "00000021: 2e0a                                     ..\n"
            said(file.path, "35") shouldBe ""
        }
        TemporaryFile(ByteArray(0)).use { said(it.path) shouldBe "" }
    }

    test("all bytes are printed, those that are no characters of ASCII as dots") {
        TemporaryFile(ByteArray(256) { it.toByte() }).use { file ->
            val rows = said(file.path).lines()
            rows[1] shouldBe "00000010: 1011 1213 1415 1617 1819 1a1b 1c1d 1e1f  ................"
            rows[7] shouldBe "00000070: 7071 7273 7475 7677 7879 7a7b 7c7d 7e7f  pqrstuvwxyz{|}~."
            rows[15] shouldBe "000000f0: f0f1 f2f3 f4f5 f6f7 f8f9 fafb fcfd feff  ................"
        }
    }

    test("bytes are found wherever they begin") {
        TemporaryFile("aaab".encodeToByteArray()).use { file ->
            said(file.path, "--find", "61", "61").lines().map { it.substringBefore(':') } shouldBe
                listOf("00000000", "00000001", "")
            said(file.path, "--find", "6162") shouldBe "00000002: 6162                                     ab\n"
        }
    }

    test("bytes are set in place, and nothing else changes") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            said(file.path, "--set", "6", "776f", "72", "6C", "64") shouldContain "world"
            said(file.path, "--set", "-2", "21") shouldStartWith "00000021: 21 "
            file.readBytes().decodeToString() shouldBe "Hello world!\nEvery byte is memory!\n"
        }
    }

    test("bytes that are nowhere are no error, but no success either") {
        TemporaryFile("aaab".encodeToByteArray()).use { file ->
            ended(::hex, file.path, "--find", "6161616161") shouldBe Ended(1)
            said(file.path, "--find", "62") shouldStartWith "00000003: 62 "
        }
    }

    test("what is no command is wrong usage, what cannot be is an error, and the file stays as it is") {
        val wrong = mapOf(
            listOf("ten") to "not a number: ten",
            listOf("0x") to "not a number: 0x",
            listOf("0", "-1") to "a negative length: -1",
            listOf("--find", "4") to "not pairs of hexadecimal digits: 4",
            listOf("--find", "4g") to "not pairs of hexadecimal digits: 4g",
            listOf("--set", "0", "+1") to "not pairs of hexadecimal digits: +1",
            listOf("--set", "0", "") to "no bytes",
        )
        val failing = mapOf(
            listOf("36") to "offset 36 in a file of 35 bytes",
            listOf("-36") to "offset -36 in a file of 35 bytes",
            listOf("--set", "36", "01") to "offset 36 in a file of 35 bytes",
            listOf("--set", "34", "0102") to "2 bytes at 34, but the file has only 1 there",
        )
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            for ((words, message) in wrong) withClue(words) {
                ended(::hex, file.path, *words.toTypedArray()).brief shouldBe Ended(2, errors = "hex: $message")
            }
            for ((words, message) in failing) withClue(words) {
                ended(::hex, file.path, *words.toTypedArray()) shouldBe Ended(1, errors = "hex: $message")
            }
            for (words in listOf(listOf("--set", "0"), listOf("--find"), listOf("1", "2", "3"))) withClue(words) {
                val found = ended(::hex, file.path, *words.toTypedArray())
                found.copy(errors = "") shouldBe Ended(2)
                found.errors shouldStartWith "usage:"
            }
            file.readBytes().decodeToString() shouldBe TEXT
        }
    }

    test("a file of 5 GiB is edited, found in and shown at its far end") {
        TemporaryFile(ByteArray(0)).use { file ->
            file.truncate(LARGE)
            val row = "13ffffff0: 0000 0000 0000 0000 0000 006b 6d6d 6170  ...........kmmap\n"
            said(file.path, "--set", "-5", "6b6d6d6170")
            said(file.path, "0x13ffffff0") shouldBe row
            said(file.path, "${LARGE - 16}", "16") shouldBe row
        }
    }
})
