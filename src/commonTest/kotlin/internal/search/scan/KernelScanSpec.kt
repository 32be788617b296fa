package dev.kmmap.internal.search.scan

import dev.kmmap.MMap
import dev.kmmap.fixtures.FencedMemory
import dev.kmmap.fixtures.Naive
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.expectHarvest
import dev.kmmap.fixtures.ignoringCaseContract
import dev.kmmap.fixtures.linearityContract
import dev.kmmap.fixtures.longWindowContract
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.scannerContract
import dev.kmmap.fixtures.setContract
import dev.kmmap.fixtures.sizes
import dev.kmmap.internal.search.SEARCH_WINDOW
import dev.kmmap.internal.search.bytePattern
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** The platform's kernel; where it has none, what stands in for it. */
private fun prepared(needle: ByteArray, ignoreCase: Boolean = false): Scanner =
    kernelScan(needle, ignoreCase) ?: PortableScan(needle, ignoreCase)

internal class KernelScanSpec : FunSpec({
    scannerContract { prepared(it) }

    longWindowContract { prepared(it) }

    ignoringCaseContract { prepared(it, ignoreCase = true) }

    setContract { kernelScanOfSet(it) ?: PortableSetScan(it) }

    linearityContract { prepared(it) }

    test("ASCII letters match in either case, and nothing else does") {
        FencedMemory(1).use { memory ->
            for (value in 0..255) {
                val needle = byteArrayOf(value.toByte(), Q)
                val scanner = kernelScan(needle, ignoreCase = true) ?: return@test
                val haystack = ByteArray(1024) { if (it % 4 == 1) Q else (it / 4).toByte() }
                val from = memory.placeAtEnd(haystack)
                val folded = ByteArray(1024) { folded(haystack[it]) }
                val expected = Naive.all(folded, byteArrayOf(folded(needle[0]), Q), overlapping = true)
                expectHarvest(scanner, memory, from, 2, overlapping = true, expected.map { from + it })
            }
        }
    }

    test("any one byte of a set is found, whatever the size of the set") {
        FencedMemory(1).use { memory ->
            val haystack = ByteArray(1024) { (it * 5).toByte() }
            val from = memory.placeAtEnd(haystack)
            val to = memory.size.toLong()
            for (size in listOf(1, 2, 3, 4, 50, 256)) for (start in 0..255) {
                val set = ByteArray(size) { (start + it).toByte() }
                val scanner = kernelScanOfSet(set) ?: return@test
                val expected = haystack.indices.filter { haystack[it] in set }.map { from + it }
                expectHarvest(scanner, memory, from, 1, overlapping = false, expected)
                scanner.first(memory.region, from, to) shouldBe expected.first()
                scanner.last(memory.region, from, to) shouldBe expected.last()
            }
        }
    }

    test("a map is searched alike by both scanners, whatever the size of the window") {
        val sizes = listOf(100, 4095, 4096, 4097, 100_000, SEARCH_WINDOW.toInt() + 5)
        for (size in sizes) MMap.anonymous(size.toLong()).use { map ->
            val content = patternOf(size)
            for (index in content.indices) if (content[index] == X) content[index] = 1
            map.copyFrom(0, content)
            map[0] = X
            map[size - 1L] = X
            map.find(X, 0) shouldBe 0
            map.find(X, 1) shouldBe size - 1
            map.rfind(X, 0) shouldBe size - 1
            map.rfind(X, 0, size - 1L) shouldBe 0
            map.find("xx", 0) shouldBe -1
            map.rfind("xx", 0) shouldBe -1
        }
    }

    test("a needle may change after it was given") {
        val needle = bytes("needle")
        val scanner = prepared(needle.copyOf())
        val kept = bytePattern(needle)
        needle.fill(0)
        MMap.anonymous(100_000).use { map ->
            map.copyFrom(99_990, bytes("needle"))
            scanner.first(map.region, 0, 100_000) shouldBe 99_990
            kept.scanner(100_000).last(map.region, 0, 100_000) shouldBe 99_990
            kept.scanner(100).first(map.region, 99_900, 100_000) shouldBe 99_990
        }
    }
})

private const val X: Byte = 120
private const val Q: Byte = 113

private fun folded(byte: Byte): Byte = if (byte in 65..90) (byte + 32).toByte() else byte
