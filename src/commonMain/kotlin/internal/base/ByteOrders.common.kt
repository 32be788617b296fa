package dev.kmmap.internal.base

import dev.kmmap.Endian

/* What access to numbers of several bytes needs besides the region. */

/** A number that a region has, which is little-endian, as [endian] says; and back. */
@Suppress("NOTHING_TO_INLINE")
internal inline fun Short.swapped(endian: Endian): Short = if (endian == Endian.LITTLE) this else reversed(this)

@Suppress("NOTHING_TO_INLINE")
internal inline fun Int.swapped(endian: Endian): Int = if (endian == Endian.LITTLE) this else reversed(this)

@Suppress("NOTHING_TO_INLINE")
internal inline fun Long.swapped(endian: Endian): Long = if (endian == Endian.LITTLE) this else reversed(this)

/** The bytes of [value] in reverse order; so the next two. */
internal expect fun reversed(value: Short): Short

internal expect fun reversed(value: Int): Int

internal expect fun reversed(value: Long): Long
