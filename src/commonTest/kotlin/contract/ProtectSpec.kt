package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Endian
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection.EXECUTE
import dev.kmmap.Protection.READ
import dev.kmmap.Protection.WRITE
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.asSink
import dev.kmmap.copyFrom
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.OpenMap
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.getAndAddInt
import dev.kmmap.getInt
import dev.kmmap.prefetch
import dev.kmmap.protect
import dev.kmmap.setInt
import dev.kmmap.setLong
import dev.kmmap.setShort
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.comparables.shouldBeGreaterThan
import io.kotest.matchers.shouldBe
import kotlin.concurrent.atomics.AtomicBoolean
import kotlinx.coroutines.*

private const val NEW: Byte = -9

/** Each way to write, which a map that cannot be written refuses. */
private val writes: List<Pair<String, MMap.() -> Unit>> = listOf(
    "set" to { this[0] = NEW },
    "copyFrom" to { copyFrom(0, byteArrayOf(NEW)) },
    "copyFrom" to { copyFrom(0, ByteArray(0)) },
    "copyFrom" to { copyFrom(0, shortArrayOf(), Endian.BIG) },
    "setShort" to { setShort(0, 1, Endian.LITTLE) },
    "setInt" to { setInt(0, 1, Endian.LITTLE) },
    "setLong" to { setLong(0, 1, Endian.LITTLE) },
    "setSlice" to { setSlice(0, 1, byteArrayOf(NEW)) },
    "move" to { move(1, 0, 1) },
    "getAndAddInt" to { getAndAddInt(0, 1) },
    "asSink" to { asSink() },
    "resize" to { resize(1) },
)

/** Each way to read, which a map without read permission refuses. */
private val reads: List<MMap.() -> Unit> = listOf(
    { this[0] },
    { copyTo(0, ByteArray(1)) },
    { getInt(0, Endian.BIG) },
    { slice(0, 1) },
    { find(1, 0) },
    { prefetch() },
)

private fun OpenMap.shouldRefuseToWrite() {
    for ((operation, write) in writes) {
        shouldThrow<ReadOnlyMMapException> { map.write() }.message shouldBe "$operation: the map is read-only"
    }
}

internal class ProtectSpec : FunSpec({
    test("a map for reading refuses each way to write and shows what it did, and can be written again") {
        forEachOf(mappingsByPath.filter { it.writable && it.trackFile && it.size > 0 }) { subject ->
            subject.map.protect(READ)
            subject.shouldRefuseToWrite()
            subject.bytes() shouldBe subject.content
            subject.map.access shouldBe subject.row.kind.access
            subject.map.protect(READ, WRITE)
            subject.map[0] = NEW
            subject.map[0] shouldBe NEW
        }
    }

    test("a map without any right refuses everything but what does not touch it, and has lost nothing") {
        forEachOf(mappingsByPath.filter { it.size > 0 }) { subject ->
            subject.map.protect()
            for (read in reads) shouldThrow<UnsupportedOperationException> { subject.map.read() }
            subject.shouldRefuseToWrite()
            subject.map.size shouldBe subject.row.size
            subject.map.flush()
            subject.map.protect(READ)
            subject.bytes() shouldBe subject.content
        }
    }

    test("what was written before is in the file, and is flushed") {
        TemporaryFile(patternOf(100)).use { file ->
            MMap.open(file.path, Access.WRITE).use { map ->
                map[50] = NEW
                map.protect(READ)
                map.flush(FlushMode.DURABLE)
                file.readBytes()[50] shouldBe NEW
            }
        }
    }

    test("a resize after it was allowed again gives the new range the same right") {
        forEachOf(mappingsByPath.filter { it.resizable && it.kind != Kind.RAW_WRITE_ONLY }) { subject ->
            subject.map.protect(READ)
            shouldThrow<ReadOnlyMMapException> { subject.map.resize(subject.row.size + 10_000) }
            subject.map.protect(READ, WRITE)
            subject.map.resize(subject.row.size + 10_000)
            subject.map[subject.row.size + 9_999] = NEW
            subject.map.protect(READ)
            shouldThrow<ReadOnlyMMapException> { subject.map[0] = NEW }
        }
    }

    test("an empty map changes its rights as any other") {
        MMap.anonymous(0).use { map ->
            map.protect(READ)
            shouldThrow<ReadOnlyMMapException> { map.copyFrom(0, ByteArray(0)) }
            map.protect(READ, WRITE)
            map.copyFrom(0, ByteArray(0))
            map.resize(1)
            map[0] = NEW
        }
    }

    test("code can be run from memory that was written, but not while it is written") {
        MMapOptions().protection(READ, EXECUTE).flags(MapFlag.PRIVATE).length(100).anonymous().use { map ->
            map.protect(READ)
            map.protect(READ, EXECUTE)
            shouldThrow<ReadOnlyMMapException> { map[0] = NEW }
            shouldThrow<IllegalArgumentException> { map.protect(WRITE, EXECUTE) }
            map[0] shouldBe 0
        }
    }

    test("what the system refuses leaves the map as it was") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(10).apply { systemCalls = calls }.anonymous().use { map ->
                for (wanted in listOf(arrayOf(READ), arrayOf())) withClue(wanted.toList()) {
                    calls.fail(SystemCall.PROTECT)
                    val failure = shouldThrow<MMapAccessDeniedException> { map.protect(*wanted) }
                    failure.operation shouldBe SystemCall.PROTECT.here
                    failure.errorName shouldBe SystemCall.PROTECT.error.here
                    map[0] = NEW
                    map[0] shouldBe NEW
                    map.resize(map.size + 1)
                }
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("threads that write meanwhile either write or are refused, and none of them dies") {
        MMap.anonymous(4096).use { map ->
            val stop = AtomicBoolean(false)
            coroutineScope {
                val writers = List(3) { thread ->
                    async(Dispatchers.IO) {
                        var written = 0
                        var refused = 0
                        while (!stop.load() || written == 0 || refused == 0) {
                            try {
                                when (thread) {
                                    0 -> map[7] = NEW
                                    1 -> map.setLong(8, -1, Endian.BIG)
                                    else -> map.copyFrom(100, ByteArray(1000))
                                }
                                written++
                            } catch (_: ReadOnlyMMapException) {
                                refused++
                            }
                        }
                        written
                    }
                }
                val toggling = launch(Dispatchers.IO) {
                    repeat(500) {
                        map.protect(READ)
                        map.protect(READ, WRITE)
                    }
                    stop.store(true)
                    while (!writers.all { it.isCompleted }) {
                        map.protect(READ)
                        map.protect(READ, WRITE)
                    }
                }
                for (written in writers.awaitAll()) written shouldBeGreaterThan 0
                toggling.join()
            }
        }
    }
})
