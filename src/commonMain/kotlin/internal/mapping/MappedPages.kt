package dev.kmmap.internal.mapping

/** [count] pages from the number [first] on. */
internal class Pages(val first: Long, val count: Long, val size: Long)

/** What the mapped bytes belong to. */
internal enum class Backing {
    /** A file. */
    FILE,

    /** Memory of this process, and of those that inherit it. */
    ANONYMOUS,

    /** Memory that other processes find by its name. */
    NAMED,
}

/** In which direction a range becomes whole pages. */
internal enum class Rounding {
    /** All pages that the range touches: for what changes nothing but speed. */
    OUTWARD,

    /**
     * Only pages that lie inside the range, but at the ends of the map the whole page: for what throws away this map's
     * own view of the pages.
     */
    INWARD_BUT_ENDS,

    /** Only pages that lie inside the range: for what reaches the file, whose bytes beside the map belong to others. */
    INWARD,
}
