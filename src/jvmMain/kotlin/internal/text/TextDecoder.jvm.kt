package dev.kmmap.internal.text

import dev.kmmap.internal.base.decodedText

/** The JVM decodes ASCII by vector instructions itself. */
internal actual class TextDecoder actual constructor() {
    private var bytes = ByteArray(0)

    actual fun load(bytes: ByteArray, size: Int) {
        this.bytes = bytes
    }

    actual fun decode(from: Int, to: Int): String = decodedText(bytes, from, to)
}
