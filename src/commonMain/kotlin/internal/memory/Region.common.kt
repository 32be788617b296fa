package dev.kmmap.internal.memory

import dev.kmmap.Endian

/**
 * The bytes of one mapped range: the hot seam, touched by every access. An index is inside `0 until size()`, and the
 * range may be written when a method that writes is called: `MMap` sees to that, by `unpinned`.
 *
 * On the JVM a region refuses with a `RuntimeException` what lies outside of it, and everything once it was revoked; on
 * Native it refuses nothing: `unpinned` and the [Gate] keep everybody out.
 */
internal expect class Region(
    address: Long,
    size: Long,
    readOnly: Boolean,
    /** Whether only the calling thread touches it; `unpinned` sees to that. */
    confined: Boolean,
    guard: RangeGuard,
) {
    /** Length in bytes; stays readable after [revoke]. */
    fun size(): Long

    /** Whether bytes can be read only. */
    fun isReadOnly(): Boolean

    fun get(index: Long): Byte

    fun put(index: Long, value: Byte)

    /** The bytes at [index], the first one lowest (little-endian), at any alignment; so all that follow. */
    fun getShort(index: Long): Short

    fun getInt(index: Long): Int

    fun getLong(index: Long): Long

    fun putShort(index: Long, value: Short)

    fun putInt(index: Long, value: Int)

    fun putLong(index: Long, value: Long)

    /*
     * Numbers at addresses that are multiples of their size, which is checked before. Volatile, and what reads and
     * writes in one step: sequentially consistent.
     */

    fun getIntVolatile(index: Long): Int

    fun getIntAcquire(index: Long): Int

    fun putIntVolatile(index: Long, value: Int)

    fun putIntRelease(index: Long, value: Int)

    fun compareAndExchangeInt(index: Long, expected: Int, newValue: Int): Int

    fun getAndAddInt(index: Long, delta: Int): Int

    fun getAndSetInt(index: Long, newValue: Int): Int

    fun getLongVolatile(index: Long): Long

    fun getLongAcquire(index: Long): Long

    fun putLongVolatile(index: Long, value: Long)

    fun putLongRelease(index: Long, value: Long)

    fun compareAndExchangeLong(index: Long, expected: Long, newValue: Long): Long

    fun getAndAddLong(index: Long, delta: Long): Long

    fun getAndSetLong(index: Long, newValue: Long): Long

    /** Copies [count] bytes from [index] on into [destination], from its [startIndex] on. */
    fun copyTo(index: Long, destination: ByteArray, startIndex: Int, count: Int)

    /** Copies [count] bytes of [source], from its [startIndex] on, to [index]. */
    fun copyFrom(index: Long, source: ByteArray, startIndex: Int, count: Int)

    /** Copies [count] numbers of [elementSize] bytes each into an array of such, in any order of bytes. */
    fun copyElementsTo(
        index: Long,
        destination: Any,
        elementSize: Int,
        endian: Endian,
        startIndex: Int,
        count: Int,
    )

    /** Copies [count] numbers of an array, as [copyElementsTo] fills it, to [index]. */
    fun copyElementsFrom(
        index: Long,
        source: Any,
        elementSize: Int,
        endian: Endian,
        startIndex: Int,
        count: Int,
    )

    /** Moves [count] bytes from index [source] to index [destination]; the ranges may overlap. */
    fun move(destination: Long, source: Long, count: Long)

    /**
     * Whether a page of the range was found gone by the guard. Looks at what the calling thread has done before, so it
     * says whether zeros that were read are the file's; of a released guard [RangeGuard.isPoisoned] knows more.
     */
    fun isPoisoned(): Boolean

    /**
     * Whether searches see copies of the bytes: where code must not see what it would in place of a page that is gone.
     */
    fun isStaged(): Boolean

    /** A copy of `[from, to)` in memory of the process's own. Only to be had where [isStaged]. */
    fun staged(from: Long, to: Long): Region

    /**
     * Ends all access through this object, and returns when nobody is inside one any more; the memory itself stays
     * mapped. Operations that enter the gate have ended before.
     */
    fun revoke()
}
