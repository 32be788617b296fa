package dev.kmmap

import dev.kmmap.internal.text.TextWindow
import kotlin.jvm.JvmName

/** A match of a regular expression: see [findRegex]. A value of its own, which needs neither map nor text. */
public class RegexMatch internal constructor(
    window: TextWindow,
    first: Int,
    next: Int,

    /**
     * The text of each group, `null` for one that has no part in the match; that of index 0 is the whole match, as in
     * [MatchResult.groups].
     */
    @get:JvmName("groups")
    public val groups: List<String?>,

    private val named: Map<String, String?>,
) {
    /** The index in the map of its first byte. */
    @get:JvmName("start")
    public val start: Long = window.place(first)

    /** The index in the map behind its last byte. */
    @get:JvmName("end")
    public val end: Long = window.place(next)

    /** The text that was matched. */
    @get:JvmName("value")
    public val value: String
        get() = groups[0].orEmpty()

    /**
     * The text of the group `(?<name>…)`, `null` if it has no part in the match.
     *
     * @throws IllegalArgumentException if the expression has no such group.
     */
    public fun group(name: String): String? {
        require(name in named) { "no group is named $name" }
        return named[name]
    }

    override fun toString(): String = "RegexMatch(start=$start, end=$end, value=$value)"
}
