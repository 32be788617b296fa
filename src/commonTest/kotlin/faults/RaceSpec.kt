package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Needle
import dev.kmmap.count
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.badinput.descriptors
import dev.kmmap.fixtures.longRaceRounds
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.pattern
import dev.kmmap.internal.base.backOff
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.incrementAndFetch
import kotlin.random.Random
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlinx.coroutines.*

/** Rounds of each of four races; each one opens a map, lets everybody at it and closes it. */
/** How the system's list of ranges names shared memory without a name of its own. */
private const val MEMORY = "memfd:kmmap (deleted)"

private val rounds = if (longRun) longRaceRounds / 4 else 60

/** For all rounds of one race; a long run takes its time on a busy machine. */
private val limit = if (longRun) 3.hours else 5.minutes

private const val READERS = 4

/** What every reader has done before the map is closed. */
private const val STEPS_BEFORE_CLOSE = 30

private val page = MMap.pageSize

/** The map never becomes shorter than this: what lies below is always there. Half of the smallest page there is. */
private const val LEAST = 2048L
private val most = 4 * page

/** Bytes at two places, the first of them 0 and the second one here, so that moving them there changes nothing. */
private const val SECOND = 200L
private const val REPEATED = 100L

private fun right(index: Long): Byte =
    pattern(if (index in SECOND until SECOND + REPEATED) index - SECOND else index)

private val content = ByteArray(most.toInt()) { right(it.toLong()) }

/** Occurs once, below the least size. */
private val needle = content.copyOfRange(1000, 1020)

private fun MMapOptions.opened(path: String?): MMap = if (path == null) anonymous() else open(path)

/** One race: everything the readers meet is right, or out of bounds beyond the least size, or "mmap is closed". */
private class Race(val map: MMap, seed: Int) {
    private val seeds = Random(seed)
    private val steps = AtomicInt(0)

    fun reader(): suspend CoroutineScope.() -> Unit {
        val random = Random(seeds.nextInt())
        return { untilClosed { read(random) } }
    }

    fun resizer(): suspend CoroutineScope.() -> Unit {
        val random = Random(seeds.nextInt())
        return {
            untilClosed {
                map.resize(random.nextLong(LEAST, most + 1))
                if (random.nextBoolean()) repeat(random.nextInt(50)) { backOff(it) }
            }
        }
    }

    fun closer(): suspend CoroutineScope.() -> Unit = {
        var attempt = 0
        while (steps.load() < STEPS_BEFORE_CLOSE) backOff(attempt++)
        map.close()
    }

    private inline fun untilClosed(step: () -> Unit) {
        try {
            while (true) step()
        } catch (e: IllegalStateException) {
            if (e.message != "mmap is closed") throw AssertionError("not a documented outcome: $e", e)
        }
    }

    private fun read(random: Random) {
        val index = random.nextLong(most)
        try {
            when (random.nextInt(14)) {
                0, 1, 2 -> check(index, map[index])
                3 -> map.slice(index, index + 100).forEachIndexed { i, byte -> check(index + i, byte) }
                4 -> check(map.slice(0, LEAST).contentEquals(content.copyOf(LEAST.toInt()))) { "slice" }
                5 -> check(map.find(needle, 0) == 1000L) { "find" }
                6 -> check(map.rfind(needle, 0, LEAST) == 1000L) { "rfind" }
                7 -> {
                    val bytes = ByteArray(64)
                    map.copyTo(index, bytes)
                    bytes.forEachIndexed { i, byte -> check(index + i, byte) }
                }
                8 -> map[index % LEAST] = right(index % LEAST)
                9 -> map.copyFrom(5, content, 5, 100)
                10 -> check(map.size in LEAST..most) { "size" }
                11 -> map.flush(0, 10, FlushMode.ASYNC)
                12 -> map.move(SECOND, 0, REPEATED)
                13 -> check(map.count(Needle.of(needle), 0) == 1L) { "count" }
            }
        } catch (e: IndexOutOfBoundsException) {
            // The last byte that was asked for is at most 64 beyond the index.
            if (index + 64 <= LEAST) throw AssertionError("not a documented outcome: $e", e)
        }
        steps.incrementAndFetch()
    }

