package dev.kmmap

import dev.kmmap.examples.ringbuffer.Receiver
import dev.kmmap.examples.ringbuffer.Sender
import dev.kmmap.examples.ringbuffer.createQueue
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.pump
import dev.kmmap.fixtures.runPeer
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
})
