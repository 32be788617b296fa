@file:JvmName("Suspending")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.clampBound
import dev.kmmap.internal.coroutines.PAGE_IN_STEP
import dev.kmmap.internal.coroutines.asFlow
import dev.kmmap.internal.search.OccurrenceIterator
import dev.kmmap.internal.search.occurrences
import dev.kmmap.internal.text.LineRanges
import dev.kmmap.internal.text.LineStrings
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlinx.coroutines.*
import kotlinx.coroutines.flow.Flow

/**
 * The indices that [findAll] gives, as a cold flow whose collector stays where it is while [dispatcher] (by default
 * [Dispatchers.IO]) searches: see [awaitFind], of which it has the treatment of pages and of short slices, too.
 *
 * Occurrences are looked up at most 1024, or 4 MiB, at a time, and the next ones when all of these are collected: the
 * thread changes twice for all of them together, and a flow that is collected no further searches no further. In
 * between close and resize get their turn, and so does a cancellation. A map that shrinks is searched to its new end,
 * and after [MMap.close] the collector gets an [IllegalStateException]. The bounds are looked at when the collection
 * begins.
 *
 * @sample dev.kmmap.samples.SuspendingSamples.firstOccurrences
 */
public fun MMap.awaitFindAll(
    needle: Needle,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    overlapping: Boolean = false,
    dispatcher: CoroutineDispatcher = Dispatchers.IO,
): Flow<Long> {
    val pattern = needle.pattern
    return asFlow(dispatcher, pattern.windows.length + 1) {
        OccurrenceIterator(occurrences(pattern, start, end, overlapping))
    }
}

/**
 * The [lines] from [start] on, as a cold flow whose collector stays where it is while [dispatcher] (by default
 * [Dispatchers.IO]) looks for them: see [awaitFindAll]. At most 1024 lines, or 64 KiB, are looked up at a time, and up
 * to 1 MiB before them is brought into memory.
 *
 * @sample dev.kmmap.samples.SuspendingSamples.longestLine
 */
public fun MMap.awaitLines(start: Long = 0, dispatcher: CoroutineDispatcher = Dispatchers.IO): Flow<Line> =
    asFlow(dispatcher, PAGE_IN_STEP) { LineRanges(this, clampBound(start, size)) }

/**
 * As [awaitLines], decoded as [lineStrings] does it. The collector decodes; the bytes have been copied before.
 *
 * @throws IllegalArgumentException in the collector, if a line does not fit in an array.
 * @sample dev.kmmap.samples.SuspendingSamples.linesThatContain
 */
public fun MMap.awaitLineStrings(start: Long = 0, dispatcher: CoroutineDispatcher = Dispatchers.IO): Flow<String> =
    asFlow(dispatcher, PAGE_IN_STEP) { LineStrings(this, clampBound(start, size)) }
