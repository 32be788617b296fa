package dev.kmmap.internal.mapping

import dev.kmmap.internal.system.NOT_HAD
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.errorName

/**
 * File systems that count what was stored through a map as data from the store on, also as long as it is nowhere on
 * the device, by the numbers that statfs(2) has for them. Tried, not read: others have told such pages as holes.
 */
private val TRUSTED = setOf(
    0xEF53L, // ext4
    0x58465342L, // XFS
    0x01021994L, // tmpfs: named memory and files in memory, too
)

/** Where the data of a file is. Positions count from the file's beginning. */
internal class Holes(private val calls: SystemCalls, private val descriptor: Long) {
    /** The first byte of data from [position] on, or `null` if there is none up to the end of the file. */
    fun data(position: Long): Long? = calls.seekData(descriptor, position).let { found ->
        when {
            found >= 0 -> found
            calls.errorName((-found).toInt()) == "ENXIO" -> null
            else -> position
        }
    }

    /** Where the data at [position] ends; of what the system does not tell, there is no end. */
    fun hole(position: Long): Long = calls.seekHole(descriptor, position).let { if (it < 0) Long.MAX_VALUE else it }

    /** Bytes in the file. */
    fun fileSize(): Long = calls.fileSize(descriptor)
}

/**
 * Whether the holes of the file are the map's. Not those of a private map, which can have pages of its own there. To be
 * asked inside the gate.
 */
private val Mapping.tellsHoles: Boolean
    get() = sharesDescriptor && calls.fileSystem(descriptor) in TRUSTED && isRegular()

/**
 * Runs [block] with the holes of the file, inside the gate; `null` where nobody knows them. The file is opened once
 * more for that: the offset of the map's descriptor may be somebody else's, too.
 */
internal inline fun <T> Mapping.withHoles(block: (Holes) -> T): T? {
    val own = openHoles()
    if (own < 0) return null
    try {
        return block(Holes(calls, own))
    } finally {
        calls.close(own)
    }
}

internal fun Mapping.openHoles(): Long = if (tellsHoles) calls.reopen(descriptor) else NOT_HAD
