@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.Parent
import dev.kmmap.internal.access.requireNotPoisoned
import dev.kmmap.internal.base.rangeLength
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlin.jvm.JvmOverloads

/**
 * A view of [length] bytes of the map from [offset] on (-1, the default, is "to the end"): a map of its own, with its
 * own indices and its own cursor, at first 0, but of the same memory. It needs no system call and no address space, so
 * there can be any number: one for each record, for instance.
 *
 * **It lives as long as its map.** When that is closed, everything throws `IllegalStateException("mmap is closed")`
 * here as well. Closing a view only ends access through it, and waits for nobody; to forget one is to keep it until
 * its map is closed. It goes with every [MMap.resize] of its map: of a part that is cut off it shows less, and again up
 * to [length] bytes when the map grows. It cannot be resized, named or [protected][protect] itself. A view of a view
 * ends with either.
 *
 * What happens to pages happens to whole pages, and these can reach into the neighbours: [MMap.flush] and [lock] take
 * in the pages of both ends, and an [Advice] that throws bytes away leaves them out.
 *
 * May be called from any thread, as the view may be used from any, unless the map is
 * [confined][MMapOptions.confined] to one. Python has no such thing: a `memoryview` of a map keeps it from being
 * closed.
 *
 * @throws IllegalArgumentException if the range lies outside of the map.
 * @sample dev.kmmap.samples.ViewSamples.eachRecord
 */
@JvmOverloads
public fun MMap.view(offset: Long, length: Long = -1): MMap {
    lateinit var view: MMap
    lifecycle.change("view") {
        requireNotPoisoned()
        val count = rangeLength("view", offset, length, generation.size)
        view = MMap(mapping.part(offset), generation.part(offset, count), Parent(this, offset, count))
        views.add(view)
    }
    return view
}
