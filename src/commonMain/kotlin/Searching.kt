@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.search.OccurrenceIterator
import dev.kmmap.internal.search.countAll
import dev.kmmap.internal.search.occurrences
import dev.kmmap.internal.search.searchBackward
import dev.kmmap.internal.search.searchForward
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/** As [MMap.find] with bytes, for a [needle] that is prepared. */
@JvmOverloads
public fun MMap.find(needle: Needle, start: Long = position, end: Long = Long.MAX_VALUE): Long =
    searchForward(needle.pattern, start, end) {}

/** As [MMap.rfind] with bytes, for a [needle] that is prepared. */
@JvmOverloads
public fun MMap.rfind(needle: Needle, start: Long = position, end: Long = Long.MAX_VALUE): Long =
    searchBackward(needle.pattern, start, end) {}

/** Whether [needle] occurs anywhere in the map. */
public operator fun MMap.contains(needle: Needle): Boolean = find(needle, 0) >= 0

/**
 * The index of the first byte from [start] to before [end] (by default in the whole map, as Kotlin's `indexOfAny`, not
 * from the cursor) that is one of [bytes], or -1. Bounds as in [MMap.slice]. Who searches often prepares
 * [Needle.anyOf].
 *
 * @throws IllegalArgumentException if [bytes] is empty.
 * @sample dev.kmmap.samples.SearchSamples.anyOfSeveralBytes
 */
@JvmOverloads
public fun MMap.indexOfAny(bytes: ByteArray, start: Long = 0, end: Long = Long.MAX_VALUE): Long =
    find(Needle.anyOf(bytes), start, end)

/** As [indexOfAny], the last such byte. */
@JvmOverloads
public fun MMap.lastIndexOfAny(bytes: ByteArray, start: Long = 0, end: Long = Long.MAX_VALUE): Long =
    rfind(Needle.anyOf(bytes), start, end)

/**
 * The indices of the occurrences of [needle] that lie completely between [start] and [end] (by default anywhere),
 * ascending. Bounds as in [MMap.find]. With [overlapping] all of them; otherwise each begins where the one before ends
 * or later, as in Python's `re.findall`. The empty needle occurs at each index and at the end.
 *
 * The sequence searches while it is iterated, as [MMap.find] would: close and resize get their turn at least every
 * 4 MiB, a map that shrinks is searched to its new end, what it gains is not searched, and after [MMap.close] the
 * iteration throws [IllegalStateException]. Up to 1024 occurrences are looked up at once, so what is written to the map
 * meanwhile may come too late to be seen. It can be iterated any number of times; [start] and [end] are looked at
 * afresh each time. One iteration is for one thread.
 *
 * @sample dev.kmmap.samples.SearchSamples.everyOccurrence
 */
@JvmOverloads
public fun MMap.findAll(
    needle: Needle,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    overlapping: Boolean = false,
): Sequence<Long> = Sequence { OccurrenceIterator(occurrences(needle.pattern, start, end, overlapping)) }

/**
 * How many occurrences [findAll] gives: those that do not overlap, as Python's `bytes.count`, or with [overlapping]
 * all. The empty needle occurs once more than there are bytes.
 *
 * @sample dev.kmmap.samples.SearchSamples.howOften
 */
@JvmOverloads
public fun MMap.count(
    needle: Needle,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    overlapping: Boolean = false,
): Long = occurrences(needle.pattern, start, end, overlapping).countAll {}
