package dev.kmmap.samples

import dev.kmmap.MMap
import dev.kmmap.getAndAddLong
import dev.kmmap.getIntAcquire
import dev.kmmap.setIntRelease

/** What threads and processes that share a map tell each other by its numbers. */
internal object AtomicSamples {
    private const val NEXT_TICKET = 0L
    private const val IS_READY = 8L
    private const val TEXT = 16L

    /** Numbers that nobody else gets, whichever process asks. */
    fun tickets(map: MMap, count: Int): List<Long> = List(count) { map.getAndAddLong(NEXT_TICKET, 1) }

    /** Whoever sees the flag sees the text. */
    fun handOver(map: MMap, text: String) {
        map.copyFrom(TEXT, text.encodeToByteArray())
        map.setIntRelease(IS_READY, 1)
    }

    /** The text, once it is there. */
    fun received(map: MMap, length: Int): String? =
        if (map.getIntAcquire(IS_READY) == 0) null else map.slice(TEXT, TEXT + length).decodeToString()
}
