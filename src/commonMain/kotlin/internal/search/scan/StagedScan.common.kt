package dev.kmmap.internal.search.scan

import dev.kmmap.internal.memory.Region

/** A scanner that does on regions which are [Region.isStaged] what this one, for occurrences of [size] bytes, does. */
internal expect fun Scanner.staged(size: Int): Scanner
