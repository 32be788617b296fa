package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.Needle
import dev.kmmap.count
import dev.kmmap.findAll
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.seeds
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.base.backOff
import dev.kmmap.internal.base.roundUp
import dev.kmmap.lines
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.AtomicLong
import kotlin.concurrent.atomics.incrementAndFetch
import kotlin.random.Random
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.*

/** Maps whose file is truncated under the users' hands. */
private val rounds = if (longRun) 500 else 24

/** Threads that use one map. */
private const val USERS = 4

/** How often the file is cut and grown again before it is cut for good. */
private const val REGROWTHS = 5

private const val PERIOD = 101

private val page = MMap.pageSize
private val size = 64 * page

/** No byte is zero, so a page that is gone cannot look right; one in [PERIOD] is a line feed. */
private fun right(index: Long): Byte = (index % PERIOD + 10).toByte()

private val content = ByteArray(size.toInt()) { right(it.toLong()) }
private val lineFeeds = content.count { it == '\n'.code.toByte() }.toLong()

/** No cut has begun. */
private const val UNCUT = -1L

/** What is left to happen to a map until all of its users have met the fault, or its end. */
private class Soak(val file: TemporaryFile, val access: Access, val regrows: Boolean, val closesEarly: Boolean) {
    val map = MMap.open(file.path, access)
    val faults = AtomicInt(0)
    val ended = AtomicInt(0)
    val truncations = AtomicInt(0)

    /** Where the file was cut; stored before it is, so that nobody sees zeros earlier. */
    private val cut = AtomicLong(UNCUT)

    fun truncateAtRandom(random: Random) {
        repeat(random.nextInt(200)) { backOff(it % 10) }
        if (regrows) repeat(REGROWTHS) {
            truncate(random.nextLong(size - page))
            truncateElsewhere(size)
        }
        if (closesEarly) {
            truncate(random.nextLong(size - page))
            map.close()
            return
        }
        truncate(if (regrows) 0 else random.nextLong(size - page))
        var attempt = 0
        while (ended.load() < USERS) {
            // A resize may have made the file longer again.
            if (regrows) truncate(0)
            backOff(attempt++)
        }
    }

    private fun truncate(to: Long) {
        cut.store(to)
        truncateElsewhere(to)
        truncations.incrementAndFetch()
    }

    /** Another process does it, as it would be. */
    private fun truncateElsewhere(to: Long) = check(shell("truncate -s $to ${file.path}"))

    fun use(random: Random) {
        try {
            while (true) {
                try {
                    step(random)
                } catch (e: MMapFaultException) {
                    // A flush finds the file too short without touching a page.
                    if (e.operation != "access") continue
                    faults.incrementAndFetch()
                    return
                }
            }
        } catch (e: IllegalStateException) {
            if (!closesEarly || e.message != "mmap is closed") throw e
        } finally {
            ended.incrementAndFetch()
        }
    }

    private fun step(random: Random) {
        val index = random.nextLong(size - 200)
        when (random.nextInt(if (access == Access.READ) 9 else 14)) {
            0, 1 -> repeat(100) { check(index + it, map[index + it]) }
            2 -> check(index, map.slice(index, index + 200))
            3 -> check(0, map.slice(0, size))
            4 -> ByteArray(200).let { bytes ->
                map.copyTo(index, bytes)
                check(index, bytes)
            }
            5 -> map.find(0, 0, size).let { if (it >= 0) check(it, 0) }
            6 -> checkAll(map.rfind("nothing like it", 0, size), -1, "rfind")
            7 -> checkAll(map.count(Needle.of(byteArrayOf(10)), 0, size), lineFeeds, "count")
            8 -> if (random.nextBoolean()) {
                checkAll(map.lines().count().toLong(), lineFeeds + 1, "lines")
            } else {
                checkAll(map.findAll(Needle.of(byteArrayOf(10)), 0, size).count().toLong(), lineFeeds, "findAll")
            }
            9 -> map[index] = right(index)
            10 -> map.copyFrom(index, ByteArray(200) { right(index + it) })
            11 -> map.move(index % PERIOD + PERIOD, index % PERIOD, random.nextLong(size / 2))
            12 -> map.flush(0, -1, if (random.nextBoolean()) FlushMode.SYNC else FlushMode.ASYNC)
            13 -> if (regrows && access == Access.WRITE) map.resize(size + random.nextLong(page))
        }
    }

    private fun check(from: Long, bytes: ByteArray) = bytes.forEachIndexed { i, byte -> check(from + i, byte) }

    private fun check(index: Long, byte: Byte) {
        if (byte == right(index)) return
        val at = cut.load()
        // The rest of the page in which the file ends is there, and zero. So is all that has grown again.
        val mayBeZero = at != UNCUT && (regrows || index < roundUp(at, page))
        if (byte != 0.toByte() || !mayBeZero) throw AssertionError("the byte at $index is $byte, cut at $at")
    }

    /** What looks through all of the map meets what is gone, unless it was there. */
    private fun checkAll(found: Long, expected: Long, what: String) {
        if (found != expected && !(regrows && cut.load() != UNCUT)) throw AssertionError("$what: $found, not $expected")
    }
}

internal class TruncationSoakSpec : FunSpec({
    val name = "$USERS threads meet right values or the fault while another process truncates their file"
    testNeeding(Requirement.FAULT_GUARD, name, timeout = 20.minutes) {
        val seed = seeds(1).single()
        var truncations = 0
        var faults = 0
        TemporaryFile(content).use { other ->
            val bystanders = listOf(Access.READ, Access.WRITE, Access.COPY).map { MMap.open(other.path, it) }
            repeat(rounds) { round ->
                val random = Random(seed + round)
                TemporaryFile(content).use { file ->
                    val soak = Soak(file, Access.entries[round % 3], round % 2 == 1, round % 8 == 7)
                    try {
                        coroutineScope {
                            repeat(USERS) {
                                val own = Random(random.nextInt())
                                launch(Dispatchers.IO) { soak.use(own) }
                            }
                            launch(Dispatchers.IO) { soak.truncateAtRandom(random) }
                        }
                        if (!soak.closesEarly) soak.faults.load() shouldBe USERS
                    } catch (e: Throwable) {
                        throw AssertionError("seed $seed, round $round: ${e.message}", e)
                    } finally {
                        soak.map.close()
                    }
                    truncations += soak.truncations.load()
                    faults += soak.faults.load()
                }
                for (map in bystanders) map.slice(0).contentEquals(content) shouldBe true
            }
            bystanders.forEach { it.close() }
        }
        if (longRun) println("truncation soak: seed $seed, $rounds maps, $truncations truncations, $faults faults told")
    }
})
