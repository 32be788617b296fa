package dev.kmmap.fixtures

internal actual fun openDescriptor(path: String, flags: Int): Long = error("$path, $flags: Windows has handles")
