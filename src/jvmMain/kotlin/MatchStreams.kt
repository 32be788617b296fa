@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.LONGEST_MATCH
import java.util.regex.Pattern
import java.util.stream.Stream
import kotlin.streams.asStream

/** As [findRegex], with a pattern of java.util.regex, all its flags included, and as a stream. */
@JvmOverloads
public fun MMap.matches(
    pattern: Pattern,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    longestMatch: Int = LONGEST_MATCH,
    encoding: TextEncoding = TextEncoding.UTF_8,
): Stream<RegexMatch> = findRegex(pattern.toRegex(), start, end, longestMatch, encoding).asStream()

/** As [findAll], as a stream. */
@JvmOverloads
public fun MMap.matches(needles: MultiNeedle, start: Long = 0, end: Long = Long.MAX_VALUE): Stream<NeedleMatch> =
    findAll(needles, start, end).asStream()
