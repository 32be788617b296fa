package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.copyFrom
import dev.kmmap.copyTo
import dev.kmmap.fixtures.OpenedBy
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.getDouble
import dev.kmmap.getFloat
import dev.kmmap.getInt
import dev.kmmap.getLong
import dev.kmmap.getShort
import dev.kmmap.samples.TypedSamples
import dev.kmmap.setDouble
import dev.kmmap.setFloat
import dev.kmmap.setInt
import dev.kmmap.setLong
import dev.kmmap.setShort
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** One type of numbers: its accesses, and what they are to do, by bits. */
internal class NumberType(
    val name: String,
    val bytes: Int,
    val get: MMap.(Long, Endian) -> Long,
    val set: MMap.(Long, Long, Endian) -> Unit,
    /** An array of the numbers with these bits, copied to the map. */
    val copyFrom: MMap.(Long, List<Long>, Endian, Int, Int) -> Unit,
    /** An array of so many numbers, filled with 1, into which the map's are copied. */
    val copyTo: MMap.(Long, Int, Endian, Int, Int) -> List<Long>,
) {
    /** The bytes of a number with these bits. */
    fun bytesOf(bits: Long, endian: Endian): ByteArray {
        val little = ByteArray(bytes) { (bits ushr 8 * it).toByte() }
        return if (endian == Endian.LITTLE) little else little.reversedArray()
    }

    /** The bits that the type keeps, with its sign. */
    fun kept(bits: Long): Long = bits shl (64 - 8 * bytes) shr (64 - 8 * bytes)

    override fun toString(): String = name
}

private fun ints(values: List<Long>) = IntArray(values.size) { values[it].toInt() }
private fun longs(values: List<Long>) = values.toLongArray()

internal val numberTypes: List<NumberType> = listOf(
    NumberType(
        "Short", 2,
        { index, endian -> getShort(index, endian).toLong() },
        { index, bits, endian -> setShort(index, bits.toShort(), endian) },
        { i, bits, e, from, to -> copyFrom(i, ShortArray(bits.size) { bits[it].toShort() }, e, from, to) },
        { i, size, e, from, to -> ShortArray(size) { 1 }.also { copyTo(i, it, e, from, to) }.map { it.toLong() } },
    ),
    NumberType(
        "Int", 4,
        { index, endian -> getInt(index, endian).toLong() },
        { index, bits, endian -> setInt(index, bits.toInt(), endian) },
        { i, bits, e, from, to -> copyFrom(i, ints(bits), e, from, to) },
        { i, size, e, from, to -> IntArray(size) { 1 }.also { copyTo(i, it, e, from, to) }.map { it.toLong() } },
    ),
    NumberType(
        "Long", 8,
        { index, endian -> getLong(index, endian) },
        { index, bits, endian -> setLong(index, bits, endian) },
        { i, bits, e, from, to -> copyFrom(i, longs(bits), e, from, to) },
        { i, size, e, from, to -> LongArray(size) { 1 }.also { copyTo(i, it, e, from, to) }.toList() },
    ),
    NumberType(
        "Float", 4,
        { index, endian -> getFloat(index, endian).toRawBits().toLong() },
        { index, bits, endian -> setFloat(index, Float.fromBits(bits.toInt()), endian) },
        { i, bits, e, from, to ->
            copyFrom(i, FloatArray(bits.size) { Float.fromBits(bits[it].toInt()) }, e, from, to)
        },
        { i, size, e, from, to ->
            FloatArray(size) { Float.fromBits(1) }.also { copyTo(i, it, e, from, to) }.map { it.toRawBits().toLong() }
        },
    ),
    NumberType(
        "Double", 8,
        { index, endian -> getDouble(index, endian).toRawBits() },
        { index, bits, endian -> setDouble(index, Double.fromBits(bits), endian) },
        { i, bits, e, from, to -> copyFrom(i, DoubleArray(bits.size) { Double.fromBits(bits[it]) }, e, from, to) },
        { i, size, e, from, to ->
            DoubleArray(size) { Double.fromBits(1) }.also { copyTo(i, it, e, from, to) }.map { it.toRawBits() }
        },
    ),
)

/** Bits of which no two bytes are alike, of zeros and of ones, of a sign alone, and of a NaN that is not the usual. */
private val bitPatterns = listOf(
    0x0102030405060708L, 0L, -1L, Long.MIN_VALUE, 0x7ff8000012345678L, 0x1122334480000000L, 0x7fc12345L,
    0x00ff00ff00ffL,
)

private val page = MMap.pageSize

/** Where numbers are tried in a map of that size: its start, around page borders, and up to its last byte. */
private fun positions(size: Long, bytes: Int): List<Long> {
    val last = size - bytes
    return ((0L..9L) + (page - 9..page + 1) + (last - 8..last)).filter { it in 0..last }.distinct()
}

private val outside = listOf(Long.MIN_VALUE, -1L, Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L shl 40)

