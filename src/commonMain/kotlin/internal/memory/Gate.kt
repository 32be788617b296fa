package dev.kmmap.internal.memory

import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.decrementAndFetch
import kotlin.concurrent.atomics.incrementAndFetch

/**
 * Counts the operations in flight on one [Generation] of a map, so that whoever drains the generation can wait for
 * them.
 *
 * | state (one word)            | [enter]          | [exit] | [shut]    | [isEmpty] | [reopen] |
 * |-----------------------------|------------------|--------|-----------|-----------|----------|
 * | open, n in flight: `n`      | n + 1, true      | n - 1  | shut, n   | -         | -        |
 * | shut, n in flight: `MIN + n`| unchanged, false | n - 1  | unchanged | false     | open, n  |
 * | shut, none in flight: `MIN` | unchanged, false | -      | unchanged | true      | open, 0  |
 *
 * A gate opens again only if those inside have not left in time; otherwise the map gets a new generation with a gate of
 * its own. [enter] adds before it looks and takes the addition back when it finds the gate shut: one atomic
 * operation for the common case, and a newcomer can hold up the waiting side for an instant only, never starve it.
 *
 * One that does not count ([counts]) is for a map of one thread, which is never inside when it shuts the gate.
 */
internal class Gate(private val counts: Boolean = true) {
    private val state = AtomicInt(0)

    /** Enters, unless the gate is shut. Who entered must [exit], and must not wait for a [shut] in between. */
    fun enter(): Boolean {
        if (!counts) return state.load() == 0
        if (state.incrementAndFetch() > 0) return true
        state.decrementAndFetch()
        return false
    }

    /** Enters, shut or not: for who is inside already, for whom a [shut] waits in any case. */
    fun enterOnceMore() {
        if (counts) state.incrementAndFetch()
    }

    fun exit() {
        if (counts) state.decrementAndFetch()
    }

    /** From now on nobody enters. */
    fun shut() {
        while (true) {
            val seen = state.load()
            if (seen < 0 || state.compareAndSet(seen, seen + Int.MIN_VALUE)) return
        }
    }

    /** Whether a shut gate has nobody in flight. */
    val isEmpty: Boolean get() = state.load() == Int.MIN_VALUE

    /** Takes a [shut] back; for who has shut the gate. */
    fun reopen() {
        state.addAndFetch(Int.MIN_VALUE)
    }
}
