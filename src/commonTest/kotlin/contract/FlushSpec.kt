package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapNoSpaceException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.OpenedBy
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldNotContain
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.types.shouldBeInstanceOf

private val page = MMap.pageSize

internal class FlushSpec : FunSpec({
    test("a range may begin and end anywhere in the map, in each mode that the system has") {
        forEachOf(mappings) { subject ->
            val size = subject.row.size
            for (mode in FlushMode.entries.filter { it.isSupported }) {
                // The device is slow, and what it is asked for does not depend on the row.
                if (mode == FlushMode.DURABLE && (subject.row.offset != 1L || !subject.row.trackFile)) continue
                val ranges =
                    listOf(0L to size, 0L to 0L, size to 0L, size / 3 to size / 3, size / 2 to -1L, size to -1L)
                for ((offset, length) in ranges) subject.map.flush(offset, length, mode)
                subject.map.flush(mode)
            }
            subject.map.flush()
            subject.map.flush(size / 2)
            subject.map.flush(size / 2, 0)
            subject.bytes() shouldBe subject.content
        }
    }

    test("a range outside of the map is refused, for read-only and copy-on-write maps too") {
        forEachOf(mappingsByPath.filter { it.offset <= 1 }) { subject ->
            val size = subject.row.size
            val bad = listOf(
                -1L to 0L, -1L to -1L, 0L to size + 1, 1L to size, size + 1 to 0L, size + 1 to -1L,
                0L to -2L, 0L to Long.MIN_VALUE, Long.MIN_VALUE to -1L, Long.MAX_VALUE to 1L, 1L to Long.MAX_VALUE,
            )
            for ((offset, length) in bad) {
                val failure = shouldThrow<IllegalArgumentException> { subject.map.flush(offset, length) }
                failure.message shouldContain "flush out of range: offset=$offset, length="
                failure.message shouldContain "size=$size"
            }
        }
    }

    test("what was written is in the file, with a flush and without") {
        forEachOf(mappings.filter { it.reachesFile && it.kind == Kind.WRITE }) { subject ->
            subject.map.write(ByteArray(subject.size) { 42 })
            subject.map.flush()
            subject.fileBytes() shouldBe subject.fileWith(ByteArray(subject.size) { 42 })
        }
    }

    test("read-only and copy-on-write maps have nothing to flush: no system call is made") {
        for (access in listOf(Access.READ, Access.COPY)) withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(100)).use { file ->
                val options = MMapOptions().access(access).apply { systemCalls = calls }
                options.open(file.path).use { map ->
                    for (mode in FlushMode.entries) map.flush(mode)
                }
                calls.record shouldNotContain SystemCall.SYNC
                calls.record shouldNotContain SystemCall.SYNC_FILE
            }
        }
    }

    test("a flush synchronises the pages that the range touches, and DURABLE the whole file after them") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(3 * page.toInt())).use { file ->
                val options = MMapOptions().access(Access.WRITE).offset(1).apply { systemCalls = calls }
                options.open(file.path).use { map ->
                    calls.record.clear()
                    map.flush(page, 1, FlushMode.ASYNC)
                    calls.record shouldBe listOf(SystemCall.SYNC, SystemCall.FILE_SIZE)
                    calls.record.clear()
                    map.flush(FlushMode.DURABLE)
                    calls.record shouldBe listOf(SystemCall.SYNC, SystemCall.SYNC_FILE, SystemCall.FILE_SIZE)
                    calls.record.clear()
                    map.flush(5, 0)
                    calls.record shouldBe emptyList()
                    map.flush(5, 0, FlushMode.DURABLE)
                    calls.record shouldBe listOf(SystemCall.SYNC_FILE)
                }
            }
        }
    }

    test("a flush of what lies behind the end of a truncated file fails, and so does every later one") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(3 * page.toInt())).use { file ->
                val options = MMapOptions().access(Access.WRITE).offset(1).apply { systemCalls = calls }
                options.open(file.path).use { map ->
                    calls.answer(SystemCall.FILE_SIZE) { page }
                    map.flush(0, page - 1)
                    calls.answer(SystemCall.FILE_SIZE) { page }
                    val failure = shouldThrow<MMapFaultException> { map.flush(0, page) }
                    failure.operation shouldBe SystemCall.SYNC.here
                    failure.errorName shouldBe "SIGBUS"
                    failure.message shouldContain "${file.path}, offset=0, length=$page"
                    failure.message shouldContain "end=${page + 1}, fileSize=$page): the file was truncated"
                    calls.heal()
                    shouldThrow<MMapFaultException> { map.flush(0, 1) }
                        .message shouldContain "an earlier flush failed"
                    map[0] = 1
                }
            }
            calls.shouldHaveNothingLeft()
        }
    }

    testNeeding(Requirement.CUTTING_A_MAPPED_FILE, "a flush does not succeed when somebody has truncated the file") {
        for (mode in FlushMode.entries.filter { it.isSupported }) TemporaryFile(ByteArray(100)).use { file ->
            MMap.open(file.path, Access.WRITE).use { map ->
                map[99] = 1
                file.truncate(99)
                shouldThrow<MMapFaultException> { map.flush(mode) }.message shouldContain "fileSize=99"
                shouldThrow<MMapFaultException> { map.flush(mode) }
            }
        }
    }

    testNeeding(Requirement.ZERO_DEVICE, "a device, which has no size, is flushed as ever") {
        MMapOptions().access(Access.WRITE).length(page).open("/dev/zero").use { map ->
            map[0] = 1
            map.flush()
        }
    }

    test("DURABLE needs the file") {
        forEachOf(mappings.filter { !it.trackFile }) { subject ->
            if (subject.row.kind.changesFile) {
                shouldThrow<UnsupportedOperationException> { subject.map.flush(FlushMode.DURABLE) }
                    .message shouldContain "trackFile = false"
            }
            subject.map.flush(FlushMode.SYNC)
        }
    }

    test("a mode that the system lacks is refused by name") {
        MMap.anonymous(1).use { map ->
            for (mode in FlushMode.entries.filter { !it.isSupported }) {
                shouldThrow<UnsupportedOperationException> { map.flush(mode) }.message shouldContain mode.constantName
            }
        }
    }

    test("once a flush has failed all later ones do, with the same code, until the map is opened again") {
        for ((call, mode) in listOf(SystemCall.SYNC to FlushMode.SYNC, SystemCall.SYNC_FILE to FlushMode.DURABLE)) {
            withFaultySystemCalls { calls ->
                TemporaryFile(ByteArray(100)).use { file ->
                    val options = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }
                    options.open(file.path).use { map ->
                        map.flush(mode)
                        calls.fail(call)
                        val first = shouldThrow<MMapException> { map.flush(0, 10, mode) }
                        first.errorName shouldBe call.error.here
                        first.operation shouldBe call.here
                        first.message shouldContain file.path
                        calls.heal()
                        val synced = calls.count(SystemCall.SYNC)
                        for (again in FlushMode.entries.filter { it.isSupported }) {
                            val later = shouldThrow<MMapException> { map.flush(again) }
                            later.message shouldContain "an earlier flush failed"
                            later.message shouldContain first.message!!
                            later.errorName shouldBe call.error.here
                            later.errorCode shouldBe first.errorCode
                            later.operation shouldBe first.operation
                        }
                        calls.count(SystemCall.SYNC) shouldBe synced
                        // Everything else goes on.
                        map[0] = 7
                        map[0] shouldBe 7
                        shouldThrow<IllegalArgumentException> { map.flush(101) }
                    }
                    options.open(file.path).use { map ->
                        map.flush(mode)
                        map[0] shouldBe 7
                    }
                }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a full disk stays a full disk when it is told again") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(100)).use { file ->
                MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path).use { map ->
                    calls.fail(SystemCall.SYNC, error = Symbol.NO_SPACE)
                    shouldThrow<MMapException> { map.flush() }.shouldBeInstanceOf<MMapNoSpaceException>()
                    shouldThrow<MMapException> { map.flush() }.shouldBeInstanceOf<MMapNoSpaceException>()
                }
            }
        }
    }

    testNeeding(Requirement.INVALIDATE, "pages that are locked and so cannot be invalidated are no lost write") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(100)).use { file ->
                MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path).use { map ->
                    calls.fail(SystemCall.SYNC, error = Symbol.BUSY)
                    shouldThrow<MMapException> { map.flush() }.errorName shouldBe "EBUSY"
                    map.flush()
                }
            }
        }
    }

    test("a failed flush survives a resize, and close does not flush") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(100)).use { file ->
                val map = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path)
                calls.fail(SystemCall.SYNC)
                shouldThrow<MMapException> { map.flush() }
                map.resize(200)
                shouldThrow<MMapException> { map.flush() }.message shouldContain "an earlier flush failed"
                val synced = calls.count(SystemCall.SYNC)
                map.close()
                calls.count(SystemCall.SYNC) shouldBe synced
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("an empty map is flushed without a call for its pages") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(0).apply { systemCalls = calls }.anonymous().use { map ->
                map.flush()
                map.flush(0, 0, FlushMode.ASYNC)
                calls.record shouldNotContain SystemCall.SYNC
            }
        }
        forEachOf(mappings.filter { it.size == 0L && it.origin == OpenedBy.PATH }) { it.map.flush() }
    }
})
