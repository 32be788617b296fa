package dev.kmmap.internal

import dev.kmmap.MMap
import dev.kmmap.RegexMatch
import dev.kmmap.TextEncoding

/** The longest match that is promised to be found, in bytes, unless another is asked for. */
internal const val LONGEST_MATCH = 64 * 1024

/** The greatest that can be asked for: a window and its context fit in a String. */
internal const val GREATEST_LONGEST_MATCH = 64 * 1024 * 1024

/** Bytes of text that are searched at a time, unless the longest match is longer: the context is little beside it. */
internal const val TEXT_STEP = 512 * 1024

/**
 * Seen on both sides besides the longest match: what `\b`, `^` and `$` look at is one character, or the two of a line's
 * end.
 */
private const val MARGIN = 8

/** Bytes that one character of UTF-8 has at most, but the first. */
private const val CONTINUATIONS = 3

/** A part of the text, with some context on both sides. Valid until the next one is read. */
internal class TextWindow(
    val text: String,
    /** Index in [text] of the first character at which a match may begin, and of the first at which none may. */
    val first: Int,
    val until: Int,
    /** Whether it ends where the text does; then a match may begin at the very end. */
    val isLast: Boolean,
    /** Where the first byte is in the map. */
    private val base: Long,
    /** How far behind it each character begins; `null` if each is one byte. */
    private val offsets: IntArray?,
) {
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
        map.reading { generation ->
            val region = generation.region
            val limit = minOf(bounds.end, generation.size)
            if (at > limit) return null
            val context = longestMatch + MARGIN
            base = if (at - bounds.start <= context) bounds.start else border(region, at - context, limit)
            until = if (limit - at <= step) limit else border(region, at + step, limit)
            isLast = until == limit
            val end = if (limit - until <= context) limit else border(region, until + context, limit)
            size = (end - base).toInt()
            if (bytes.size < size) bytes = ByteArray(size)
            region.copyTo(base, bytes, 0, size)
        }
        return decode(base, size, (at - base).toInt(), (until - base).toInt(), isLast)
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

    private fun decode(base: Long, size: Int, first: Int, until: Int, isLast: Boolean): TextWindow {
        if (isAscii(size)) {
            return TextWindow(bytes.decodeToString(0, size), first, until, isLast, base, null)
        }
        if (chars.size <= size) chars = CharArray(size + 1)
        if (encoding == TextEncoding.LATIN_1) {
            for (i in 0 until size) chars[i] = latin1(bytes[i])
            return TextWindow(chars.concatToString(0, size), first, until, isLast, base, null)
        }
        if (offsets.size <= size) offsets = IntArray(size + 1)
        val count = decodeUtf8(bytes, 0, size, chars, offsets)
        val text = chars.concatToString(0, count)
        return TextWindow(text, indexOf(first, count), indexOf(until, count), isLast, base, offsets)
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

/** The matches of [regex] in the slice from [start] to [end], read as text in windows of [step] bytes. */
internal fun MMap.regexMatches(
    regex: Regex,
    start: Long,
    end: Long,
    longestMatch: Int,
    encoding: TextEncoding,
    step: Int,
): Sequence<RegexMatch> {
    val bounds = searchBounds(start, end, size)
    return sequence {
        matchAll(regex, TextWindows(this@regexMatches, encoding, bounds, longestMatch, step), bounds.start)
    }
}

private suspend fun SequenceScope<RegexMatch>.matchAll(regex: Regex, text: TextWindows, start: Long) {
    val maker = RegexMatchMaker(regex)
    var at = start
    while (true) {
        val window = text.read(at) ?: break
        var index = window.first
        while (index <= window.text.length) {
            val found = regex.find(window.text, index) ?: break
            val first = found.range.first
            if (first >= window.until && !window.isLast) break
            val next = found.range.last + 1
            yield(maker.match(window, found, first, next))
            index = if (next == first) next + 1 else next
        }
        if (window.isLast) break
        letOthersRun()
        at = window.place(maxOf(index, window.until))
    }
}

/** Takes out of a result what a match has to keep, so that it does not keep the window's text. */
private class RegexMatchMaker(private val regex: Regex) {
    private var names: List<String>? = null

    fun match(window: TextWindow, found: MatchResult, first: Int, next: Int): RegexMatch {
        val names = names ?: namesIn(found).also { names = it }
        val groups = found.groups.map { it?.value }
        val named = if (names.isEmpty()) emptyMap() else names.associateWith { found.groups[it]?.value }
        return RegexMatch(window, first, next, groups, named)
    }

    /** No platform tells the names of an expression's groups; but each tells whether it has one of a name. */
    private fun namesIn(found: MatchResult): List<String> =
        GROUP_NAME.findAll(regex.pattern).map { it.groupValues[1] }.distinct().filter { name ->
            try {
                found.groups[name]
                true
            } catch (_: IllegalArgumentException) {
                false
            }
        }.toList()
}

private val GROUP_NAME = Regex("""\(\?<([A-Za-z][A-Za-z0-9]*)>""")
