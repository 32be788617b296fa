package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.Endian
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Seal
import dev.kmmap.Whence
import dev.kmmap.addSeals
import dev.kmmap.asSink
import dev.kmmap.asSource
import dev.kmmap.awaitFind
import dev.kmmap.awaitFlush
import dev.kmmap.awaitRfind
import dev.kmmap.compareAndSetInt
import dev.kmmap.contains
import dev.kmmap.copyFrom
import dev.kmmap.copyTo
import dev.kmmap.find
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.MappingRow
import dev.kmmap.fixtures.OpenedBy
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.getInt
import dev.kmmap.getIntAcquire
import dev.kmmap.readByteString
import dev.kmmap.readFrom
import dev.kmmap.rfind
import dev.kmmap.seals
import dev.kmmap.setDouble
import dev.kmmap.setLongRelease
import dev.kmmap.setSlice
import dev.kmmap.sliceToByteString
import dev.kmmap.transferTo
import dev.kmmap.useDescriptor
import dev.kmmap.write
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.io.Buffer
import kotlinx.io.bytestring.ByteString

/** Every public operation that a closed map refuses, with arguments that are good and with some that are not. */
internal val refusedWhenClosed: List<Pair<String, suspend (MMap) -> Any?>> = listOf(
    "size" to { it.size },
    "position" to { it.position },
    "fileSize" to { it.fileSize() },
    "seals" to { it.seals() },
    "addSeals" to { it.addSeals(Seal.SHRINK) },
    "useDescriptor" to { map -> map.useDescriptor { } },
    "get" to { it[0] },
    "get outside" to { it[-1] },
    "set" to { it[0] = 1 },
    "set outside" to { it[Long.MAX_VALUE] = 1 },
    "slice" to { it.slice(0) },
    "slice with end" to { it.slice(5, 2) },
    "slice with step" to { it.slice(null, null, 2) },
    "slice with step 0" to { it.slice(null, null, 0) },
    "setSlice" to { it.setSlice(0, 0, ByteArray(0)) },
    "setSlice with step" to { it.setSlice(0L, null, 0, ByteArray(7)) },
    "copyTo" to { it.copyTo(0, ByteArray(1)) },
    "copyTo outside" to { it.copyTo(-1, ByteArray(1), 5, 2) },
    "copyFrom" to { it.copyFrom(0, ByteArray(1)) },
    "copyFrom outside" to { it.copyFrom(-1, ByteArray(1), 5, 2) },
    "getInt" to { it.getInt(0, Endian.BIG) },
    "setDouble outside" to { it.setDouble(-1, 1.0, Endian.BIG) },
    "copyTo of numbers" to { it.copyTo(0, LongArray(1), Endian.BIG) },
    "copyFrom of numbers outside" to { it.copyFrom(-1, FloatArray(1), Endian.BIG, 5, 2) },
    "getIntAcquire" to { it.getIntAcquire(0) },
    "setLongRelease misaligned" to { it.setLongRelease(1, 1) },
    "compareAndSetInt outside" to { it.compareAndSetInt(-4, 0, 1) },
    "seek" to { it.seek(0) },
    "seek outside" to { it.seek(-1, Whence.END) },
    "read" to { it.read() },
    "read a count" to { it.read(0) },
    "readByte" to { it.readByte() },
    "readLine" to { it.readLine() },
    "write" to { it.write(ByteArray(0)) },
    "write a ByteString" to { it.write(ByteString(1)) },
    "writeByte" to { it.writeByte(1) },
    "find bytes" to { it.find(byteArrayOf(1)) },
    "find bytes from a start" to { it.find(byteArrayOf(1), 0) },
    "find a byte" to { it.find(1, 0, 5) },
    "find text" to { it.find("x", 7, 3) },
    "find nothing" to { it.find("", 0) },
    "find a ByteString" to { it.find(ByteString(1), 0) },
    "rfind bytes" to { it.rfind(byteArrayOf(1), 0) },
    "rfind a byte" to { it.rfind(1) },
    "rfind text" to { it.rfind("x", 0) },
    "rfind nothing" to { it.rfind("") },
    "rfind a ByteString" to { it.rfind(ByteString(), 0) },
    "contains a byte" to { 1.toByte() in it },
    "contains bytes" to { ByteArray(0) in it },
    "contains a ByteString" to { ByteString(1) in it },
    "iteration" to { map -> map.forEach { } },
    "toList" to { it.toList() },
    "sliceToByteString" to { it.sliceToByteString(0) },
    "readByteString" to { it.readByteString(0) },
    "copyFrom a ByteString" to { it.copyFrom(-1, ByteString(1)) },
    "setSlice of a ByteString" to { it.setSlice(0, 7, ByteString()) },
    "asSource" to { it.asSource() },
    "asSink" to { it.asSink(-1) },
    "transferTo" to { it.transferTo(Buffer(), 0, 0) },
    "readFrom" to { it.readFrom(Buffer(), 5, 0) },
    "move" to { it.move(0, 0, 0) },
    "move outside" to { it.move(-1, 0, 0) },
    "flush" to { it.flush() },
    "flush outside" to { it.flush(-1, 5) },
    "flush a mode" to { it.flush(FlushMode.DURABLE) },
    "advise" to { it.advise(Advice.NORMAL) },
    "advise what no kmmap system has" to { it.advise(Advice.ACCESS_MANY, -1) },
    "resize" to { it.resize(1) },
    "resize to less than nothing" to { it.resize(-1) },
    "setName" to { it.setName("x") },
    "setName with a bad name" to { it.setName("\u0000") },
    "awaitFind bytes" to { it.awaitFind(byteArrayOf(1)) },
    "awaitFind a byte" to { it.awaitFind(1, 0) },
    "awaitFind text" to { it.awaitFind("x", 0) },
    "awaitFind a ByteString" to { it.awaitFind(ByteString(1), 0) },
    "awaitRfind bytes" to { it.awaitRfind(byteArrayOf(1), 0) },
    "awaitRfind a byte" to { it.awaitRfind(1) },
    "awaitRfind text" to { it.awaitRfind("x", 0) },
    "awaitRfind a ByteString" to { it.awaitRfind(ByteString(1), 0) },
    "awaitFlush" to { it.awaitFlush() },
)

