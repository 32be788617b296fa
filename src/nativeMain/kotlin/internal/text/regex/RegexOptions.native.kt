package dev.kmmap.internal.text.regex

/** All of its options are those of the JVM, too. */
internal actual fun requireCommonOptions(regex: Regex) {}
