package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/** In place of the number of a needle: none begins here. */
private const val NONE = Int.MAX_VALUE

/** The state before anything was read. */
private const val ROOT = 0

/**
 * Entries that the table of all transitions may have, 4 bytes each: 16 MiB. Beyond that it would take longer to fill
 * than most searches, and miss the caches at most steps.
 */
internal const val TABLE_ENTRIES = 4L shl 20

/** As [stepsUp]'s, for the loops here: an Int counts the innermost one. */
private const val SPAN = 1L shl 20

/** Where a reader of the haystack is, from its end towards its start. */
internal class NeedleReader(
    /** The position that was read last; at first the end of what is read. */
    var at: Long,
) {
    /** What the automaton knows of the bytes from [at] on. */
    var state = ROOT

    /** The needle that begins at [at], where [NeedleAutomaton.advance] has stopped. */
    var needle = NONE
}

/**
 * The needles as an automaton (A. V. Aho and M. J. Corasick, *Efficient string matching*, 1975) that reads the haystack
 * backwards. So it knows at each position which needles *begin* there, and of those the one that counts, the first in
 * the list, is a property of its state. Every byte is looked at once, whatever the needles.
 */
internal interface NeedleAutomaton {
    /**
     * Reads on, down to the next position, not below [from], where a needle begins that lies in what was read; false if
     * there is none.
     */
    fun advance(region: Region, from: Long, reader: NeedleReader): Boolean
}

/**
 * The automaton for [needles], none of them empty; with [ignoreCase] ASCII letters match in either case. All
 * transitions are laid out if they need no more than [tableEntries].
 */
internal fun needleAutomaton(needles: List<ByteArray>, ignoreCase: Boolean, tableEntries: Long): NeedleAutomaton {
    val classes = ByteClasses(needles, ignoreCase)
    val words = needles.map { needle -> IntArray(needle.size) { classes[needle[needle.size - 1 - it]] } }
    val tree = NeedleTree(words, words.indices.sortedWith { one, other -> compare(words[one], words[other]) })
    return if (tree.size.toLong() * (classes.count + 1) <= tableEntries) TableAutomaton(tree, classes)
    else TreeAutomaton(tree, classes)
}

/** Bytes that no needle tells apart are one class; class 0 is that of all bytes in no needle. */
private class ByteClasses(needles: List<ByteArray>, ignoreCase: Boolean) {
    /** The class of each byte. */
    val of = IntArray(256)

    /** How many there are. */
    var count = 1
        private set

    init {
        for (needle in needles) for (byte in needle) {
            val value = byte.toInt() and 0xff
            if (of[value] == 0) {
                of[value] = count
                if (ignoreCase && isLetter(value)) of[value xor CASE_BIT] = count
                count++
            }
        }
    }

    operator fun get(byte: Byte): Int = of[byte.toInt() and 0xff]
}

private fun isLetter(value: Int) = (value or CASE_BIT) in 'a'.code..'z'.code

/**
 * The classes of each needle, from its last byte to its first, as a tree. [order] is that of a dictionary, equal words
 * in the order of the list. States are numbered level by level, so that the children of a state stand side by side:
 * those of `s` are `firstChild[s] until firstChild[s + 1]`.
 */
private class NeedleTree(words: List<IntArray>, order: List<Int>) {
    /** States, the root included. */
    val size: Int = countStates(words, order)

    val firstChild = IntArray(size + 1)

    /** By what a state is reached from its parent. */
    val label = IntArray(size)

    /** The state of the longest word that ends as the one of this state and has fewer bytes. */
    val fallback = IntArray(size)

    /** The first needle in the list that ends a word here, or [NONE]. */
    val needle = IntArray(size) { NONE }

    init {
        grow(words, order)
        for (state in 0 until size) {
            for (child in firstChild[state] until firstChild[state + 1]) {
                if (state != ROOT) fallback[child] = next(fallback[state], label[child])
                needle[child] = minOf(needle[child], needle[fallback[child]])
            }
        }
    }

    /** Where [label] leads from [state], falling back as far as it has to. */
    fun next(state: Int, label: Int): Int {
        var from = state
        while (true) {
            val child = child(from, label)
            if (child != ROOT) return child
            if (from == ROOT) return ROOT
            from = fallback[from]
        }
    }

