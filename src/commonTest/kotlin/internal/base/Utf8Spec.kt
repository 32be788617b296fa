package dev.kmmap.internal.base

import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.offsets
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random

private fun decoded(content: ByteArray): Pair<String, List<Int>> {
    val chars = CharArray(content.size + 1)
    val offsets = IntArray(content.size + 1)
    val count = decodeUtf8(content, 0, content.size, chars, offsets)
    return chars.concatToString(0, count) to offsets.take(count + 1)
}

internal class Utf8Spec : FunSpec({
    test("each part that could begin a character, and each other byte, becomes one replacement character") {
        // Bytes; text, ? being the replacement; where each character begins, and the end.
        val table = listOf(
            Triple("", "", listOf(0)),
            Triple("az", "az", listOf(0, 1, 2)),
            Triple("\u00c3\u00a4x", "\u00e4x", listOf(0, 2, 3)),
            Triple("\u00e2\u0082\u00acx", "\u20acx", listOf(0, 3, 4)),
            Triple("\u00f0\u009f\u0097\u00bax", "\ud83d\uddfax", listOf(0, 4, 4, 5)),
            Triple("\u0080\u00bf", "??", listOf(0, 1, 2)),
            Triple("\u00c0\u0080", "??", listOf(0, 1, 2)),
            Triple("\u00c3", "?", listOf(0, 1)),
            Triple("\u00c3x", "?x", listOf(0, 1, 2)),
            Triple("\u00e2\u0082", "?", listOf(0, 2)),
            Triple("\u00e2\u0082x", "?x", listOf(0, 2, 3)),
            Triple("\u00e0\u0080\u0080", "???", listOf(0, 1, 2, 3)),
            Triple("\u00ed\u00a0\u0080", "???", listOf(0, 1, 2, 3)),
            Triple("\u00ed\u009f\u00bf", "\ud7ff", listOf(0, 3)),
            Triple("\u00f0\u009f\u0097", "?", listOf(0, 3)),
            Triple("\u00f0\u009f\u0097\u00c3\u00a4", "?\u00e4", listOf(0, 3, 5)),
            Triple("\u00f0\u0080\u0080", "???", listOf(0, 1, 2, 3)),
            Triple("\u00f4\u0090\u0080\u0080", "????", listOf(0, 1, 2, 3, 4)),
            Triple("\u00f4\u008f\u00bf\u00bf", "\udbff\udfff", listOf(0, 4, 4)),
            Triple("\u00f5\u00ff", "??", listOf(0, 1, 2)),
        )
        for ((content, text, offsets) in table) withClue(content) {
            decoded(bytes(content)) shouldBe (text.replace('?', '\ufffd') to offsets)
        }
    }

    test("every valid text is what the platform's decoder makes of it") {
        val alphabet = "a \u0000 \u007f \u0080 \u07ff \u0800 \uffff \ud800\udc00 \ud83d\uddfa".split(' ')
        val random = Random(3)
        repeat(500) {
            val text = List(random.nextInt(20)) { alphabet.random(random) }.joinToString("")
            decoded(text.encodeToByteArray()).first shouldBe text
        }
    }
})
