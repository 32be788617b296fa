package dev.kmmap.internal.search

/**
 * Bytes that are searched without a pause. Between windows the gate is left, so that close and resize get their turn,
 * a virtual thread gives way to others, and the checkpoint runs, so that a coroutine can be cancelled. A window of this
 * size takes about a millisecond.
 */
internal const val SEARCH_WINDOW: Long = 4L shl 20

/**
 * The windows of a search for what has [maxLength] bytes at most: each shares all but one byte of that with the next.
 */
internal class SearchWindows(private val maxLength: Int) {
    /**
     * Bytes from one window to the next. They grow with what is looked for, so that the overlaps never cost more than
     * the windows.
     */
    val step: Long = maxOf(SEARCH_WINDOW, maxLength.toLong())

    /** Bytes in a window. */
    val length: Long = step + maxLength - 1

    /** Where the window ends that begins at [from], in a search that ends at [end]. */
    fun end(from: Long, end: Long): Long = if (end - from <= length) end else from + length

    /** Where the window begins that ends at [end], in a search that begins at [start]. */
    fun start(start: Long, end: Long): Long = if (end - start <= length) start else end - length
}
