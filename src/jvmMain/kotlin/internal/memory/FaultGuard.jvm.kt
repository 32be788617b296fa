@file:JvmName("FaultGuardJvm")

package dev.kmmap.internal.memory

import dev.kmmap.Advice
import dev.kmmap.internal.ffm.FaultGuard
import dev.kmmap.internal.system.errorName
import dev.kmmap.internal.system.platformSystemCalls

/** The JVM's own words for it; InternalError is what it throws for faults of its own, too. */
internal actual fun isLostPage(thrown: Throwable): Boolean =
    thrown is InternalError && "unsafe memory access" in thrown.message.orEmpty()

/**
 * Has Linux make the page at [address] one that can be written, as far as it knows how (5.14), and tells whether it
 * can. Reading it would not do: a page of a hole is there to be read, but may find no space.
 */
internal fun canBeWritten(address: Long): Boolean {
    val calls = platformSystemCalls
    val populate = Advice.POPULATE_WRITE.constant.on(calls.system) ?: return true
    val result = calls.advise(address and -calls.pageSize, calls.pageSize, populate)
    return result >= 0 || errorName((-result).toInt(), calls.system) !in LOST_PAGE_ERRORS
}

/** Everything else is about the call, or about memory, of which the access itself knows better. */
private val LOST_PAGE_ERRORS = setOf("EFAULT", "EHWPOISON")

internal actual fun guardRange(address: Long, length: Long): Long = FaultGuard.register(address, length)

internal actual fun releaseGuard(number: Long): Unit = FaultGuard.release(number)

internal actual fun countFaults(number: Long): Long = FaultGuard.faults(number)

internal actual fun guardProblem(): String? = FaultGuard.problem()

/** The JVM has its threads take the signal, when they start or come to it. */
internal actual fun prepareThread(): Unit = Unit
