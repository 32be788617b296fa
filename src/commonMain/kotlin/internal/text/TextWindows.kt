package dev.kmmap.internal.text

import dev.kmmap.MMap
import dev.kmmap.RegexMatch
import dev.kmmap.TextEncoding
import dev.kmmap.internal.access.reading
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.base.decodeUtf8
import dev.kmmap.internal.base.isContinuation
import dev.kmmap.internal.base.letOthersRun
import dev.kmmap.internal.base.searchBounds
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.text.regex.RegexMatcher
import dev.kmmap.internal.text.regex.RegexProgram
import dev.kmmap.internal.text.regex.compileRegex
import dev.kmmap.internal.text.regex.parseRegex

/** The longest match that is promised to be found, in bytes, unless another is asked for. */
internal const val LONGEST_MATCH = 64 * 1024

/** The greatest that can be asked for: a window and its context fit in a String. */
private const val GREATEST_LONGEST_MATCH = 64 * 1024 * 1024

internal fun requireLongestMatch(longestMatch: Int) {
    require(longestMatch in 1..GREATEST_LONGEST_MATCH) { "longestMatch out of range: $longestMatch" }
}

/** Bytes of text that are searched at a time, unless the longest match is longer: the context is little beside it. */
internal const val TEXT_STEP = 512 * 1024

/**
 * Seen on both sides besides the longest match: what `\b`, `^` and `$` look at is one character, or the two of a line's
 * end.
 */
private const val MARGIN = 8

/** Bytes that one character of UTF-8 has at most, but the first. */
private const val CONTINUATIONS = 3

/** A part of the text, with some context on both sides: [length] of [chars]. Valid until the next one is read. */
internal class TextWindow(
    val chars: CharArray,
    val length: Int,
    /** Index in [chars] of the first character at which a match may begin, and of the first at which none may. */
    val first: Int,
    val until: Int,
    /** Whether it begins where the text does, and whether it ends where the text does. */
    val isStart: Boolean,
    val isEnd: Boolean,
    /** Whether matches may begin up to the end of the text, and at it. */
    val isLast: Boolean,
    /** Where the first byte is in the map. */
    private val base: Long,
    /** How far behind it each character begins; `null` if each is one byte. */
    private val offsets: IntArray?,
) {
    /** The characters from [start] to before [end]. */
    fun text(start: Int = 0, end: Int = length): String = chars.concatToString(start, end)

    /** Where in the map the character at [index] begins. */
    fun place(index: Int): Long = base + if (offsets == null) index else offsets[index]
}

/**
 * Reads [bounds] of [map] as text, window by window; matches begin in [step] bytes of each. Borders never divide a
 * character: the text of all windows is the text of the whole.
 */
internal class TextWindows(
    private val map: MMap,
    private val encoding: TextEncoding,
    private val bounds: Bounds,
    private val longestMatch: Int,
    private val step: Int,
) {
    private var bytes = ByteArray(0)
    private var chars = CharArray(0)
    private var offsets = IntArray(0)

    /** The window in which matches begin at [at] or behind it; `null` if the map ends before it. */
    fun read(at: Long): TextWindow? {
        var base = 0L
        var size = 0
        var until = 0L
        var isLast = false
        var isEnd = false
        map.reading { generation ->
            val region = generation.region
            val limit = minOf(bounds.end, generation.size)
            if (at > limit) return null
            val context = longestMatch + MARGIN
            base = if (at - bounds.start <= context) bounds.start else border(region, at - context, limit)
            until = if (limit - at <= step) limit else border(region, at + step, limit)
            isLast = until == limit
            val end = if (limit - until <= context) limit else border(region, until + context, limit)
            isEnd = end == limit
            size = (end - base).toInt()
            if (bytes.size < size) bytes = ByteArray(size)
            region.copyTo(base, bytes, 0, size)
        }
        return decode(base, size, (at - base).toInt(), (until - base).toInt(), isEnd, isLast)
    }

    /**
     * The first position from [at] on that is not inside a character: behind as many continuing bytes as a character
     * can have, there can only be stray ones, each of which is malformed by itself.
     */
    private fun border(region: Region, at: Long, limit: Long): Long {
        var border = at
        if (encoding == TextEncoding.UTF_8) {
            while (border < limit && border - at < CONTINUATIONS && isContinuation(region.get(border))) border++
        }
        return border
    }

    private fun decode(base: Long, size: Int, first: Int, until: Int, isEnd: Boolean, isLast: Boolean): TextWindow {
        val isStart = base == bounds.start
        if (chars.size <= size) chars = CharArray(size + 1)
        if (encoding == TextEncoding.LATIN_1 || isAscii(size)) {
            for (i in 0 until size) chars[i] = latin1(bytes[i])
            return TextWindow(chars, size, first, until, isStart, isEnd, isLast, base, null)
        }
        if (offsets.size <= size) offsets = IntArray(size + 1)
        val count = decodeUtf8(bytes, 0, size, chars, offsets)
        return TextWindow(
            chars, count, indexOf(first, count), indexOf(until, count), isStart, isEnd, isLast, base, offsets,
        )
    }

    private fun isAscii(size: Int): Boolean {
        var all = 0
        for (i in 0 until size) all = all or bytes[i].toInt()
        return all >= 0
    }

    /** The character that begins [offset] bytes behind the base; of a surrogate pair's end, what follows it. */
    private fun indexOf(offset: Int, count: Int): Int {
        var low = 0
        var high = count
        while (low < high) {
            val middle = (low + high + 1) ushr 1
            if (offsets[middle] <= offset) low = middle else high = middle - 1
        }
        return low
    }
}

