package dev.kmmap

import kotlin.jvm.JvmName

/**
 * A part of a map that is not a hole in its file: see [dataRanges]. A value that does not change, to be used from any
 * thread; two are equal if they have the same offset and length.
 *
 * @sample dev.kmmap.samples.PagingSamples.bytesWithoutHoles
 */
public class DataRange internal constructor(
    /** Where it begins in the map, bytes. */
    @get:JvmName("offset")
    public val offset: Long,
    /** Bytes in it, 1 or more. */
    @get:JvmName("length")
    public val length: Long,
) {
    override fun equals(other: Any?): Boolean = other is DataRange && other.offset == offset && other.length == length

    override fun hashCode(): Int = 31 * offset.hashCode() + length.hashCode()

    /** `DataRange(offset=0, length=4096)`. */
    override fun toString(): String = "DataRange(offset=$offset, length=$length)"
}
