@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.text.LONGEST_MATCH
import dev.kmmap.internal.text.PatternSearch
import dev.kmmap.internal.text.TEXT_STEP
import dev.kmmap.internal.text.requireLongestMatch
import dev.kmmap.internal.text.textMatches
import java.util.regex.Pattern
import java.util.stream.Stream
import kotlin.streams.asStream

/**
 * As [findRegex], as a stream, and with a pattern of java.util.regex: what that matches, with all its flags and
 * constructs, also those that [findRegex] refuses because they are not the same on all platforms.
 *
 * @throws IllegalArgumentException if [longestMatch] is not in 1 to 64 Mi.
 */
@JvmOverloads
public fun MMap.matches(
    pattern: Pattern,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    longestMatch: Int = LONGEST_MATCH,
    encoding: TextEncoding = TextEncoding.UTF_8,
): Stream<RegexMatch> {
    requireLongestMatch(longestMatch)
    val step = maxOf(TEXT_STEP, longestMatch)
    return textMatches(start, end, longestMatch, encoding, step) { PatternSearch(pattern) }.asStream()
}

/** As [findAll], as a stream. */
@JvmOverloads
public fun MMap.matches(needles: MultiNeedle, start: Long = 0, end: Long = Long.MAX_VALUE): Stream<NeedleMatch> =
    findAll(needles, start, end).asStream()
