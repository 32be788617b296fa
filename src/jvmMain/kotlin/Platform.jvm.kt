@file:JvmName("PlatformJvm")

package dev.kmmap.internal

import dev.kmmap.Advice
import dev.kmmap.MMap
import java.lang.foreign.ValueLayout.JAVA_BYTE
import java.lang.foreign.ValueLayout.JAVA_LONG
import java.util.concurrent.locks.LockSupport
import java.util.regex.Pattern

internal actual typealias Region = MemorySegmentRegion

/**
 * The region is not kept from being revoked, and nothing is checked beforehand: the segment refuses what is wrong,
 * which costs the others nothing. What it has refused because a resize has revoked the region meanwhile is done again
 * on the new one.
 */
internal actual inline fun <T> MMap.access(
    check: (Region) -> Unit,
    trace: (T) -> Int,
    block: (Region) -> T,
): T {
    while (true) {
        val used = region
        try {
            val result = block(used)
            if (isFreeOfFaults(used, trace(result)) || isWhole(used)) return result
        } catch (e: RuntimeException) {
            requireAlive()
            check(used)
            awaitReplacement(used, e)
        } catch (e: InternalError) {
            throw if (isPageGone(e)) lost(used, e) else e
        }
    }
}

/**
 * What [Region.hasFaulted] looks at, but without a fence, and without a call: either would keep C2 from moving the
 * segment's liveness check out of loops, which doubles the time of an access. It is read behind the access, since C2
 * moves no read of off-heap memory before a write, and none before the read that has given its address: hence the
 * [trace], which picks one of many flags that are the same.
 *
 * As long as no map has had a fault, which is all that most programs see, the rest is not even compiled.
 */
@Suppress("NOTHING_TO_INLINE")
internal inline fun isFreeOfFaults(region: Region, trace: Int): Boolean =
    FaultGuard.FLAGS.get(JAVA_BYTE, trace.toLong()) == 0.toByte() ||
        FaultGuard.COUNTERS.getAtIndex(JAVA_LONG, region.guard()) == region.faultsBefore()

internal actual fun Scanner.staged(size: Int): Scanner = StagedScan(this, size)

/** The JVM's own words for it; InternalError is what it throws for faults of its own, too. */
internal actual fun isPageGone(thrown: Throwable): Boolean =
    thrown is InternalError && "unsafe memory access" in thrown.message.orEmpty()

/**
 * Has Linux make the page at [address] one that can be written, as far as it knows how (5.14), and tells whether it
 * can. Reading it would not do: a page of a hole is there to be read, but may find no space.
 */
internal fun canBeWritten(address: Long): Boolean {
    val calls = platformSystemCalls
    val populate = Advice.POPULATE_WRITE.constant.on(calls.system) ?: return true
    val result = calls.advise(address and -calls.pageSize, calls.pageSize, populate)
    return result >= 0 || errorName((-result).toInt(), calls.system) !in PAGE_GONE_ERRORS
}

/** Everything else is about the call, or about memory, of which the access itself knows better. */
private val PAGE_GONE_ERRORS = setOf("EFAULT", "EHWPOISON")

internal actual fun guardRange(address: Long, length: Long): Long = FaultGuard.register(address, length)

internal actual fun releaseGuard(number: Long): Unit = FaultGuard.release(number)

internal actual fun countFaults(number: Long): Long = FaultGuard.faults(number)

internal actual fun guardProblem(): String? = FaultGuard.problem()

/** The JVM has its threads take the signal, when they start or come to it. */
internal actual fun prepareThread(): Unit = Unit

internal actual fun kernelScan(needle: ByteArray, ignoreCase: Boolean): Scanner? =
    KernelScan.of(needle, ignoreCase) { PortableScan(needle, ignoreCase) }

internal actual fun kernelScanOfSet(set: ByteArray): Scanner? = KernelScan.ofSet(set) { PortableSetScan(set) }

internal actual fun reversed(value: Short): Short = java.lang.Short.reverseBytes(value)

