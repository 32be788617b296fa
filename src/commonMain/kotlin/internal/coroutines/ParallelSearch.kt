package dev.kmmap.internal.coroutines

import dev.kmmap.MMap
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.search.FixedPattern
import dev.kmmap.internal.search.HoleSkips
import dev.kmmap.internal.search.Occurrences
import dev.kmmap.internal.search.countAll
import dev.kmmap.internal.search.scanFirst
import dev.kmmap.internal.search.scanLast
import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.AtomicLong
import kotlin.concurrent.atomics.fetchAndIncrement
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/*
 * Searches by several coroutines on the dispatcher of the caller. The windows are handed out in the order in which one
 * search alone would take them, so when one has found something, all before it are in somebody's hands already and are
 * finished; those behind it are not begun. The least of what was found is then exactly what one search finds.
 */

/** Told how many bytes of a long search are behind it, between windows. */
internal typealias Progress = suspend (searchedBytes: Long) -> Unit

/** As [searchForward], by up to [parallelism] coroutines. */
internal suspend fun MMap.searchForwardParallel(
    pattern: FixedPattern,
    bounds: Bounds,
    parallelism: Int,
    onProgress: Progress?,
): Long {
    val windows = NumberedWindows(this, bounds, pattern)
    val first = AtomicLong(Long.MAX_VALUE)
    windows.forEach(parallelism, onProgress, place = { it }) { number ->
        val from = windows.start(number)
        if (from > first.load()) return@forEach false
        val found = scanFirst(pattern, from, windows.end(number))
        if (found >= 0) first.update { minOf(it, found) }
        found < 0
    }
    return first.load().let { if (it == Long.MAX_VALUE) -1 else it }
}

/** As [searchBackward], by up to [parallelism] coroutines. */
internal suspend fun MMap.searchBackwardParallel(
    pattern: FixedPattern,
    bounds: Bounds,
    parallelism: Int,
    onProgress: Progress?,
): Long {
    val windows = NumberedWindows(this, bounds, pattern)
    val last = AtomicLong(-1)
    windows.forEach(parallelism, onProgress, place = { windows.count - 1 - it }) { number ->
        if (windows.end(number) <= last.load()) return@forEach false
        val found = scanLast(pattern, windows.start(number), windows.end(number))
        if (found >= 0) last.update { maxOf(it, found) }
        found < 0
    }
    return last.load()
}

/** As [countAll], by up to [parallelism] coroutines. */
internal suspend fun MMap.countParallel(
    pattern: FixedPattern,
    bounds: Bounds,
    overlapping: Boolean,
    parallelism: Int,
    onProgress: Progress?,
): Long {
    val windows = NumberedWindows(this, bounds, pattern)
    // Each window is counted as if no occurrence reached into it from the one before.
    val counts = LongArray(windows.count)
    val nexts = LongArray(windows.count)
    windows.forEach(parallelism, onProgress, place = { it }) { number ->
        val occurrences = Occurrences(this, pattern, windows.start(number), windows.end(number), overlapping)
        counts[number] = occurrences.countAll {}
        nexts[number] = occurrences.nextStart
        true
    }
    var total = 0L
    var next = 0L
    for (number in 0 until windows.count) {
        if (next <= windows.start(number)) {
            total += counts[number]
            next = nexts[number]
        } else {
            // One did, so that this window is counted once more, from where it ends.
            val occurrences = Occurrences(this, pattern, next, windows.end(number), overlapping)
            total += occurrences.countAll {}
            next = occurrences.nextStart
        }
    }
    return total
}

/** The range of a search in windows; each shares with the next one all but one byte of an occurrence. */
private class NumberedWindows(private val map: MMap, private val bounds: Bounds, private val pattern: FixedPattern) {
    private val size = pattern.windows.step

    /** Which windows have to be searched; `null` for all. */
    private val hasData: BooleanArray? by lazy {
        HoleSkips(map, pattern).windowsWithData(bounds, count, ::start, ::end)
    }

    /** How many begin where an occurrence could. */
    val count: Int = when {
        bounds.end - bounds.start < pattern.length -> 0
        else -> ((bounds.end - bounds.start - pattern.length) / size + 1).toInt()
    }

    fun start(number: Int): Long = bounds.start + number * size

    fun end(number: Int): Long = if (number == count - 1) bounds.end else start(number + 1) + pattern.length - 1

    /**
     * Brings in the windows at the [place] of 0, 1, 2, … up to the last one, and runs [search] with each, on up to
     * [parallelism] coroutines each of which stops when it returns `false`.
     */
    suspend fun forEach(
        parallelism: Int,
        onProgress: Progress?,
        place: (Int) -> Int,
        search: (Int) -> Boolean,
    ): Unit = coroutineScope {
        val toSearch = hasData
        val next = AtomicInt(0)
        val searched = Mutex()
        var searchedWindows = 0
        repeat(minOf(parallelism, count)) {
            launch {
                while (true) {
                    ensureActive()
                    val taken = next.fetchAndIncrement()
                    if (taken >= count) break
                    val number = place(taken)
                    if (toSearch == null || toSearch[number]) {
                        map.pageIn(start(number), end(number))
                        if (!search(number)) break
                        letOthersRun()
                    }
                    // One call at a time, with numbers that grow, and none after one that has thrown.
                    searched.withLock {
                        val behind = searchedWindows + 1
                        searchedWindows = count
                        if (behind < count) {
                            onProgress?.invoke(behind * size)
                            searchedWindows = behind
                        }
                    }
                }
            }
        }
    }
}

private inline fun AtomicLong.update(change: (Long) -> Long) {
    while (true) {
        val seen = load()
        if (compareAndSet(seen, change(seen))) return
    }
}
