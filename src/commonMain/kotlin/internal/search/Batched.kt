package dev.kmmap.internal.search

/** What a map holds of something, one after the other, of which some at a time are looked up in a step. */
internal interface Batched<out T> : Iterator<T> {
    /** Where the next step begins. */
    val from: Long

    /** Up to where it is all over; [Long.MAX_VALUE] for "the end of the map". */
    val end: Long

    /** Whether the next one has been looked up, in what the map is now. */
    fun hasBuffered(): Boolean

    /** Looks for more, which may be none; `false` if there is no more to come. */
    fun fetch(): Boolean
}
