package dev.kmmap.internal

import dev.kmmap.Endian
import dev.kmmap.MMap

/*
 * Everything a platform supplies, on one screen. Platforms supply primitives; the rules a user can observe are common
 * code. The only other thing a new platform writes is a SystemCalls.
 */

/**
 * The bytes of one mapped range: the hot seam, touched by every access. An index is inside `0 until size()`, and the
 * range may be written when a method that writes is called: [MMap] sees to that, by [access].
 *
 * On the JVM a region refuses with a `RuntimeException` what lies outside of it, and everything once it was revoked; on
 * Native it refuses nothing: [access] and the [Gate] keep everybody out.
 */
internal expect class Region(
    address: Long,
    size: Long,
    readOnly: Boolean,
    /** Whether only the calling thread touches it; [access] sees to that. */
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

    /** As [copyTo], of [count] numbers of [elementSize] bytes each into an array of such, in any order of bytes. */
    fun copyElementsTo(
        index: Long,
        destination: Any,
        elementSize: Int,
        endian: Endian,
        startIndex: Int,
        count: Int,
    )

    /** As [copyFrom], of an array as in [copyElementsTo]. */
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
     * says whether zeros that were read are the file's; of a released guard [RangeGuard.hasFaulted] knows more.
     */
    fun hasFaulted(): Boolean

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

/**
 * Runs [block] on the map's current region and keeps the region usable meanwhile: the way of access to single elements,
 * and of copies to and from arrays. [check] throws what the user is told if the region does not have the bytes that
 * [block] touches.
 *
 * Neither platform enters the gate for it, which would cost more than the access. The JVM lets the segment's own checks
 * (bounds and liveness) do both, which costs nothing on top, and runs [check] only to explain what the segment has
 * refused. Native checks first, and tells [Region.revoke] by a slot of the thread's own that it is inside. Where a
 * resize has replaced the region meanwhile, [block] runs again: it must be harmless to repeat, even if it had been
 * completed.
 *
 * Afterwards it is looked whether a page was gone: [Region.hasFaulted]. [trace] makes a number, 0 to 255, of a
 * result that a single load from the region has given, so that it cannot be known without the result: on the JVM
 * nothing else keeps the compiler from looking first.
 */
internal expect inline fun <T> MMap.access(
    check: (Region) -> Unit,
    trace: (T) -> Int = { 0 },
    block: (Region) -> T,
): T

/** Has the fault guard watch a range: a number for it, or 0 where there is no guard. See [RangeGuard]. */
internal expect fun guardRange(address: Long, length: Long): Long

/** Ends the guard of that [number]; that of 0 never began. */
internal expect fun releaseGuard(number: Long)

/** How many pages were found gone in ranges that have or had this [number]. */
internal expect fun countFaults(number: Long): Long

/** What only the platform knows of itself, for [report]. */
internal expect fun platformFacts(): PlatformFacts

/**
 * Why a page that is lost is not noticed here and now, in words, or `null` if it is. The system is asked each time:
 * other libraries can take the guard's place at any time, until the next map is opened.
 */
internal expect fun guardProblem(): String?

/** Makes the calling thread ready to meet a page that is lost, which it may have refused to hear of. Costs little. */
internal expect fun prepareThread()

/**
 * A scanner by SIMD instructions for [needle], which is copied and has at least one byte; `null` where there is none.
 * With [ignoreCase] ASCII letters match in either case. It takes longer to prepare than [PortableScan], and finds the
 * same.
 */
internal expect fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner?

/** A scanner by SIMD instructions for any one of the bytes of [set]; `null` where there is none. */
internal expect fun kernelScanOfSet(set: ByteArray): Scanner?

/** A scanner that does on regions which are [Region.isStaged] what this one, for occurrences of [size] bytes, does. */
internal expect fun Scanner.staged(size: Int): Scanner

/**
 * Whether [thrown] is how this platform tells of a page that is gone in a range without a fault guard. It is thrown by
 * [Region.copyTo], [Region.copyFrom], [Region.move] and [Region.hasFaulted] at the latest.
 */
internal expect fun isPageGone(thrown: Throwable): Boolean

/** The bytes of [value] in reverse order; so the next two. */
internal expect fun reversed(value: Short): Short

internal expect fun reversed(value: Int): Int

internal expect fun reversed(value: Long): Long

/** Decodes parts of a text in UTF-8; for one thread. What is malformed becomes U+FFFD. */
internal expect class TextDecoder() {
    /** The first [size] of [bytes] are decoded from now on, and must not change. */
    fun load(bytes: ByteArray, size: Int)

    /** Those from [from] to before [to]. */
    fun decode(from: Int, to: Int): String
}

/** Throws [IllegalArgumentException] if [regex] has an option that no other platform knows. */
internal expect fun requireCommonOptions(regex: Regex)

/** A number of the calling thread, not 0, that no other thread of the process has or had. */
internal expect fun currentThread(): Long

/**
 * Lets other threads go on; the [attempt]-th time in a row (from 0), so that a longer wait costs less processor time.
 */
internal expect fun pause(attempt: Int)

/**
 * Gives way to others where a thread does not lose its processor by itself: a virtual one of the JVM, which keeps its
 * carrier until it waits or says so. To be called between the steps of what can take long, outside of the gate.
 */
internal expect fun letOthersRun()

/** The system this code runs on: decides which constants exist and their numbers. */
internal expect val currentSystem: OperatingSystem

/** The system calls of this platform; the cause of a failure to load them is thrown on first use. */
internal expect val platformSystemCalls: SystemCalls
