package dev.kmmap.internal.search.scan

@Suppress("UNUSED_PARAMETER")
internal actual fun Scanner.staged(size: Int): Scanner = this
