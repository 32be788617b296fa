package dev.kmmap.internal.text.regex

/** Throws [IllegalArgumentException] if [regex] has an option that no other platform knows. */
internal expect fun requireCommonOptions(regex: Regex)
