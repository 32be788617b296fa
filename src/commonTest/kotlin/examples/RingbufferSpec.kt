package dev.kmmap.examples

import dev.kmmap.examples.ringbuffer.Receiver
import dev.kmmap.examples.ringbuffer.Sender
import dev.kmmap.examples.ringbuffer.createQueue
import dev.kmmap.examples.ringbuffer.ringbuffer
import dev.kmmap.fixtures.Ended
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ended
import dev.kmmap.fixtures.pump
import dev.kmmap.fixtures.runPeer
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.*

private const val COUNT = 100_000

internal class RingbufferSpec : FunSpec({
    for ((here, there) in listOf("send" to "receive", "receive" to "send")) for (batch in listOf(1, 64)) {
        test("two processes $here and $there messages in order, $batch at once") {
            TemporaryFile().use { file ->
                createQueue(file.path, 1024)
                coroutineScope {
                    val other = async(Dispatchers.IO) { runPeer("ringbuffer", there, file.path, "$COUNT", "$batch") }
                    pump(listOf(here, file.path, "$COUNT", "$batch"))
                    other.await() shouldBe 0
                }
            }
        }
    }

    test("a queue that is full takes nothing, and an empty one has nothing, however often it went round") {
        TemporaryFile().use { file ->
            createQueue(file.path, 4)
            Sender(file.path, 3).use { sender ->
                Receiver(file.path, 3).use { receiver ->
                    var next = 0L
                    repeat(10) {
                        repeat(4) { sender.offer(next + it) shouldBe true }
                        sender.offer(-1) shouldBe false
                        repeat(4) {
                            receiver.isReady() shouldBe true
                            receiver.take() shouldBe next++
                        }
                        receiver.isReady() shouldBe false
                    }
                    sender.offer(5) shouldBe true
                    receiver.isReady() shouldBe false
                    sender.publish()
                    receiver.isReady() shouldBe true
                    receiver.take() shouldBe 5
                }
            }
        }
    }

    test("a file that is no queue, and what is no command, are refused") {
        for (size in listOf(0, 8, 256, 1000)) TemporaryFile(ByteArray(size)).use { file ->
            for (end in listOf("send", "receive")) withClue("$end, $size bytes") {
                ended(::ringbuffer, end, file.path) shouldBe
                    Ended(1, errors = "ringbuffer: no queue: ${file.path} has $size bytes")
            }
        }
        val wrong = listOf(listOf("send"), listOf("go", "x"), listOf("send", "x", "1", "1", "1"))
        for (words in wrong) withClue(words) {
            ended(::ringbuffer, *words.toTypedArray()).brief shouldBe
                Ended(2, errors = "usage: ringbuffer create|send|receive FILE [COUNT [BATCH]]")
        }
        for (word in listOf("-1", "0", "many", "9223372036854775808")) withClue(word) {
            for (words in listOf(listOf(word), listOf("1", word))) {
                ended(::ringbuffer, "send", "x", *words.toTypedArray()).brief shouldBe
                    Ended(2, errors = "ringbuffer: not a number of messages: $word")
            }
        }
    }
})
