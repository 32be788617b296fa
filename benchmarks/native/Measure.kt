package dev.kmmap.benchmarks

import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.alloc
import kotlinx.cinterop.convert
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.reinterpret
import platform.posix.CLOCK_THREAD_CPUTIME_ID
import platform.posix.MAP_FAILED
import platform.posix.MAP_SHARED
import platform.posix.O_RDONLY
import platform.posix.O_RDWR
import platform.posix.PROT_READ
import platform.posix.PROT_WRITE
import platform.posix.clock_gettime
import platform.posix.close
import platform.posix.mmap
import platform.posix.open
import platform.posix.timespec
import kotlin.math.pow
import kotlin.math.roundToLong

/** Batches of each way: they alternate, so that the machine's moods meet both. */
private const val ROUNDS = 101

/** The same where one batch is a search through all of the text. */
private const val SEARCH_ROUNDS = 9

/** What one batch takes at least, in nanoseconds: enough that the clock costs nothing. */
private const val BATCH = 200_000

/** Measures pairs of ways to do the same, in processor time of this thread; keeps the rows of the tables. */
internal class Measure(private val filter: String) {
    private val access = mutableListOf<String>()
    private val copy = mutableListOf<String>()
    private val search = mutableListOf<String>()

    fun access(operation: String, count: Int, kmmap: () -> Unit, raw: () -> Unit) {
        val pairs = alternate(operation, ROUNDS, count.toDouble(), kmmap, raw) ?: return
        access += "| $operation | ${spread(pairs.map { (own, other) -> own - other })} | ≤ 2 | " +
            "${median(pairs.map { it.first }).rounded(2)} |"
    }

    fun copy(operation: String, count: Int, kmmap: () -> Unit, raw: () -> Unit) {
        val pairs = alternate(operation, ROUNDS, count.toDouble(), kmmap, raw) ?: return
        copy += "| $operation | ${spread(pairs.map { (own, other) -> own / other })} | - | " +
            "${median(pairs.map { it.first }).rounded(2)} |"
    }

    fun search(operation: String, bytes: Long, kmmap: () -> Unit, naive: () -> Unit) {
        val pairs = alternate(operation, SEARCH_ROUNDS, bytes.toDouble(), kmmap, naive) ?: return
        search += "| $operation | ${spread(pairs.map { (own, other) -> other / own })} | ≥ 5 | " +
            "${(1 / median(pairs.map { it.first })).rounded(1)} |"
    }

    fun print() {
        table("| Native: time of kmmap - time of a raw pointer | ns | goal | kmmap, ns |", access)
        table("| Native: time of kmmap / time of memcpy | ratio | goal | kmmap, ns |", copy)
        table("| Native: time of the naive loop / time of kmmap | ratio | goal | kmmap, GB/s |", search)
    }

    private fun table(head: String, rows: List<String>) {
        if (rows.isEmpty()) return
        println(head)
        println("|---|---|---|---|")
        rows.forEach { println(it) }
        println()
    }

    /** Nanoseconds a unit of each round, for both ways; `null` if the operation is not wanted. */
    private fun alternate(
        operation: String, rounds: Int, units: Double, first: () -> Unit, second: () -> Unit,
    ): List<Pair<Double, Double>>? {
        if (filter !in operation) return null
        val firstTimes = repetitions(first)
        val secondTimes = repetitions(second)
        return List(rounds) {
            time(firstTimes, first) / (units * firstTimes) to time(secondTimes, second) / (units * secondTimes)
        }
    }

    /** How often [batch] has to run to take long enough. Warms up, too. */
    private fun repetitions(batch: () -> Unit): Int {
        var times = 1
        while (time(times, batch) < BATCH) times *= 2
        return times
    }
}

private inline fun time(times: Int, batch: () -> Unit): Long {
    val start = threadTime()
    repeat(times) { batch() }
    return threadTime() - start
}

/** Processor time that this thread has used, in nanoseconds: what others do to the machine is hardly in it. */
internal fun threadTime(): Long = memScoped {
    val time = alloc<timespec>()
    check(clock_gettime(CLOCK_THREAD_CPUTIME_ID, time.ptr) == 0)
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/** The median, and the quartiles. */
private fun spread(values: List<Double>): String {
    val sorted = values.sorted()
    val (low, high) = sorted[sorted.size / 4] to sorted[sorted.size * 3 / 4]
    return "${median(values).rounded(2)} (${low.rounded(2)}-${high.rounded(2)})"
}

private fun median(values: List<Double>): Double = values.sorted()[values.size / 2]

private fun Double.rounded(digits: Int): String {
    val unit = 10.0.pow(digits)
    val whole = (this * unit).roundToLong()
    val sign = if (whole < 0) "-" else ""
    val digitsOnly = (if (whole < 0) -whole else whole).toString().padStart(digits + 1, '0')
    return "$sign${digitsOnly.dropLast(digits)}.${digitsOnly.takeLast(digits)}"
}

/** The file at [path], mapped without kmmap; until the process ends. */
internal fun mapRaw(path: String, size: Long, writable: Boolean): CPointer<ByteVar> {
    val descriptor = open(path, if (writable) O_RDWR else O_RDONLY)
    check(descriptor >= 0) { "cannot open $path" }
    val protection = if (writable) PROT_READ or PROT_WRITE else PROT_READ
    val memory = mmap(null, size.convert(), protection, MAP_SHARED, descriptor, 0)
    check(memory != MAP_FAILED) { "cannot map $path" }
    close(descriptor)
    return memory!!.reinterpret()
}
