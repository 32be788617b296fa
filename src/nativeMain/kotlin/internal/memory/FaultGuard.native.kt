package dev.kmmap.internal.memory

import kotlinx.cinterop.LongVar
import kotlinx.cinterop.pointed
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.value

@Suppress("UNUSED_PARAMETER")
internal actual fun isLostPage(thrown: Throwable): Boolean = false

/** In place of the address of a counter, where nothing is guarded. */
internal const val NO_COUNTER: Long = 0

internal actual fun countFaults(number: Long): Long =
    faultCounter(number).toCPointer<LongVar>()?.pointed?.value ?: 0
