package dev.kmmap.internal.mapping

import dev.kmmap.internal.base.encodedText

/** Stands before every name, so that it is clear whose it is. */
internal const val NAME_PREFIX: String = "kmmap:"

/** What the kernel's 80 bytes leave after Python's longer prefix and the closing NUL: names fit in both worlds. */
private const val NAME_LIMIT = 66

/** [name], if it can be the name of a map: at most 66 bytes of UTF-8, no NUL, no lone surrogate. */
internal fun requireName(name: String): String {
    require('\u0000' !in name) { "name contains a NUL character" }
    val bytes = encodedText("name", name).size
    require(bytes <= NAME_LIMIT) { "name is too long: $bytes bytes, at most $NAME_LIMIT" }
    return name
}

/** The shortest limit of those that are not macOS's: that of a file's name in `/dev/shm`, less what others may add. */
private const val MEMORY_NAME_LIMIT = 250

/** [name], if it can be the name of shared memory on every system but for its length, of which macOS allows less. */
internal fun requireMemoryName(name: String): String {
    require(name.none { it == '/' || it == '\\' || it == '\u0000' }) {
        "name contains a slash, a backslash or a NUL character: ${name.replace("\u0000", "\\0")}"
    }
    val bytes = encodedText("name", name).size
    require(bytes in 1..MEMORY_NAME_LIMIT) { "name has $bytes bytes, not 1 to $MEMORY_NAME_LIMIT" }
    require(name != "." && name != "..") { "not a name: $name" }
    return name
}
