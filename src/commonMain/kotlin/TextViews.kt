@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.base.sliceBounds
import dev.kmmap.internal.text.LONGEST_MATCH
import dev.kmmap.internal.text.Latin1View
import dev.kmmap.internal.text.TEXT_STEP
import dev.kmmap.internal.text.regexMatches
import dev.kmmap.internal.text.requireLongestMatch
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/**
 * The bytes from [start] to before [end] as text in ISO-8859-1, without copying them: the character at `i` is the byte
 * at `start + i`, and follows every change of it. Bounds as in [MMap.slice]. For whatever takes a [CharSequence]; on
 * the JVM java.util.regex, for instance. Where the text is longer than an `Int` can count, [findRegex] searches it.
 *
 * The length is that of the moment it is made. The view dies with the map, and throws what [MMap.get] throws where the
 * map is closed, or has been resized to less. `toString` and the views made by `subSequence` do what they should; views
 * are equal only to themselves. It is as thread-safe as [MMap.get].
 *
 * @throws IllegalArgumentException if there are more than [Int.MAX_VALUE] bytes.
 * @sample dev.kmmap.samples.TextSamples.numberAt
 */
@JvmOverloads
public fun MMap.asLatin1(start: Long = 0, end: Long = Long.MAX_VALUE): CharSequence {
    val bounds = sliceBounds(start, end, size)
    require(bounds.length <= Int.MAX_VALUE) { "${bounds.length} bytes are too many for a CharSequence" }
    return Latin1View(this, bounds.start, bounds.length.toInt())
}

/**
 * All matches of [regex] in the bytes from [start] to before [end], which are read as text in the given [encoding],
 * with the places of their bytes. Bounds as in [MMap.slice]; nothing outside of them is seen, so that `^` matches at
 * [start]. The text may have any length: it is decoded and searched in windows.
 *
 * **The same on all platforms.** Kotlin's [Regex] is another engine on each platform, with other matches. So kmmap has
 * one of its own, in common code, that reads the expression and options of [regex] and does what `java.util.regex`
 * documents. What it does not have is refused by name and place: docs/semantics.md has the table. On the JVM
 * `MMaps.matches` searches for a `java.util.regex.Pattern` with all that can do.
 *
 * **Longest match.** The result is exact as long as no match is longer than [longestMatch] bytes, together with what
 * its lookahead sees behind it, and what lookbehind sees before it is no longer either. A longer match may be found in
 * parts, or not at all. `\b`, `^` and `$` see what is on both sides of a border between windows.
 *
 * **Places.** [RegexMatch.start] and [RegexMatch.end] count bytes of the map, also behind characters of several bytes
 * and behind malformed ones, each of which is as long as the bytes it stands for. A match begins and ends between whole
 * characters, never between the halves of a surrogate pair.
 *
 * The sequence searches while it is iterated, as often as it is, on a copy of one window: the map may be changed,
 * resized or closed in between. What a resize cuts off is not searched, and what it adds neither. The next window of a
 * closed map throws [IllegalStateException]. As with every such engine the time is not linear for some expressions, and
 * what has been tried takes memory: 12 bytes for each thing that can still be done in another way, up to 16 Mi of them,
 * above which the next match is an [IllegalStateException].
 *
 * @throws IllegalArgumentException if [regex] has something that would not be the same on all platforms, or if
 *   [longestMatch] is not in 1 to 64 Mi (67,108,864): a search takes up to 30 bytes of memory for each.
 * @sample dev.kmmap.samples.TextSamples.errorsOf
 */
@JvmOverloads
public fun MMap.findRegex(
    regex: Regex,
    start: Long = 0,
    end: Long = Long.MAX_VALUE,
    longestMatch: Int = LONGEST_MATCH,
    encoding: TextEncoding = TextEncoding.UTF_8,
): Sequence<RegexMatch> {
    requireLongestMatch(longestMatch)
    return regexMatches(regex, start, end, longestMatch, encoding, maxOf(TEXT_STEP, longestMatch))
}
