package dev.kmmap.internal.search.scan

import dev.kmmap.internal.ffm.StagedScan

internal actual fun Scanner.staged(size: Int): Scanner = StagedScan(this, size)
