package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.internal.memory.Region

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
 * Afterwards it is looked whether a page was gone: [Region.isPoisoned]. [dependency] makes a number, 0 to 255, of a
 * result that a single load from the region has given, so that it cannot be known without the result: on the JVM
 * nothing else keeps the compiler from looking first.
 */
internal expect inline fun <T> MMap.unpinned(
    check: (Region) -> Unit,
    dependency: (T) -> Int = { 0 },
    block: (Region) -> T,
): T
