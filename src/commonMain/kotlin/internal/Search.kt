package dev.kmmap.internal

import dev.kmmap.MMap
import kotlin.concurrent.Volatile

/**
 * Bytes that are searched without a pause. Between windows the gate is left, so that close and resize get their turn,
 * and the checkpoint runs, so that a coroutine can be cancelled. A window of this size takes about a millisecond.
 */
internal const val SEARCH_WINDOW: Long = 4L shl 20

/** The kernel is prepared for windows of at least so many bytes: it has to win back what that costs. */
private const val KERNEL_WINDOW = 4096L

/** What is looked for: a copy of [bytes], prepared once. The empty needle is found without a scanner. */
internal class Needle(bytes: ByteArray) {
    constructor(byte: Byte) : this(byteArrayOf(byte))

    val size: Int = bytes.size

    private val bytes = bytes.copyOf()
    private val portable = if (bytes.isEmpty()) null else PortableScan(this.bytes)

    /** Prepared when it is first of use; two threads may prepare one each. */
    @Volatile
    private var kernel: Scanner? = null

    /** What searches a window of [length] bytes best. */
    fun scanner(length: Long): Scanner {
        val simple = checkNotNull(portable)
        if (length < KERNEL_WINDOW) return simple
        return kernel ?: (kernelScan(bytes) ?: simple).also { kernel = it }
    }
}

/**
 * How far one step gets: a window that grows with the needle, so that the overlaps never cost more than the windows.
 */
internal fun windowFor(needle: Needle): Long = maxOf(SEARCH_WINDOW, needle.size.toLong())

/**
 * The index of the first occurrence of [needle] in the slice from [start] to [end], or -1. The bounds are those of the
 * size at the beginning; if the map shrinks meanwhile, what is left is searched. [checkpoint] runs between windows,
 * outside of the gate.
 */
internal inline fun MMap.searchForward(needle: Needle, start: Long, end: Long, checkpoint: () -> Unit): Long {
    val bounds = searchBounds(start, end, size)
    if (needle.size == 0) return if (bounds.start <= bounds.end) bounds.start else -1
    var from = bounds.start
    while (true) {
        val found = scanFirst(needle, from, bounds.end)
        if (found != CONTINUE) return found
        from += windowFor(needle)
        checkpoint()
    }
}

/** As [searchForward], for the last occurrence. */
internal inline fun MMap.searchBackward(needle: Needle, start: Long, end: Long, checkpoint: () -> Unit): Long {
    val bounds = searchBounds(start, end, size)
    if (needle.size == 0) return if (bounds.start <= bounds.end) bounds.end else -1
    var to = bounds.end
    while (true) {
        val found = scanLast(needle, bounds.start, to)
        if (found != CONTINUE) return found
        to -= windowFor(needle)
        checkpoint()
    }
}

/** Nothing in this window, and it was not the last one. */
internal const val CONTINUE = -2L

/** Searches the first window of the range: all occurrences that begin less than a window after [from]. */
internal fun MMap.scanFirst(needle: Needle, from: Long, end: Long): Long = reading { generation ->
    val limit = minOf(end, generation.size)
    if (limit - from < needle.size) return@reading -1
    val window = windowFor(needle) + needle.size - 1
    val to = if (limit - from <= window) limit else from + window
    val found = needle.scanner(to - from).first(generation.region, from, to)
    if (found < 0 && to != limit) CONTINUE else found
}

/** Searches the last window of the range: all occurrences that end less than a window before [end]. */
internal fun MMap.scanLast(needle: Needle, start: Long, end: Long): Long = reading { generation ->
    val limit = minOf(end, generation.size)
    if (limit - start < needle.size) return@reading -1
    val window = windowFor(needle) + needle.size - 1
    // Counted from the end asked for, so that the next window continues here also if the map has become shorter.
    val from = if (end - start <= window) start else end - window
    if (limit - from < needle.size) return@reading if (from == start) -1 else CONTINUE
    val found = needle.scanner(limit - from).last(generation.region, from, limit)
    if (found < 0 && from != start) CONTINUE else found
}

/** What ends a line. */
internal val LINE_FEED: Needle = Needle('\n'.code.toByte())
