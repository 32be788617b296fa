package dev.kmmap.internal

import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.internal.atomics.kmmap_int_compare_and_exchange
import dev.kmmap.internal.atomics.kmmap_int_get_acquire
import dev.kmmap.internal.atomics.kmmap_int_get_and_add
import dev.kmmap.internal.atomics.kmmap_int_get_and_set
import dev.kmmap.internal.atomics.kmmap_int_get_volatile
import dev.kmmap.internal.atomics.kmmap_int_set_release
import dev.kmmap.internal.atomics.kmmap_int_set_volatile
import dev.kmmap.internal.atomics.kmmap_long_compare_and_exchange
import dev.kmmap.internal.atomics.kmmap_long_get_acquire
import dev.kmmap.internal.atomics.kmmap_long_get_and_add
import dev.kmmap.internal.atomics.kmmap_long_get_and_set
import dev.kmmap.internal.atomics.kmmap_long_get_volatile
import dev.kmmap.internal.atomics.kmmap_long_set_release
import dev.kmmap.internal.atomics.kmmap_long_set_volatile
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.LongVar
import kotlinx.cinterop.NativePtr
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.convert
import kotlinx.cinterop.interpretCPointer
import kotlinx.cinterop.interpretPointed
import kotlinx.cinterop.pointed
import kotlinx.cinterop.rawValue
import kotlinx.cinterop.readBits
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.toLong
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.value
import kotlinx.cinterop.writeBits
import platform.posix.memcpy
import platform.posix.memmove
import platform.posix.sched_yield
import platform.posix.usleep
import kotlin.concurrent.Volatile
import kotlin.concurrent.atomics.AtomicLong
import kotlin.concurrent.atomics.incrementAndFetch
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.CpuArchitecture
import kotlin.native.OsFamily
import kotlin.native.Platform
import kotlin.native.getLongAt
import kotlin.native.setLongAt

/** In place of the address of a slot: the thread has none and never will, its accesses go through the gate. */
internal const val NO_SLOT: Long = -1

/** The regions so far. */
private val regions = AtomicLong(0)

/**
 * A mapped range as an address. Nothing stops an access to memory that is no longer mapped: [access] and the gate have
 * to.
 *
 * The address is a raw [NativePtr], from which the compiler makes one instruction an access; through a `CPointer` in a
 * field it makes a function call, four times as slow.
 */
