package dev.kmmap

/** What the offset of [MMap.seek] is counted from: Python's and POSIX's `SEEK_SET`, `SEEK_CUR` and `SEEK_END`. */
public enum class Whence {
    /** The first byte of the map (`SEEK_SET`, 0). */
    START,

    /** The current position (`SEEK_CUR`, 1). */
    CURRENT,

    /** The end of the map, one past its last byte (`SEEK_END`, 2). */
    END,
}
