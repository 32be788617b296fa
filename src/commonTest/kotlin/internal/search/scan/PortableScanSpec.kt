package dev.kmmap.internal.search.scan

import dev.kmmap.fixtures.FencedMemory
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.ignoringCaseContract
import dev.kmmap.fixtures.linearityContract
import dev.kmmap.fixtures.longWindowContract
import dev.kmmap.fixtures.scannerContract
import dev.kmmap.fixtures.setContract
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe

internal class PortableScanSpec : FunSpec({
    scannerContract { PortableScan(it) }

    longWindowContract { PortableScan(it) }

    ignoringCaseContract { PortableScan(it, ignoreCase = true) }

    setContract { PortableSetScan(it) }

    linearityContract { PortableScan(it) }

    test("an occurrence is found wherever the verification budget runs out") {
        // One position in eight is a candidate and agrees with the needle for 500 bytes. That is paid for little more
        // than 1000 bytes, so an occurrence in the first 2048 is before, across, just behind or far behind that point.
        val needle = ByteArray(600) { if (it % 8 == 7) 'b'.code.toByte() else 'a'.code.toByte() }
        needle[500] = 'b'.code.toByte()
        val scanner = NeedleScan(needle, ignoreCase = false)
        FencedMemory(8 * 1024).use { memory ->
            val size = memory.size.toLong()
            val period = ByteArray(memory.size) { if (it % 8 == 7) 'b'.code.toByte() else 'a'.code.toByte() }
            memory.place(0, period)
            for (distance in 0L..2048 step 8) {
                withClue("$distance from the end that the search begins at") {
                    memory.place(distance, needle)
                    scanner.first(memory.region, 0, size) shouldBe distance
                    memory.place(distance, period.copyOf(needle.size))
                    val start = size - needle.size - distance
                    memory.place(start, needle)
                    scanner.last(memory.region, 0, size) shouldBe start
                    memory.place(start, period.copyOf(needle.size))
                }
            }
            scanner.forwardTwoWay shouldNotBe null
            scanner.backwardTwoWay shouldNotBe null
        }
    }

    test("the budget suffices for text, however common the needle's bytes are in it") {
        val text = bytes("the needle teetered in the haystack, and the net needed neither the end nor the eel; ")
        FencedMemory(64 * 1024).use { memory ->
            memory.place(0, ByteArray(memory.size) { text[it % text.size] })
            for (needle in listOf("tete", "the net needed neither the eel")) {
                val scanner = NeedleScan(bytes(needle), ignoreCase = false)
                scanner.first(memory.region, 0, memory.size.toLong()) shouldBe -1
                scanner.last(memory.region, 0, memory.size.toLong()) shouldBe -1
                scanner.forwardTwoWay shouldBe null
                scanner.backwardTwoWay shouldBe null
            }
        }
    }

    test("the probes are the rarest bytes, wherever they are in the needle") {
        rarestOffsets(bytes("eeeeeeeeeeeeZeeeeeee%e"), 2).toSet() shouldBe setOf(12, 20)
        rarestOffsets(ByteArray(1_000) { 'a'.code.toByte() }.also { it[700] = 'e'.code.toByte() }, 2).toSet() shouldBe
            setOf(0, 700)
    }

    test("the probes are different bytes before rare ones, and far apart before near") {
        rarestOffsets(bytes("ZZZZe"), 2).toList() shouldBe listOf(0, 4)
        rarestOffsets(bytes("aaaaaaaa"), 2).toList() shouldBe listOf(0, 7)
        rarestOffsets(bytes("abababab"), 2).toSet() shouldBe setOf(1, 6)
    }

    test("a needle with fewer bytes than probes repeats its first probe") {
        rarestOffsets(bytes("eZ"), 4).toList() shouldBe listOf(1, 0, 1, 1)
        rarestOffsets(bytes("e"), 4).toList() shouldBe listOf(0, 0, 0, 0)
    }
})