@OptIn(ExperimentalNativeApi::class)
internal actual class Region actual constructor(
    address: Long,
    private val size: Long,
    private val readOnly: Boolean,
    private val confined: Boolean,
    private val guard: RangeGuard,
) {
    private val memory: NativePtr = address.toCPointer<ByteVar>().rawValue
    private val faults: NativePtr = faultCounter(guard.number).toCPointer<LongVar>().rawValue
    private val faultsBefore = guard.faultsBefore

    actual fun size(): Long = size

    actual fun isReadOnly(): Boolean = readOnly

    actual fun get(index: Long): Byte = interpretPointed<ByteVar>(memory + index).value

    actual fun put(index: Long, value: Byte) {
        interpretPointed<ByteVar>(memory + index).value = value
    }

    /** Not through a `ShortVar`, which promises the compiler an address that is a multiple of two; so all of these. */
    actual fun getShort(index: Long): Short = readBits(memory + index, 0, Short.SIZE_BITS, true).toShort()

    actual fun getInt(index: Long): Int = readBits(memory + index, 0, Int.SIZE_BITS, true).toInt()

    actual fun getLong(index: Long): Long = readBits(memory + index, 0, Long.SIZE_BITS, false)

    actual fun putShort(index: Long, value: Short): Unit =
        writeBits(memory + index, 0, Short.SIZE_BITS, value.toLong())

    actual fun putInt(index: Long, value: Int): Unit = writeBits(memory + index, 0, Int.SIZE_BITS, value.toLong())

    actual fun putLong(index: Long, value: Long): Unit = writeBits(memory + index, 0, Long.SIZE_BITS, value)

    actual fun getIntVolatile(index: Long): Int = kmmap_int_get_volatile(address(index))

    actual fun getIntAcquire(index: Long): Int = kmmap_int_get_acquire(address(index))

    actual fun putIntVolatile(index: Long, value: Int): Unit = kmmap_int_set_volatile(address(index), value)

    actual fun putIntRelease(index: Long, value: Int): Unit = kmmap_int_set_release(address(index), value)

    actual fun compareAndExchangeInt(index: Long, expected: Int, newValue: Int): Int =
        kmmap_int_compare_and_exchange(address(index), expected, newValue)

    actual fun getAndAddInt(index: Long, delta: Int): Int = kmmap_int_get_and_add(address(index), delta)

    actual fun getAndSetInt(index: Long, newValue: Int): Int = kmmap_int_get_and_set(address(index), newValue)

    actual fun getLongVolatile(index: Long): Long = kmmap_long_get_volatile(address(index))

    actual fun getLongAcquire(index: Long): Long = kmmap_long_get_acquire(address(index))

    actual fun putLongVolatile(index: Long, value: Long): Unit = kmmap_long_set_volatile(address(index), value)

    actual fun putLongRelease(index: Long, value: Long): Unit = kmmap_long_set_release(address(index), value)

    actual fun compareAndExchangeLong(index: Long, expected: Long, newValue: Long): Long =
        kmmap_long_compare_and_exchange(address(index), expected, newValue)

    actual fun getAndAddLong(index: Long, delta: Long): Long = kmmap_long_get_and_add(address(index), delta)

    actual fun getAndSetLong(index: Long, newValue: Long): Long = kmmap_long_get_and_set(address(index), newValue)

    actual fun copyTo(index: Long, destination: ByteArray, startIndex: Int, count: Int) {
        if (count > FEW_BYTES) {
            destination.usePinned { memcpy(it.addressOf(startIndex), pointer(index), count.convert()) }
            return
        }
        // Not "for … step", which makes an object of the range.
        var i = 0
        while (count - i >= Long.SIZE_BYTES) {
            destination.setLongAt(startIndex + i, getLong(index + i))
            i += Long.SIZE_BYTES
        }
        while (i < count) {
            destination[startIndex + i] = get(index + i)
            i++
        }
    }

    actual fun copyFrom(index: Long, source: ByteArray, startIndex: Int, count: Int) {
        if (count > FEW_BYTES) {
            source.usePinned { memcpy(pointer(index), it.addressOf(startIndex), count.convert()) }
            return
        }
        var i = 0
        while (count - i >= Long.SIZE_BYTES) {
            putLong(index + i, source.getLongAt(startIndex + i))
            i += Long.SIZE_BYTES
        }
        while (i < count) {
            put(index + i, source[startIndex + i])
            i++
        }
    }

    actual fun copyElementsTo(
        index: Long,
        destination: Any,
        elementSize: Int,
        endian: Endian,
        startIndex: Int,
        count: Int,
    ): Unit = withElements(destination, startIndex, count) {
        copyNumbers(it.rawValue, memory + index, count, elementSize, endian)
    }

    actual fun copyElementsFrom(
        index: Long,
        source: Any,
        elementSize: Int,
        endian: Endian,
        startIndex: Int,
        count: Int,
    ): Unit = withElements(source, startIndex, count) {
        copyNumbers(memory + index, it.rawValue, count, elementSize, endian)
    }

    actual fun move(destination: Long, source: Long, count: Long) {
        memmove(pointer(destination), pointer(source), count.convert())
    }

    /**
     * In this order: [isRevoked] is volatile, so the compiler moves no access behind the look at the counter. The
     * handler counts in the thread that touches the page.
     */
    actual fun hasFaulted(): Boolean = when {
        isRevoked -> guard.hasFaulted()
        faults == NativePtr.NULL -> false
        else -> interpretPointed<LongVar>(faults).value != faultsBefore
    }

    /** In place of a page that is gone there are zeros, or no process any more. */
    actual fun isStaged(): Boolean = false

    @Suppress("UNUSED_PARAMETER")
    actual fun staged(from: Long, to: Long): Region = this

    /** What tells this region from all others; not 0. */
    val number: Long = regions.incrementAndFetch()

    @Volatile
    var isRevoked: Boolean = false
        private set

    /** Ends what goes through [access], as on the JVM; what passes the gate has ended before. */
    actual fun revoke() {
        isRevoked = true
        if (!confined) awaitReaders(number)
    }

    /** Where the byte at [index] is; valid as long as the generation cannot be unmapped. */
    fun address(index: Long): Long = pointer(index).toLong()

    private fun copyNumbers(to: NativePtr, from: NativePtr, count: Int, size: Int, endian: Endian) {
        if (endian == Endian.BIG) return copyReversed(to, from, count, size)
        memcpy(interpretCPointer<ByteVar>(to), interpretCPointer<ByteVar>(from), (count.toLong() * size).convert())
    }

    private fun pointer(index: Long): CPointer<ByteVar>? = interpretCPointer(memory + index)

    private companion object {
        /** Up to about so many bytes a loop over words takes less time than pinning an array and calling C. */
        const val FEW_BYTES = 128
    }
}

