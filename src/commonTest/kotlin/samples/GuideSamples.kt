package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.Endian
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapOptions
import dev.kmmap.Needle
import dev.kmmap.awaitFind
import dev.kmmap.awaitLineStrings
import dev.kmmap.getInt
import dev.kmmap.lineStrings
import dev.kmmap.linesBackward
import dev.kmmap.setInt
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.flow.filter
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.withTimeoutOrNull

/** The Kotlin snippets of the guides in docs/, as they stand there: DocsSpec compares and runs them. */
internal object GuideSamples {
    // docs/getting-started.md

    fun errorsOf(path: String): List<String> =
        MMap.open(path).use { map ->
            map.lineStrings().filter { "ERROR" in it }.toList()
        }

    fun countRuns(path: String): Int =
        MMapOptions()
            .access(Access.WRITE)
            .create(true)                 // make the file if there is none
            .extend(true).length(4)       // with room for one number
            .open(path)
            .use { map ->
                val runs = map.getInt(0, Endian.LITTLE) + 1
                map.setInt(0, runs, Endian.LITTLE)
                map.flush(FlushMode.DURABLE)
                runs
            }

    fun sizeOrReason(path: String): String =
        try {
            MMap.open(path).use { "${it.size} bytes" }
        } catch (e: MMapFileNotFoundException) {
            "no such file"
        } catch (e: MMapFaultException) {
            "somebody has truncated the file while it was read"
        } catch (e: MMapException) {
            e.toString()                  // the call, its arguments, and the system's own words
        }

    suspend fun firstErrors(log: MMap, request: String): List<String>? =
        withTimeoutOrNull(2.seconds) {    // cancels the search, too
            log.awaitLineStrings()
                .filter { "ERROR" in it && request in it }
                .take(20)
                .toList()
        }

    suspend fun hasPanicked(log: MMap): Boolean =
        log.awaitFind(Needle.of("panic", ignoreCase = true), start = 0) >= 0

    fun tail(path: String, count: Int): List<String> =
        MMap.open(path).use { map ->
            map.linesBackward().take(count).map { it.text() }.toList().reversed()
        }
}
