package dev.kmmap

/** How bytes are read as text. */
public enum class TextEncoding {
    /** ISO-8859-1: each byte is the character of its number, 0 to 255. Nothing is malformed. */
    LATIN_1,

    /**
     * UTF-8. What is malformed becomes U+FFFD, one for each longest part that could begin a character, or for one byte
     * where none can: the practice that Unicode recommends, and what the decoders of the JVM and of browsers do.
     */
    UTF_8,
}
