package dev.kmmap.examples.keyvalue

/** The polynomial of zip, PNG and Ethernet, its bits in reverse. */
private const val POLYNOMIAL = 0xEDB88320.toInt()

/** What each value of a byte does to the sum: eight steps of the division at once. */
private val table = IntArray(256) { byte ->
    (1..8).fold(byte) { sum, _ -> if (sum and 1 == 1) (sum ushr 1) xor POLYNOMIAL else sum ushr 1 }
}

/** The CRC-32 of [bytes] from [start] on, as in zip files. */
internal fun crc32(bytes: ByteArray, start: Int): Int {
    var sum = -1
    for (index in start until bytes.size) sum = (sum ushr 8) xor table[(sum xor bytes[index].toInt()) and 0xFF]
    return sum.inv()
}
