package dev.kmmap.contract

import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.Whence
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.patternOf
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private fun withText(text: String, block: (MMap) -> Unit) {
    TemporaryFile(text.encodeToByteArray()).use { file -> MMap.open(file.path).use(block) }
}

/** A writable map of the bytes 1 to 10. */
private fun withTen(block: (MMap) -> Unit) {
    MMap.anonymous(10).use { map ->
        map.copyFrom(0, ByteArray(10) { (it + 1).toByte() })
        block(map)
    }
}

internal class CursorSpec : FunSpec({
    test("seek goes to each position from 0 to the size and to no other, from each whence") {
        withTen { map ->
            for (target in -3L..13L) {
                for ((base, whence) in listOf(0L to Whence.START, 4L to Whence.CURRENT, 10L to Whence.END)) {
                    map.seek(4)
                    if (target in 0..10) {
                        map.seek(target - base, whence) shouldBe target
                        map.position shouldBe target
                    } else {
                        shouldThrow<IllegalArgumentException> { map.seek(target - base, whence) }.message shouldBe
                            "seek out of range: offset=${target - base}, whence=$whence, size=10"
                        map.position shouldBe 4
                    }
                }
            }
        }
    }

    test("seek does not overflow") {
        withTen { map ->
            map.seek(5)
            for (whence in Whence.entries) for (offset in listOf(Long.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE + 5)) {
                shouldThrow<IllegalArgumentException> { map.seek(offset, whence) }
                map.position shouldBe 5
            }
        }
    }

    test("read takes what it is asked for, less at the end, and nothing after it") {
        forEachOf(mappingsByPath) { subject ->
            val map = subject.map
            val half = subject.row.size / 2
            map.read(half) shouldBe subject.content.copyOf(half.toInt())
            map.position shouldBe half
            map.read(0) shouldBe ByteArray(0)
            map.read(subject.row.size + 1) shouldBe subject.content.copyOfRange(half.toInt(), subject.size)
            map.position shouldBe subject.row.size
            map.read(Long.MAX_VALUE) shouldBe ByteArray(0)
            map.read() shouldBe ByteArray(0)
            map.position shouldBe subject.row.size
        }
    }

    test("read of a negative count takes all that is left") {
        withTen { map ->
            for (count in listOf(-1L, -2L, Long.MIN_VALUE)) {
                map.seek(7)
                map.read(count) shouldBe byteArrayOf(8, 9, 10)
            }
        }
    }

    test("readByte goes through the map byte by byte and throws at its end") {
        withTen { map ->
            List(10) { map.readByte().toInt() } shouldBe (1..10).toList()
            shouldThrow<IndexOutOfBoundsException> { map.readByte() }.message shouldBe
                "Index 10 out of bounds for length 10"
            map.position shouldBe 10
        }
    }

    test("readLine keeps the line feed, and only a line feed ends a line") {
        withText("one\n\ntwo\r\nthree\rfour\n last") { map ->
            val lines = generateSequence { map.readLine().decodeToString().ifEmpty { null } }.toList()
            lines shouldBe listOf("one\n", "\n", "two\r\n", "three\rfour\n", " last")
            map.position shouldBe map.size
            map.readLine() shouldBe ByteArray(0)
        }
    }

    test("readLine begins at the cursor, in the middle of a line too") {
        withText("first\nsecond\n") { map ->
            map.seek(3)
            map.readLine().decodeToString() shouldBe "st\n"
            map.seek(5)
            map.readLine().decodeToString() shouldBe "\n"
            map.seek(-1, Whence.END)
            map.readLine().decodeToString() shouldBe "\n"
        }
    }

    test("readLine reads a map without any line feed as one line") {
        withText("x".repeat(10_000)) { map -> map.readLine().size shouldBe 10_000 }
        MMap.anonymous(0).use { it.readLine() shouldBe ByteArray(0) }
    }

    test("write puts bytes at the cursor and moves on, exactly up to the end") {
        forEachOf(mappingsByPath.filter { it.writable }) { subject ->
            val first = subject.size / 3
            val source = ByteArray(subject.size) { (it * 13 + 1).toByte() }
            subject.map.write(source, 0, first) shouldBe first
            subject.map.position shouldBe first.toLong()
            subject.map.write(source, first) shouldBe subject.size - first
            subject.map.position shouldBe subject.row.size
            subject.bytes() shouldBe source
            subject.map.write(ByteArray(0)) shouldBe 0
            if (subject.row.reachesFile) subject.fileBytes() shouldBe subject.fileWith(source)
        }
    }

    test("a write that does not fit writes nothing and leaves the cursor") {
        withTen { map ->
            map.seek(8)
            shouldThrow<IndexOutOfBoundsException> { map.write(byteArrayOf(0, 0, 0)) }.message shouldContain
                "index=8, count=3, size=10"
            shouldThrow<IndexOutOfBoundsException> { map.write(ByteArray(5), 1, 6) }
            shouldThrow<IndexOutOfBoundsException> { map.write(ByteArray(5), -1) }
            shouldThrow<IllegalArgumentException> { map.write(ByteArray(5), 3, 2) }
            map.position shouldBe 8
            map.slice(0) shouldBe ByteArray(10) { (it + 1).toByte() }
        }
    }

    test("writeByte writes up to the end and throws there") {
        withTen { map ->
            map.seek(8)
            map.writeByte(-1)
            map.writeByte(-2)
            shouldThrow<IndexOutOfBoundsException> { map.writeByte(-3) }.message shouldBe
                "Index 10 out of bounds for length 10"
            map.position shouldBe 10
            map.slice(7) shouldBe byteArrayOf(8, -1, -2)
        }
    }

    test("absolute operations leave the cursor alone") {
        withTen { map ->
            map.seek(3)
            map[5] = 1
            map[5]
            map.slice(0, 9)
            map.setSlice(0, 2, byteArrayOf(4, 5))
            map.copyTo(2, ByteArray(3))
            map.copyFrom(2, ByteArray(3))
            map.find(1, 0)
            map.rfind("x", 0)
            map.move(0, 5, 5)
            map.flush()
            map.advise(Advice.WILL_NEED)
            map.fileSize()
            map.position shouldBe 3
        }
    }

    test("past the end, where a shrink can leave the cursor, reads give nothing and writes throw") {
        withTen { map ->
            map.seek(9)
            map.resize(5)
            map.position shouldBe 9
            map.read() shouldBe ByteArray(0)
            map.read(3) shouldBe ByteArray(0)
            map.read(0) shouldBe ByteArray(0)
            map.readLine() shouldBe ByteArray(0)
            shouldThrow<IndexOutOfBoundsException> { map.readByte() }
            shouldThrow<IndexOutOfBoundsException> { map.writeByte(1) }
            shouldThrow<IndexOutOfBoundsException> { map.write(ByteArray(1)) }
            map.find(1) shouldBe -1
            map.rfind(1) shouldBe -1
            map.find("") shouldBe -1
            map.position shouldBe 9
            map.toString() shouldContain "length=5, position=9"
            shouldThrow<IllegalArgumentException> { map.seek(0, Whence.CURRENT) }
            map.seek(-4, Whence.CURRENT) shouldBe 5
        }
    }

    test("past the end of an empty map, too") {
        withTen { map ->
            map.seek(9)
            map.resize(0)
            map.read() shouldBe ByteArray(0)
            map.readLine() shouldBe ByteArray(0)
            map.resize(20)
            map.position shouldBe 9
            map.read() shouldBe ByteArray(11)
        }
    }

    test("reading and writing share the one cursor") {
        withTen { map ->
            map.read(2) shouldBe byteArrayOf(1, 2)
            map.write(byteArrayOf(30, 40))
            map.readByte() shouldBe 5
            map.seek(-2, Whence.CURRENT) shouldBe 3
            map.read(2) shouldBe byteArrayOf(40, 5)
        }
    }

    test("lines longer than a search window are one line") {
        val size = 5 * 1024 * 1024
        MMap.anonymous(size.toLong() + 3).use { map ->
            map.copyFrom(0, patternOf(1000).map { if (it == 10.toByte()) 11 else it }.toByteArray())
            map[size.toLong()] = 10
            map.readLine().size shouldBe size + 1
            map.readLine().size shouldBe 2
        }
    }
})