    private fun child(state: Int, label: Int): Int {
        var low = firstChild[state]
        var high = firstChild[state + 1] - 1
        while (low <= high) {
            val middle = (low + high) ushr 1
            val found = this.label[middle]
            if (found == label) return middle
            if (found < label) low = middle + 1 else high = middle - 1
        }
        return ROOT
    }

    private fun countStates(words: List<IntArray>, order: List<Int>): Int {
        var count = 1L
        for (i in order.indices) {
            val word = words[order[i]]
            count += word.size - if (i == 0) 0 else commonStart(words[order[i - 1]], word)
        }
        require(count < Int.MAX_VALUE / 2) { "the needles are too long: $count bytes" }
        return count.toInt()
    }

    /** Level by level: a state is a range of the sorted words, those that begin alike. */
    private fun grow(words: List<IntArray>, order: List<Int>) {
        val start = IntArray(size)
        val end = IntArray(size)
        end[ROOT] = order.size
        var made = 1
        var depth = 0
        var nextLevel = 1
        for (state in 0 until size) {
            if (state == nextLevel) {
                depth++
                nextLevel = made
            }
            firstChild[state] = made
            var word = start[state]
            if (word < end[state] && words[order[word]].size == depth) needle[state] = order[word]
            while (word < end[state] && words[order[word]].size == depth) word++
            while (word < end[state]) {
                val by = words[order[word]][depth]
                label[made] = by
                start[made] = word
                while (word < end[state] && words[order[word]][depth] == by) word++
                end[made++] = word
            }
        }
        firstChild[size] = made
    }
}

private fun commonStart(one: IntArray, other: IntArray): Int {
    val size = minOf(one.size, other.size)
    for (i in 0 until size) if (one[i] != other[i]) return i
    return size
}

private fun compare(one: IntArray, other: IntArray): Int {
    val common = commonStart(one, other)
    return if (common == minOf(one.size, other.size)) one.size - other.size else one[common] - other[common]
}

/**
 * All transitions in a table. A state is where its row begins; a row has an entry for each class, and its needle. An
 * entry is the state that follows, inverted if a needle begins where it is reached: then it is negative.
 */
private class TableAutomaton(tree: NeedleTree, classes: ByteClasses) : NeedleAutomaton {
    private val classOf = classes.of
    private val needleAt = classes.count
    private val table = IntArray(tree.size * (classes.count + 1))

    init {
        val rowSize = classes.count + 1
        for (state in 0 until tree.size) {
            val row = state * rowSize
            val fallback = tree.fallback[state] * rowSize
            if (state != ROOT) table.copyInto(table, row, fallback, fallback + classes.count)
            for (child in tree.firstChild[state] until tree.firstChild[state + 1]) {
                val entry = child * rowSize
                table[row + tree.label[child]] = if (tree.needle[child] == NONE) entry else entry.inv()
            }
            table[row + needleAt] = tree.needle[state]
        }
    }

    override fun advance(region: Region, from: Long, reader: NeedleReader): Boolean {
        val table = table
        val classOf = classOf
        var row = reader.state
        var end = reader.at
        while (end > from) {
            val span = minOf(end - from, SPAN).toInt()
            val start = end - span
            var i = span
            while (--i >= 0) {
                row = table[row + classOf[region.get(start + i).toInt() and 0xff]]
                if (row < 0) {
                    row = row.inv()
                    reader.state = row
                    reader.at = start + i
                    reader.needle = table[row + needleAt]
                    return true
                }
            }
            end = start
        }
        reader.state = row
        reader.at = end
        return false
    }
}

/** The tree itself, with falling back at search time: a fraction of the memory, and slower. */
private class TreeAutomaton(private val tree: NeedleTree, private val classes: ByteClasses) : NeedleAutomaton {
    /** The root is where most of a search is spent. */
    private val afterRoot = IntArray(classes.count) { tree.next(ROOT, it) }

    override fun advance(region: Region, from: Long, reader: NeedleReader): Boolean {
        var state = reader.state
        var at = reader.at
        var needle = NONE
        while (at > from && needle == NONE) {
            val label = classes[region.get(--at)]
            state = if (state == ROOT) afterRoot[label] else tree.next(state, label)
            needle = tree.needle[state]
        }
        reader.state = state
        reader.at = at
        reader.needle = needle
        return needle != NONE
    }
}
