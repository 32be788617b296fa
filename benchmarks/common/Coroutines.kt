package dev.kmmap.benchmarks.coroutines

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.Needle
import dev.kmmap.awaitFind
import dev.kmmap.find
import dev.kmmap.residency
// A star: Dispatchers.IO is a member on the JVM and an extension on Native.
import kotlinx.coroutines.*
import kotlin.math.roundToLong
import kotlin.random.Random
import kotlin.time.Duration
import kotlin.time.Duration.Companion.microseconds
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.TimeSource

private const val SIZE = 1L shl 30
private const val PAGE = 4096L

/** Searches that are cancelled, warm and cold. */
private const val WARM_CANCELS = 300
private const val COLD_CANCELS = 100

/** After what comes before a measurement, so that what it has left the system to do does not count. */
private val REST = 500.milliseconds

/** Rounds of each way to search beside the ticker, after those in which a JVM still loads and compiles what it runs. */
private const val ROUNDS = 9
private const val WARM_UP_ROUNDS = 3

/** Occurs nowhere: the file has no such byte. */
private val absent = Needle.of(byteArrayOf(-1, -1, -1, -1))

/**
 * Is nearly there at each place of the first [NEARLY] bytes, which have one less of the same byte in a row: what a
 * search costs at its slowest.
 */
private val nearlyThere = Needle.of(ByteArray(PERIOD) { 1 })
private const val PERIOD = 1024
private const val NEARLY = 1 shl 20

/**
 * Measures the suspending operations, on the JVM and natively. The first argument is where 1 GiB may be written, the
 * second one `short`, `cancel` or `ticker`; without it all are measured. With `witness` it watches the machine until it
 * is killed: see [Witness].
 */
fun main(arguments: Array<String>) {
    val file = arguments[0]
    if (arguments.getOrNull(1) == "witness") runBlocking { witnessOf(file).watch() }
    make(file)
    for (part in if (arguments.size == 1) listOf("short", "cancel", "ticker") else listOf(arguments[1])) runBlocking {
        when (part) {
            "short" -> measureShort(file)
            "cancel" -> measureCancel(file)
            "ticker" -> measureTicker(file)
            else -> error("unknown: $part")
        }
    }
}

private fun make(file: String) {
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(SIZE).open(file).use { map ->
        if (map[0] == 2.toByte() && map[SIZE - 1] != 0.toByte()) return
        val random = Random(42)
        val block = ByteArray(1 shl 20)
        for (index in 0 until SIZE step block.size.toLong()) {
            random.nextBytes(block)
            for (i in block.indices) if (block[i] == (-1).toByte() || block[i] == 0.toByte()) block[i] = 1
            map.copyFrom(index, block)
        }
        map.copyFrom(0, ByteArray(NEARLY) { if (it % PERIOD == 0) 2 else 1 })
        map.flush()
    }
}

private fun witnessOf(file: String) = Witness("$file.witness")

/**
 * Makes the system forget the pages of the file. Only what is mapped can be paged out, so all that is in memory is
 * touched before, without reading ahead; nobody else may have it mapped.
 */
private fun chill(file: String) {
    MMap.open(file, Access.WRITE).use { map ->
        map.advise(Advice.RANDOM)
        repeat(10) {
            val residency = map.residency()
            if (residency.residentPages == 0L) return
            for (index in 0 until SIZE step PAGE) if (residency.isResident(index)) map[index]
            map.advise(Advice.PAGE_OUT)
        }
        println("still in memory: ${map.residency()}")
    }
}

private fun warm(map: MMap) {
    map.find(absent, 0)
}

/** What a search of a short range that is in memory takes, and what changing the thread takes instead. */
private suspend fun measureShort(file: String) = MMap.open(file).use { map ->
    warm(map)
    println("| KiB | search, absent, µs | search, slowest, µs | awaitFind, absent, µs |")
    println("|---|---|---|---|")
    for (kib in listOf(4, 16, 64, 128, 256, 512, 1024)) {
        val end = kib * 1024L
        val search = median(2000) { map.find(absent, NEARLY.toLong(), NEARLY + end) }
        val slowest = median(300) { map.find(nearlyThere, 0, end) }
        val await = median(2000) { map.awaitFind(absent, NEARLY.toLong(), NEARLY + end) }
        println("| $kib | ${search.micros()} | ${slowest.micros()} | ${await.micros()} |")
    }
    println()
    println("To Dispatchers.IO and back: ${median(5000) { withContext(Dispatchers.IO) { } }.micros()} µs")
    println()
}

private inline fun median(count: Int, block: () -> Unit): Duration {
    repeat(count) { block() }
    return List(count) {
        val start = TimeSource.Monotonic.markNow()
        block()
        start.elapsedNow()
    }.sorted()[count / 2]
}

