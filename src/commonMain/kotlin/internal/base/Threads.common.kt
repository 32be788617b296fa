package dev.kmmap.internal.base

/** A number of the calling thread, not 0, that no other thread of the process has or had. */
internal expect fun currentThread(): Long

/**
 * Lets other threads go on; the [attempt]-th time in a row (from 0), so that a longer wait costs less processor time.
 */
internal expect fun backOff(attempt: Int)

/**
 * Gives way to others where a thread does not lose its processor by itself: a virtual one of the JVM, which keeps its
 * carrier until it waits or says so. To be called between the steps of what can take long, outside of the gate.
 */
internal expect fun letOthersRun()
