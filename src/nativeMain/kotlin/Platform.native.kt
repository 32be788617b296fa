package dev.kmmap.internal

import dev.kmmap.MMap
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.NativePtr
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.convert
import kotlinx.cinterop.interpretCPointer
import kotlinx.cinterop.interpretPointed
import kotlinx.cinterop.rawValue
import kotlinx.cinterop.readBits
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.value
import kotlinx.cinterop.writeBits
import platform.posix.memcpy
import platform.posix.memmove
import platform.posix.sched_yield
import platform.posix.usleep
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.CpuArchitecture
import kotlin.native.OsFamily
import kotlin.native.Platform
import kotlin.native.getLongAt
import kotlin.native.setLongAt

/**
 * A mapped range as an address. Nothing stops an access to memory that is no longer mapped: the gate has to, and so
 * [revoke] has nothing to do.
 *
 * The address is a raw [NativePtr], from which the compiler makes one instruction an access; through a `CPointer` in a
 * field it makes a function call, four times as slow.
 */
@OptIn(ExperimentalNativeApi::class)
internal actual class Region actual constructor(address: Long, private val size: Long, readOnly: Boolean) {
    private val memory: NativePtr = address.toCPointer<ByteVar>().rawValue

    actual fun size(): Long = size

    actual fun get(index: Long): Byte = interpretPointed<ByteVar>(memory + index).value

    actual fun put(index: Long, value: Byte) {
        interpretPointed<ByteVar>(memory + index).value = value
    }

    /** Not through a `LongVar`, which promises the compiler an address that is a multiple of eight. */
    actual fun getLong(index: Long): Long = readBits(memory + index, 0, Long.SIZE_BITS, false)

    actual fun copyTo(index: Long, destination: ByteArray, startIndex: Int, count: Int) {
        if (count > FEW_BYTES) {
            destination.usePinned { memcpy(it.addressOf(startIndex), pointer(index), count.convert()) }
            return
        }
        val words = count / Long.SIZE_BYTES * Long.SIZE_BYTES
        for (i in 0 until words step Long.SIZE_BYTES) destination.setLongAt(startIndex + i, getLong(index + i))
        for (i in words until count) destination[startIndex + i] = get(index + i)
    }

    actual fun copyFrom(index: Long, source: ByteArray, startIndex: Int, count: Int) {
        if (count > FEW_BYTES) {
            source.usePinned { memcpy(pointer(index), it.addressOf(startIndex), count.convert()) }
            return
        }
        val words = count / Long.SIZE_BYTES * Long.SIZE_BYTES
        for (i in 0 until words step Long.SIZE_BYTES) putLong(index + i, source.getLongAt(startIndex + i))
        for (i in words until count) put(index + i, source[startIndex + i])
    }

    /** As [getLong]. */
    private fun putLong(index: Long, value: Long) = writeBits(memory + index, 0, Long.SIZE_BITS, value)

    actual fun move(destination: Long, source: Long, count: Long) {
        memmove(pointer(destination), pointer(source), count.convert())
    }

    actual fun revoke() = Unit

    private fun pointer(index: Long): CPointer<ByteVar>? = interpretCPointer(memory + index)

    private companion object {
        /** Up to about so many bytes a loop over words takes less time than pinning an array and calling C. */
        const val FEW_BYTES = 128
    }
}

internal actual inline fun <T> MMap.access(check: (Region) -> Unit, block: (Region) -> T): T = reading { generation ->
    check(generation.region)
    block(generation.region)
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
