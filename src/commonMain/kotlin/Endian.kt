package dev.kmmap

/**
 * In which order the bytes of a number lie in memory. Not called `ByteOrder`, so that Java's class of that name can be
 * used in the same file.
 */
public enum class Endian {
    /** The lowest byte first: the order of all processors that kmmap runs on. */
    LITTLE,

    /** The highest byte first: the order of network protocols, and of Java's `DataOutput`. */
    BIG,
}
