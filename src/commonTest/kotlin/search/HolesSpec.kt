package dev.kmmap.search

import dev.kmmap.Access
import dev.kmmap.DataRange
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.MultiNeedle
import dev.kmmap.Needle
import dev.kmmap.awaitCount
import dev.kmmap.awaitFind
import dev.kmmap.awaitRfind
import dev.kmmap.contains
import dev.kmmap.count
import dev.kmmap.dataRanges
import dev.kmmap.find
import dev.kmmap.findAll
import dev.kmmap.fixtures.Naive
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.systemFile
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.testUnless
import dev.kmmap.indexOfAny
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.platformSystemCalls
import dev.kmmap.lastIndexOfAny
import dev.kmmap.of
import dev.kmmap.rfind
import dev.kmmap.view
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlin.random.Random

private val page = MMap.pageSize
private const val MIB = 1L shl 20

/** Some windows more than a search goes through without a look at holes. */
private const val SIZE = 26 * MIB

private const val GONE = "a search that passes a hole still meets the pages that are gone behind it"

private const val AROUND = "zeros around"

/** Needles whose occurrences reach into holes before or behind them, or on both sides. */
private val needles: Map<String, ByteArray> = mapOf(
    "one byte" to byteArrayOf(7),
    AROUND to ByteArray(50).also { it[30] = 7 },
    "many zeros before" to ByteArray(9001).also { it[9000] = 7 },
    "many zeros behind" to ByteArray(9001).also { it[0] = 7 },
    "two bytes" to byteArrayOf(7, 8),
    "what is not there" to byteArrayOf(9, 9),
)

/** Places at which bytes stand that are not 0: at the borders of windows and pages, and anywhere. */
private fun places(random: Random): List<Long> {
    val borders = listOf(0L, 4 * MIB, 16 * MIB, 20 * MIB, 24 * MIB, SIZE)
    val near = borders.map { it + random.nextInt(-3, 3) }
    val atPages = List(3) { random.nextLong(SIZE / page) * page + random.nextInt(-2, 2) }
    val all = near + atPages + List(4) { random.nextLong(SIZE) }
    return all.filter { it in 0 until SIZE - 1 }.shuffled(random).take(6)
}

/** Where [needle], which has a byte other than 0, occurs in [content], that has such bytes at [notZero]. */
private fun occurrences(content: ByteArray, notZero: List<Int>, needle: ByteArray): List<Long> {
    val inNeedle = needle.indexOfFirst { it != 0.toByte() }
    val starts = notZero.map { it - inNeedle }
    val inside = starts.filter { it >= 0 && it + needle.size <= content.size }
    return inside.filter { Naive.first(content, needle, it, it + needle.size) == it }.map { it.toLong() }
}

/** Compares all searches of [map] with plain ones of [content], which is what it shows. */
private suspend fun compareSearches(map: MMap, content: ByteArray) {
    val notZero = ArrayList<Int>()
    for (index in content.indices) if (content[index] != 0.toByte()) notZero += index
    for ((name, bytes) in needles) withClue(name) {
        val all = occurrences(content, notZero, bytes)
        val apart = all.fold(emptyList<Long>()) { found, at ->
            if (found.isEmpty() || at >= found.last() + bytes.size) found + at else found
        }
        val needle = Needle.of(bytes)
        map.find(bytes, 0) shouldBe (all.firstOrNull() ?: -1)
        map.rfind(bytes, 0) shouldBe (all.lastOrNull() ?: -1)
        map.find(needle, 5) shouldBe (all.firstOrNull { it >= 5 } ?: -1)
        map.rfind(needle, 0, -5) shouldBe (all.lastOrNull { it + bytes.size <= content.size - 5 } ?: -1)
        map.findAll(needle, overlapping = true).toList() shouldBe all
        map.count(needle) shouldBe apart.size
        if (name == AROUND) {
            map.findAll(MultiNeedle.of(listOf(bytes))).map { it.start }.toList() shouldBe apart
            map.find(MultiNeedle.of(listOf(bytes)), 0)?.start shouldBe all.firstOrNull()
            map.rfind(MultiNeedle.of(listOf(bytes)), 0)?.start shouldBe all.lastOrNull()
        }
        for (parallelism in 1..2) {
            map.awaitFind(needle, 0, parallelism = parallelism) shouldBe (all.firstOrNull() ?: -1)
            map.awaitRfind(needle, 0, parallelism = parallelism) shouldBe (all.lastOrNull() ?: -1)
            map.awaitCount(needle, overlapping = true, parallelism = parallelism) shouldBe all.size
        }
    }
    map.indexOfAny(byteArrayOf(7, 8)) shouldBe notZero.first()
    map.lastIndexOfAny(byteArrayOf(7, 8)) shouldBe notZero.last()
    map.indexOfAny(byteArrayOf(0, 1), content.size - 1000L) shouldBe content.size - 1000L
    map.find(ByteArray(100), 0) shouldBe Naive.first(content, ByteArray(100))
    map.rfind(ByteArray(100), 0) shouldBe Naive.last(content, ByteArray(100))
}

