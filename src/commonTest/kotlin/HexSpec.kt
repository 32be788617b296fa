package dev.kmmap

import dev.kmmap.examples.hex.hex
import dev.kmmap.fixtures.TemporaryFile
import io.kotest.assertions.throwables.shouldThrow
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

private fun said(vararg words: String): String = buildString { hex(words.toList()) { append(it) } }

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
            said(file.path, "--find", "6161616161") shouldBe ""
        }
    }

    test("bytes are set in place, and nothing else changes") {
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            said(file.path, "--set", "6", "776f", "72", "6C", "64") shouldContain "world"
            said(file.path, "--set", "-2", "21") shouldStartWith "00000021: 21 "
            file.readBytes().decodeToString() shouldBe "Hello world!\nEvery byte is memory!\n"
        }
    }

    test("what cannot be is refused, and the file stays as it is") {
        val refused = listOf(
            listOf("36"), listOf("-36"), listOf("ten"), listOf("0x"), listOf("0", "-1"), listOf("--find", "4"),
            listOf("--find", "4g"), listOf("--set", "34", "0102"), listOf("--set", "36", "01"),
            listOf("--set", "0", "+1"),
        )
        TemporaryFile(TEXT.encodeToByteArray()).use { file ->
            for (words in refused) withClue(words) {
                shouldThrow<IllegalArgumentException> { said(file.path, *words.toTypedArray()) }
            }
            for (words in listOf(listOf("--set", "0"), listOf("--find"), listOf("1", "2", "3"))) withClue(words) {
                said(file.path, *words.toTypedArray()) shouldStartWith "usage:"
            }
            file.readBytes().decodeToString() shouldBe TEXT
        }
        said() shouldStartWith "usage:"
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