private val oneOfEach: List<MappingRow> =
    mappings.filter { it.size in listOf(0L, MMap.pageSize + 1) && it.offset in listOf(0L, 1L) }

internal class LifecycleSpec : FunSpec({
    test("after close every operation says that the map is closed, before anything else that may be wrong") {
        for (row in oneOfEach) {
            lateinit var closed: MMap
            row.use { subject ->
                closed = subject.map
                subject.map.close()
            }
            for ((name, operation) in refusedWhenClosed) withClue("$row: $name") {
                shouldThrow<IllegalStateException> { operation(closed) }.message shouldBe "mmap is closed"
            }
        }
    }

    test("a closed map still tells what it was") {
        forEachOf(oneOfEach) { subject ->
            val map = subject.map
            map.close()
            map.isClosed shouldBe true
            map.access shouldBe subject.row.kind.access
            map.offset shouldBe subject.row.offset
            map.name shouldBe null
            map.toString() shouldBe "MMap(closed=true)"
            map.hashCode() shouldBe map.hashCode()
            (map == map) shouldBe true
        }
    }

    test("close can be repeated, and gives everything back just once") {
        for (row in oneOfEach.filter { it.origin != OpenedBy.DESCRIPTOR }) withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray((row.offset + row.size).toInt())).use { file ->
                val options = row.options().apply { systemCalls = calls }
                val map = if (row.origin == OpenedBy.PATH) options.open(file.path) else options.anonymous()
                calls.descriptors.size shouldBe if (row.expectsDescriptor) 1 else 0
                calls.ranges.size shouldBe if (map.size > 0) 1 else 0
                repeat(3) { map.close() }
                map.use { }
                calls.shouldHaveNothingLeft()
                calls.count(SystemCall.UNMAP) shouldBe if (calls.count(SystemCall.MAP) > 0) 1 else 0
            }
        }
    }

    test("use closes the map when its block throws, too") {
        lateinit var kept: MMap
        shouldThrow<NoSuchElementException> {
            MMap.anonymous(1).use { map ->
                kept = map
                throw NoSuchElementException()
            }
        }
        kept.isClosed shouldBe true
    }

    test("an iterator ends with its map") {
        MMap.anonymous(3).let { map ->
            val iterator = map.iterator()
            iterator.nextByte() shouldBe 0
            map.close()
            shouldThrow<IllegalStateException> { iterator.hasNext() }.message shouldBe "mmap is closed"
            shouldThrow<IllegalStateException> { iterator.nextByte() }.message shouldBe "mmap is closed"
        }
    }

    test("an iterator goes to where the map ends at that moment") {
        MMap.anonymous(5).use { map ->
            val iterator = map.iterator()
            iterator.nextByte()
            map.resize(2)
            iterator.nextByte() shouldBe 0
            iterator.hasNext() shouldBe false
            shouldThrow<NoSuchElementException> { iterator.nextByte() }
            map.resize(3)
            iterator.hasNext() shouldBe true
        }
    }

    test("closing one map of a file leaves the others alone") {
        TemporaryFile(ByteArray(10) { 7 }).use { file ->
            MMap.open(file.path, Access.WRITE).use { first ->
                MMap.open(file.path, Access.WRITE).use { second -> second[0] = 8 }
                first[0] shouldBe 8
            }
        }
    }

    test("hundreds of maps of every kind leave no descriptor and no range behind") {
        val text = "kmmap-test-"
        val before = ProcessResources.descriptors()
        repeat(3) {
            forEachOf(mappings.filter { it.offset <= 1 }) { subject ->
                if (subject.row.resizable) subject.map.resize(subject.row.size + 10_000)
            }
        }
        if (before != null) {
            val left = ProcessResources.descriptors()!! - before
            // Others in this process may open a file or two meanwhile.
            if (left > 20) error("$left descriptors are left")
        }
        ProcessResources.rangesNaming(text)?.let { it shouldBe emptyList() }
    }

    testNeeding(Requirement.PROC, "an open map is seen among the ranges of the process, and a closed one is not") {
        TemporaryFile(ByteArray(10)).use { file ->
            MMap.open(file.path).use { ProcessResources.rangesNaming(file.path)?.size shouldBe 1 }
            ProcessResources.rangesNaming(file.path) shouldBe emptyList()
        }
    }

    test("memory can be named, on the way to the map and later, and files cannot") {
        MMapOptions().length(10).name("first").anonymous().use { map ->
            map.name shouldBe "first"
            ProcessResources.rangesNaming("memfd:first")?.let { it.size shouldBe 1 }
            map.setName("second")
            map.name shouldBe "second"
        }
        MMapOptions().flags(MapFlag.PRIVATE).length(10).name("private").anonymous().use { map ->
            map.name shouldBe "private"
            map.setName("x".repeat(66))
            map.name shouldBe "x".repeat(66)
            map.setName("")
            map.name shouldBe ""
            for (bad in listOf("x".repeat(67), "a\u0000", "\ud800")) {
                shouldThrow<IllegalArgumentException> { map.setName(bad) }.message shouldContain "name "
                map.name shouldBe ""
            }
        }
        forEachOf(mappings.filter { it.origin.inFile && it.kind == Kind.WRITE }) { subject ->
            shouldThrow<UnsupportedOperationException> { subject.map.setName("x") }
            subject.map.name shouldBe null
        }
    }
})

/** Whether a map of this row keeps a descriptor: the file's own, or that of shared memory. */
private val MappingRow.expectsDescriptor: Boolean
    get() = trackFile && (origin.inFile || kind.shared && platformSystemCalls.capabilities.memoryFiles)
