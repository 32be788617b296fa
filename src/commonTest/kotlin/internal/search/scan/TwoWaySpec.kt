package dev.kmmap.internal.search.scan

import dev.kmmap.fixtures.ignoringCaseContract
import dev.kmmap.fixtures.linearityContract
import dev.kmmap.fixtures.scannerContract
import dev.kmmap.internal.memory.Region
import io.kotest.core.spec.style.FunSpec

/** Both directions of Two-Way behind the interface that the contract is written for. */
private class TwoWayScanner(private val needle: ByteArray, ignoreCase: Boolean) : Scanner {
    private val forward = TwoWay(needle, backward = false, ignoreCase)
    private val backward = TwoWay(needle, backward = true, ignoreCase)

    override fun first(region: Region, from: Long, to: Long): Long = forward.search(region, from, to)

    override fun last(region: Region, from: Long, to: Long): Long = backward.search(region, from, to)

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int =
        if (indices.isEmpty()) 0 else forward.collect(region, from, to, overlapping, indices)

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countByCollecting(region, to, needle.size, overlapping, tally)
}

internal class TwoWaySpec : FunSpec({
    scannerContract { TwoWayScanner(it, ignoreCase = false) }

    ignoringCaseContract { needle -> TwoWayScanner(lowerCase(needle), ignoreCase = true) }

    linearityContract { TwoWayScanner(it, ignoreCase = false) }
})
