package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.awaitCopyTo
import dev.kmmap.awaitCount
import dev.kmmap.awaitFind
import dev.kmmap.awaitFindAll
import dev.kmmap.awaitFlush
import dev.kmmap.awaitLineStrings
import dev.kmmap.awaitLines
import dev.kmmap.awaitResident
import dev.kmmap.awaitRfind
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.fold
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withTimeoutOrNull

/** What takes long, in coroutines. */
internal object SuspendingSamples {
    /** The place of [needle], -1 if there is none, `null` if a second was not enough to tell. */
    suspend fun findWithTimeout(path: String, needle: String): Long? =
        MMap.open(path).use { map ->
            withTimeoutOrNull(1.seconds) { map.awaitFind(needle) }
        }

    /** Searches one map for many needles at the same time: absolute operations may be called from any thread. */
    suspend fun findManyAtOnce(path: String, needles: List<String>): List<Long> =
        MMap.open(path).use { map ->
            coroutineScope { needles.map { async { map.awaitFind(it, start = 0) } }.awaitAll() }
        }

    /** Writes [text] at the beginning of a file and goes on when it survives a loss of power. */
    suspend fun writeDurably(path: String, text: String) {
        MMap.open(path, Access.WRITE).use { map ->
            map.write(text.encodeToByteArray())
            map.awaitFlush(mode = FlushMode.DURABLE)
        }
    }

    /** How often [text] occurs in either case, and where first, by four coroutines each. */
    suspend fun searchInParallel(path: String, text: String): Pair<Long, Long> =
        MMap.open(path).use { map ->
            val needle = Needle.of(text, ignoreCase = true)
            map.awaitCount(needle, parallelism = 4) to map.awaitFind(needle, parallelism = 4)
        }

    /** The first place of [text], and on the way how much of the file is behind it, in percent. */
    suspend fun findWithProgress(path: String, text: String, show: suspend (percent: Long) -> Unit): Long =
        MMap.open(path).use { map ->
            map.awaitFind(Needle.of(text), onProgress = { searchedBytes -> show(100 * searchedBytes / map.size) })
        }

    /** The last line of a log that ends with a line feed. */
    suspend fun lastLine(path: String): String =
        MMap.open(path).use { map ->
            val before = map.awaitRfind("\n", start = 0, end = -1)
            map.slice(before + 1, -1).decodeToString()
        }

    /** The first places of [text]: no more is searched than it takes to find them. */
    suspend fun firstOccurrences(path: String, text: String, count: Int): List<Long> =
        MMap.open(path).use { map -> map.awaitFindAll(Needle.of(text)).take(count).toList() }

    /** The bytes in the longest line, whose lines are looked for elsewhere while the caller's thread stays free. */
    suspend fun longestLine(path: String): Long =
        MMap.open(path).use { map ->
            map.awaitLines().map { it.contentEnd - it.start }.fold(0L) { longest, length -> maxOf(longest, length) }
        }

    /** The lines with [word], in the order of the file. */
    suspend fun linesThatContain(path: String, word: String): List<String> =
        MMap.open(path).use { map -> map.awaitLineStrings().filter { word in it }.toList() }

    /** A header and what it says of the rest, read on a thread that must not wait for a disk. */
    suspend fun readWithoutWaiting(path: String): ByteArray =
        MMap.open(path).use { map ->
            val header = ByteArray(4)
            map.awaitCopyTo(0, header)
            val from = header[0].toLong()
            map.awaitResident(from, map.size - from)
            map.slice(from)
        }
}
