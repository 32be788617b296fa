package dev.kmmap.internal

import dev.kmmap.fixtures.FencedMemory
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.linearityContract
import dev.kmmap.fixtures.scannerContract
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

internal class PortableScanSpec : FunSpec({
    scannerContract(::PortableScan)

    linearityContract(::PortableScan)

    test("an occurrence is found wherever the verification budget runs out") {
        // One position in eight is a candidate and agrees with the needle for 500 bytes: far above what is allowed.
        val size = 256 * 1024
        val needle = ByteArray(600) { if (it % 8 == 7) 'b'.code.toByte() else 'a'.code.toByte() }
        needle[500] = 'b'.code.toByte()
        val scanner = PortableScan(needle)
        FencedMemory(size).use { memory ->
            val period = ByteArray(memory.size) { if (it % 8 == 7) 'b'.code.toByte() else 'a'.code.toByte() }
            memory.place(0, period)
            for (start in 0L..memory.size - 600 step 8 * 1021) {
                memory.place(start, needle)
                withClue("at $start") {
                    scanner.first(memory.region, 0, memory.size.toLong()) shouldBe start
                    scanner.last(memory.region, 0, memory.size.toLong()) shouldBe start
                }
                memory.place(start, period.copyOf(600))
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
