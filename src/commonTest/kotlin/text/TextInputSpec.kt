package dev.kmmap.text

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAppender
import dev.kmmap.MMapOptions
import dev.kmmap.MultiNeedle
import dev.kmmap.Needle
import dev.kmmap.SharedMemory
import dev.kmmap.awaitFind
import dev.kmmap.awaitRfind
import dev.kmmap.count
import dev.kmmap.findAll
import dev.kmmap.of
import io.kotest.assertions.throwables.shouldNotThrow
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.io.files.Path

/** Texts that have no form in UTF-8, and where the half is that has none. */
private val malformed = listOf(
    "\ud83d" to 0,
    "\udc00" to 0,
    "a\ud83d" to 1,
    "\u00e4\ud83db" to 1,
    "\udc00\ud83d" to 0,
    "\ud83d\ud83d\uddfa" to 0,
    "\ud83d\uddfa\uddfa" to 2,
    "x\ud83d\uddfa\udbff" to 3,
)

/** Texts with pairs that are whole. */
private val wellFormed = listOf("\ud83d\uddfa", "\ud800\udc00", "a\udbff\udfffb", "\ud83d\uddfa\ud83d\uddfa")

/** A public function that makes bytes of a text, and what its messages call that. */
private class TextTaker(val name: String, val argument: String, val take: suspend MMap.(String) -> Unit)

private val searches = listOf(
    TextTaker("find", "needle") { find(it) },
    TextTaker("find with bounds", "needle") { find(it, 3, -5) },
    TextTaker("find in no bytes", "needle") { find(it, size) },
    TextTaker("rfind", "needle") { rfind(it) },
    TextTaker("awaitFind", "needle") { awaitFind(it) },
    TextTaker("awaitRfind", "needle") { awaitRfind(it) },
    TextTaker("Needle.of", "text") { Needle.of(it) },
    TextTaker("Needle.of, ignoring case", "text") { Needle.of(it, ignoreCase = true) },
    TextTaker("MultiNeedle.ofStrings of one", "needle 0") { MultiNeedle.ofStrings(it) },
    TextTaker("MultiNeedle.ofStrings of two", "needle 1") { MultiNeedle.ofStrings("a", it) },
    TextTaker("MultiNeedle.ofStrings of a list", "needle 2") { MultiNeedle.ofStrings(listOf("a", "b", it), true) },
)

private val missing = "/no-such-folder-of-kmmap/"

/** Names are judged before any system call, so nothing of this name has to be there. */
private val names = listOf(
    TextTaker("setName", "name") { setName(it) },
    TextTaker("MMapOptions.name", "name") { MMapOptions().name(it).length(1).anonymous() },
    TextTaker("memfd", "name") { MMap.memfd(it, 4096) },
    TextTaker("SharedMemory.create", "name") { SharedMemory.create(it, 4096) },
    TextTaker("SharedMemory.open", "name") { SharedMemory.open(it) },
    TextTaker("SharedMemory.unlink", "name") { SharedMemory.unlink(it) },
    TextTaker("MMap.open", "path") { MMap.open(missing + it) },
    TextTaker("MMapOptions.open", "path") { MMapOptions().access(Access.WRITE).create(true).open(missing + it) },
    TextTaker("MMapOptions.open of a Path", "path") { MMapOptions().open(Path(missing + it)) },
    TextTaker("MMapAppender.open", "path") { MMapAppender.open(missing + it) },
)

private suspend fun withText(text: String, block: suspend (MMap) -> Unit) {
    val content = text.encodeToByteArray()
    MMap.anonymous(content.size.toLong()).use { map ->
        map.copyFrom(0, content)
        block(map)
    }
}

/** Half of a surrogate pair would become `?` on one platform and U+FFFD on another. */
internal class TextInputSpec : FunSpec({
    test("every function that makes bytes of a text refuses half of a surrogate pair") {
        withText("what? \ufffd \ud83d\uddfa ?") { map ->
            for (taker in searches + names) for ((text, place) in malformed) withClue("${taker.name} ${text.length}") {
                val failure = shouldThrow<IllegalArgumentException> { taker.take(map, text) }
                val before = if (taker.argument == "path") missing.length else 0
                failure.message.orEmpty() shouldContain
                    "${taker.argument} contains half of a surrogate pair at ${before + place}: \\u"
            }
        }
    }

    test("pairs that are whole are taken by every search") {
        withText("a text") { map ->
            for (taker in searches) for (text in wellFormed) withClue("${taker.name} ${text.length}") {
                shouldNotThrow<Exception> { taker.take(map, text) }
            }
        }
        for (text in wellFormed) withText("ab${text}cd$text") { map ->
            val last = 4L + text.encodeToByteArray().size
            map.find(text) shouldBe 2
            map.rfind(text) shouldBe last
            map.awaitFind(text) shouldBe 2
            map.findAll(Needle.of(text)).toList() shouldBe listOf(2L, last)
            map.count(MultiNeedle.ofStrings("cd", text)) shouldBe 3
            MultiNeedle.ofStrings(text).toString() shouldBe "MultiNeedle($text)"
        }
    }
})
