package dev.kmmap.contract

import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.compareAndExchangeInt
import dev.kmmap.compareAndExchangeLong
import dev.kmmap.compareAndSetInt
import dev.kmmap.compareAndSetLong
import dev.kmmap.fixtures.backOff
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.getAndAddInt
import dev.kmmap.getAndAddLong
import dev.kmmap.getAndSetInt
import dev.kmmap.getAndSetLong
import dev.kmmap.getInt
import dev.kmmap.getIntAcquire
import dev.kmmap.getIntVolatile
import dev.kmmap.getLong
import dev.kmmap.getLongAcquire
import dev.kmmap.getLongVolatile
import dev.kmmap.samples.AtomicSamples
import dev.kmmap.setIntRelease
import dev.kmmap.setIntVolatile
import dev.kmmap.setLong
import dev.kmmap.setLongRelease
import dev.kmmap.setLongVolatile
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.concurrent.atomics.AtomicInt
import kotlinx.coroutines.*

private class AtomicOperation(val name: String, val bytes: Int, val writes: Boolean, val run: MMap.(Long) -> Any?)

private val operations = listOf(
    AtomicOperation("getIntVolatile", 4, false) { getIntVolatile(it) },
    AtomicOperation("getIntAcquire", 4, false) { getIntAcquire(it) },
    AtomicOperation("setIntVolatile", 4, true) { setIntVolatile(it, 1) },
    AtomicOperation("setIntRelease", 4, true) { setIntRelease(it, 1) },
    AtomicOperation("compareAndSetInt", 4, true) { compareAndSetInt(it, 0, 1) },
    AtomicOperation("compareAndExchangeInt", 4, true) { compareAndExchangeInt(it, 0, 1) },
    AtomicOperation("getAndAddInt", 4, true) { getAndAddInt(it, 1) },
    AtomicOperation("getAndSetInt", 4, true) { getAndSetInt(it, 1) },
    AtomicOperation("getLongVolatile", 8, false) { getLongVolatile(it) },
    AtomicOperation("getLongAcquire", 8, false) { getLongAcquire(it) },
    AtomicOperation("setLongVolatile", 8, true) { setLongVolatile(it, 1) },
    AtomicOperation("setLongRelease", 8, true) { setLongRelease(it, 1) },
    AtomicOperation("compareAndSetLong", 8, true) { compareAndSetLong(it, 0, 1) },
    AtomicOperation("compareAndExchangeLong", 8, true) { compareAndExchangeLong(it, 0, 1) },
    AtomicOperation("getAndAddLong", 8, true) { getAndAddLong(it, 1) },
    AtomicOperation("getAndSetLong", 8, true) { getAndSetLong(it, 1) },
)

private const val THREADS = 4
private const val ADDITIONS = 5_000
private const val MESSAGES = 5_000L

private val page = MMap.pageSize
private val outside = listOf(Long.MIN_VALUE, -8L, -1L, Long.MAX_VALUE, Long.MAX_VALUE - 7, 1L shl 40)

private val kinds = listOf<Pair<String, MMapOptions.() -> Unit>>(
    "shared" to { flags(MapFlag.SHARED) },
    "private" to { flags(MapFlag.PRIVATE) },
)