    private fun check(index: Long, byte: Byte) {
        val isRight = byte == right(index) || byte == 0.toByte() && index >= LEAST
        check(isRight) { "the byte at $index is $byte instead of ${right(index)}" }
    }

    private inline fun check(condition: Boolean, what: () -> String) {
        if (!condition) throw AssertionError(what())
    }
}

/** Runs the [parts] of a race at the same time, each on a thread of its own. */
private suspend fun run(parts: List<suspend CoroutineScope.() -> Unit>) = coroutineScope {
    for (part in parts) launch(Dispatchers.IO) { part() }
}

internal class RaceSpec : FunSpec({
    val kinds = listOf<Pair<String, MMapOptions.() -> Unit>>(
        "a shared map of a file" to { access(Access.WRITE) },
        "a private map of a file" to { flags(MapFlag.PRIVATE) },
        "shared memory" to { access(Access.WRITE) },
        "private memory" to { flags(MapFlag.PRIVATE) },
    )

    for ((name, configure) in kinds) {
        val inFile = name.endsWith("file")

        test("readers of $name meet right values or documented exceptions, while it is resized and closed").config(
            timeout = limit,
            invocationTimeout = limit,
        ) {
            val seed = Random.nextInt()
            TemporaryFile(content).use { file ->
                var descriptors: Int? = null
                // Another spec may keep memory of its own, such as a range whose unmapping was made to fail.
                val others = ProcessResources.rangesNaming(MEMORY)
                repeat(rounds) { round ->
                    // After the first round the process has opened what it opens once.
                    if (round == 1) descriptors = ProcessResources.descriptors()
                    val map = MMapOptions().apply(configure).length(most).opened(if (inFile) file.path else null)
                    map.copyFrom(0, content)
                    val race = Race(map, seed + round)
                    try {
                        run(List(READERS) { race.reader() } + listOf(race.resizer(), race.closer()))
                    } catch (e: Throwable) {
                        throw AssertionError("seed $seed, round $round: ${e.message}", e)
                    }
                    if (inFile) MMap.open(file.path, Access.WRITE).use { it.resize(most) }
                }
                ProcessResources.descriptors() shouldBe descriptors
                ProcessResources.rangesNaming(file.path)?.let { it shouldBe emptyList() }
                ProcessResources.rangesNaming(MEMORY) shouldBe others
            }
            if (longRun) println("race: seed $seed, $rounds rounds with $name, no descriptor and no range left")
        }
    }

    test("of many who close at the same time each returns when the map is gone, and it is unmapped once").config(
        timeout = limit,
    ) {
        TemporaryFile(ByteArray(100)).use { file ->
            repeat(rounds) {
                val map = MMap.open(file.path)
                run(List(4) {
                    {
                        map.close()
                        ProcessResources.rangesNaming(file.path)?.size?.let { it shouldBe 0 }
                    }
                })
            }
        }
    }

    test("close gets its turn among those who resize without a pause, and no resize follows it") {
        repeat(5) {
            val map = MMapOptions().flags(MapFlag.PRIVATE).length(page).anonymous()
            run(listOf<suspend CoroutineScope.() -> Unit>(
                {
                    repeat(100) { backOff(it) }
                    map.close()
                },
            ) + List(2) { part ->
                {
                    try {
                        while (true) {
                            val wasClosed = map.isClosed
                            map.resize(page * (part + 1))
                            wasClosed shouldBe false
                        }
                    } catch (e: IllegalStateException) {
                        e.message shouldBe "mmap is closed"
                    }
                }
            })
        }
    }

    test("many who resize at the same time take turns: the size is that of the last one") {
        MMap.anonymous(page).use { map ->
            map[0] = 1
            repeat(6) {
                run(List(4) { part -> { repeat(5) { map.resize(page * (part + 1) + it) } } })
                ((map.size % page) == 4L) shouldBe true
                map.fileSize() shouldBe map.size
                map[0] shouldBe 1
            }
        }
    }
})
