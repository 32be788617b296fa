package dev.kmmap

import kotlin.jvm.JvmName

/**
 * Which pages of a range of a map were in memory when [MMap.residency] looked: a picture of that moment. An immutable
 * object, to be used from any thread.
 *
 * @sample dev.kmmap.samples.PagingSamples.whatIsInMemory
 */
public class Residency internal constructor(
    /** Where the range begins in the map, bytes. */
    @get:JvmName("offset")
    public val offset: Long,
    /** Bytes in the range. */
    @get:JvmName("length")
    public val length: Long,
    /** Pages that the range touches; the first and the last one may reach beyond it. */
    @get:JvmName("pageCount")
    public val pageCount: Long,
    /** Those of them that were in memory. */
    @get:JvmName("residentPages")
    public val residentPages: Long,
    /** Bytes of the first page that lie before the range. */
    private val delta: Long,
    private val pageSize: Long,
    /** A bit for each page, the lowest one first. */
    private val pages: LongArray,
) {
    /** Whether all pages of the range were in memory; so it is of a range without bytes. */
    public val isComplete: Boolean
        get() = residentPages == pageCount

    /**
     * Whether the page with the byte at [index] of the map was in memory.
     *
     * @throws IndexOutOfBoundsException if the range does not contain it.
     */
    public fun isResident(index: Long): Boolean {
        if (index < offset || index - offset >= length) {
            throw IndexOutOfBoundsException("Index $index out of bounds for offset $offset and length $length")
        }
        val page = (delta + index - offset) / pageSize
        return pages[(page / Long.SIZE_BITS).toInt()] ushr (page % Long.SIZE_BITS).toInt() and 1 == 1L
    }

    /** `Residency(offset=0, length=10000, residentPages=2, pageCount=3)`. */
    override fun toString(): String =
        "Residency(offset=$offset, length=$length, residentPages=$residentPages, pageCount=$pageCount)"
}
