package dev.kmmap.internal.text

import dev.kmmap.internal.base.decodedText
import dev.kmmap.internal.search.scan.HIGH_BITS
import dev.kmmap.internal.search.scan.WORD
import kotlin.experimental.ExperimentalNativeApi
import kotlin.native.getLongAt
import kotlinx.cinterop.NativePtr
import kotlinx.cinterop.addressOf
import kotlinx.cinterop.rawValue
import kotlinx.cinterop.usePinned
import kotlinx.cinterop.writeBits

/**
 * Makes characters of all bytes at once, as if they were ASCII, and copies those of the parts that are. The standard
 * library looks at each byte of a part twice, which takes several times as long.
 */
@OptIn(ExperimentalNativeApi::class)
internal actual class TextDecoder actual constructor() {
    private var bytes = ByteArray(0)
    private var chars = CharArray(0)
    private var isAllAscii = true

    actual fun load(bytes: ByteArray, size: Int) {
        this.bytes = bytes
        if (chars.size < bytes.size) chars = CharArray(bytes.size)
        isAllAscii = isAscii(0, size)
        if (size >= WORD) chars.usePinned { widenWords(size, it.addressOf(0).rawValue) }
        for (i in size - size % WORD until size) chars[i] = Char(bytes[i].toInt() and 0xff)
    }

    actual fun decode(from: Int, to: Int): String =
        if (isAllAscii || isAscii(from, to)) chars.concatToString(from, to) else decodedText(bytes, from, to)

    private fun widenWords(size: Int, to: NativePtr) {
        var i = 0
        while (i <= size - WORD) {
            val word = bytes.getLongAt(i)
            writeBits(to + 2L * i, 0, Long.SIZE_BITS, widened(word))
            writeBits(to + 2L * i + WORD.toLong(), 0, Long.SIZE_BITS, widened(word ushr Int.SIZE_BITS))
            i += WORD
        }
    }

    private fun isAscii(from: Int, to: Int): Boolean {
        var i = from
        while (i <= to - WORD) {
            if (bytes.getLongAt(i) and HIGH_BITS != 0L) return false
            i += WORD
        }
        while (i < to) if (bytes[i++] < 0) return false
        return true
    }
}

/** Each of the four low bytes of [word] as two bytes. */
private fun widened(word: Long): Long {
    val low = word and 0xffffffff
    val pairs = (low or (low shl 16)) and 0x0000ffff0000ffff
    return (pairs or (pairs shl 8)) and 0x00ff00ff00ff00ff
}
