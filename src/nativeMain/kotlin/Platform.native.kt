package dev.kmmap.internal

import dev.kmmap.MMap
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.convert
import kotlinx.cinterop.get
import kotlinx.cinterop.plus
import kotlinx.cinterop.set
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.usePinned
import platform.posix.memcpy
import platform.posix.memmove
import platform.posix.sched_yield
import platform.posix.usleep
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.CpuArchitecture
import kotlin.native.OsFamily
import kotlin.native.Platform

/**
 * A mapped range as a pointer. Nothing stops an access to memory that is no longer mapped: the gate has to, and so
 * [revoke] has nothing to do.
 */
internal actual class Region actual constructor(address: Long, private val size: Long, readOnly: Boolean) {
    private val memory: CPointer<ByteVar> = (if (size == 0L) NOWHERE else address).toCPointer()!!

    actual fun size(): Long = size

    actual fun get(index: Long): Byte = memory[index]

    actual fun put(index: Long, value: Byte) {
        memory[index] = value
    }

    /**
     * Byte by byte, because a pointer to a Long promises the compiler an address that is a multiple of eight. What it
     * makes of this is one load all the same.
     */
    actual fun getLong(index: Long): Long =
        unsigned(index) or
            (unsigned(index + 1) shl 8) or
            (unsigned(index + 2) shl 16) or
            (unsigned(index + 3) shl 24) or
            (unsigned(index + 4) shl 32) or
            (unsigned(index + 5) shl 40) or
            (unsigned(index + 6) shl 48) or
            (unsigned(index + 7) shl 56)

    private fun unsigned(index: Long): Long = memory[index].toLong() and 0xff

    actual fun copyTo(index: Long, destination: ByteArray, startIndex: Int, count: Int) {
        // There is no address of an element behind the last one, not even for nothing.
        if (count == 0) return
        destination.usePinned { memcpy(it.addressOf(startIndex), memory + index, count.convert()) }
    }

    actual fun copyFrom(index: Long, source: ByteArray, startIndex: Int, count: Int) {
        if (count == 0) return
        source.usePinned { memcpy(memory + index, it.addressOf(startIndex), count.convert()) }
    }

    actual fun move(destination: Long, source: Long, count: Long) {
        memmove(memory + destination, memory + source, count.convert())
    }

    actual fun revoke() = Unit

    private companion object {
        /** Where a region of no bytes lies: Kotlin has no pointer to the address 0. */
        const val NOWHERE = 1L
    }
}

internal actual inline fun <T> MMap.access(block: (Region) -> T): T = reading { block(it.region) }

internal actual fun checkIndex(index: Long, size: Long): Long {
    if (index < 0 || index >= size) {
        throw IndexOutOfBoundsException("Index $index out of bounds for length $size")
    }
    return index
}

/** So many attempts give the processor to whoever wants it before the thread sleeps. */
private const val YIELDS = 32

/** The first sleep; each one after it is twice as long as the one before. */
private const val FIRST_SLEEP_MICROSECONDS = 2

/** Sleeps grow no longer than to about a millisecond: nine doublings. */
private const val DOUBLINGS = 9

internal actual fun pause(attempt: Int) {
    if (attempt < YIELDS) {
        sched_yield()
    } else {
        usleep((FIRST_SLEEP_MICROSECONDS shl minOf(attempt - YIELDS, DOUBLINGS)).convert())
    }
}

@OptIn(ExperimentalNativeApi::class)
internal actual val currentSystem: OperatingSystem
    get() = when (Platform.osFamily) {
        OsFamily.LINUX -> when (Platform.cpuArchitecture) {
            CpuArchitecture.ARM64 -> OperatingSystem.LINUX_ARM64
            else -> OperatingSystem.LINUX_X64
        }
        OsFamily.WINDOWS -> OperatingSystem.WINDOWS
        else -> OperatingSystem.DARWIN
    }

internal actual val platformSystemCalls: SystemCalls
    get() = systemCallsOfTarget()
