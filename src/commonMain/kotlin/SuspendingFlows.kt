@file:JvmName("Suspending")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.CHUNK
import dev.kmmap.internal.LineRanges
import dev.kmmap.internal.LineStrings
import dev.kmmap.internal.OccurrenceIterator
import dev.kmmap.internal.clampBound
import dev.kmmap.internal.lookUps
import dev.kmmap.internal.occurrences
import dev.kmmap.internal.windowFor
import kotlinx.coroutines.*
import kotlinx.coroutines.flow.Flow
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName

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
    return lookUps(dispatcher, windowFor(pattern) + pattern.length) {
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
    lookUps(dispatcher, CHUNK) { LineRanges(this, clampBound(start, size)) }

/**
 * As [awaitLines], decoded as [lineStrings] does it. The collector decodes; the bytes have been copied before.
 *
 * @throws IllegalArgumentException in the collector, if a line does not fit in an array.
 * @sample dev.kmmap.samples.SuspendingSamples.linesThatContain
 */
public fun MMap.awaitLineStrings(start: Long = 0, dispatcher: CoroutineDispatcher = Dispatchers.IO): Flow<String> =
    lookUps(dispatcher, CHUNK) { LineStrings(this, clampBound(start, size)) }
