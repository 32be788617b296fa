package dev.kmmap.internal

import dev.kmmap.MMap
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/** What a map holds of something, one after the other, of which some at a time are looked up in a step. */
internal interface LookUps<out T> : Iterator<T> {
    /** Where the next step begins. */
    val from: Long

    /** Up to where it is all over; [Long.MAX_VALUE] for "the end of the map". */
    val end: Long

    /** Whether the next one has been looked up, in what the map is now. */
    fun isLookedUp(): Boolean

    /** Looks for more, which may be none; `false` if there is no more to come. */
    fun step(): Boolean
}

/**
 * What [begin] looks up, whenever it is collected: each step on [dispatcher], or at once as [serve] says. One step
 * after the other, and only when all of the one before has been collected, so that what the collector does to the map
 * shows in what follows. [ahead] bytes from the step's own begin are brought in before.
 */
internal fun <T> MMap.lookUps(dispatcher: CoroutineDispatcher, ahead: Long, begin: () -> LookUps<T>): Flow<T> = flow {
    val found = begin()
    var broughtIn = 0L
    while (true) {
        while (found.isLookedUp()) emit(found.next())
        val from = found.from
        val end = minOf(found.end, size)
        val isMore = serve(Bounds(from, end), dispatcher) { isAtHand ->
            if (!isAtHand) {
                val to = if (end - from <= ahead) end else from + ahead
                bringIn(maxOf(from, broughtIn), to)
                broughtIn = to
            }
            found.step()
        }
        if (!isMore) return@flow
    }
}
