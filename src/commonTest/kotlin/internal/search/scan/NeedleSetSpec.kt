package dev.kmmap.internal.search.scan

import dev.kmmap.fixtures.FencedMemory
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.linearityContract
import dev.kmmap.fixtures.scannerContract
import dev.kmmap.internal.memory.Region
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** A set of one needle, as the scanner that it could be. */
private class SetScanner(needle: ByteArray, tableEntries: Long) : Scanner {
    private val size = needle.size
    private val set = NeedleSet(listOf(needle), ignoreCase = false, tableEntries)

    override fun first(region: Region, from: Long, to: Long): Long {
        val matches = NeedleMatches()
        set.collect(region, from, to, to, matches, 1)
        return if (matches.size == 0) -1 else matches.start(0)
    }

    override fun last(region: Region, from: Long, to: Long): Long = set.last(region, from, to)?.at ?: -1

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int {
        var count = 0
        var at = from
        while (count < indices.size) {
            val found = first(region, at, to)
            if (found < 0) break
            indices[count++] = found
            at = found + if (overlapping) 1 else size
        }
        return count
    }

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countByCollecting(region, to, size, overlapping, tally)
}

/** What the spec of MultiNeedle cannot see: both automata, and memory that ends where the haystack does. */
private fun FunSpec.needleSetContract(tableEntries: Long) {
    scannerContract { SetScanner(it, tableEntries) }

    linearityContract(overlapping = false) { SetScanner(it, tableEntries) }

    test("the last page is read to its end and no further") {
        val set = NeedleSet(listOf("needle", "nee", "dle", "edle and more").map(::bytes), false, tableEntries)
        FencedMemory(1).use { memory ->
            val size = memory.size.toLong()
            memory.placeAtEnd(bytes("needle".repeat(7)))
            for (length in 0L..40) {
                val from = size - length
                val matches = NeedleMatches()
                set.collect(memory.region, from, size, size, matches, Int.MAX_VALUE)
                val last = set.last(memory.region, from, size)
                withClue("the last $length bytes") {
                    (matches.size > 0) shouldBe (length >= 3)
                    last?.at shouldBe if (length >= 3) size - 3 else null
                }
            }
        }
    }
}

internal class NeedleTableSpec : FunSpec({ needleSetContract(TABLE_ENTRIES) })

internal class NeedleTreeSpec : FunSpec({ needleSetContract(0) })
