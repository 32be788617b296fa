package dev.kmmap.internal.text

import java.util.regex.Matcher
import java.util.regex.Pattern

/** Matches of java.util.regex, with all that it does. */
internal class PatternSearch(private val pattern: Pattern) : TextSearch, TextMatch {
    private val matcher: Matcher = pattern.matcher("")
    private var size = 0

    override val start: Int get() = matcher.start()
    override val end: Int get() = matcher.end()
    override val afterEmpty: Int get() = end + 1

    override fun load(window: TextWindow) {
        matcher.reset(window.text())
        size = window.length
    }

    override fun find(from: Int, last: Int): TextMatch? =
        if (from <= size && matcher.find(from) && matcher.start() <= last) this else null

    override fun groups(): List<String?> = List(matcher.groupCount() + 1, matcher::group)

    override fun named(): Map<String, String?> = pattern.namedGroups().mapValues { matcher.group(it.value) }
}
