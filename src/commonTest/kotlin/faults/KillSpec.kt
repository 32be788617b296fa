package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.fixtures.AppendedLines
import dev.kmmap.fixtures.Platform
import dev.kmmap.fixtures.Records
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.ground
import dev.kmmap.fixtures.longKills
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.peerCommand
import dev.kmmap.fixtures.seeds
import dev.kmmap.fixtures.shellStatus
import dev.kmmap.fixtures.testUnless
import dev.kmmap.getLongVolatile
import dev.kmmap.setLongVolatile
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeEmpty
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import kotlin.random.Random
import kotlin.time.Duration.Companion.minutes

/** Processes that are killed, of each kind. */
private val kills = if (longRun) longKills else 3

/** So many records before the last that is committed have to be whole. */
private const val CHECKED = 2000

/**
 * How long a process writes at most before it is killed, in milliseconds: some have just begun, and some have been
 * compiled by the JVM meanwhile.
 */
private val lives = listOf(10, 500)

private val reason: String? =
    if (ground == Platform.LINUX) null else "processes are killed on Linux only"

/** Kills a process after some milliseconds of writing, and returns 0 if it has lived that long. */
internal fun killWriter(writer: String, begun: String, milliseconds: Int): Int {
    val wait = "until [ -e $begun ]; do kill -0 \$writer || exit 1; sleep 0.01; done"
    val kill = "sleep 0.${milliseconds.toString().padStart(3, '0')}; kill -9 \$writer"
    return shellStatus("$writer & writer=\$!; $wait; rm $begun; $kill; wait \$writer 2>/dev/null; [ $? = 137 ]")
}

private fun FunSpec.testKilling(name: String, period: Int) = testUnless({ reason }, name, timeout = 30.minutes) {
    val seed = seeds(1).single()
    val random = Random(seed)
    var last = 0L
    TemporaryFile(ByteArray(Records.SIZE)).use { file ->
        TemporaryFile().use { begun ->
            repeat(kills) { kill ->
                withClue("seed $seed, kill $kill") {
                    val life = 1 + random.nextInt(lives[kill % lives.size])
                    killWriter(peerCommand("records", file.path, begun.path, "$period"), begun.path, life) shouldBe 0
                    val bytes = file.readBytes()
                    Records.lastCommitted(bytes) shouldBeGreaterThanOrEqual last
                    last = Records.lastCommitted(bytes)
                    Records.violations(bytes, CHECKED).shouldBeEmpty()
                }
            }
        }
    }
    if (longRun) println("kill: seed $seed, flushed each $period, $kills kills, $last records, none wrong")
}

internal class KillSpec : FunSpec({
    test("a record that is not as it was written is found, and a torn commit is none") {
        val last = CHECKED + 9L
        MMap.anonymous(Records.SIZE.toLong()).use { map ->
            for (number in 1..last) Records.write(map, number)
            val bytes = map.slice(0)
            Records.lastCommitted(bytes) shouldBe last
            Records.violations(bytes, CHECKED).shouldBeEmpty()
            for (number in listOf(9L, 10L, last)) bytes[Records.offsetOf(number).toInt() + 63]++
            Records.violations(bytes, CHECKED) shouldBe listOf(10L, last)
            bytes[Records.commitOffsetOf(last).toInt() + 7]++
            Records.lastCommitted(bytes) shouldBe last - 1
        }
    }

    testUnless({ reason }, "a process that is killed while it appends leaves all that it has appended", 30.minutes) {
        val seed = seeds(1).single()
        val random = Random(seed)
        TemporaryFile().use { file ->
            TemporaryFile(ByteArray(Long.SIZE_BYTES)).use { counter ->
                TemporaryFile().use { begun ->
                    val appender = peerCommand("append", file.path, counter.path, begun.path)
                    repeat(kills) { kill ->
                        withClue("seed $seed, kill $kill") {
                            killWriter(appender, begun.path, 1 + random.nextInt(lives[kill % lives.size])) shouldBe 0
                            MMap.open(counter.path, Access.WRITE).use {
                                val count = it.getLongVolatile(0)
                                AppendedLines.violation(file.readBytes(), count, CHECKED) shouldBe null
                                // The next one goes on behind some of the lines.
                                val kept = minOf(count, CHECKED.toLong())
                                file.truncate(kept * AppendedLines.LENGTH)
                                it.setLongVolatile(0, kept)
                            }
                        }
                    }
                }
            }
        }
    }

    testKilling("a process that is killed while it writes leaves all that it has written", period = 0)

    testKilling("a process that is killed while it writes and flushes leaves all that it has written", period = 500)
})
