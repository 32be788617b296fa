package dev.kmmap.examples.keyvalue

import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.getInt

/*
 * A record of the log, all numbers little-endian:
 *
 *     offset  bytes
 *          0      4  CRC-32 of everything behind it
 *          4      4  bytes of the key, 1 or more
 *          8      4  bytes of the value, 0 or more; -1 if the key is deleted
 *         12         key, in UTF-8, and value
 *
 * Zeros, which are what stands behind the last record of a log that is being written, are no record, since their key
 * would have no bytes.
 */
private const val CHECKED = 4
private const val VALUE_LENGTH = 8
private const val HEADER = 12
private const val DELETED = -1

/** The largest key and value together: far from the largest array. */
private const val LARGEST = 1L shl 30

/** Where a record is that says what [key] is. */
internal class Record(val key: String, private val valueStart: Long, private val valueLength: Int) {
    val isDeletion: Boolean get() = valueLength == DELETED

    /** The offset behind it. */
    val end: Long get() = valueStart + maxOf(valueLength, 0)

    fun valueIn(map: MMap): ByteArray = map.slice(valueStart, end)
}

/** The bytes of a record that gives [key] this [value], or deletes it. */
internal fun bytesOfRecord(key: String, value: ByteArray?): ByteArray {
    val keyBytes = key.encodeToByteArray()
    require(keyBytes.isNotEmpty()) { "the key is empty" }
    val length = keyBytes.size.toLong() + (value?.size ?: 0)
    require(length <= LARGEST) { "key and value have $length bytes" }
    val record = ByteArray(HEADER) + keyBytes + (value ?: ByteArray(0))
    putInt(record, CHECKED, keyBytes.size)
    putInt(record, VALUE_LENGTH, value?.size ?: DELETED)
    putInt(record, 0, crc32(record, CHECKED))
    return record
}

/** The record at [offset] of [map]; `null` if there is none, or not all of it. */
internal fun recordAt(map: MMap, offset: Long): Record? {
    val room = minOf(map.size - offset - HEADER, LARGEST)
    if (room < 0) return null
    val keyLength = map.getInt(offset + CHECKED, Endian.LITTLE)
    val valueLength = map.getInt(offset + VALUE_LENGTH, Endian.LITTLE)
    if (keyLength < 1 || valueLength < DELETED || keyLength.toLong() + maxOf(valueLength, 0) > room) return null
    val valueStart = offset + HEADER + keyLength
    val bytes = map.slice(offset + CHECKED, valueStart + maxOf(valueLength, 0))
    if (crc32(bytes, 0) != map.getInt(offset, Endian.LITTLE)) return null
    val key = bytes.decodeToString(HEADER - CHECKED, HEADER - CHECKED + keyLength)
    return Record(key, valueStart, valueLength)
}

private fun putInt(bytes: ByteArray, index: Int, value: Int) {
    for (byte in 0 until Int.SIZE_BYTES) bytes[index + byte] = (value shr (8 * byte)).toByte()
}
