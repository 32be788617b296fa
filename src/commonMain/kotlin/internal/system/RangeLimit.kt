package dev.kmmap.internal.system

import dev.kmmap.MMapException
import kotlin.concurrent.Volatile
import kotlin.concurrent.atomics.AtomicLong

/**
 * Counts the ranges that are mapped, and refuses more than [maximum] of them. A process that has as many as the system
 * allows cannot even get memory for itself any more: of the JVM nothing is left then.
 *
 * What others in the process have mapped, a kmmap of another class loader included, counts as well. To look costs time
 * in proportion to what there is, so that is done now and then: after each 16th part of what there is, or each 32nd
 * part of what is left, if that is less. As many as twenty that map in turns, and see each other only so, stay below
 * what the system allows.
 */
internal class RangeLimit(
    val maximum: Long,
    /** How many ranges the process has, whoever has mapped them; `null` where nobody says. */
    private val inProcess: () -> Long? = { null },
) {
    /** Never less than the system counts of what was mapped here. */
    private val ours = AtomicLong(0)

    /** What the last look has found more than [ours]. */
    @Volatile
    private var others = 0L

    /** With so many of [ours] another look is due, and as long as one is under way, none. */
    private val due = AtomicLong(FEWEST_BETWEEN_LOOKS)

    /** How many of [ours] may come before the next look. */
    @Volatile
    private var between = FEWEST_BETWEEN_LOOKS

    /** How many are counted now, those of others as the last look has found them. */
    val inUse: Long get() = ours.load() + others

    /** Whether there are no more ranges than can be counted. */
    val isEndless: Boolean get() = maximum == Long.MAX_VALUE

    /** Counts [count] more, unless that is too many. */
    fun take(count: Long = 1): Boolean {
        val now = ours.addAndFetch(count)
        val dueAt = due.load()
        val looked = now >= dueAt && !isEndless && due.compareAndSet(dueAt, Long.MAX_VALUE)
        if (looked) look(now, count)
        if (now <= maximum - others) return true
        // Others may have given theirs back.
        if (!looked && now <= maximum) {
            look(now, count)
            if (now <= maximum - others) return true
        }
        giveBack(count)
        return false
    }

    fun giveBack(count: Long = 1) {
        val now = ours.addAndFetch(-count)
        val dueAt = due.load()
        // What is given back does not put the next look off.
        if (dueAt != Long.MAX_VALUE && dueAt - now > 2 * between) due.compareAndSet(dueAt, now + between)
    }

    /** Finds out about the others; of [now] of ours, [pending] are not mapped yet. */
    private fun look(now: Long, pending: Long) {
        var next = now + between
        try {
            val all = inProcess() ?: return
            others = maxOf(0, all - (now - pending))
            val left = maximum - now - others
            between = maxOf(minOf(all / PARTS_OF_ALL, left / PARTS_OF_LEFT), FEWEST_BETWEEN_LOOKS)
            next = now + between
        } finally {
            due.store(next)
        }
    }

    /** The exception of an [operation] for the ranges that [detail] describes, which are too many. */
    fun refusal(operation: String, detail: String): MMapException {
        val message = "$operation($detail): as many ranges are mapped as are safe, $maximum with those of others in " +
            "this process: $SHARE_TAKEN % of vm.max_map_count ($NO_MEMORY $NO_MEMORY_CODE)"
        return Failure(message, operation, NO_MEMORY_CODE, NO_MEMORY).exception()
    }

    companion object {
        /** Of all that the system allows; the rest is for everybody else in the process. */
        private const val SHARE_TAKEN = 90

        private const val FEWEST_BETWEEN_LOOKS = 256L
        private const val PARTS_OF_ALL = 16
        private const val PARTS_OF_LEFT = 32

        /** What Linux itself says to one range too many. */
        private const val NO_MEMORY = "ENOMEM"
        private const val NO_MEMORY_CODE = 12

        /** The limit of this process. Systems but Linux have none that could be reached. */
        val ofProcess: RangeLimit by lazy {
            val allowed = ProcessFiles.read("/proc/sys/vm/max_map_count")?.trim()?.toLongOrNull()
            if (allowed == null) {
                RangeLimit(Long.MAX_VALUE)
            } else {
                RangeLimit(allowed / 100 * SHARE_TAKEN) { ProcessFiles.countLines("/proc/self/maps") }
            }
        }
    }
}
