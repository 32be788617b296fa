package dev.kmmap.internal.text

/** Decodes parts of a text in UTF-8; for one thread. What is malformed becomes U+FFFD. */
internal expect class TextDecoder() {
    /** The first [size] of [bytes] are decoded from now on, and must not change. */
    fun load(bytes: ByteArray, size: Int)

    /** Those from [from] to before [to]. */
    fun decode(from: Int, to: Int): String
}
