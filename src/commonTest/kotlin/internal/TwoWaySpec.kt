package dev.kmmap.internal

import dev.kmmap.fixtures.FencedMemory
import dev.kmmap.fixtures.linearityContract
import dev.kmmap.fixtures.scannerContract
import io.kotest.core.spec.style.FunSpec

/** Both directions of Two-Way behind the interface that the contract is written for. */
private class TwoWayScanner(private val needle: ByteArray) : Scanner {
    private val forward = TwoWay(needle, backward = false)
    private val backward = TwoWay(needle, backward = true)

    override fun first(region: Region, from: Long, to: Long): Long = forward.search(region, from, to)

    override fun last(region: Region, from: Long, to: Long): Long = backward.search(region, from, to)

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int =
        collectOneByOne(region, from, to, if (overlapping) 1 else needle.size, indices)

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countOneByOne(region, to, needle.size, overlapping, tally)
}

internal class TwoWaySpec : FunSpec({
    scannerContract(::TwoWayScanner)

    linearityContract(::TwoWayScanner)
})
