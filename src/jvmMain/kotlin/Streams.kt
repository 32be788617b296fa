@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.search.OccurrenceIterator
import dev.kmmap.internal.search.occurrences
import java.util.PrimitiveIterator
import java.util.Spliterator
import java.util.Spliterators
import java.util.stream.LongStream
import java.util.stream.Stream
import java.util.stream.StreamSupport

/**
 * As [findAll], as a stream of Java: sequential, ordered, and searching only while it is consumed. Nothing has to be
 * closed but the map.
 */
@JvmOverloads
public fun MMap.matches(
    needle: Needle,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    overlapping: Boolean = false,
): LongStream {
    val characteristics = Spliterator.ORDERED or Spliterator.SORTED or Spliterator.DISTINCT or Spliterator.NONNULL
    return StreamSupport.longStream({
        val iterator = OccurrenceIterator(occurrences(needle.pattern, start, end, overlapping))
        Spliterators.spliteratorUnknownSize(JavaIterator(iterator), characteristics)
    }, characteristics, false)
}

/**
 * As [lineStrings], as a stream of Java, like `BufferedReader.lines`: sequential, ordered, and searching only while it
 * is consumed. Nothing has to be closed but the map.
 */
@JvmOverloads
public fun MMap.lineStream(start: Long = 0): Stream<String> {
    val characteristics = Spliterator.ORDERED or Spliterator.NONNULL
    return StreamSupport.stream({
        Spliterators.spliteratorUnknownSize(lineStrings(start).iterator(), characteristics)
    }, characteristics, false)
}

private class JavaIterator(private val iterator: LongIterator) : PrimitiveIterator.OfLong {
    override fun hasNext(): Boolean = iterator.hasNext()

    override fun nextLong(): Long = iterator.nextLong()

    override fun remove(): Unit = throw UnsupportedOperationException()
}
