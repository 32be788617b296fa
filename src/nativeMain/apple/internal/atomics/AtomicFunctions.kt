package dev.kmmap.internal.atomics

import kotlinx.cinterop.CFunction
import kotlinx.cinterop.CPointer
import kotlinx.cinterop.IntVar
import kotlinx.cinterop.LongVar
import kotlinx.cinterop.invoke
import kotlinx.cinterop.pointed
import kotlinx.cinterop.reinterpret
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.value
import platform.posix.RTLD_DEFAULT
import platform.posix.atomic_thread_fence
import platform.posix.dlsym
import platform.posix.memory_order_seq_cst

/*
 * The functions of atomics.kernel.def once more, in Kotlin: C can only be compiled for macOS on macOS. They were
 * compiled, but never run. Aligned loads and stores are atomic on its processors, and fences on both sides give them
 * every order; only comparing and exchanging takes a function of the system, which its headers for Kotlin leave out.
 */

private fun fence(): Unit = atomic_thread_fence(memory_order_seq_cst)

private typealias IntExchange = CFunction<(Int, Int, CPointer<IntVar>) -> Boolean>

private val exchangeInt: CPointer<IntExchange> =
    checkNotNull(dlsym(RTLD_DEFAULT, "OSAtomicCompareAndSwap32Barrier")).reinterpret()

private fun intAt(address: Long): CPointer<IntVar> = checkNotNull(address.toCPointer())

internal fun kmmap_int_get_volatile(address: Long): Int {
    fence()
    return intAt(address).pointed.value.also { fence() }
}

internal fun kmmap_int_get_acquire(address: Long): Int = kmmap_int_get_volatile(address)

internal fun kmmap_int_set_volatile(address: Long, value: Int) {
    fence()
    intAt(address).pointed.value = value
    fence()
}

internal fun kmmap_int_set_release(address: Long, value: Int): Unit = kmmap_int_set_volatile(address, value)

internal fun kmmap_int_compare_and_exchange(address: Long, expected: Int, newValue: Int): Int {
    while (true) {
        if (exchangeInt(expected, newValue, intAt(address))) return expected
        val found = kmmap_int_get_volatile(address)
        if (found != expected) return found
    }
}

internal fun kmmap_int_get_and_add(address: Long, delta: Int): Int {
    while (true) {
        val found = kmmap_int_get_volatile(address)
        if (exchangeInt(found, found + delta, intAt(address))) return found
    }
}

internal fun kmmap_int_get_and_set(address: Long, newValue: Int): Int {
    while (true) {
        val found = kmmap_int_get_volatile(address)
        if (exchangeInt(found, newValue, intAt(address))) return found
    }
}

private typealias LongExchange = CFunction<(Long, Long, CPointer<LongVar>) -> Boolean>

private val exchangeLong: CPointer<LongExchange> =
    checkNotNull(dlsym(RTLD_DEFAULT, "OSAtomicCompareAndSwap64Barrier")).reinterpret()

private fun longAt(address: Long): CPointer<LongVar> = checkNotNull(address.toCPointer())

internal fun kmmap_long_get_volatile(address: Long): Long {
    fence()
    return longAt(address).pointed.value.also { fence() }
}

internal fun kmmap_long_get_acquire(address: Long): Long = kmmap_long_get_volatile(address)

internal fun kmmap_long_set_volatile(address: Long, value: Long) {
    fence()
    longAt(address).pointed.value = value
    fence()
}

internal fun kmmap_long_set_release(address: Long, value: Long): Unit = kmmap_long_set_volatile(address, value)

internal fun kmmap_long_compare_and_exchange(address: Long, expected: Long, newValue: Long): Long {
    while (true) {
        if (exchangeLong(expected, newValue, longAt(address))) return expected
        val found = kmmap_long_get_volatile(address)
        if (found != expected) return found
    }
}

internal fun kmmap_long_get_and_add(address: Long, delta: Long): Long {
    while (true) {
        val found = kmmap_long_get_volatile(address)
        if (exchangeLong(found, found + delta, longAt(address))) return found
    }
}

internal fun kmmap_long_get_and_set(address: Long, newValue: Long): Long {
    while (true) {
        val found = kmmap_long_get_volatile(address)
        if (exchangeLong(found, newValue, longAt(address))) return found
    }
}
