package dev.kmmap

import kotlin.jvm.JvmName

/**
 * How many pages of a file the system had in its cache, and in which state, when [cacheStatistics] looked: a picture of
 * that moment. An immutable object, to be used from any thread.
 *
 * @sample dev.kmmap.samples.PagingSamples.stillToBeWritten
 */
public class CacheStatistics internal constructor(numbers: LongArray) {
    /** Pages in the cache. */
    @get:JvmName("cachedPages")
    public val cachedPages: Long = numbers[0]

    /** Those of them that are not on the device yet. */
    @get:JvmName("dirtyPages")
    public val dirtyPages: Long = numbers[1]

    /** Those of them that are being written to it. */
    @get:JvmName("writebackPages")
    public val writebackPages: Long = numbers[2]

    /** Pages that were in the cache, and had to go. */
    @get:JvmName("evictedPages")
    public val evictedPages: Long = numbers[3]

    /** Those of them that went so late that memory was short when they would have been of use. */
    @get:JvmName("recentlyEvictedPages")
    public val recentlyEvictedPages: Long = numbers[4]

    /** For people: `CacheStatistics(cachedPages=3, dirtyPages=1, ...)`, with all five. */
    override fun toString(): String =
        "CacheStatistics(cachedPages=$cachedPages, dirtyPages=$dirtyPages, writebackPages=$writebackPages, " +
            "evictedPages=$evictedPages, recentlyEvictedPages=$recentlyEvictedPages)"
}
