package dev.kmmap.internal.base

import kotlin.native.concurrent.ThreadLocal

/*
 * Alone in this file, as the slots are in theirs: a file with an initial value that is no constant checks at each
 * access whether it is there yet.
 */

/** The number of this thread; 0 before it is asked for. */
@ThreadLocal
internal var threadNumber: Long = 0

internal fun numberThread(): Long = newThreadNumber().also { threadNumber = it }
