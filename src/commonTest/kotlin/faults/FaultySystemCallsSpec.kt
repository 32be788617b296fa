package dev.kmmap.faults

import dev.kmmap.FlushMode
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.internal.system.Capabilities
import dev.kmmap.internal.system.NO_DESCRIPTOR
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

private val page = platformSystemCalls.pageSize
private val readWrite = Protection.READ.bit or Protection.WRITE.bit
private val shared = MapFlag.SHARED.constant.value("MAP_SHARED")
private val anonymous = MapFlag.PRIVATE.constant.value("MAP_PRIVATE") or
    MapFlag.ANONYMOUS.constant.value("MAP_ANONYMOUS")

/** The calls tell of [misuse], even if nothing is left. */
private fun FaultySystemCalls.shouldHaveNoticed(misuse: String) {
    clean()
    misuses.joinToString() shouldContain misuse
    shouldThrow<AssertionError> { shouldHaveNothingLeft() }
}

/** What the other specs rely on: that a mistake of the library does not go unnoticed. */
internal class FaultySystemCallsSpec : FunSpec({
    test("use of what is not there is noticed") {
        val uses = listOf<Pair<String, (FaultySystemCalls) -> Unit>>(
            "FILE_SIZE of descriptor 987654321" to { it.fileSize(987_654_321) },
            "CLOSE of descriptor 987654321" to { it.close(987_654_321) },
            "MAP of descriptor 987654321" to { it.map(987_654_321, 0, page, readWrite, shared) },
            "SYNC of a range that is not mapped" to {
                val address = it.map(NO_DESCRIPTOR, 0, page, readWrite, anonymous)
                it.unmap(address, page) shouldBe 0
                it.sync(address, page, FlushMode.SYNC.constant.value("MS_SYNC"))
            },
            "lent, was closed" to { calls ->
                TemporaryFile(ByteArray(1)).use { file ->
                    val descriptor = platformSystemCalls.open(file.path, OpenMode.READ)
                    calls.lend(descriptor)
                    calls.close(descriptor) shouldBe 0
                    calls.takeBack(descriptor)
                }
            },
        )
        for ((misuse, use) in uses) withFaultySystemCalls { calls ->
            use(calls)
            calls.shouldHaveNoticed(misuse)
        }
    }

    test("what is left is noticed: a descriptor, a range, a name") {
        TemporaryFile(ByteArray(1)).use { file ->
            val leaks = listOf<(FaultySystemCalls) -> Long>(
                { it.open(file.path, OpenMode.READ) },
                { it.map(NO_DESCRIPTOR, 0, page, readWrite, anonymous) },
                { calls -> calls.openMemory("kmmap-test-leak", OpenMode.CREATE_NEW, page).also { calls.close(it) } },
            )
            for (leak in leaks) withFaultySystemCalls { calls ->
                leak(calls) shouldBeGreaterThanOrEqual 0
                shouldThrow<AssertionError> { calls.shouldHaveNothingLeft() }
                calls.clean()
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("the chosen call fails with the chosen error, and no other one") {
        TemporaryFile(ByteArray(5)).use { file ->
            withFaultySystemCalls { calls ->
                val descriptor = calls.open(file.path, OpenMode.READ)
                calls.fail(SystemCall.FILE_SIZE, number = 2, error = Symbol.BUSY)
                calls.fileSize(descriptor) shouldBe 5
                calls.fileSize(descriptor) shouldBe -Symbol.BUSY.code()
                calls.fileSize(descriptor) shouldBe 5
                calls.hits shouldBe 1
                calls.close(descriptor) shouldBe 0
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a system that cannot cut a mapped file refuses that, through any descriptor, until it is not mapped") {
        TemporaryFile(ByteArray(100)).use { file ->
            withFaultySystemCalls(Capabilities.WINDOWS) { calls ->
                val first = calls.open(file.path, OpenMode.READ_WRITE)
                val second = calls.open(file.path, OpenMode.READ_WRITE)
                val address = calls.map(first, 0, 10, readWrite, shared)
                for (descriptor in listOf(first, second, calls.duplicate(first))) {
                    calls.truncate(descriptor, 99) shouldBe -Symbol.BUSY.code()
                    calls.truncate(descriptor, 100) shouldBe 0
                }
                calls.unmap(address, 10) shouldBe 0
                calls.truncate(second, 50) shouldBe 0
                calls.fileSize(first) shouldBe 50
                calls.descriptors.keys.forEach { calls.close(it) shouldBe 0 }
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("what a system is said not to have is not to be used") {
        val uses = listOf<Pair<SystemCall, (FaultySystemCalls) -> Unit>>(
            SystemCall.CREATE_MEMORY to { it.createMemory("test", sealable = false) },
            SystemCall.REMAP to { it.remap(it.map(NO_DESCRIPTOR, 0, page, readWrite, anonymous), page, 2 * page) },
        )
        for ((call, use) in uses) withFaultySystemCalls(Capabilities.WINDOWS) { calls ->
            use(calls)
            calls.shouldHaveNoticed("$call, which the system is said not to have")
        }
    }

    test("named memory keeps its size where it is said to") {
        withFaultySystemCalls(Capabilities.WINDOWS) { calls ->
            val descriptor = calls.openMemory("kmmap-test-fixed", OpenMode.CREATE_NEW, page)
            calls.truncate(descriptor, page) shouldBe 0
            calls.truncate(descriptor, 2 * page) shouldBe -Symbol.NOT_SUPPORTED.code()
            calls.close(descriptor) shouldBe 0
            calls.removeMemory("kmmap-test-fixed")
            calls.shouldHaveNothingLeft()
        }
    }
})
