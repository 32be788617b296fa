package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.Whence
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.OpenedBy
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.patternOf
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private val outside = listOf(Long.MIN_VALUE, -1L - Int.MAX_VALUE, -1L, Long.MAX_VALUE, 1L shl 32)

internal class AccessSpec : FunSpec({
    test("a new map tells what it is") {
        forEachOf(mappings) { subject ->
            val row = subject.row
            subject.map.size shouldBe row.size
            subject.map.offset shouldBe row.offset
            subject.map.access shouldBe row.kind.access
            subject.map.position shouldBe 0
            subject.map.isClosed shouldBe false
            subject.map.name shouldBe null
            subject.map.toString() shouldBe
                "MMap(closed=false, access=${row.kind.access}, length=${row.size}, position=0, offset=${row.offset})"
        }
    }

    test("a map shows exactly its part of the file") {
        forEachOf(mappings) { it.bytes() shouldBe it.content }
    }

    test("get returns the byte at every index") {
        forEachOf(mappingsByPath) { subject ->
            for (index in 0 until subject.size) {
                if (subject.map[index.toLong()] != subject.content[index]) error("differs at $index")
            }
        }
    }

    test("get and set refuse an index outside and name it and the size") {
        forEachOf(mappingsByPath) { subject ->
            for (index in outside + subject.row.size) {
                val message = "Index $index out of bounds for length ${subject.row.size}"
                shouldThrow<IndexOutOfBoundsException> { subject.map[index] }.message shouldBe message
                if (subject.row.writable) {
                    shouldThrow<IndexOutOfBoundsException> { subject.map[index] = 1 }.message shouldBe message
                }
            }
            subject.bytes() shouldBe subject.content
        }
    }

    test("set changes one byte of the map, and of the file where the map reaches it") {
        forEachOf(mappings.filter { it.writable && it.size > 0 }) { subject ->
            val expected = subject.content.copyOf()
            for (index in listOf(0, subject.size / 2, subject.size - 1)) {
                expected[index] = (expected[index] + 1).toByte()
                subject.map[index.toLong()] = expected[index]
            }
            subject.bytes() shouldBe expected
            if (subject.row.origin.inFile) {
                val shown = if (subject.row.reachesFile) expected else subject.content
                subject.fileBytes() shouldBe subject.fileWith(shown)
            }
        }
    }

    test("everything that writes is refused by a read-only map, which stays as it is") {
        forEachOf(mappingsByPath.filter { !it.writable }) { subject ->
            val map = subject.map
            val attempts = listOf<Pair<String, () -> Unit>>(
                "set" to { map[0] = 1 },
                "setSlice" to { map.setSlice(0, 1, ByteArray(1)) },
                "setSlice" to { map.setSlice(0L, 1L, 1, ByteArray(1)) },
                "copyFrom" to { map.copyFrom(0, ByteArray(1)) },
                "copyFrom" to { map.write(ByteArray(0)) },
                "set" to { map.writeByte(1) },
                "move" to { map.move(0, 0, 0) },
                "resize" to { map.resize(1) },
                "set" to { map[-1] = 1 },
                "setSlice" to { map.setSlice(0, 1, ByteArray(7)) },
                "copyFrom" to { map.copyFrom(-1, ByteArray(1), 5, 2) },
                "move" to { map.move(-1, 0, 0) },
            )
            for ((operation, attempt) in attempts) {
                shouldThrow<ReadOnlyMMapException> { attempt() }.message shouldBe "$operation: the map is read-only"
            }
            subject.bytes() shouldBe subject.content
            map.position shouldBe 0
            if (subject.row.origin.inFile) subject.fileBytes() shouldBe subject.fileWith(subject.content)
        }
    }

    test("copyTo and copyFrom take any range of the map and of the array") {
        forEachOf(mappingsByPath.filter { it.size > 0 }) { subject ->
            val expected = subject.content.copyOf()
            val ranges = listOf(0 to subject.size, 0 to 0, subject.size to 0, subject.size - 1 to 1, 0 to 1)
            for ((index, count) in ranges) {
                val array = ByteArray(count + 3) { 9 }
                subject.map.copyTo(index.toLong(), array, 2, 2 + count)
                array shouldBe ByteArray(2) { 9 } + expected.copyOfRange(index, index + count) + 9
                if (!subject.row.writable) continue
                val source = ByteArray(count + 3) { (it * 7 + index).toByte() }
                subject.map.copyFrom(index.toLong(), source, 2, 2 + count)
                source.copyInto(expected, index, 2, 2 + count)
                subject.bytes() shouldBe expected
            }
        }
    }

    test("copyTo and copyFrom refuse what lies outside of the map or of the array, and change nothing") {
        forEachOf(mappingsByPath.filter { it.writable && it.size in 1..5000 && it.offset <= 1 }) { subject ->
            val map = subject.map
            val array = ByteArray(4) { 5 }
            for (index in outside + (subject.row.size - 3) + subject.row.size + (subject.row.size + 1)) {
                shouldThrow<IndexOutOfBoundsException> { map.copyTo(index, array) }.message shouldContain
                    "copyTo out of range: index=$index, count=4, size=${subject.row.size}"
                shouldThrow<IndexOutOfBoundsException> { map.copyFrom(index, array) }.message shouldContain
                    "copyFrom out of range: index=$index, count=4, size=${subject.row.size}"
            }
            for (index in outside + (subject.row.size + 1)) {
                shouldThrow<IndexOutOfBoundsException> { map.copyTo(index, ByteArray(0)) }.message shouldBe
                    "copyTo out of range: index=$index, count=0, size=${subject.row.size}"
                shouldThrow<IndexOutOfBoundsException> { map.copyFrom(index, array, 4) }.message shouldBe
                    "copyFrom out of range: index=$index, count=0, size=${subject.row.size}"
            }
            for ((start, end) in listOf(-1 to 2, 0 to 5, Int.MIN_VALUE to 0, 0 to Int.MAX_VALUE, 5 to 5)) {
                shouldThrow<IndexOutOfBoundsException> { map.copyTo(0, array, start, end) }
                shouldThrow<IndexOutOfBoundsException> { map.copyFrom(0, array, start, end) }
            }
            for ((start, end) in listOf(-2 to Int.MAX_VALUE, Int.MIN_VALUE to Int.MAX_VALUE, 4 to Int.MIN_VALUE)) {
                shouldThrow<RuntimeException> { map.copyTo(0, array, start, end) }
                shouldThrow<RuntimeException> { map.copyFrom(0, array, start, end) }
            }
            shouldThrow<IllegalArgumentException> { map.copyTo(0, array, 3, 2) }
            shouldThrow<IllegalArgumentException> { map.copyFrom(0, array, 3, 2) }
            array shouldBe ByteArray(4) { 5 }
            subject.bytes() shouldBe subject.content
        }
    }

    test("iteration gives all bytes in order, independent of the cursor") {
        forEachOf(mappingsByPath) { subject ->
            subject.map.seek(subject.row.size)
            val iterator = subject.map.iterator()
            for (byte in subject.content) if (iterator.nextByte() != byte) error("differs")
            iterator.hasNext() shouldBe false
            shouldThrow<NoSuchElementException> { iterator.nextByte() }
            subject.map.position shouldBe subject.row.size
        }
    }

    test("contains says whether a byte or bytes occur anywhere") {
        forEachOf(mappingsByPath.filter { it.size > 0 }) { subject ->
            subject.map.seek(subject.row.size)
            (subject.content.last() in subject.map) shouldBe true
            (subject.content in subject.map) shouldBe true
            (subject.content + 1 in subject.map) shouldBe false
            (ByteArray(0) in subject.map) shouldBe true
            val absent = (-128..127).first { it.toByte() !in subject.content }
            (absent.toByte() in subject.map) shouldBe false
        }
    }

    test("fileSize is that of the whole file, or of the map where there is no file") {
        forEachOf(mappings) { subject ->
            val row = subject.row
            when {
                !row.trackFile -> shouldThrow<UnsupportedOperationException> { subject.map.fileSize() }
                    .message shouldContain "trackFile = false"
                row.origin.inFile -> subject.map.fileSize() shouldBe row.offset + row.size + row.trailing
                else -> subject.map.fileSize() shouldBe row.size
            }
        }
    }

    test("two maps of one file show each other's changes when both are shared, and none when one is private") {
        forEachOf(mappings.filter { it.origin == OpenedBy.PATH && it.writable && it.size > 0 }) { subject ->
            subject.withSecondMap(Access.WRITE) { second ->
                subject.map[0] = 77
                second[0] shouldBe if (subject.row.reachesFile) 77 else subject.content[0]
                second[subject.row.size - 1] = 78
                // A private map may show what others write until it has a page of its own, and need not.
                if (subject.row.reachesFile) subject.map[subject.row.size - 1] shouldBe 78
            }
        }
    }

    test("a map without read permission throws at every access, and can be moved about and closed") {
        for (protection in listOf(emptyArray(), arrayOf(Protection.EXECUTE))) {
            val rows = mappings.filter { it.origin == OpenedBy.PATH && it.kind == Kind.RAW_READ_ONLY && it.offset <= 1 }
            forEachOf(rows) {
                it.withSecondMap({ protection(*protection).flags(MapFlag.PRIVATE) }) { map -> shouldBeUnreadable(map) }
            }
            forEachOf(rows.filter { it.size > 0 }) {
                it.withSecondMap({ protection(*protection).flags(MapFlag.PRIVATE) }) { map ->
                    shouldThrow<UnsupportedOperationException> { map[0] }
                    shouldThrow<UnsupportedOperationException> { map.readByte() }
                    shouldThrow<UnsupportedOperationException> { map.copyTo(0, ByteArray(1)) }
                }
            }
        }
    }

    test("a write-only map can be read, since no processor can forbid that") {
        forEachOf(mappingsByPath.filter { it.kind == Kind.RAW_WRITE_ONLY && it.size > 0 }) { subject ->
            subject.map.read() shouldBe patternOf(subject.size)
            subject.map.find(subject.content, 0) shouldBe 0
        }
    }
})

private fun shouldBeUnreadable(map: MMap) {
    val reads = listOf<() -> Any?>(
        { map.slice(0) },
        { map.slice(null, null, -1) },
        { map.copyTo(0, ByteArray(0)) },
        { map.read() },
        { map.readLine() },
        { map.find(1, 0) },
        { map.rfind(byteArrayOf(1, 2), 0) },
        { 1.toByte() in map },
    )
    for (read in reads) {
        shouldThrow<UnsupportedOperationException> { read() }.message shouldContain "no read permission"
    }
    shouldThrow<ReadOnlyMMapException> { map[0] = 1 }
    shouldThrow<ReadOnlyMMapException> { map.move(0, 0, 0) }
    map.seek(0, Whence.END) shouldBe map.size
    map.flush()
    map.access shouldBe Access.READ
}
