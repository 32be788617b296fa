package dev.kmmap

import dev.kmmap.fixtures.Call
import dev.kmmap.fixtures.Kind
import dev.kmmap.fixtures.MappingRow
import dev.kmmap.fixtures.Origin
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappings
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private val page = MMap.pageSize

/** Never given to real memory: the machine itself would lose pages. */
private val harmful = setOf(Advice.HW_POISON, Advice.SOFT_OFFLINE)

/** What may change the bytes of the range it is given for. */
private val destructive = setOf(
    Advice.DONT_NEED, Advice.DONT_NEED_LOCKED, Advice.FREE, Advice.REMOVE, Advice.WIPE_ON_FORK,
    Advice.FREE_REUSABLE, Advice.ZERO_WIRED_PAGES, Advice.ZERO,
)

private val supported = Advice.entries.filter { it.isSupported && it !in harmful }

/** Gives [advice]; a kernel may refuse it for this map, but only with an exception that says so. */
private fun adviseIfPossible(map: MMap, advice: Advice, offset: Long, length: Long): Boolean = try {
    map.advise(advice, offset, length)
    true
} catch (e: MMapException) {
    e.operation shouldBe "madvise"
    e.message shouldContain advice.constantName
    e.errorName shouldBeIn listOf("EINVAL", "EAGAIN", "EIO", "ENOMEM", "EPERM", "EACCES", "EBADF", "EFAULT", "EBUSY")
    false
}

/** One row for each way to ask for rights, with bytes on several pages and not at a page's start where possible. */
private val oneOfEach: List<MappingRow> = mappings
    .filter { it.origin != Origin.DESCRIPTOR && it.size == 3 * page + 5 && it.offset in listOf(0L, page + 1) }

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
        for (advice in listOf(Advice.NORMAL, Advice.RANDOM, Advice.SEQUENTIAL, Advice.WILL_NEED)) {
            forEachOf(mappings) { subject ->
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
                calls.count(Call.ADVISE) shouldBe 0
            }
        }
    }

    test("the range has to begin inside the map; its length is clamped") {
        forEachOf(mappingsByPath) { subject ->
            val size = subject.row.size
            val outside = listOf(-1L, Long.MIN_VALUE, Long.MAX_VALUE, size + 1, size).filter { it != 0L }
            for (offset in outside) {
                shouldThrow<IllegalArgumentException> { subject.map.advise(Advice.NORMAL, offset) }.message shouldBe
                    "advise out of range: offset=$offset, size=$size"
            }
            for (length in listOf(-1L, Long.MIN_VALUE)) {
                shouldThrow<IllegalArgumentException> { subject.map.advise(Advice.NORMAL, 0, length) }.message shouldBe
                    "length must not be negative: $length"
            }
            subject.map.advise(Advice.NORMAL, 0, size + 1)
            subject.map.advise(Advice.NORMAL, size / 2, Long.MAX_VALUE)
        }
    }

    test("an advice that throws bytes away never touches a byte outside of its range") {
        val size = 3 * page + 5
        val edges = listOf(0L, 1L, page - 1, page, page + 1, 3 * page - 1, size)
        val kinds = mappings.filter {
            it.size == size && it.writable && it.origin != Origin.DESCRIPTOR && it.offset in listOf(0L, 1L)
        }
        val ranges = edges.flatMap { start -> edges.filter { it > start }.map { start to it } }
        for (advice in destructive.filter { it.isSupported }) for ((start, end) in ranges) forEachOf(kinds) { subject ->
            if (start < subject.row.size) {
                // Private pages are what can be lost: make all of them private.
                subject.map.write(subject.content)
                adviseIfPossible(subject.map, advice, start, end - start)
                val left = subject.bytes()
                for (index in left.indices) {
                    val inside = index in start until end
                    if (!inside && left[index] != subject.content[index]) {
                        error("$advice [$start, $end): the byte at $index was lost")
                    }
                }
                if (subject.row.reachesFile) {
                    val around = subject.fileWith(left)
                    subject.fileBytes() shouldBe around
                }
            }
        }
    }

    test("private memory shows zeros for the pages that it does not need any more") {
        if (Advice.DONT_NEED.isSupported) {
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
    }

    test("a copy-on-write map shows its file again for the pages that it does not need any more") {
        if (Advice.DONT_NEED.isSupported) {
            forEachOf(mappings.filter { it.kind == Kind.COPY && it.origin == Origin.PATH && it.size > 0 }) { subject ->
                subject.map.write(ByteArray(subject.size))
                subject.map.advise(Advice.DONT_NEED)
                subject.bytes() shouldBe subject.content
            }
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
                    map.advise(Advice.REMOVE, 0, page - 7)
                }
                calls.count(Call.ADVISE) shouldBe 0
            }
        }
    }

    test("advices that only help are rounded outwards: even of one byte the system is told") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(3 * page).apply { systemCalls = calls }.anonymous().use { map ->
                map.advise(Advice.WILL_NEED, page + 5, 1)
                calls.count(Call.ADVISE) shouldBe 1
                map.advise(Advice.WILL_NEED, page + 5, 0)
                calls.count(Call.ADVISE) shouldBe 1
            }
        }
    }

    test("what the system says about an advice is told, with the range") {
        withFaultySystemCalls { calls ->
            MMapOptions().length(page).apply { systemCalls = calls }.anonymous().use { map ->
                calls.fail(Call.ADVISE, error = "EAGAIN")
                val failure = shouldThrow<MMapException> { map.advise(Advice.WILL_NEED, 3, 5) }
                failure.errorName shouldBe "EAGAIN"
                failure.operation shouldBe "madvise"
                failure.message shouldContain "madvise(anonymous, MADV_WILLNEED, offset=3, length=5): "
                map.advise(Advice.WILL_NEED, 3, 5)
            }
        }
    }
})