/**
 * Not through the gate, whose two locked instructions take longer than all else: the thread notes in a slot of its own
 * which region it is touching, and [Region.revoke] looks into the slots of all threads. A thread without a slot does
 * use the gate.
 *
 * The order of the three steps (write the slot, look at the region, touch it) is what everything rests on. `isRevoked`
 * is volatile, across which the compiler moves no access to memory; the processors are seen to by [Region.revoke].
 */
internal actual inline fun <T> MMap.access(
    check: (Region) -> Unit,
    trace: (T) -> Int,
    block: (Region) -> T,
): T {
    if (mapping.usage.isConfined) return accessConfined(check, block)
    var address = slotAddress
    if (address == 0L) address = newSlot()
    if (address == NO_SLOT) {
        return pinned {
            check(it.region)
            it.requireReadable()
            block(it.region)
        }
    }
    val slot = address.toCPointer<LongVar>()!!.pointed
    while (true) {
        val used = generation.region
        if (used.isRevoked) {
            requireAlive()
            check(used)
            awaitAnother(used)
            continue
        }
        // Before the slot is written, since it may throw; block does not.
        check(used)
        slot.value = used.number
        if (!used.isRevoked) {
            val result = block(used)
            val faulted = used.hasFaulted()
            slot.value = 0
            if (!faulted || isWhole(used)) return result
            continue
        }
        slot.value = 0
    }
}

/** [access] of a map that no other thread can revoke meanwhile. */
private inline fun <T> MMap.accessConfined(
    check: (Region) -> Unit,
    block: (Region) -> T,
): T {
    lifecycle.requireOpen()
    while (true) {
        val used = generation.region
        if (used.isRevoked) {
            requireAlive()
            check(used)
            awaitAnother(used)
            continue
        }
        check(used)
        val result = block(used)
        if (!used.hasFaulted() || isWhole(used)) return result
    }
}

internal actual fun reversed(value: Short): Short =
    ((value.toInt() and 0xff shl 8) or (value.toInt() ushr 8 and 0xff)).toShort()

/** LLVM knows one instruction for this. */
internal actual fun reversed(value: Int): Int =
    (value shl 24) or (value and 0xff00 shl 8) or (value ushr 8 and 0xff00) or (value ushr 24)

internal actual fun reversed(value: Long): Long =
    (reversed(value.toInt()).toLong() shl 32) or (reversed((value ushr 32).toInt()).toLong() and 0xffffffff)

/** The threads so far that were asked for their number. */
private val threads = AtomicLong(0)

internal fun newThreadNumber(): Long = threads.incrementAndFetch()

internal actual fun currentThread(): Long = threadNumber.let { if (it != 0L) it else numberThread() }

@Suppress("UNUSED_PARAMETER")
internal actual fun Scanner.staged(size: Int): Scanner = this

@Suppress("UNUSED_PARAMETER")
internal actual fun isPageGone(thrown: Throwable): Boolean = false

/** In place of the address of a counter, where nothing is guarded. */
internal const val NO_COUNTER: Long = 0

internal actual fun countFaults(number: Long): Long =
    faultCounter(number).toCPointer<LongVar>()?.pointed?.value ?: 0

/** Apart, so that [access] has no object to keep for the garbage collector, which takes longer than the access. */
internal fun MMap.awaitAnother(revoked: Region): Unit =
    awaitReplacement(revoked, IllegalStateException("the region was revoked, and no other one followed"))

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

/** All of its options are those of the JVM, too. */
internal actual fun requireCommonOptions(regex: Regex) {}

/** Every thread is one of the system's, which takes the processor away from it. */
internal actual fun letOthersRun() {}

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
