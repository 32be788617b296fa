package dev.kmmap.internal.memory

import dev.kmmap.Advice
import dev.kmmap.internal.base.SpinLock
import dev.kmmap.internal.system.RangeLimit
import kotlin.concurrent.Volatile

/** What the system keeps for a range of pages as a whole: where it differs, one range becomes two. */
internal enum class PageAttribute {
    READING,
    FORKING,
    DUMPING,
    HUGE_PAGES,
    MERGING,
    WIPING,
    LOCKING,
}

/** What a call sets for its pages: a [value] of an [attribute]; 0 is how it is at first. */
internal class PageChange(val attribute: PageAttribute, val value: Int)

/** Locks pages, and the opposite. */
internal val LOCKED: PageChange = PageChange(PageAttribute.LOCKING, 1)
internal val UNLOCKED: PageChange = PageChange(PageAttribute.LOCKING, 0)

/** What the advice sets; `null` if it is done when it was given. */
internal val Advice.change: PageChange?
    get() = when (this) {
        Advice.NORMAL -> PageChange(PageAttribute.READING, 0)
        Advice.RANDOM -> PageChange(PageAttribute.READING, 1)
        Advice.SEQUENTIAL -> PageChange(PageAttribute.READING, 2)
        Advice.DO_FORK -> PageChange(PageAttribute.FORKING, 0)
        Advice.DONT_FORK -> PageChange(PageAttribute.FORKING, 1)
        Advice.DO_DUMP -> PageChange(PageAttribute.DUMPING, 0)
        Advice.DONT_DUMP -> PageChange(PageAttribute.DUMPING, 1)
        Advice.HUGE_PAGE -> PageChange(PageAttribute.HUGE_PAGES, 1)
        Advice.NO_HUGE_PAGE -> PageChange(PageAttribute.HUGE_PAGES, 2)
        Advice.UNMERGEABLE -> PageChange(PageAttribute.MERGING, 0)
        Advice.MERGEABLE -> PageChange(PageAttribute.MERGING, 1)
        Advice.KEEP_ON_FORK -> PageChange(PageAttribute.WIPING, 0)
        Advice.WIPE_ON_FORK -> PageChange(PageAttribute.WIPING, 1)
        else -> null
    }

/**
 * Into how many ranges of the system's own calls for parts of one mapped range have cut it: these count at [limit],
 * before the system is asked, as ranges of maps do. Never fewer than the system has, and no more than there are pages.
 *
 * Shared memory becomes one range again where its attributes become the same again. Private memory does not: the parts
 * may have got pages of their own meanwhile, which keep them apart. So there a cut stays.
 *
 * One change at a time, also while the system carries it out; so what is kept here is what the system has.
 */
internal class Pieces(
    private val limit: RangeLimit,
    private val pages: Long,
    private val isPrivate: Boolean,
    /** Whether all pages are locked from the beginning. */
    private val isLocked: Boolean,
) {
    private val lock = SpinLock()
    private var attributes: Map<PageAttribute, PageRuns> = emptyMap()

    /** Private memory's: a change at each cut. */
    private var cuts = PageRuns(pages, 0)

    /** What is counted beyond the first range. */
    private var counted = 0L

    /** Whether pages are locked that were not so from the beginning. */
    @Volatile
    var hasLocked: Boolean = false
        private set

    /** Whether the system may have more than one range. */
    val isCut: Boolean get() = lock.locked { cuts.changes > 0 || attributes.values.any { it.changes > 0 } }

    /**
     * Runs [call], which makes [change] for the pages from [from] to before [to], and returns its result; [refused] is
     * what it throws if that would be too many ranges. If the result is an error, [undo] is called for the pages that
     * were otherwise before.
     */
    fun change(
        change: PageChange,
        from: Long,
        to: Long,
        refused: () -> Throwable,
        undo: (from: Long, to: Long) -> Unit,
        call: () -> Long,
    ): Long = lock.locked {
        val next = next(change, from, to) ?: return@locked call()
        val more = next.count - counted
        if (more > 0 && !limit.take(more)) throw refused()
        val result = call()
        if (result >= 0) {
            if (more < 0) limit.giveBack(-more)
            become(next)
            if (change === LOCKED) hasLocked = !isLocked
        } else {
            runs(change.attribute).forEachRun(from, to) { start, end, value ->
                if (value != change.value) undo(start, end)
            }
            // Private pages that were brought in before stay, and may keep what they are in apart.
            if (isPrivate && change === LOCKED) {
                become(Next(attributes, next.cuts, next.count))
            } else if (more > 0) {
                limit.giveBack(more)
            }
        }
        result
    }

    /** What comes of a change. */
    private class Next(val attributes: Map<PageAttribute, PageRuns>, val cuts: PageRuns, val count: Long)

    /** Systems without a limit need no account, but of what is locked. */
    private fun next(change: PageChange, from: Long, to: Long): Next? {
        if (limit.isEndless && change.attribute != PageAttribute.LOCKING) return null
        val changed = runs(change.attribute).with(from, to, change.value)
        val all = attributes + (change.attribute to changed)
        if (!isPrivate) return Next(all, cuts, minOf(all.values.sumOf { it.changes }, pages - 1))
        val new = listOf(from, to).filter { changed.changesAt(it) && !cuts.changesAt(it) }
        val cuts = new.fold(cuts) { all, page -> all.withChangeAt(page) }
        return Next(all, cuts, cuts.changes)
    }

    private fun become(next: Next) {
        attributes = next.attributes
        cuts = next.cuts
        counted = next.count
    }

    private fun runs(attribute: PageAttribute): PageRuns =
        attributes[attribute] ?: PageRuns(pages, if (attribute == PageAttribute.LOCKING && isLocked) 1 else 0)

    /** Those of the range, which is not cut, when it has got [pages]. */
    fun moved(pages: Long): Pieces = lock.locked {
        val moved = Pieces(limit, pages, isPrivate, isLocked)
        moved.attributes = attributes.mapValues { (_, runs) -> PageRuns(pages, runs[0]) }
        moved.hasLocked = hasLocked
        moved
    }

    /** The range is not mapped any more. */
    fun end(): Unit = lock.locked {
        limit.giveBack(counted)
        attributes = emptyMap()
        cuts = PageRuns(pages, 0)
        counted = 0
    }

    companion object {
        /** Those of nothing. */
        val NONE: Pieces = Pieces(RangeLimit(Long.MAX_VALUE), 0, isPrivate = false, isLocked = false)
    }
}
