package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.contains
import dev.kmmap.find
import dev.kmmap.open
import dev.kmmap.sliceToByteString
import dev.kmmap.write
import kotlinx.io.bytestring.ByteString
import kotlinx.io.bytestring.encodeToByteString
import kotlinx.io.files.Path

/** The types of kotlinx-io with a map. */
internal object KotlinxIoSamples {
    /** Replaces the first `old` by `new`, and returns the bytes from there to the end. */
    fun pathAndByteString(path: Path): ByteString? =
        MMap.open(path, Access.WRITE).use { map ->
            val old = "old".encodeToByteString()
            if (old !in map) return null
            val index = map.find(old)
            map.seek(index)
            map.write("new".encodeToByteString())
            map.sliceToByteString(index)
        }
}