internal actual fun reversed(value: Int): Int = Integer.reverseBytes(value)

internal actual fun reversed(value: Long): Long = java.lang.Long.reverseBytes(value)

/** The JVM decodes ASCII by vector instructions itself. */
internal actual class TextDecoder actual constructor() {
    private var bytes = ByteArray(0)

    actual fun load(bytes: ByteArray, size: Int) {
        this.bytes = bytes
    }

    actual fun decode(from: Int, to: Int): String = decodedText(bytes, from, to)
}

internal actual fun requireCommonOptions(regex: Regex) {
    require(regex.toPattern().flags() and Pattern.UNICODE_CHARACTER_CLASS == 0) {
        "UNICODE_CHARACTER_CLASS is not the same on all platforms"
    }
}

internal actual fun currentThread(): Long = Thread.currentThread().threadId()

/** A wait that another running thread is about to end is over within so many attempts. */
private const val SPINS = 16

/** So many attempts give the processor to whoever wants it before the thread sleeps. */
private const val YIELDS = 16

/** The first sleep; each one after it is twice as long as the one before. */
private const val FIRST_SLEEP_NANOSECONDS = 2_000L

/** Sleeps grow no longer than to about a millisecond: nine doublings. */
private const val DOUBLINGS = 9

internal actual fun pause(attempt: Int) {
    if (attempt < SPINS) {
        Thread.onSpinWait()
        return
    }
    // Before every sleep too: an interrupted thread does not sleep.
    Thread.yield()
    if (attempt >= SPINS + YIELDS) {
        LockSupport.parkNanos(FIRST_SLEEP_NANOSECONDS shl minOf(attempt - SPINS - YIELDS, DOUBLINGS))
    }
}

internal actual fun letOthersRun() {
    if (Thread.currentThread().isVirtual) Thread.yield()
}

private val knownSystem: OperatingSystem? = systemOf(System.getProperty("os.name"), System.getProperty("os.arch"))

internal actual val currentSystem: OperatingSystem
    get() = knownSystem ?: throw UnsupportedOperationException(
        "kmmap does not know ${System.getProperty("os.name")} (${System.getProperty("os.arch")}), " +
            "only ${OperatingSystem.entries.joinToString { it.displayName }}, on processors of 64 bits",
    )

/** The names are those of the JVM's system properties `os.name` and `os.arch`. */
internal fun systemOf(name: String, processor: String): OperatingSystem? {
    val arm64 = processor == "aarch64"
    val x64 = processor == "amd64" || processor == "x86_64"
    return when {
        !arm64 && !x64 -> null
        name == "Linux" -> if (arm64) OperatingSystem.LINUX_ARM64 else OperatingSystem.LINUX_X64
        name.startsWith("Mac OS X") -> OperatingSystem.DARWIN
        name.startsWith("Windows") -> OperatingSystem.WINDOWS
        else -> null
    }
}

internal actual val platformSystemCalls: SystemCalls
    get() = LoadedSystemCalls.calls ?: throw LoadedSystemCalls.failure()

/** The system calls, loaded when they are first needed: that takes a while, and can fail. A failure stays one. */
private object LoadedSystemCalls {
    private var cause: UnsupportedOperationException? = null

    val calls: SystemCalls? = try {
        systemCallsOf(currentSystem)
    } catch (e: UnsupportedOperationException) {
        cause = e
        null
    }

    /** A new exception each time, so that its stack trace tells who asked. */
    fun failure(): UnsupportedOperationException = UnsupportedOperationException(cause?.message, cause)
}

internal fun systemCallsOf(system: OperatingSystem): SystemCalls = when (system) {
    OperatingSystem.LINUX_X64, OperatingSystem.LINUX_ARM64 -> LinuxSystemCalls(system)
    OperatingSystem.DARWIN -> DarwinSystemCalls()
    OperatingSystem.WINDOWS -> WindowsSystemCalls(ForeignKernel32())
}
