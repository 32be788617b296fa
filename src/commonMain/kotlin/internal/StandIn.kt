package dev.kmmap.internal

/*
 * Stand-ins for PortableScan(needle, ignoreCase) and PortableSetScan(set): byte by byte. Delete this file where these
 * exist.
 */

@Suppress("FunctionName")
internal fun PortableScan(needle: ByteArray, ignoreCase: Boolean): Scanner = when {
    !ignoreCase -> PortableScan(needle)
    else -> StandInScan(needle.size) { region, at ->
        needle.indices.all { fold(region.get(at + it)) == fold(needle[it]) }
    }
}

@Suppress("FunctionName")
internal fun PortableSetScan(set: ByteArray): Scanner = StandInScan(1) { region, at -> region.get(at) in set }

private fun fold(byte: Byte): Int = if (byte in 'A'.code..'Z'.code) byte + 32 else byte.toInt()

private class StandInScan(private val size: Int, private val matches: (Region, Long) -> Boolean) : Scanner {
    override fun first(region: Region, from: Long, to: Long): Long =
        (from..to - size).firstOrNull { matches(region, it) } ?: -1

    override fun last(region: Region, from: Long, to: Long): Long =
        (to - size downTo from).firstOrNull { matches(region, it) } ?: -1

    override fun collect(region: Region, from: Long, to: Long, overlapping: Boolean, indices: LongArray): Int =
        collectOneByOne(region, from, to, if (overlapping) 1 else size, indices)

    override fun count(region: Region, to: Long, overlapping: Boolean, tally: Tally): Unit =
        countOneByOne(region, to, size, overlapping, tally)
}
