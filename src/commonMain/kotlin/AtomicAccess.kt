@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.unpinned
import dev.kmmap.internal.access.writing
import dev.kmmap.internal.base.checkAligned
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName

/*
 * Reads go without the gate, as all short accesses. Whatever writes goes through it: without it the JVM cannot tell
 * whether an access that a resize has ended was carried out, and repeats it. A number that is added twice is wrong, and
 * so is one that is stored again after another thread has answered it.
 */

/**
 * The number at [index], in the order of bytes of the processor (which is [Endian.LITTLE] on all that kmmap runs on),
 * read at once: never half of it.
 *
 * Volatile as in Java, on every platform: all volatile accesses, and all that read and write in one step
 * ([compareAndSetInt], [getAndAddInt], [getAndSetInt]), have one order that every thread agrees on, and every process
 * that maps the same memory, whether of the JVM or native (sequential consistency). Who has seen a number sees what was
 * written before it.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.handOver
 */
public fun MMap.getIntVolatile(index: Long): Int =
    unpinned({ checkAligned("getIntVolatile", offset, index, Int.SIZE_BYTES, it.size()) }) { it.getIntVolatile(index) }

/**
 * As [getIntVolatile], but only with acquire order: who has seen a number also sees what its writer has written before
 * it by [setIntRelease], or any stronger way. Other threads need not agree on the order of several such numbers.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws UnsupportedOperationException if the map has no read permission.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.handOver
 */
public fun MMap.getIntAcquire(index: Long): Int =
    unpinned({ checkAligned("getIntAcquire", offset, index, Int.SIZE_BYTES, it.size()) }) { it.getIntAcquire(index) }

/**
 * Stores [value] at [index], in the order of bytes of the processor, at once; volatile as [getIntVolatile]. As all
 * that writes such a number it happens exactly once, also while the map is being resized, and it waits where a resize
 * waits for those inside.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.tickets
 */
public fun MMap.setIntVolatile(index: Long, value: Int): Unit = writing("setIntVolatile") {
    checkAligned("setIntVolatile", offset, index, Int.SIZE_BYTES, it.size)
    it.region.putIntVolatile(index, value)
}

/**
 * As [setIntVolatile], but only with release order: who sees [value] by [getIntAcquire], or any stronger way, also sees
 * what was written before it.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.handOver
 */
public fun MMap.setIntRelease(index: Long, value: Int): Unit = writing("setIntRelease") {
    checkAligned("setIntRelease", offset, index, Int.SIZE_BYTES, it.size)
    it.region.putIntRelease(index, value)
}

/**
 * Stores [newValue] at [index] if [expected] is there, in one step and volatile; returns whether it was.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.tickets
 */
public fun MMap.compareAndSetInt(index: Long, expected: Int, newValue: Int): Boolean =
    compareAndExchangeInt("compareAndSetInt", index, expected, newValue) == expected

/**
 * As [compareAndSetInt], but returns what was there: [expected] if it was replaced.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.tickets
 */
public fun MMap.compareAndExchangeInt(index: Long, expected: Int, newValue: Int): Int =
    compareAndExchangeInt("compareAndExchangeInt", index, expected, newValue)

private fun MMap.compareAndExchangeInt(operation: String, index: Long, expected: Int, newValue: Int): Int =
    writing(operation) {
        checkAligned(operation, offset, index, Int.SIZE_BYTES, it.size)
        it.region.compareAndExchangeInt(index, expected, newValue)
    }

/**
 * Adds [delta] to the number at [index], in one step and volatile, and returns what was there before. A sum that is too
 * large wraps around.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.tickets
 */
public fun MMap.getAndAddInt(index: Long, delta: Int): Int = writing("getAndAddInt") {
    checkAligned("getAndAddInt", offset, index, Int.SIZE_BYTES, it.size)
    it.region.getAndAddInt(index, delta)
}

/**
 * Stores [newValue] at [index], in one step and volatile, and returns what was there before.
 *
 * @throws IndexOutOfBoundsException if one of the bytes lies outside.
 * @throws IllegalArgumentException if their place in the file, [MMap.offset] plus [index], is no multiple of
 *   [Int.SIZE_BYTES], or for a [Long] of [Long.SIZE_BYTES].
 * @throws ReadOnlyMMapException if the map is read-only.
 * @throws MMapFaultException if their page is gone.
 * @sample dev.kmmap.samples.AtomicSamples.tickets
 */
public fun MMap.getAndSetInt(index: Long, newValue: Int): Int = writing("getAndSetInt") {
    checkAligned("getAndSetInt", offset, index, Int.SIZE_BYTES, it.size)
    it.region.getAndSetInt(index, newValue)
}

/** As [getIntVolatile], of a [Long]. */
public fun MMap.getLongVolatile(index: Long): Long =
    unpinned({ checkAligned("getLongVolatile", offset, index, Long.SIZE_BYTES, it.size()) }) {
        it.getLongVolatile(index)
    }

/** As [getIntAcquire], of a [Long]. */
public fun MMap.getLongAcquire(index: Long): Long =
    unpinned({ checkAligned("getLongAcquire", offset, index, Long.SIZE_BYTES, it.size()) }) { it.getLongAcquire(index) }

/** As [setIntVolatile], of a [Long]. */
public fun MMap.setLongVolatile(index: Long, value: Long): Unit = writing("setLongVolatile") {
    checkAligned("setLongVolatile", offset, index, Long.SIZE_BYTES, it.size)
    it.region.putLongVolatile(index, value)
}

/** As [setIntRelease], of a [Long]. */
public fun MMap.setLongRelease(index: Long, value: Long): Unit = writing("setLongRelease") {
    checkAligned("setLongRelease", offset, index, Long.SIZE_BYTES, it.size)
    it.region.putLongRelease(index, value)
}

/** As [compareAndSetInt], of a [Long]. */
public fun MMap.compareAndSetLong(index: Long, expected: Long, newValue: Long): Boolean =
    compareAndExchangeLong("compareAndSetLong", index, expected, newValue) == expected

/** As [compareAndExchangeInt], of a [Long]. */
public fun MMap.compareAndExchangeLong(index: Long, expected: Long, newValue: Long): Long =
    compareAndExchangeLong("compareAndExchangeLong", index, expected, newValue)

private fun MMap.compareAndExchangeLong(operation: String, index: Long, expected: Long, newValue: Long): Long =
    writing(operation) {
        checkAligned(operation, offset, index, Long.SIZE_BYTES, it.size)
        it.region.compareAndExchangeLong(index, expected, newValue)
    }

/** As [getAndAddInt], of a [Long]. */
public fun MMap.getAndAddLong(index: Long, delta: Long): Long = writing("getAndAddLong") {
    checkAligned("getAndAddLong", offset, index, Long.SIZE_BYTES, it.size)
    it.region.getAndAddLong(index, delta)
}

/** As [getAndSetInt], of a [Long]. */
public fun MMap.getAndSetLong(index: Long, newValue: Long): Long = writing("getAndSetLong") {
    checkAligned("getAndSetLong", offset, index, Long.SIZE_BYTES, it.size)
    it.region.getAndSetLong(index, newValue)
}