/** Stores bytes at [places] into [map] and a copy of what it shows, from [first] on. */
private fun scatter(map: MMap, content: ByteArray, places: List<Long>) {
    for ((number, place) in places.withIndex()) {
        val bytes = if (number % 2 == 0) byteArrayOf(7) else byteArrayOf(7, 8)
        map.copyFrom(place, bytes)
        bytes.copyInto(content, place.toInt())
    }
}

/** Bytes that the memory behind [map] takes. */
private fun taken(map: MMap): Long = map.mapping.calls.allocatedSize(map.mapping.descriptor)

internal class HolesSpec : FunSpec({
    test("searches of memory with holes find what a plain search finds") {
        val random = Random(1)
        val content = ByteArray(SIZE.toInt())
        MMap.anonymous(SIZE).use { map ->
            scatter(map, content, places(random))
            compareSearches(map, content)
        }
    }

    test("searches of a file with holes find what was stored through a map, whether it is on the device or not") {
        val random = Random(2)
        for (flush in listOf(false, true)) TemporaryFile(ByteArray(0)).use { file ->
            file.truncate(SIZE + page)
            val content = ByteArray(SIZE.toInt())
            MMap.open(file.path, Access.WRITE).use { map ->
                scatter(map.view(page / 2 + 1, SIZE), content, places(random))
                if (flush) map.flush(FlushMode.SYNC)
                MMap.open(file.path, Access.READ, page / 2 + 1, SIZE).use { compareSearches(it, content) }
            }
        }
    }

    test("private pages over a hole are no hole") {
        TemporaryFile(ByteArray(0)).use { file ->
            file.truncate(SIZE)
            MMap.open(file.path, Access.COPY).use { map ->
                scatter(map, ByteArray(SIZE.toInt()), listOf(13 * MIB, 20 * MIB - 1))
                map.find(7, 0) shouldBe 13 * MIB
                map.rfind(7, 0) shouldBe 20 * MIB - 1
                map.findAll(Needle.of(byteArrayOf(7))).toList() shouldBe listOf(13 * MIB, 20 * MIB - 1)
                map.dataRanges().toList() shouldBe listOf(DataRange(0, SIZE))
            }
        }
    }

    testNeeding(Requirement.HOLES, "a search passes holes without touching them, in either direction") {
        val searches = mapOf<String, suspend MMap.() -> Unit>(
            "find" to { find("needle", 0) shouldBe 70 * MIB },
            "rfind" to { rfind("needle", 0) shouldBe 70 * MIB },
            "a missing one" to { find("other", 0) shouldBe -1 },
            "a missing one, backwards" to { rfind("other", 0) shouldBe -1 },
            "count" to { count(Needle.of("needle", ignoreCase = true)) shouldBe 1 },
            "findAll" to { findAll(Needle.of("needle")).toList() shouldBe listOf(70 * MIB) },
            "several" to { find(MultiNeedle.ofStrings("a", "needle"), 0)?.start shouldBe 70 * MIB },
            "awaitFind" to { awaitFind(Needle.of("needle"), 0) shouldBe 70 * MIB },
            "awaitFind, parallel" to { awaitFind(Needle.of("needle"), 0, parallelism = 3) shouldBe 70 * MIB },
            "awaitRfind, parallel" to { awaitRfind(Needle.of("needle"), 0, parallelism = 3) shouldBe 70 * MIB },
            "awaitCount" to { awaitCount(Needle.of("needle"), parallelism = 3) shouldBe 1 },
        )
        for ((name, search) in searches) withClue(name) {
            MMap.anonymous(150 * MIB).use { map ->
                map.copyFrom(70 * MIB, "needle".encodeToByteArray())
                map.search()
                taken(map) shouldBeLessThan 20 * MIB
            }
        }
    }

    testNeeding(Requirement.HOLES, "holes of more bytes than there is memory are searched") {
        // An emulator has memory to pay for each page of a map.
        val size = (if (Requirement.TEBIBYTE_MAPS.reason == null) 100 else 4) * 1024 * MIB
        val memory = MMap.anonymous(size)
        memory.use { map ->
            map[size - 10] = 7
            map[size / 2] = 8
            map.find(7, 0) shouldBe size - 10
            map.rfind(8, 0) shouldBe size / 2
            map.count(Needle.of(byteArrayOf(9))) shouldBe 0
            taken(map) shouldBeLessThan 40 * MIB
        }
    }

    testUnless({ Requirement.FAULT_GUARD.reason ?: Requirement.CUTTING_A_MAPPED_FILE.reason }, GONE) {
        for (search in listOf<MMap.() -> Unit>({ find("x", 0) }, { rfind("x", 0) }, { count(Needle.of("x")) })) {
            TemporaryFile(ByteArray(0)).use { file ->
                file.truncate(SIZE)
                MMap.open(file.path).use { map ->
                    file.truncate(20 * MIB)
                    shouldThrow<MMapFaultException> { map.search() }
                }
            }
        }
    }

    testNeeding(Requirement.HOLES, "ranges of data are what was stored, in whole pages but for the ends") {
        MMap.anonymous(100 * page).use { map ->
            map.dataRanges().toList() shouldBe emptyList()
            for (number in listOf(3L, 4L, 10L, 99L)) map[number * page + 7] = 1
            val all = listOf(DataRange(3 * page, 2 * page), DataRange(10 * page, page), DataRange(99 * page, page))
            map.dataRanges().toList() shouldBe all
            map.dataRanges(3 * page + 5, 7 * page).toList() shouldBe
                listOf(DataRange(3 * page + 5, 2 * page - 5), DataRange(10 * page, 5))
            map.dataRanges(5 * page, 5 * page).toList() shouldBe emptyList()
            map.view(4 * page + 1).dataRanges().first() shouldBe DataRange(0, page - 1)
            val ranges = map.dataRanges()
            map.resize(20 * page)
            ranges.toList() shouldBe all.take(2)
            ranges.first().toString() shouldBe "DataRange(offset=${3 * page}, length=${2 * page})"
        }
    }

    testNeeding(Requirement.HOLES, "many ranges of data are found, some at a time") {
        MMap.anonymous(2000 * page).use { map ->
            for (number in 0 until 2000L step 2) map[number * page] = 1
            map.dataRanges().map { it.offset to it.length } shouldBe (0 until 2000L step 2).map { it * page to page }
        }
    }

    test("where nobody tells of holes, all is data") {
        val rows = listOf<() -> MMap>(
            { MMapOptions().flags(MapFlag.PRIVATE).length(10 * page).anonymous() },
            { MMapOptions().trackFile(false).length(10 * page).anonymous() },
        )
        for (row in rows) row().use { map ->
            map.dataRanges().toList() shouldBe listOf(DataRange(0, 10 * page))
            map.dataRanges(page, 0).toList() shouldBe emptyList()
        }
        TemporaryFile(byteArrayOf(1, 2, 3)).use { file ->
            MMap.open(file.path).use { it.dataRanges().toList() shouldBe listOf(DataRange(0, 3)) }
        }
        MMap.anonymous(0).use { it.dataRanges().toList() shouldBe emptyList() }
    }

    test("two ranges are equal if their numbers are") {
        DataRange(1, 2) shouldBe DataRange(1, 2)
        DataRange(1, 2).hashCode() shouldBe DataRange(1, 2).hashCode()
        DataRange(1, 2) shouldNotBe DataRange(2, 1)
        DataRange(1, 2) shouldNotBe DataRange(1, 3)
    }

    test("a range has to lie inside the map, which has to be open") {
        val map = MMap.anonymous(10)
        for ((offset, length) in listOf(-1L to 1L, 11L to -1L, 5L to 6L, 0L to -2L)) {
            shouldThrow<IllegalArgumentException> { map.dataRanges(offset, length) }.message shouldBe
                "dataRanges out of range: offset=$offset, length=${if (length == -1L) 10 - offset else length}, size=10"
        }
        val ranges = map.dataRanges()
        map.close()
        shouldThrow<IllegalStateException> { map.dataRanges() }
        shouldThrow<IllegalStateException> { ranges.first() }
    }

    testNeeding(Requirement.PROC, "nothing moves the offset of a descriptor that others use, and none is left") {
        TemporaryFile(ByteArray(0)).use { file ->
            file.truncate(SIZE)
            val descriptor = platformSystemCalls.open(file.path, OpenMode.READ)
            val before = ProcessResources.descriptors()
            MMap.map(descriptor).use { map ->
                map.dataRanges().toList()
                map.find("x", 0) shouldBe -1
                map.rfind("x", 0) shouldBe -1
            }
            systemFile("/proc/self/fdinfo/$descriptor").lines().first() shouldBe "pos:\t0"
            ProcessResources.descriptors() shouldBe before
            platformSystemCalls.close(descriptor)
        }
    }
})