/** From the call of cancel to when the coroutine is over, at random moments of a search. */
private suspend fun measureCancel(file: String) {
    println("| what is cancelled | times | median, ms | 9 of 10, ms | 99 of 100, ms | longest, ms |")
    println("|---|---|---|---|---|---|")
    row("a coroutine that only waits", List(WARM_CANCELS) { cancelled(40.0) { awaitCancellation() } })
    MMap.open(file).use { warm(it) }
    row("awaitFind, pages in memory", List(WARM_CANCELS) { cancelledSearch(file, 40.0) })
    row("awaitFind, cold pages", List(COLD_CANCELS) {
        chill(file)
        delay(REST)
        cancelledSearch(file, 300.0)
    })
    println()
}

private suspend fun cancelledSearch(file: String, longest: Double): Duration? =
    MMap.open(file).use { map -> cancelled(longest) { map.awaitFind(absent, 0) } }

/** How long a cancellation took; `null` if all was over before. */
private suspend fun cancelled(longest: Double, block: suspend () -> Any) = withContext(Dispatchers.Default) {
    val job = launch(Dispatchers.IO) { block() }
    delay(Random.nextDouble(longest).milliseconds)
    val start = TimeSource.Monotonic.markNow()
    job.cancel()
    job.join()
    start.elapsedNow().takeIf { job.isCancelled }
}

private fun row(name: String, cancelled: List<Duration?>) {
    val times = cancelled.filterNotNull().sorted()
    fun percentile(number: Int) = times[times.size * number / 100].millis()
    val columns = listOf(name, times.size, percentile(50), percentile(90), percentile(99), times.last().millis())
    println(columns.joinToString(" | ", "| ", " |"))
}

/** What a round beside the ticker has shown: of the loop, of the machine as a whole, and what the round took. */
private class Round(val gap: Duration, val machine: Duration, val time: Duration)

/** The largest gap between the ticks of a coroutine on the same thread, while the file is searched. */
private suspend fun CoroutineScope.measureTicker(file: String) = witnessOf(file).use { witness ->
    println(
        "| on the loop | pages | largest gap, ms: median | lowest | highest | below 20 ms | " +
            "of those while the machine went on | machine, ms: highest | first round, ms | search, ms: median |",
    )
    println("|---|---|---|---|---|---|---|---|---|---|")
    val ways = mapOf<String, suspend (MMap) -> Unit>(
        "nothing but the ticker" to { delay(1000) },
        "awaitFind" to { check(it.awaitFind(absent, 0) < 0) },
        "find" to { check(it.find(absent, 0) < 0) },
    )
    for (isCold in listOf(true, false)) for ((name, way) in ways) {
        val rounds = List(WARM_UP_ROUNDS + ROUNDS) {
            if (isCold) chill(file) else MMap.open(file).use { warm(it) }
            delay(REST)
            MMap.open(file).use { map -> besideTicker(witness) { way(map) } }
        }
        val counted = rounds.drop(WARM_UP_ROUNDS)
        val gaps = counted.map { it.gap }.sorted()
        val fair = counted.filter { it.machine < MACHINE_GOES_ON }
        val columns = listOf(
            name, if (isCold) "cold" else "in memory",
            gaps[ROUNDS / 2].millis(), gaps.first().millis(), gaps.last().millis(), counted.belowGoal(),
            fair.belowGoal(), counted.maxOf { it.machine }.millis(), rounds.first().gap.millis(),
            counted.map { it.time }.sorted()[ROUNDS / 2].millis(),
        )
        println(columns.joinToString(" | ", "| ", " |"))
    }
    println()
}

private fun List<Round>.belowGoal() = "${count { it.gap < 20.milliseconds }} of $size"

private suspend fun CoroutineScope.besideTicker(witness: Witness, block: suspend () -> Unit): Round {
    var largest = Duration.ZERO
    var last = TimeSource.Monotonic.markNow()
    fun tick() {
        largest = maxOf(largest, last.elapsedNow())
        last = TimeSource.Monotonic.markNow()
    }
    val ticker = launch {
        while (isActive) {
            tick()
            delay(1)
        }
    }
    yield()
    witness.longest()
    val start = TimeSource.Monotonic.markNow()
    block()
    val time = start.elapsedNow()
    // The tick that the block has held up.
    tick()
    ticker.cancel()
    delay(1) // the witness, too, has noticed what ended just now
    return Round(largest, witness.longest(), time)
}

private fun Duration.micros(): String = rounded(this / 1.microseconds)

private fun Duration.millis(): String = rounded(this / 1.milliseconds)

private fun rounded(value: Double): String {
    val tenths = (value * 10).roundToLong()
    return "${tenths / 10}.${tenths % 10}"
}
