@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.base.searchBounds
import dev.kmmap.internal.search.collectMatches
import dev.kmmap.internal.search.forEachBatch
import dev.kmmap.internal.search.match
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/*
 * Searching for a MultiNeedle. Star import of kotlinx.coroutines: Dispatchers.IO is a member on the JVM and an
 * extension on Native.
 */

/**
 * The first place between [start] (by default the cursor) and [end] (by default the end of the map) at which one of
 * [needles] occurs, completely between them, and which; `null` if there is none. Of several that begin there the first
 * in the list counts. Bounds as in [MMap.slice]. The cursor does not move. Close and resize get their turn every 4 MiB.
 *
 * @sample dev.kmmap.samples.MultiNeedleSamples.whichWord
 */
@JvmOverloads
public fun MMap.find(needles: MultiNeedle, start: Long = position, end: Long = Long.MAX_VALUE): NeedleMatch? =
    searchForward(needles, start, end) {}

/**
 * The last place between [start] (by default the **cursor**, as for every rfind) and [end] at which one of [needles]
 * occurs, and which: that which begins last. All else as in [find].
 *
 * @sample dev.kmmap.samples.MultiNeedleSamples.lastOutcome
 */
@JvmOverloads
public fun MMap.rfind(needles: MultiNeedle, start: Long = position, end: Long = Long.MAX_VALUE): NeedleMatch? =
    searchBackward(needles, start, end) {}

/**
 * All matches of [needles] between [start] (by default the **start of the map**) and [end], in their order: the first,
 * then the first that begins at the end of that one or later, and so on. So they do not overlap, and are those of the
 * regular expression that has the needles as its alternatives.
 *
 * The sequence searches while it is iterated, as often as it is, a window (4 MiB) or some hundred matches at a time;
 * the map may be changed, resized or closed in between. What a resize cuts off is not searched, and what it adds
 * neither. The next step on a closed map throws [IllegalStateException].
 *
 * @sample dev.kmmap.samples.MultiNeedleSamples.censor
 */
@JvmOverloads
public fun MMap.findAll(needles: MultiNeedle, start: Long = 0, end: Long = Long.MAX_VALUE): Sequence<NeedleMatch> {
    val bounds = searchBounds(start, end, size)
    return sequence {
        val set = needles.set ?: return@sequence
        forEachBatch(set, bounds) { matches ->
            for (i in 0 until matches.size) yield(set.match(matches.start(i), matches.needle(i)))
        }
    }
}

/**
 * How many matches [findAll] has.
 *
 * @sample dev.kmmap.samples.MultiNeedleSamples.countWords
 */
@JvmOverloads
public fun MMap.count(needles: MultiNeedle, start: Long = 0, end: Long = Long.MAX_VALUE): Long {
    val bounds = searchBounds(start, end, size)
    val set = needles.set ?: return 0
    var count = 0L
    forEachBatch(set, bounds) { count += it.size }
    return count
}

/** Whether any of [needles] occurs anywhere in the map. */
public operator fun MMap.contains(needles: MultiNeedle): Boolean = find(needles, 0) != null
