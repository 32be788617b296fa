package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.asSink
import dev.kmmap.asSource
import dev.kmmap.contains
import dev.kmmap.copyFrom
import dev.kmmap.find
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.open
import dev.kmmap.readByteString
import dev.kmmap.readFrom
import dev.kmmap.rfind
import dev.kmmap.setSlice
import dev.kmmap.sliceToByteString
import dev.kmmap.transferTo
import dev.kmmap.write
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeInRange
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf
import kotlinx.io.Buffer
import kotlinx.io.EOFException
import kotlinx.io.IOException
import kotlinx.io.RawSink
import kotlinx.io.RawSource
import kotlinx.io.buffered
import kotlinx.io.bytestring.ByteString
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readByteArray
import kotlinx.io.readByteString
import kotlinx.io.readString
import kotlinx.io.writeString

private const val CLOSED = "mmap is closed"

/** More than is handed over at a time, and no multiple of a segment. */
private const val MANY = 300_001

private fun withBytes(content: ByteArray, access: Access = Access.WRITE, block: (MMap) -> Unit) =
    TemporaryFile(content).use { file -> MMap.open(file.path, access).use(block) }

private fun bufferOf(bytes: ByteArray): Buffer = Buffer().also { it.write(bytes) }

/** A source that gives as little as it may: what a pipe or a socket does. */
private class Trickle(private val source: RawSource) : RawSource by source {
    override fun readAtMostTo(sink: Buffer, byteCount: Long): Long = source.readAtMostTo(sink, minOf(byteCount, 777))
}

