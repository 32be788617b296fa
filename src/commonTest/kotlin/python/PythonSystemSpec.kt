package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withFile
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.SystemCalls
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** CPython's test_mmap: flush, madvise and set_name. */
internal class PythonSystemSpec : FunSpec({
    val pageBytes = page.toInt()

    test("test_flush_return_value: flush returns nothing and takes any range of the map (deviation: unaligned ones)") {
        withFile(ByteArray(10)) { map, _ ->
            map.flush() shouldBe Unit
            map.flush(1, 6) shouldBe Unit
        }
        MMap.anonymous(10).use { map ->
            map.flush() shouldBe Unit
            map.flush(1, 6) shouldBe Unit
        }
    }

    test("test_flush_parameters: flush takes an offset, a length and a mode") {
        withFile(ByteArray(3 * pageBytes)) { map, _ ->
            map.flush()
            map.flush(page)
            map.flush(page, page)
            map.flush(0, page, FlushMode.SYNC)
            map.flush(FlushMode.ASYNC)
            map.flush(3 * page, 0)
        }
    }

    testNeeding(
        Requirement.INVALIDATE,
        "test_flush_parameters: flush can invalidate (deviation: only in a mode of its own, which waits as well)",
    ) {
        withFile(ByteArray(3 * pageBytes)) { map, _ ->
            map.flush(2 * page, mode = FlushMode.INVALIDATE)
            map.flush(0, page, FlushMode.INVALIDATE)
        }
    }

    test("flush refuses a range outside of the map, even if it would do nothing") {
        for (access in Access.entries) {
            withFile(ByteArray(pageBytes), access) { map, _ ->
                val ranges = listOf(-1L to -1L, 0L to -2L, 0L to page + 1, page + 1 to 0L, page + 1 to -1L, 1L to page)
                for ((offset, length) in ranges + (Long.MAX_VALUE to Long.MAX_VALUE)) {
                    shouldThrow<IllegalArgumentException> { map.flush(offset, length) }
                }
                map.flush(page, 0)
                map.flush(7, 1)
            }
        }
    }

    test("flush makes a private map with raw flags do as a shared one") {
        TemporaryFile(bytes("abc")).use { file ->
            MMapOptions().flags(MapFlag.PRIVATE).open(file.path).use { map ->
                map[0] = byte('x')
                map.flush()
            }
            file.readBytes() shouldBe bytes("abc")
        }
    }

    test("flush can go on to the whole file (deviation: Python stops at msync)") {
        withFile(ByteArray(pageBytes)) { map, file ->
            map[0] = byte('x')
            map.flush(FlushMode.DURABLE)
            MMapOptions().access(Access.WRITE).trackFile(false).open(file.path).use {
                shouldThrow<UnsupportedOperationException> { it.flush(FlushMode.DURABLE) }
            }
        }
    }

    test("a flush that has failed keeps failing (deviation: in Python the next one may succeed and say nothing)") {
        TemporaryFile(ByteArray(pageBytes)).use { file ->
            val failing = FailingOnce()
            MMapOptions().access(Access.WRITE).also { it.systemCalls = failing }.open(file.path).use { map ->
                shouldThrow<MMapException> { map.flush() }.operation shouldBe SystemCall.SYNC.here
                shouldThrow<MMapException> { map.flush() }.operation shouldBe SystemCall.SYNC.here
                failing.syncs shouldBe 1
            }
        }
    }

    test("test_madvise: an advice is for a range that begins inside the map") {
        withFile(ByteArray(2 * pageBytes)) { map, _ ->
            shouldThrow<IllegalArgumentException> { map.advise(Advice.WILL_NEED, map.size) }
            shouldThrow<IllegalArgumentException> { map.advise(Advice.WILL_NEED, -1) }
            shouldThrow<IllegalArgumentException> { map.advise(Advice.WILL_NEED, 0, -1) }
            map.advise(Advice.WILL_NEED) shouldBe Unit
            map.advise(Advice.WILL_NEED, page) shouldBe Unit
            map.advise(Advice.WILL_NEED, page, 2 * page) shouldBe Unit
            map.advise(Advice.WILL_NEED, 0, 2) shouldBe Unit
            map.advise(Advice.WILL_NEED, 0, 2 * page) shouldBe Unit
        }
    }

    test("test_madvise: a length past every end is clamped, and any range will do (deviation: refused by Python)") {
        withFile(ByteArray(2 * pageBytes)) { map, _ ->
            map.advise(Advice.WILL_NEED, page, Long.MAX_VALUE)
            map.advise(Advice.WILL_NEED, 1, page)
            map.advise(Advice.WILL_NEED, 1, 0)
        }
    }

    test("an advice needs no write permission, and an empty map takes it (deviation: Python has no empty maps)") {
        withFile(ByteArray(pageBytes), Access.READ) { map, _ -> map.advise(Advice.WILL_NEED) }
        MMap.anonymous(0).use { map -> map.advise(Advice.WILL_NEED) }
    }

    test("an advice that this system lacks is refused by name (deviation: in Python its constant is missing)") {
        MMap.anonymous(page).use { map ->
            val error = shouldThrow<UnsupportedOperationException> { map.advise(Advice.AUTO_SYNC) }
            error.message.orEmpty().contains("MADV_AUTOSYNC") shouldBe true
        }
    }

    testNeeding(
        Requirement.DONT_NEED,
        "DONT_NEED clears private memory, takes a copy back to its file, and leaves shared memory alone",
    ) {
        MMapOptions().flags(MapFlag.PRIVATE).length(page).anonymous().use { map ->
            map[0] = 1
            map.advise(Advice.DONT_NEED)
            map[0] shouldBe 0
        }
        withFile(ByteArray(pageBytes) { byte('f') }, Access.COPY) { map, _ ->
            map[0] = 1
            map.advise(Advice.DONT_NEED)
            map[0] shouldBe byte('f')
        }
        MMap.anonymous(page).use { map ->
            map[0] = 1
            map.advise(Advice.DONT_NEED)
            map[0] shouldBe 1
        }
    }

    testNeeding(Requirement.FREE_AND_REMOVE, "FREE is refused for shared memory") {
        MMap.anonymous(page).use { map ->
            shouldThrow<MMapException> { map.advise(Advice.FREE) }.errorName shouldBe "EINVAL"
        }
    }

    testNeeding(Requirement.FREE_AND_REMOVE, "REMOVE makes a hole in the file, whose size stays") {
        withFile(ByteArray(2 * pageBytes) { byte('f') }) { map, file ->
            try {
                map.advise(Advice.REMOVE, page)
            } catch (refused: MMapException) {
                // Where the folder's file system has no holes.
                refused.errorName shouldBe "EOPNOTSUPP"
                return@withFile
            }
            file.readBytes() shouldBe ByteArray(pageBytes) { byte('f') } + ByteArray(pageBytes)
        }
    }

    test("test_set_name: memory takes a name of up to 66 bytes") {
        for (flag in listOf(MapFlag.SHARED, MapFlag.PRIVATE)) {
            MMapOptions().flags(flag).length(page).anonymous().use { map ->
                map.name shouldBe null
                map.setName("test_mapping")
                map.name shouldBe "test_mapping"
                map.setName("x".repeat(66))
                shouldThrow<IllegalArgumentException> { map.setName("x".repeat(67)) }
                shouldThrow<IllegalArgumentException> { map.setName("é".repeat(34)) }
                shouldThrow<IllegalArgumentException> { map.setName("a\u0000b") }
                shouldThrow<IllegalArgumentException> { map.setName("a\ud800") }
                map.name shouldBe "x".repeat(66)
            }
        }
    }

    test("test_set_name: the map of a file takes none (deviation: UnsupportedOperationException)") {
        withFile(ByteArray(pageBytes)) { map, _ ->
            shouldThrow<UnsupportedOperationException> { map.setName("test_mapping") }
        }
    }
})

/** The system, but for the first sync, which fails. */
private class FailingOnce : SystemCalls by platformSystemCalls {
    var syncs = 0

    override fun sync(address: Long, length: Long, flags: Int): Long =
        if (syncs++ == 0) -Symbol.DEVICE.code() else platformSystemCalls.sync(address, length, flags)
}
