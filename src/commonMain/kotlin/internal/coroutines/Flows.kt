package dev.kmmap.internal.coroutines

import dev.kmmap.MMap
import dev.kmmap.internal.base.Bounds
import dev.kmmap.internal.search.Batched
import kotlinx.coroutines.CoroutineDispatcher
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow

/**
 * What [begin] looks up, whenever it is collected: each step on [dispatcher], or at once as [runWhereFast] says. One
 * step after the other, and only when all of the one before has been collected, so that what the collector does to the
 * map shows in what follows. [ahead] bytes from the step's own begin are brought in before.
 */
internal fun <T> MMap.asFlow(dispatcher: CoroutineDispatcher, ahead: Long, begin: () -> Batched<T>): Flow<T> = flow {
    val found = begin()
    var broughtIn = 0L
    while (true) {
        while (found.hasBuffered()) emit(found.next())
        val from = found.from
        val end = minOf(found.end, size)
        val isMore = runWhereFast(Bounds(from, end), dispatcher) { isResident ->
            if (!isResident) {
                val to = if (end - from <= ahead) end else from + ahead
                pageIn(maxOf(from, broughtIn), to)
                broughtIn = to
            }
            found.fetch()
        }
        if (!isMore) return@flow
    }
}
