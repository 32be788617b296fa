package dev.kmmap.examples.ringbuffer

import dev.kmmap.examples.console.DONE
import dev.kmmap.examples.console.WrongUsage
import dev.kmmap.examples.console.end
import dev.kmmap.examples.console.printError
import dev.kmmap.examples.console.printOut
import dev.kmmap.examples.console.statusOf
import kotlin.time.TimeSource
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking

private const val USAGE = "usage: ringbuffer create|send|receive FILE [COUNT [BATCH]]\n" +
    "Create makes the file of a queue, send sends the numbers from 0 on to whoever receives from the same file, a\n" +
    "process of the JVM or a native one. Both say how many messages a second it was."

private const val CAPACITY = 1 shl 16
private const val COUNT = 10_000_000L
private const val BATCH = 64L

/** About so many looks at the other side's counter take less time than a thread that sleeps needs to wake up. */
private const val SPINS = 100_000

/** So many sleeps of a millisecond without a message, or without room for one, mean that nobody is there. */
private const val PATIENCE = 60_000

/** Sends or receives messages; the same source for the JVM and native binaries. */
public fun main(arguments: Array<String>): Unit = end(ringbuffer(arguments.toList(), ::printOut, ::printError))

/** Does what the command line [words] ask for, and returns the status with which the program ends. */
internal fun ringbuffer(words: List<String>, print: (String) -> Unit, printError: (String) -> Unit): Int =
    statusOf("ringbuffer", USAGE, printError) {
        if (words.size !in 2..4) throw WrongUsage()
        val path = words[1]
        val count = numberOf(words.getOrElse(2) { "$COUNT" })
        val batch = numberOf(words.getOrElse(3) { "$BATCH" })
        when (words[0]) {
            "create" -> createQueue(path, CAPACITY)
            "send" -> print("${send(path, count, batch)}\n")
            "receive" -> print("${receive(path, count, batch)}\n")
            else -> throw WrongUsage()
        }
        DONE
    }

private fun numberOf(word: String): Long =
    word.toLongOrNull()?.takeIf { it > 0 } ?: throw WrongUsage("not a number of messages: $word")

/** Sends the numbers from 0 to before [count]; the clock runs from the first that was taken on. */
internal fun send(path: String, count: Long, batch: Long): String = Sender(path, batch).use { queue ->
    val begin = TimeSource.Monotonic.markNow()
    for (message in 0 until count) {
        if (!queue.offer(message)) await { queue.offer(message) }
    }
    queue.publish()
    rate("sent", count, begin)
}

/** Receives as many messages, each of which has to be the number after the one before. */
internal fun receive(path: String, count: Long, batch: Long): String = Receiver(path, batch).use { queue ->
    await { queue.isReady() }
    val begin = TimeSource.Monotonic.markNow()
    for (expected in 0 until count) {
        if (!queue.isReady()) await { queue.isReady() }
        val message = queue.take()
        check(message == expected) { "received $message instead of $expected" }
    }
    rate("received", count, begin)
}

/** Looks again and again, and sleeps in between if that takes long: the other process may wait for this processor. */
private inline fun await(crossinline isDone: () -> Boolean) {
    var attempt = 0
    while (!isDone()) {
        if (attempt++ < SPINS) continue
        check(attempt < SPINS + PATIENCE) { "nobody is at the other end" }
        pause()
    }
}

private fun pause(): Unit = runBlocking { delay(1) }

private fun rate(what: String, count: Long, begin: TimeSource.Monotonic.ValueTimeMark): String {
    val seconds = begin.elapsedNow().inWholeMicroseconds / 1e6
    return "$what $count messages in $seconds s: ${(count / seconds / 1000).toLong() / 1000.0} million a second"
}
