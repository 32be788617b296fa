package dev.kmmap.examples

import dev.kmmap.MMap
import dev.kmmap.examples.keyvalue.KeyValueLog
import dev.kmmap.examples.keyvalue.compact
import dev.kmmap.examples.keyvalue.crc32
import dev.kmmap.examples.keyvalue.keyValue
import dev.kmmap.faults.killWriter
import dev.kmmap.fixtures.Ended
import dev.kmmap.fixtures.KeyValueChanges
import dev.kmmap.fixtures.Platform
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ended
import dev.kmmap.fixtures.ground
import dev.kmmap.fixtures.longKills
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.seeds
import dev.kmmap.fixtures.testUnless
import dev.kmmap.getLongVolatile
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.longs.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlin.random.Random
import kotlin.time.Duration.Companion.minutes
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem

private val kills = if (longRun) longKills else 3

/** So many changes at most are waited for, and then so many milliseconds, before a process is killed. */
private const val CHANGES = 50
private const val MILLISECONDS = 30

private fun said(vararg words: String): List<String> =
    ended(::keyValue, *words).also { it.copy(output = "") shouldBe Ended(0) }.output.lines().dropLast(1)

/** A log of the first changes, and the bytes of its file. */
private fun bytesAfter(count: Long): ByteArray = TemporaryFile().use { file ->
    KeyValueLog(file.path).use { log -> for (number in 0 until count) KeyValueChanges.make(log, number) }
    file.readBytes()
}

internal class KeyValueSpec : FunSpec({
    test("the commands put, get, delete, list and compact") {
        TemporaryFile().use { file ->
            said("put", file.path, "fruit", "apple") shouldBe emptyList()
            said("put", file.path, "größe", "") shouldBe emptyList()
            said("put", file.path, "fruit", "pear") shouldBe emptyList()
            said("get", file.path, "fruit") shouldBe listOf("pear")
            said("list", file.path) shouldBe listOf("fruit = pear", "größe = ")
            said("delete", file.path, "fruit") shouldBe emptyList()
            for (command in listOf("get", "delete")) {
                val found = ended(::keyValue, command, file.path, "fruit")
                found shouldBe Ended(1, errors = "keyvalue: no such key: fruit")
            }
            // Records of 12 bytes and their key and value: fruit three times, größe once.
            said("compact", file.path) shouldBe listOf("${22 + 19 + 21 + 17} bytes became 19")
            said("list", file.path) shouldBe listOf("größe = ")
            ended(::keyValue, "put", file.path, "", "x") shouldBe Ended(1, errors = "keyvalue: the key is empty")
        }
    }

    test("what is no command is wrong usage, and what only reads makes no file") {
        TemporaryFile().use { file ->
            val wrong = listOf(
                listOf(), listOf("put", file.path), listOf("put", file.path, "a"), listOf("get", file.path),
                listOf("list"), listOf("drop", file.path),
            )
            for (words in wrong) withClue(words) {
                val found = ended(::keyValue, *words.toTypedArray()).brief
                found shouldBe Ended(2, errors = "usage: keyvalue put FILE KEY VALUE")
            }
            for (words in listOf(listOf("list"), listOf("compact"), listOf("get", "a"), listOf("delete", "a"))) {
                withClue(words) {
                    ended(::keyValue, words[0], file.path, *words.drop(1).toTypedArray()).status shouldBe 1
                }
            }
            SystemFileSystem.exists(Path(file.path)) shouldBe false
        }
    }

    test("a sum is that of zip") {
        crc32("123456789".encodeToByteArray(), 0) shouldBe 0xCBF43926.toInt()
        crc32("_123456789".encodeToByteArray(), 1) shouldBe 0xCBF43926.toInt()
        crc32(ByteArray(0), 0) shouldBe 0
    }

    test("a log that is opened again has what was there, and so has the one that compaction makes of it") {
        TemporaryFile().use { file ->
            for (count in 1L..40) {
                KeyValueLog(file.path).use { KeyValueChanges.make(it, count - 1) }
                if (count % 15 == 0L) compact(file.path)
                KeyValueLog(file.path).use { KeyValueChanges.of(it) shouldBe KeyValueChanges.after(count) }
            }
            SystemFileSystem.exists(Path("${file.path}.compact")) shouldBe false
        }
    }

    test("a value that is larger than what an appender allocates ahead can be had at once") {
        TemporaryFile().use { file ->
            KeyValueLog(file.path).use { log ->
                val value = Random(1).nextBytes(3 shl 20)
                repeat(3) { log.put("large", value) }
                log["large"] shouldBe value
            }
        }
    }

    test("who reads while a log is written has the values that are there by then") {
        TemporaryFile().use { file ->
            KeyValueLog(file.path).use { log ->
                log.put("a", "1".encodeToByteArray())
                file.readBytes().size.toLong() shouldBeGreaterThan log.size
                said("list", file.path) shouldBe listOf("a = 1")
                log.put("b", "2".encodeToByteArray())
                said("list", file.path) shouldBe listOf("a = 1", "b = 2")
            }
        }
    }

    test("wherever the last record is torn, it is cut off, with what is behind it, and the log goes on") {
        val before = bytesAfter(3)
        val whole = bytesAfter(4)
        val last = before.size until whole.size
        val ends = last.take(14) + last.last()
        val torn = ends.map { whole.copyOf(it) } +
            ends.map { whole.copyOf(it).copyOf(whole.size + 100) } +
            ends.map { place -> whole.copyOf().also { it[place]++ } }
        for ((row, bytes) in torn.withIndex()) withClue("row $row") {
            TemporaryFile(bytes).use { file ->
                KeyValueLog(file.path).use { log ->
                    KeyValueChanges.of(log) shouldBe KeyValueChanges.after(3)
                    KeyValueChanges.make(log, 3)
                }
                file.readBytes() shouldBe whole
            }
        }
    }

    testUnless({ "processes are killed on Linux only".takeIf { ground != Platform.LINUX } }, KILLED, 30.minutes) {
        val seed = seeds(1).single()
        val random = Random(seed)
        TemporaryFile().use { file ->
            TemporaryFile(ByteArray(Long.SIZE_BYTES)).use { counter ->
                TemporaryFile().use { begun ->
                    repeat(kills) { kill ->
                        withClue("seed $seed, kill $kill") {
                            val changes = "${1 + random.nextInt(CHANGES)}"
                            val writer = peerCommand("keyvalue", file.path, counter.path, begun.path, changes)
                            killWriter(writer, begun.path, 1 + random.nextInt(MILLISECONDS)) shouldBe 0
                            val count = MMap.open(counter.path).use { it.getLongVolatile(0) }
                            val found = KeyValueLog(file.path).use { KeyValueChanges.of(it) }
                            // The one that was under way may be there, or not.
                            found shouldBeIn listOf(KeyValueChanges.after(count), KeyValueChanges.after(count + 1))
                        }
                    }
                    val count = MMap.open(counter.path).use { it.getLongVolatile(0) }
                    println("keyvalue: seed $seed, $kills kills, $count changes acknowledged, all there")
                }
            }
            SystemFileSystem.delete(Path("${file.path}.compact"), mustExist = false)
        }
    }
})

private const val KILLED =
    "whenever a process is killed, each change that was acknowledged is there, and nothing else is"