/** What finds matches in the text of a window. */
internal interface TextSearch {
    /** Searches [window] from now on. */
    fun load(window: TextWindow)

    /** The first match that begins from [from] to [last]; `null` if none does. */
    fun find(from: Int, last: Int): TextMatch?
}

/** A match in a window's text: valid until the next one is looked for. */
internal interface TextMatch {
    val start: Int
    val end: Int

    /** Where the search goes on after a match of no characters. */
    val afterEmpty: Int

    /** The text of each group, that of the whole match before all. */
    fun groups(): List<String?>

    fun named(): Map<String, String?>
}

/** The matches of [regex] in the slice from [start] to [end], read as text in windows of [step] bytes. */
internal fun MMap.regexMatches(
    regex: Regex,
    start: Long,
    end: Long,
    longestMatch: Int,
    encoding: TextEncoding,
    step: Int,
): Sequence<RegexMatch> {
    val program = compileRegex(parseRegex(regex))
    return textMatches(start, end, longestMatch, encoding, step) { RegexSearch(program) }
}

/** The matches that [search] finds. */
internal fun MMap.textMatches(
    start: Long,
    end: Long,
    longestMatch: Int,
    encoding: TextEncoding,
    step: Int,
    search: () -> TextSearch,
): Sequence<RegexMatch> {
    val bounds = searchBounds(start, end, size)
    return sequence {
        matchAll(search(), TextWindows(this@textMatches, encoding, bounds, longestMatch, step), bounds.start)
    }
}

private suspend fun SequenceScope<RegexMatch>.matchAll(search: TextSearch, text: TextWindows, start: Long) {
    var at = start
    while (true) {
        val window = text.read(at) ?: break
        search.load(window)
        var index = window.first
        val last = if (window.isLast) window.length else window.until - 1
        while (index <= last) {
            val found = search.find(index, last) ?: break
            val next = found.end
            index = if (next == found.start) found.afterEmpty else next
            yield(RegexMatch(window, found.start, next, found.groups(), found.named()))
        }
        if (window.isLast) break
        letOthersRun()
        at = window.place(maxOf(index, window.until))
    }
}

/** Runs a [program] on windows. */
internal class RegexSearch(private val program: RegexProgram) : TextSearch, TextMatch {
    private val matcher = RegexMatcher(program)
    private var window: TextWindow? = null

    override val start: Int get() = matcher.start(0)
    override val end: Int get() = matcher.end(0)
    override val afterEmpty: Int get() = matcher.after(end)

    override fun load(window: TextWindow) {
        this.window = window
        matcher.load(window.chars, window.length, window.isStart, window.isEnd)
    }

    override fun find(from: Int, last: Int): TextMatch? = if (matcher.find(from, last)) this else null

    override fun groups(): List<String?> = List(program.groupCount + 1, ::group)

    override fun named(): Map<String, String?> = program.groupNames.mapValues { group(it.value) }

    private fun group(group: Int): String? =
        if (matcher.end(group) < 0) null else window?.text(matcher.start(group), matcher.end(group))
}
