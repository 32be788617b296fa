package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.MappingRow
import dev.kmmap.fixtures.OpenedBy
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.currentSystem
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.offsets
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import io.kotest.matchers.string.shouldEndWith

private val page = MMap.pageSize

/** Never given to real memory: the machine itself would lose pages. */
private val harmful = setOf(Advice.HW_POISON, Advice.SOFT_OFFLINE, Advice.GUARD_INSTALL)

/** What may change the bytes of the range it is given for. */
private val destructive = setOf(
    Advice.DONT_NEED, Advice.DONT_NEED_LOCKED, Advice.FREE, Advice.REMOVE, Advice.WIPE_ON_FORK,
    Advice.FREE_REUSABLE, Advice.ZERO_WIRED_PAGES, Advice.ZERO,
)

/** What has to be said before the bytes are touched again. */
private val undoing = mapOf(Advice.FREE_REUSABLE to Advice.FREE_REUSE)

private val supported = Advice.entries.filter { it.isSupported && it !in harmful }

/** What systems say to an advice that does not suit a map, or for which something is missing. */
private val refusals = listOf(
    "EINVAL", "EAGAIN", "EIO", "ENOMEM", "EPERM", "EACCES", "EBADF", "EFAULT", "EBUSY",
    "ERROR_INVALID_PARAMETER", "ERROR_INVALID_ADDRESS", "ERROR_PROC_NOT_FOUND", "ERROR_BUSY",
)

/** Gives [advice]; a kernel may refuse it for this map, but only with an exception that says so. */
private fun adviseIfPossible(map: MMap, advice: Advice, offset: Long, length: Long): Boolean = try {
    map.advise(advice, offset, length)
    true
} catch (e: MMapException) {
    e.operation shouldBe advice.functionOn(currentSystem)
    e.message shouldContain advice.constantName
    e.errorName shouldBeIn refusals
    false
}

/** One row for each way to ask for rights, with bytes on several pages and not at a page's start where possible. */
private val oneOfEach: List<MappingRow> = mappings
    .filter { it.origin != OpenedBy.DESCRIPTOR && it.size == 3 * page + 5 && it.offset in listOf(0L, offsets.last()) }

