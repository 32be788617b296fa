package dev.kmmap.fixtures

import dev.kmmap.internal.posix.kmmap_open

internal actual fun openDescriptor(path: String, flags: Int): Long = kmmap_open(path, flags, 0)
