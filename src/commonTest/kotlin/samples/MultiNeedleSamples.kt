package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MultiNeedle
import dev.kmmap.NeedleMatch
import dev.kmmap.awaitFind
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.findAll
import dev.kmmap.fixtures.words
import dev.kmmap.open
import dev.kmmap.rfind

/** Many needles at once. */
internal object MultiNeedleSamples {
    /** The first of [words] in the file, in either case, and its place. */
    fun whichWord(path: String, words: List<String>): String {
        val needles = MultiNeedle.ofStrings(words, ignoreCase = true)
        return MMap.open(path).use { map ->
            val match = map.find(needles) ?: return "none"
            "${words[match.needle]} at ${match.start}"
        }
    }

    /** How the last job in a log has ended; `null` if none has. */
    fun lastOutcome(path: String): String? {
        val outcomes = listOf("SUCCESS", "FAILURE", "ABORTED")
        return MMap.open(path).use { map -> map.rfind(MultiNeedle.ofStrings(outcomes))?.let { outcomes[it.needle] } }
    }

    /** Overwrites each of [words] by stars. */
    fun censor(path: String, words: List<String>) {
        val needles = MultiNeedle.ofStrings(words)
        MMap.open(path, Access.WRITE).use { map ->
            for (match in map.findAll(needles)) {
                for (index in match.start until match.end) map[index] = '*'.code.toByte()
            }
        }
    }

    /** How often words of the list occur in each of the files. */
    fun countWords(paths: List<String>, words: List<String>): List<Long> {
        val needles = MultiNeedle.ofStrings(words)
        return paths.map { path -> MMap.open(path).use { it.count(needles) } }
    }

    suspend fun findWithoutWaiting(path: String, words: List<String>): NeedleMatch? =
        MMap.open(path).use { it.awaitFind(MultiNeedle.ofStrings(words)) }
}