internal class KotlinxIoSpec : FunSpec({
    val oneOfEach = mappingsByPath.filter { it.offset <= 1 }

    test("a source gives the bytes of every map, whatever is behind them in the file") {
        forEachOf(oneOfEach) { subject ->
            subject.map.asSource().buffered().readByteArray() shouldBe subject.bytes()
            val transferred = Buffer()
            subject.map.transferTo(transferred) shouldBe subject.row.size
            transferred.readByteArray() shouldBe subject.bytes()
        }
    }

    test("the bounds of a source are those of a slice") {
        withBytes(patternOf(10)) { map ->
            val bounds = listOf(-100L, -3L, 0L, 4L, 10L, 11L, Long.MAX_VALUE, Long.MIN_VALUE)
            for (start in bounds) for (end in bounds) {
                map.asSource(start, end).buffered().readByteArray() shouldBe map.slice(start, end)
                val buffer = Buffer()
                map.transferTo(buffer, start, end) shouldBe map.slice(start, end).size.toLong()
                buffer.readByteArray() shouldBe map.slice(start, end)
            }
        }
    }

    test("a source reads at most what it is asked for, and -1 at the end") {
        withBytes(patternOf(MANY)) { map ->
            val source = map.asSource()
            val buffer = Buffer()
            source.readAtMostTo(buffer, 0) shouldBe 0
            source.readAtMostTo(buffer, 10) shouldBe 10
            source.readAtMostTo(buffer, Long.MAX_VALUE) shouldBeInRange 1L..MANY - 10L
            while (source.readAtMostTo(buffer, Long.MAX_VALUE) >= 0) Unit
            buffer.readByteArray() shouldBe patternOf(MANY)
            source.readAtMostTo(buffer, 1) shouldBe -1
            source.readAtMostTo(buffer, 0) shouldBe 0
            shouldThrow<IllegalArgumentException> { source.readAtMostTo(buffer, -1) }
        }
    }

    test("a source does not move the cursor, and sees what is written before it is read") {
        withBytes("one two".encodeToByteArray()) { map ->
            map.seek(2)
            val source = map.asSource()
            map.copyFrom(0, "ONE".encodeToByteArray())
            source.buffered().readString() shouldBe "ONE two"
            map.position shouldBe 2
        }
    }

    test("a source of a map that shrinks ends at the new end, and has nothing of what is gained") {
        withBytes(patternOf(100)) { map ->
            val source = map.asSource()
            val buffer = Buffer()
            source.readAtMostTo(buffer, 10) shouldBe 10
            map.resize(20)
            source.readAtMostTo(buffer, 100) shouldBe 10
            source.readAtMostTo(buffer, 100) shouldBe -1
            map.resize(5)
            source.readAtMostTo(buffer, 100) shouldBe -1
            map.resize(200)
            source.readAtMostTo(buffer, 1000) shouldBe 80
            source.readAtMostTo(buffer, 1000) shouldBe -1
        }
    }

    test("a sink writes what it is given to every map that can be written") {
        val content = patternOf(7)
        forEachOf(oneOfEach.filter { it.writable && it.size > 7 }) { subject ->
            val expected = subject.bytes()
            content.copyInto(expected, 3)
            subject.map.asSink(3).buffered().use { it.write(content) }
            subject.bytes() shouldBe expected
            subject.map.readFrom(bufferOf(content), -7) shouldBe 7
            subject.map.slice(-7) shouldBe content
            if (subject.row.reachesFile) subject.fileBytes() shouldBe subject.fileWith(subject.bytes())
        }
    }

    test("a map that cannot be written has no sink") {
        forEachOf(oneOfEach.filter { it.kind in listOf(Kind.READ, Kind.RAW_READ_ONLY) }) { subject ->
            shouldThrow<ReadOnlyMMapException> { subject.map.asSink() }
            shouldThrow<ReadOnlyMMapException> { subject.map.readFrom(Buffer()) }
            shouldThrow<ReadOnlyMMapException> { subject.map.copyFrom(0, ByteString(1)) }
            shouldThrow<ReadOnlyMMapException> { subject.map.setSlice(0, 0, ByteString()) }
        }
    }

    test("a map without read permission has no source") {
        MMapOptions().protection().length(10).anonymous().use { map ->
            shouldThrow<UnsupportedOperationException> { map.asSource() }
            shouldThrow<UnsupportedOperationException> { map.transferTo(Buffer()) }
        }
    }

    test("what does not fit is refused as a whole, and stays in its buffer") {
        withBytes(ByteArray(10)) { map ->
            val sink = map.asSink(5)
            val buffer = bufferOf(patternOf(6))
            shouldThrow<EOFException> { sink.write(buffer, 6) }.message shouldContain "does not grow by itself"
            map.slice(0) shouldBe ByteArray(10)
            buffer.size shouldBe 6
            sink.write(buffer, 5)
            map.slice(5) shouldBe patternOf(5)
            shouldThrow<IOException> { sink.write(buffer, 1) }.shouldBeInstanceOf<EOFException>()
            sink.write(buffer, 0)
            shouldThrow<IllegalArgumentException> { sink.write(buffer, 2) }
            shouldThrow<IllegalArgumentException> { sink.write(buffer, -1) }
            map.asSink(10).write(Buffer(), 0)
            shouldThrow<IndexOutOfBoundsException> { map.asSink(11) }
            shouldThrow<IndexOutOfBoundsException> { map.asSink(-1) }
            map.size shouldBe 10
        }
    }

    test("a buffered sink that has more than there is room for says so when it hands it on") {
        withBytes(ByteArray(3)) { map ->
            val sink = map.asSink().buffered()
            sink.writeString("four")
            shouldThrow<EOFException> { sink.flush() }
            map.slice(0) shouldBe ByteArray(3)
        }
    }

    test("readFrom fills the range, and leaves the rest where it is") {
        withBytes(ByteArray(10)) { map ->
            val buffer = bufferOf(patternOf(9))
            map.readFrom(buffer, 2, -4) shouldBe 4
            map.slice(0) shouldBe ByteArray(2) + patternOf(4) + ByteArray(4)
            buffer.size shouldBe 5
            map.readFrom(buffer, 7, 3) shouldBe 0
            map.readFrom(buffer, 100) shouldBe 0
            map.readFrom(buffer, -100, 100) shouldBe 5
            map.readFrom(buffer) shouldBe 0
        }
    }

    test("large transfers in pieces of all sizes come out as they went in") {
        val content = patternOf(MANY)
        withBytes(content, Access.READ) { from ->
            withBytes(ByteArray(MANY)) { to ->
                to.readFrom(Trickle(from.asSource(1)), 1) shouldBe MANY - 1L
                to[0] = from[0]
                to.slice(0) shouldBe content
                to.setSlice(0, MANY.toLong(), ByteArray(MANY))
                from.transferTo(to.asSink()) shouldBe MANY.toLong()
                to.slice(0) shouldBe content
                to.setSlice(0, MANY.toLong(), ByteArray(MANY))
                to.asSink().buffered().use { sink -> from.transferTo(sink) }
                to.slice(0) shouldBe content
            }
        }
        TemporaryFile().use { file ->
            withBytes(content, Access.READ) { from ->
                SystemFileSystem.sink(Path(file.path)).buffered().use { from.transferTo(it) }
            }
            file.readBytes() shouldBe content
            withBytes(ByteArray(MANY)) { to ->
                SystemFileSystem.source(Path(file.path)).use { to.readFrom(it) } shouldBe MANY.toLong()
                to.slice(0) shouldBe content
            }
        }
    }

    test("a sink that fails ends the transfer") {
        val refusing = object : RawSink {
            override fun write(source: Buffer, byteCount: Long): Unit = throw IOException("full")

            override fun flush() = Unit

            override fun close() = Unit
        }
        withBytes(ByteArray(1)) { map ->
            shouldThrow<IOException> { map.transferTo(refusing) }.message shouldBe "full"
            map[0] = 1
        }
    }

    test("closing a source or a sink does not close the map, and ends only themselves") {
        withBytes(ByteArray(3)) { map ->
            val source = map.asSource()
            val sink = map.asSink()
            repeat(2) {
                source.close()
                sink.close()
            }
            shouldThrow<IllegalStateException> { source.readAtMostTo(Buffer(), 1) }.message shouldBe "source is closed"
            shouldThrow<IllegalStateException> { sink.write(Buffer(), 0) }.message shouldBe "sink is closed"
            shouldThrow<IllegalStateException> { sink.flush() }.message shouldBe "sink is closed"
            map[0] = 1
        }
    }

    test("sources and sinks of a closed map say that it is closed, and leave their buffers as they were") {
        withBytes(ByteArray(3)) { map ->
            val source = map.asSource()
            val sink = map.asSink()
            map.close()
            val buffer = bufferOf(patternOf(3))
            shouldThrow<IllegalStateException> { source.readAtMostTo(buffer, 1) }.message shouldBe CLOSED
            shouldThrow<IllegalStateException> { source.readAtMostTo(buffer, 0) }.message shouldBe CLOSED
            shouldThrow<IllegalStateException> { sink.write(buffer, 3) }.message shouldBe CLOSED
            shouldThrow<IllegalStateException> { sink.flush() }.message shouldBe CLOSED
            buffer.readByteArray() shouldBe patternOf(3)
            val empty = Buffer()
            shouldThrow<IllegalStateException> { source.readAtMostTo(empty, 1) }.message shouldBe CLOSED
            empty.write(bufferOf(patternOf(2)), 2)
            empty.readByteArray() shouldBe patternOf(2)
            source.close()
            sink.close()
        }
    }

    testNeeding(
        Requirement.FAULT_GUARD,
        "a page that is gone ends a transfer by the exception that every operation throws",
    ) {
        TemporaryFile(patternOf(MANY)).use { file ->
            MMap.open(file.path).use { map ->
                val source = map.asSource()
                val buffer = Buffer()
                source.readAtMostTo(buffer, 100) shouldBe 100
                file.truncate(0)
                shouldThrow<MMapFaultException> { while (source.readAtMostTo(buffer, 100_000) >= 0) Unit }
                shouldThrow<MMapFaultException> { map.transferTo(Buffer()) }
                shouldThrow<MMapFaultException> { map.asSource() }
            }
            MMap.open(file.path, Access.WRITE).use { map ->
                map.resize(MANY.toLong())
                val sink = map.asSink()
                file.truncate(0)
                shouldThrow<MMapFaultException> { sink.write(bufferOf(patternOf(MANY)), MANY.toLong()) }
                shouldThrow<MMapFaultException> { map.readFrom(bufferOf(patternOf(1))) }
            }
        }
    }

    test("strings of bytes go in and out by index and by cursor") {
        withBytes("0123456789".encodeToByteArray()) { map ->
            map.readByteString(3) shouldBe ByteString("012".encodeToByteArray())
            map.write(ByteString("ab".encodeToByteArray())) shouldBe 2
            map.readByteString() shouldBe ByteString("56789".encodeToByteArray())
            map.readByteString() shouldBe ByteString()
            map.copyFrom(8, ByteString("yz".encodeToByteArray()))
            map.setSlice(-10, 2, ByteString("AB".encodeToByteArray()))
            map.sliceToByteString(0) shouldBe ByteString("AB2ab567yz".encodeToByteArray())
            map.asSource(2, -2).buffered().readByteString() shouldBe map.sliceToByteString(2, -2)
            shouldThrow<IndexOutOfBoundsException> { map.copyFrom(9, ByteString(1, 2)) }
            shouldThrow<IllegalArgumentException> { map.setSlice(0, 3, ByteString(1)) }
        }
    }
})