internal class AtomicAccessSpec : FunSpec({
    val rows = mappingsByPath.filter { it.offset <= 1 && it.size <= page + 1 }

    test("atomic numbers lie at multiples of their size, counted from the beginning of the file, and nowhere else") {
        forEachOf(rows.filter { it.writable && it.size > 0 }) { subject ->
            for (operation in operations) for (index in 0L..16L) {
                if (index + operation.bytes > subject.row.size) continue
                if ((subject.row.offset + index) % operation.bytes == 0L) {
                    operation.run(subject.map, index)
                } else {
                    val before = subject.bytes()
                    shouldThrow<IllegalArgumentException> { operation.run(subject.map, index) }.message shouldBe
                        "${operation.name} needs a multiple of ${operation.bytes}: index=$index, " +
                        "and the map's offset=${subject.row.offset}"
                    subject.bytes() shouldBe before
                }
            }
        }
    }

    test("atomic accesses outside are out of bounds, even if they are misaligned, too") {
        forEachOf(rows.filter { it.writable }) { subject ->
            val size = subject.row.size
            for (operation in operations) for (index in outside + (size - operation.bytes + 1) + size + (size + 1)) {
                shouldThrow<IndexOutOfBoundsException> { operation.run(subject.map, index) }.message shouldBe
                    "${operation.name} out of range: index=$index, count=${operation.bytes}, size=$size"
            }
            subject.bytes() shouldBe subject.content
        }
    }

    test("a read-only map is read and not changed, a closed one neither") {
        forEachOf(rows.filter { !it.writable && it.size == page + 1 && it.offset == 0L }) { subject ->
            for (operation in operations) withClue(operation.name) {
                if (operation.writes) {
                    for (index in listOf(0L, 1L, -1L)) {
                        shouldThrow<ReadOnlyMMapException> { operation.run(subject.map, index) }
                    }
                } else {
                    operation.run(subject.map, 0)
                }
            }
            subject.map.close()
            for (operation in operations) for (index in listOf(0L, 1L, -1L)) {
                shouldThrow<IllegalStateException> { operation.run(subject.map, index) }
                    .message shouldBe "mmap is closed"
            }
        }
    }

    test("each does what it says, in maps of all threads and of one") {
        for (confined in listOf(false, true)) MMapOptions().length(page).confined(confined).anonymous().use { map ->
            val last = page - 8
            map.setLongVolatile(last, 0x0102030405060708)
            map.getLong(last, Endian.LITTLE) shouldBe 0x0102030405060708
            map.getLongVolatile(last) shouldBe 0x0102030405060708
            map.compareAndSetLong(last, 1, 2) shouldBe false
            map.compareAndSetLong(last, 0x0102030405060708, -1) shouldBe true
            map.compareAndExchangeLong(last, 5, 6) shouldBe -1
            map.compareAndExchangeLong(last, -1, Long.MAX_VALUE) shouldBe -1
            map.getAndAddLong(last, 1) shouldBe Long.MAX_VALUE
            map.getAndSetLong(last, 7) shouldBe Long.MIN_VALUE
            map.setLongRelease(last, map.getLongAcquire(last) + 1)
            map.getLongAcquire(last) shouldBe 8
            map.setIntVolatile(4, 0x01020304)
            map.getInt(4, Endian.LITTLE) shouldBe 0x01020304
            map.getIntVolatile(4) shouldBe 0x01020304
            map.compareAndSetInt(4, 1, 2) shouldBe false
            map.compareAndSetInt(4, 0x01020304, -1) shouldBe true
            map.compareAndExchangeInt(4, 5, 6) shouldBe -1
            map.compareAndExchangeInt(4, -1, Int.MAX_VALUE) shouldBe -1
            map.getAndAddInt(4, 1) shouldBe Int.MAX_VALUE
            map.getAndSetInt(4, 7) shouldBe Int.MIN_VALUE
            map.setIntRelease(4, map.getIntAcquire(4) + 1)
            map.slice(0, 12) shouldBe byteArrayOf(0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0)
        }
    }

    test("threads that add to one number by addition, and by comparing, lose nothing") {
        MMap.anonymous(page).use { map ->
            coroutineScope {
                repeat(THREADS) {
                    launch(Dispatchers.IO) {
                        repeat(ADDITIONS) {
                            map.getAndAddLong(0, 1)
                            map.getAndAddInt(8, 1)
                            do {
                                val seen = map.getIntVolatile(12)
                            } while (!map.compareAndSetInt(12, seen, seen + 1))
                            do {
                                val seen = map.getLongAcquire(16)
                            } while (!map.compareAndSetLong(16, seen, seen + 1))
                        }
                    }
                }
            }
            map.getLongVolatile(0) shouldBe THREADS * ADDITIONS
            map.getIntVolatile(8) shouldBe THREADS * ADDITIONS
            map.getIntVolatile(12) shouldBe THREADS * ADDITIONS
            map.getLongVolatile(16) shouldBe THREADS * ADDITIONS
        }
    }

    for ((name, configure) in kinds) {
        test("no addition is lost or repeated while a $name map is being resized") {
            MMapOptions().apply(configure).length(page).anonymous().use { map ->
                val running = AtomicInt(THREADS)
                coroutineScope {
                    repeat(THREADS) {
                        launch(Dispatchers.IO) {
                            repeat(ADDITIONS) {
                                map.getAndAddLong(0, 1)
                                do {
                                    val seen = map.getIntVolatile(8)
                                } while (!map.compareAndSetInt(8, seen, seen + 1))
                            }
                            running.addAndFetch(-1)
                        }
                    }
                    launch(Dispatchers.IO) {
                        var round = 0
                        while (running.load() > 0) {
                            map.resize(page * (1 + ++round % 3))
                            repeat(round % 40) { backOff(it) }
                        }
                    }
                }
                map.getLongVolatile(0) shouldBe THREADS * ADDITIONS
                map.getIntVolatile(8) shouldBe THREADS * ADDITIONS
            }
        }

        test("who sees a number that was released in a $name map sees what was written before, and it is stored once") {
            MMapOptions().apply(configure).length(page).anonymous().use { map ->
                val running = AtomicInt(1)
                coroutineScope {
                    // The number is 2 n when message n is there, and one more when it was read.
                    launch(Dispatchers.IO) {
                        for (message in 1..MESSAGES) {
                            awaitNumber(map, 2 * message - 1)
                            map.setLong(16 + message % 100 * 8, message, Endian.LITTLE)
                            map.setLongRelease(0, 2 * message)
                        }
                    }
                    launch(Dispatchers.IO) {
                        map.setLongRelease(0, 1)
                        for (message in 1..MESSAGES) {
                            awaitNumber(map, 2 * message)
                            val found = map.getLong(16 + message % 100 * 8, Endian.LITTLE)
                            if (found != message) throw AssertionError("$found instead of $message")
                            map.setLongRelease(0, 2 * message + 1)
                        }
                        running.store(0)
                    }
                    launch(Dispatchers.IO) {
                        var round = 0
                        while (running.load() > 0) {
                            map.resize(page * (1 + ++round % 2))
                            repeat(20) { backOff(it) }
                        }
                    }
                }
                map.getLongVolatile(0) shouldBe 2 * MESSAGES + 1
            }
        }
    }

    test("samples: tickets and a text that is handed over") {
        MMap.anonymous(page).use { map ->
            AtomicSamples.tickets(map, 3) shouldBe listOf<Long>(0, 1, 2)
            AtomicSamples.received(map, 2) shouldBe null
            AtomicSamples.handOver(map, "hi")
            AtomicSamples.received(map, 2) shouldBe "hi"
            AtomicSamples.tickets(map, 1) shouldBe listOf<Long>(3)
        }
    }
})

private fun awaitNumber(map: MMap, number: Long) {
    var attempt = 0
    while (true) {
        val seen = map.getLongAcquire(0)
        if (seen == number) return
        if (seen > number) throw AssertionError("$seen has come before $number")
        backOff(attempt++)
    }
}
