package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.Needle
import dev.kmmap.awaitCount
import dev.kmmap.awaitFind
import dev.kmmap.awaitFlush
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.withTimeoutOrNull
import kotlin.time.Duration.Companion.seconds

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
}