internal class TypedAccessSpec : FunSpec({
    val rows = mappingsByPath.filter { it.offset <= 1 }

    for (type in numberTypes) {
        test("get of $type reads the bytes at every position, in both orders, of every map") {
            forEachOf(rows) { subject ->
                for (index in positions(subject.row.size, type.bytes)) for (endian in Endian.entries) {
                    val bytes = subject.content.copyOfRange(index.toInt(), index.toInt() + type.bytes)
                    val ordered = if (endian == Endian.LITTLE) bytes.reversedArray() else bytes
                    val bits = ordered.fold(0L) { sum, byte -> sum shl 8 or (byte.toLong() and 0xff) }
                    val got = type.get(subject.map, index, endian)
                    if (got != type.kept(bits)) error("$endian at $index: $got instead of ${type.kept(bits)}")
                }
            }
        }

        test("set of $type changes its bytes and nothing else, at every position, in both orders") {
            forEachOf(rows.filter { it.writable }) { subject ->
                val expected = subject.content.copyOf()
                for (index in positions(subject.row.size, type.bytes)) for (endian in Endian.entries) {
                    for (bits in bitPatterns) {
                        type.set(subject.map, index, bits, endian)
                        if (type.get(subject.map, index, endian) != type.kept(bits)) error("$bits at $index")
                    }
                    val bits = bitPatterns[(index % bitPatterns.size).toInt()]
                    type.set(subject.map, index, bits, endian)
                    type.bytesOf(bits, endian).copyInto(expected, index.toInt())
                }
                subject.bytes() shouldBe expected
            }
        }

        test("arrays of $type are copied at any index, in both orders, whole and in part") {
            forEachOf(rows.filter { it.writable && it.size > 1000 }) { subject ->
                val expected = subject.content.copyOf()
                for (endian in Endian.entries) for (size in listOf(0, 1, 2, 3, 17, 100)) {
                    val bits = List(size) { type.kept(bitPatterns[it % bitPatterns.size] + it) }
                    for (index in listOf(0L, 3L, subject.row.size - size * type.bytes)) {
                        type.copyFrom(subject.map, index, bits, endian, 0, size)
                        bits.forEachIndexed { i, each ->
                            type.bytesOf(each, endian).copyInto(expected, index.toInt() + i * type.bytes)
                        }
                        type.copyTo(subject.map, index, size, endian, 0, size) shouldBe bits
                        if (size > 2) {
                            type.copyTo(subject.map, index, size, endian, 1, 3) shouldBe
                                listOf(1L) + bits.take(2) + List(size - 3) { 1L }
                            type.copyFrom(subject.map, index, listOf(1L) + bits, endian, 1, 3)
                        }
                    }
                    subject.bytes() shouldBe expected
                }
            }
        }

        test("accesses of $type refuse ranges outside, say so, and change nothing") {
            forEachOf(rows.filter { it.writable && it.size <= page }) { subject ->
                val map = subject.map
                val size = subject.row.size
                for (index in outside + (size - type.bytes + 1) + (size - 1) + size + (size + 1)) {
                    val where = "out of range: index=$index, count=${type.bytes}, size=$size"
                    shouldThrow<IndexOutOfBoundsException> { type.get(map, index, Endian.BIG) }
                        .message shouldBe "get$type $where"
                    shouldThrow<IndexOutOfBoundsException> { type.set(map, index, -1, Endian.LITTLE) }
                        .message shouldBe "set$type $where"
                    shouldThrow<IndexOutOfBoundsException> { type.copyTo(map, index, 1, Endian.BIG, 0, 1) }
                        .message shouldBe "copyTo $where"
                    shouldThrow<IndexOutOfBoundsException> { type.copyFrom(map, index, listOf(-1), Endian.BIG, 0, 1) }
                        .message shouldBe "copyFrom $where"
                }
                for ((start, end) in listOf(-1 to 1, 0 to 2, Int.MIN_VALUE to 0, 0 to Int.MAX_VALUE)) {
                    shouldThrow<IndexOutOfBoundsException> { type.copyTo(map, 0, 1, Endian.BIG, start, end) }
                    shouldThrow<IndexOutOfBoundsException> { type.copyFrom(map, 0, listOf(1), Endian.BIG, start, end) }
                }
                shouldThrow<IllegalArgumentException> { type.copyTo(map, 0, 1, Endian.BIG, 1, 0) }
                type.copyTo(map, size, 0, Endian.BIG, 0, 0) shouldBe emptyList()
                subject.bytes() shouldBe subject.content
            }
        }

        test("a read-only map refuses to change a $type, whatever the index") {
            forEachOf(rows.filter { !it.writable && it.origin == OpenedBy.PATH }) { subject ->
                for (index in listOf(0L, -1L)) {
                    shouldThrow<ReadOnlyMMapException> { type.set(subject.map, index, 1, Endian.BIG) }
                        .message shouldContain "set$type: the map is read-only"
                    shouldThrow<ReadOnlyMMapException> {
                        type.copyFrom(subject.map, index, listOf(1), Endian.BIG, 0, 1)
                    }
                }
            }
        }
    }

    test("the maps of one thread have numbers as all others") {
        MMapOptions().length(page).confined(true).anonymous().use { map ->
            for (type in numberTypes) withClue(type) {
                type.set(map, 3, 0x0807060504030201L, Endian.BIG)
                type.get(map, 3, Endian.BIG) shouldBe type.kept(0x0807060504030201L)
                shouldThrow<IndexOutOfBoundsException> { type.get(map, page - 1, Endian.BIG) }
            }
        }
    }

    test("samples: records and sums") {
        TemporaryFile(ByteArray(24)).use { file ->
            MMap.open(file.path, Access.WRITE).use {
                it.setInt(12, 7, Endian.BIG)
                it.setDouble(16, 1.5, Endian.BIG)
            }
            TypedSamples.recordsOfAFile(file.path, 7) shouldBe 3.0
            TypedSamples.recordsOfAFile(file.path, 8).isNaN() shouldBe true
        }
        MMap.anonymous(80).use { map ->
            TypedSamples.sumOfNumbers(map, 10) shouldBe 10
            TypedSamples.sumOfNumbers(map, 10) shouldBe 20
        }
    }
})
