package dev.kmmap.internal.memory

/**
 * A number for each page of a range of [pages], kept as the places where it changes. Immutable: to set some pages makes
 * another one. Everything takes time in proportion to the logarithm of [changes].
 *
 * A treap: a tree that is sorted by [Node.page], and a heap by priorities that are as good as random.
 */
internal class PageRuns private constructor(private val pages: Long, private val first: Int, private val root: Node?) {
    constructor(pages: Long, value: Int) : this(pages, value, null)

    private class Node(val page: Long, val value: Int, val left: Node?, val right: Node?) {
        val size: Long = 1 + sizeOf(left) + sizeOf(right)

        val priority: Long get() = page * MIXER xor (page * MIXER ushr 32)

        fun with(left: Node?, right: Node?): Node = Node(page, value, left, right)
    }

    /** How many pages have another number than the one before. */
    val changes: Long get() = sizeOf(root)

    /** The number of [page]. */
    operator fun get(page: Long): Int {
        var value = first
        var node = root
        while (node != null) {
            if (node.page <= page) value = node.value
            node = if (node.page <= page) node.right else node.left
        }
        return value
    }

    /** Whether [page] has another number than the one before. */
    fun changesAt(page: Long): Boolean {
        var node = root
        while (node != null && node.page != page) node = if (node.page < page) node.right else node.left
        return node != null
    }

    /** The same with [value] for the pages from [from] to before [to]. */
    fun with(from: Long, to: Long, value: Int): PageRuns {
        if (from == to) return this
        var before = beginningBefore(root, from)
        if (from > 0 && get(from - 1) != value) before = merged(before, Node(from, value, null, null))
        var behind = beginningAt(root, to + 1)
        if (to < pages && get(to) != value) behind = merged(Node(to, get(to), null, null), behind)
        return PageRuns(pages, if (from == 0L) value else first, merged(before, behind))
    }

    /** The same with a change at [page], whatever the numbers. */
    fun withChangeAt(page: Long): PageRuns {
        val before = merged(beginningBefore(root, page), Node(page, get(page), null, null))
        return PageRuns(pages, first, merged(before, beginningAt(root, page + 1)))
    }

    /** Calls [run] for the longest parts of the pages from [from] to before [to] that have one number, ascending. */
    fun forEachRun(from: Long, to: Long, run: (from: Long, to: Long, value: Int) -> Unit) {
        var at = from
        while (at < to) {
            val next = minOf(changeAfter(at) ?: to, to)
            run(at, next, get(at))
            at = next
        }
    }

    /** The first page after [page] that has another number than the one before. */
    private fun changeAfter(page: Long): Long? {
        var next: Long? = null
        var node = root
        while (node != null) {
            if (node.page > page) next = node.page
            node = if (node.page > page) node.left else node.right
        }
        return next
    }

    private companion object {
        /** The golden ratio's fraction, of 64 bits, odd. */
        const val MIXER = -0x61c8864680b583ebL

        fun sizeOf(node: Node?): Long = node?.size ?: 0

        /** What is before [page]. */
        fun beginningBefore(node: Node?, page: Long): Node? = when {
            node == null -> null
            node.page < page -> node.with(node.left, beginningBefore(node.right, page))
            else -> beginningBefore(node.left, page)
        }

        /** What is at [page] and behind it. */
        fun beginningAt(node: Node?, page: Long): Node? = when {
            node == null -> null
            node.page >= page -> node.with(beginningAt(node.left, page), node.right)
            else -> beginningAt(node.right, page)
        }

        /** Both, of which all of [left] is before all of [right]. */
        fun merged(left: Node?, right: Node?): Node? = when {
            left == null -> right
            right == null -> left
            left.priority >= right.priority -> left.with(left.left, merged(left.right, right))
            else -> right.with(merged(left, right.left), right.right)
        }
    }
}
