package dev.kmmap.internal.ffm

import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.platformSystemCalls

/** The open(2) below [SystemCalls.open], which only this package sees. */
internal fun openWithFlags(path: String, flags: Int): Long =
    (platformSystemCalls as PosixSystemCalls).open(path.toByteArray(), flags, 0)