internal class AdviseSpec : FunSpec({
    test("every advice that this system has is taken or refused with a reason, for every mapping") {
        for (advice in supported) {
            forEachOf(oneOfEach.filter { advice !in destructive || it.writable }) { subject ->
                adviseIfPossible(subject.map, advice, 0, Long.MAX_VALUE)
                subject.map.size shouldBe subject.row.size
                if (advice !in destructive) subject.bytes() shouldBe subject.content
            }
        }
    }

    test("the classic advices are taken for every mapping, empty ones included, and change nothing") {
        val classic = listOf(Advice.NORMAL, Advice.RANDOM, Advice.SEQUENTIAL, Advice.WILL_NEED)
        for (advice in classic.filter { it.isSupported }) {
            forEachOf(mappingsByPath) { subject ->
                subject.map.advise(advice)
                subject.map.advise(advice, subject.row.size / 2)
                subject.map.advise(advice, subject.row.size / 3, subject.row.size / 3)
                subject.map.advise(advice, 0, 0)
                subject.bytes() shouldBe subject.content
            }
        }
    }

    test("an advice that this system lacks is refused, with its name and the systems that have it") {
        val missing = Advice.entries.filter { !it.isSupported }
        withFaultySystemCalls { calls ->
            MMapOptions().length(10).apply { systemCalls = calls }.anonymous().use { map ->
                for (advice in missing) {
                    val failure = shouldThrow<UnsupportedOperationException> { map.advise(advice) }
                    failure.message shouldContain " has no ${advice.constantName}; it exists on: "
                }
                calls.count(SystemCall.ADVISE) shouldBe 0
            }
        }
    }

    test("the range has to begin inside the map; its length is clamped") {
        forEachOf(mappingsByPath) { subject ->
            val size = subject.row.size
            val outside = listOf(-1L, Long.MIN_VALUE, Long.MAX_VALUE, size + 1, size).filter { it != 0L }
            for (offset in outside) {
                shouldThrow<IllegalArgumentException> { subject.map.advise(Advice.WILL_NEED, offset) }.message shouldBe
                    "advise out of range: offset=$offset, size=$size"
            }
            for (length in listOf(-1L, Long.MIN_VALUE)) {
                shouldThrow<IllegalArgumentException> { subject.map.advise(Advice.WILL_NEED, 0, length) }
                    .message shouldBe "length must not be negative: $length"
            }
            subject.map.advise(Advice.WILL_NEED, 0, size + 1)
            subject.map.advise(Advice.WILL_NEED, size / 2, Long.MAX_VALUE)
        }
    }

    test("an advice that throws bytes away never touches a byte outside of its range") {
        val size = 3 * page + 5
        val edges = listOf(0L, 1L, page - 1, page, page + 1, 3 * page - 1, size)
        val kinds = mappings.filter {
            it.size == size && it.writable && it.origin != OpenedBy.DESCRIPTOR && it.offset in listOf(0L, 1L)
        }
        val ranges = edges.flatMap { start -> edges.filter { it > start }.map { start to it } }
        for (advice in destructive.filter { it.isSupported }) for ((start, end) in ranges) forEachOf(kinds) { subject ->
            if (start < subject.row.size) {
                // Private pages are what can be lost: make all of them private.
                subject.map.write(subject.content)
                adviseIfPossible(subject.map, advice, start, end - start)
                undoing[advice]?.let { adviseIfPossible(subject.map, it, start, end - start) }
                val left = subject.bytes()
                withClue("$advice [$start, $end)") {
                    left.copyOf(start.toInt()) shouldBe subject.content.copyOf(start.toInt())
                    left.copyOfRange(end.toInt(), subject.size) shouldBe
                        subject.content.copyOfRange(end.toInt(), subject.size)
                }
                if (subject.row.reachesFile) {
                    val around = subject.fileWith(left)
                    subject.fileBytes() shouldBe around
                }
            }
        }
    }

    testNeeding(Requirement.DONT_NEED, "private memory shows zeros for the pages that it does not need any more") {
        val size = 3 * page + 100
        MMapOptions().flags(MapFlag.PRIVATE).length(size).anonymous().use { map ->
            val content = patternOf(size.toInt())
            map.copyFrom(0, content)
            map.advise(Advice.DONT_NEED, 5, page + 10)
            map.slice(0) shouldBe content
            map.advise(Advice.DONT_NEED, page - 1, page + 1)
            map.slice(0) shouldBe content.also { it.fill(0, page.toInt(), 2 * page.toInt()) }
            map.advise(Advice.DONT_NEED, 3 * page)
            map.slice(0) shouldBe content.also { it.fill(0, 3 * page.toInt()) }
            map.advise(Advice.DONT_NEED)
            map.slice(0) shouldBe ByteArray(size.toInt())
        }
    }

    testNeeding(Requirement.DONT_NEED, "a copy-on-write map shows its file again for the pages that it does not need") {
        forEachOf(mappings.filter { it.kind == Kind.COPY && it.origin == OpenedBy.PATH && it.size > 0 }) { subject ->
            subject.map.write(ByteArray(subject.size))
            subject.map.advise(Advice.DONT_NEED)
            subject.bytes() shouldBe subject.content
        }
    }

    test("advices that destroy are rounded inwards: on less than a page no system call is made") {
        withFaultySystemCalls { calls ->
            TemporaryFile(ByteArray(5 * page.toInt())).use { file ->
                val options = MMapOptions().access(Access.WRITE).offset(7).apply { systemCalls = calls }
                options.open(file.path).use { map ->
                    for (advice in (destructive + Advice.HW_POISON).filter { it.isSupported }) {
                        map.advise(advice, 1, page - 8)
                        map.advise(advice, 3, page + 100)
                    }
                    if (Advice.REMOVE.isSupported) map.advise(Advice.REMOVE, 0, page - 7)
                }
                calls.count(SystemCall.ADVISE) shouldBe 0
            }
        }
    }

    test("advices that only help are rounded outwards: even of one byte the system is told") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(3 * page).apply { systemCalls = calls }.anonymous().use { map ->
                map.advise(Advice.WILL_NEED, page + 5, 1)
                calls.count(SystemCall.ADVISE) shouldBe 1
                map.advise(Advice.WILL_NEED, page + 5, 0)
                calls.count(SystemCall.ADVISE) shouldBe 1
            }
        }
    }

    test("pages that nobody may touch are not to be had by an advice, and what takes that back is harmless") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(3 * page).apply { systemCalls = calls }.anonymous().use { map ->
                shouldThrow<UnsupportedOperationException> { map.advise(Advice.GUARD_INSTALL, page, page) }
                    .message shouldContain "MADV_GUARD_INSTALL"
                calls.count(SystemCall.ADVISE) shouldBe 0
                map[page] = 1
                if (Advice.GUARD_REMOVE.isSupported) adviseIfPossible(map, Advice.GUARD_REMOVE, 0, 3 * page)
                map[page] shouldBe 1
            }
        }
    }

    test("an advice or a flag that the kernel may be too old for says so when it is refused") {
        withFaultySystemCalls { calls ->
            val options = MMapOptions().flags(MapFlag.PRIVATE).length(page).apply { systemCalls = calls }
            options.anonymous().use { map ->
                for (advice in supported.filter { it.constant.since != null }) {
                    calls.fail(SystemCall.ADVISE, 1, Symbol.INVALID)
                    shouldThrow<MMapException> { map.advise(advice) }.message shouldContain
                        "; ${advice.constantName} needs Linux ${advice.constant.since}"
                }
                if (Advice.NORMAL.isSupported) {
                    calls.fail(SystemCall.ADVISE, 1, Symbol.INVALID)
                    shouldThrow<MMapException> { map.advise(Advice.NORMAL) }.message shouldEndWith "(EINVAL 22)"
                }
            }
            if (MapFlag.DROPPABLE.isSupported) {
                calls.fail(SystemCall.MAP, 1, Symbol.INVALID)
                shouldThrow<MMapException> { options.flags(MapFlag.DROPPABLE).anonymous() }.message shouldEndWith
                    "(EINVAL 22); MAP_DROPPABLE needs Linux 6.11"
            }
        }
    }

    test("what the system says about an advice is told, with the range") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(page).apply { systemCalls = calls }.anonymous().use { map ->
                calls.fail(SystemCall.ADVISE)
                val failure = shouldThrow<MMapException> { map.advise(Advice.WILL_NEED, 3, 5) }
                failure.errorName shouldBe SystemCall.ADVISE.error.here
                failure.operation shouldBe Advice.WILL_NEED.functionOn(currentSystem)
                failure.message shouldContain "${failure.operation}(anonymous, MADV_WILLNEED, offset=3, length=5): "
                map.advise(Advice.WILL_NEED, 3, 5)
            }
        }
    }
})
