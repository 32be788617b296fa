package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.asSink
import dev.kmmap.asSource
import dev.kmmap.contains
import dev.kmmap.find
import dev.kmmap.open
import dev.kmmap.readFrom
import dev.kmmap.sliceToByteString
import dev.kmmap.transferTo
import dev.kmmap.write
import kotlinx.io.Buffer
import kotlinx.io.buffered
import kotlinx.io.bytestring.ByteString
import kotlinx.io.bytestring.encodeToByteString
import kotlinx.io.files.Path
import kotlinx.io.readString
import kotlinx.io.writeString

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

    /** The records of a file, each of which begins with its length in two bytes. */
    fun readRecords(path: Path): List<String> =
        MMap.open(path).use { map ->
            val source = map.asSource().buffered()
            buildList { while (!source.exhausted()) add(source.readString(source.readShort().toLong())) }
        }

    /** Writes such records, and returns how many bytes they take. */
    fun writeRecords(path: Path, records: List<String>): Long =
        MMap.open(path, Access.WRITE).use { map ->
            val sink = map.asSink().buffered()
            for (record in records) {
                sink.writeShort(record.encodeToByteArray().size.toShort())
                sink.writeString(record)
            }
            sink.flush()
            map.flush()
            records.sumOf { 2L + it.encodeToByteArray().size }
        }

    /** Copies what stands before the first line feed to the front of another file, as far as there is room. */
    fun copyThroughBuffers(from: Path, to: Path): Long {
        val buffer = Buffer()
        MMap.open(from).use { map -> map.transferTo(buffer, 0, map.find('\n'.code.toByte())) }
        return MMap.open(to, Access.WRITE).use { map -> map.readFrom(buffer) }
    }
}
