package dev.kmmap.internal.access

import dev.kmmap.MMap
import dev.kmmap.internal.ffm.FaultGuard
import dev.kmmap.internal.memory.Region
import dev.kmmap.internal.memory.isLostPage
import java.lang.foreign.ValueLayout.JAVA_BYTE
import java.lang.foreign.ValueLayout.JAVA_LONG

/**
 * The region is not kept from being revoked, and nothing is checked beforehand: the segment refuses what is wrong,
 * which costs the others nothing. What it has refused because a resize has revoked the region meanwhile is done again
 * on the new one.
 */
internal actual inline fun <T> MMap.unpinned(
    check: (Region) -> Unit,
    dependency: (T) -> Int,
    block: (Region) -> T,
): T {
    while (true) {
        val used = region
        try {
            val result = block(used)
            if (isFreeOfFaults(used, dependency(result)) || isFalseAlarm(used)) return result
        } catch (e: RuntimeException) {
            requireAlive()
            check(used)
            awaitReplacement(used, e)
        } catch (e: InternalError) {
            throw if (isLostPage(e)) explainFault(used, e) else e
        }
    }
}

/**
 * What [Region.isPoisoned] looks at, but without a fence, and without a call: either would keep C2 from moving the
 * segment's liveness check out of loops, which doubles the time of an access. It is read behind the access, since C2
 * moves no read of off-heap memory before a write, and none before the read that has given its address: hence the
 * [dependency], which picks one of many flags that are the same.
 *
 * As long as no map has had a fault, which is all that most programs see, the rest is not even compiled.
 */
@Suppress("NOTHING_TO_INLINE")
internal inline fun isFreeOfFaults(region: Region, dependency: Int): Boolean =
    FaultGuard.FLAGS.get(JAVA_BYTE, dependency.toLong()) == 0.toByte() ||
        FaultGuard.COUNTERS.getAtIndex(JAVA_LONG, region.guard()) == region.faultsBefore()
