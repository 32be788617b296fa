package dev.kmmap.samples

import dev.kmmap.fixtures.TemporaryFile
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private suspend fun withText(text: String, block: suspend (TemporaryFile) -> Unit) =
    TemporaryFile(text.encodeToByteArray()).use { block(it) }

/** The samples of searching run and do what they say. */
internal class SearchSamplesSpec : FunSpec({
    test("whichWord") {
        withText("no ERROR, one warning") { file ->
            MultiNeedleSamples.whichWord(file.path, listOf("warning", "error")) shouldBe "error at 3"
            MultiNeedleSamples.whichWord(file.path, listOf("fatal", "panic")) shouldBe "none"
        }
    }

    test("lastOutcome") {
        withText("SUCCESS\nABORTED\nrunning") { MultiNeedleSamples.lastOutcome(it.path) shouldBe "ABORTED" }
        withText("running") { MultiNeedleSamples.lastOutcome(it.path) shouldBe null }
    }

    test("censor") {
        withText("darn, a drat darned thing") { file ->
            MultiNeedleSamples.censor(file.path, listOf("darn", "drat"))
            file.readBytes().decodeToString() shouldBe "****, a **** ****ed thing"
        }
    }

    test("countWords") {
        withText("one two one") { one ->
            withText("three") { other ->
                MultiNeedleSamples.countWords(listOf(one.path, other.path), listOf("two", "one")) shouldBe
                    listOf(3L, 0L)
            }
        }
    }

    test("findWithoutWaiting") {
        withText("one two three") { file ->
            MultiNeedleSamples.findWithoutWaiting(file.path, listOf("three", "two"))?.start shouldBe 4
            MultiNeedleSamples.findWithoutWaiting(file.path, listOf("four")) shouldBe null
        }
    }

    test("errorsOf") {
        withText("ERROR 5: no\nok ERROR 6: \n\u00e4\nERROR 17: yes") { file ->
            TextSamples.errorsOf(file.path) shouldBe listOf("5 at 0", "17 at 28")
        }
    }

    test("numberAt") {
        withText("size=4711 bytes") { file -> TextSamples.numberAt(file.path, 5) shouldBe 4711 }
    }
})
