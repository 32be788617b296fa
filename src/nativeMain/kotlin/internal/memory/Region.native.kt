package dev.kmmap.internal.memory

import dev.kmmap.Endian
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
import kotlin.concurrent.Volatile
import kotlin.concurrent.atomics.AtomicLong
import kotlin.concurrent.atomics.incrementAndFetch
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.getLongAt
import kotlin.native.setLongAt
import kotlinx.cinterop.ByteVar
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.LongVar
import kotlinx.cinterop.NativePtr
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.convert
import kotlinx.cinterop.interpretCPointer
import kotlinx.cinterop.interpretPointed
import kotlinx.cinterop.rawValue
import kotlinx.cinterop.readBits
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.toLong
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.value
import kotlinx.cinterop.writeBits
import platform.posix.memcpy
import platform.posix.memmove

/** The regions so far. */
private val regions = AtomicLong(0)

/**
 * A mapped range as an address. Nothing stops an access to memory that is no longer mapped: `unpinned` and the gate
 * have to.
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
    actual fun isPoisoned(): Boolean = when {
        isRevoked -> guard.isPoisoned()
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

    /** Ends what goes through [unpinned], as on the JVM; what passes the gate has ended before. */
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
