package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.internal.OpenMode
import dev.kmmap.internal.platformSystemCalls
import kotlinx.coroutines.*

/** CPython's `PAGESIZE`. */
internal val page: Long = MMap.pageSize

/** The granularity as a length of test data. */
internal val granularity: Int = MMap.allocationGranularity.toInt()

/** As many threads as CPython's tests use. */
internal const val WORKERS = 10

/** The accesses of CPython's tests that can write. */
internal val writableAccesses: List<Access> = listOf(Access.DEFAULT, Access.WRITE, Access.COPY)

internal fun byte(character: Char): Byte = character.code.toByte()

/** Runs [block] on a map of a file with [content]; the file is gone afterwards. */
internal fun withFile(content: ByteArray, access: Access = Access.WRITE, block: (MMap, TemporaryFile) -> Unit) {
    TemporaryFile(content).use { file ->
        MMap.open(file.path, access).use { block(it, file) }
    }
}

/** Runs [block] on anonymous shared memory that begins with [content], and has exactly its size. */
internal fun withMemory(content: ByteArray, block: (MMap) -> Unit) {
    MMap.anonymous(content.size.toLong()).use { map ->
        map.setSlice(0, Long.MAX_VALUE, content)
        block(map)
    }
}

/** Runs [block] on a descriptor of the file at [path], which the test does not have to close. */
internal fun withDescriptor(path: String, mode: OpenMode = OpenMode.READ_WRITE, block: (Long) -> Unit) {
    val descriptor = platformSystemCalls.open(path, mode)
    check(descriptor >= 0) { "open: error ${-descriptor}" }
    try {
        block(descriptor)
    } finally {
        platformSystemCalls.close(descriptor)
    }
}

/** Runs [block] on a file of [size] zeros that takes no space on the disk. */
internal fun withSparseFile(size: Long, block: (TemporaryFile) -> Unit) {
    TemporaryFile().use { file ->
        withDescriptor(file.path, OpenMode.CREATE_NEW) { check(platformSystemCalls.truncate(it, size) == 0L) }
        block(file)
    }
}

/** Bytes in the file at [path]. */
internal fun fileSize(path: String): Long {
    var size = -1L
    withDescriptor(path, OpenMode.READ) { size = platformSystemCalls.fileSize(it) }
    return size
}

/** Runs [work] on all workers at the same time, each with its number, and waits for them. */
internal suspend fun concurrently(work: suspend (Int) -> Unit): Unit = coroutineScope {
    val start = CompletableDeferred<Unit>()
    repeat(WORKERS) { worker ->
        launch(Dispatchers.IO) {
            start.await()
            work(worker)
        }
    }
    start.complete(Unit)
}

/** The indices that `range(size)[start:end:step]` has in Python: the oracle of the slices. */
internal fun sliceIndices(start: Long?, end: Long?, step: Long, size: Int): List<Int> {
    // A step beyond the size selects one byte at most, as does a step of the size: no sum can overflow then.
    val stride = step.coerceIn(-size - 1L, size + 1L)
    val lowest = if (stride > 0) 0L else -1L
    val highest = if (stride > 0) size.toLong() else size - 1L
    fun bound(value: Long): Long = (if (value < 0) value + size else value).coerceIn(lowest, highest)
    val last = if (end == null) (if (stride > 0) highest else lowest) else bound(end)
    val indices = ArrayList<Int>()
    var index = if (start == null) (if (stride > 0) lowest else highest) else bound(start)
    while (if (stride > 0) index < last else index > last) {
        indices += index.toInt()
        index += stride
    }
    return indices
}
