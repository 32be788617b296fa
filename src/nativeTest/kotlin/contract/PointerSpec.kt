@file:OptIn(DelicateMMapApi::class)

package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.DelicateMMapApi
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.base.backOff
import dev.kmmap.protect
import dev.kmmap.samples.PointerSamples
import dev.kmmap.withPointer
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlinx.cinterop.get
import kotlinx.cinterop.set
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.IO
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch

private val page = MMap.pageSize

/** Runs [operation] in another thread, and returns when it waits for those inside the map. */
private fun CoroutineScope.startAndAwaitWaiting(map: MMap, operation: () -> Unit) {
    val current = map.generation
    launch(Dispatchers.IO) { operation() }
    var attempt = 0
    while (current.gate.enter()) {
        current.gate.exit()
        backOff(attempt++)
    }
}

internal class PointerSpec : FunSpec({
    test("compare") {
        MMap.anonymous(page).use { one ->
            MMap.anonymous(page).use { other ->
                PointerSamples.compare(one, other) shouldBe true
                one[page - 1] = 1
                PointerSamples.compare(one, other) shouldBe false
                PointerSamples.compare(one, one) shouldBe true
            }
        }
    }

    test("the pointer shows the bytes of the map, and what is written there is in the map") {
        TemporaryFile(patternOf(3 * page.toInt())).use { file ->
            for (offset in listOf(0L, 1, page + 1)) {
                MMap.open(file.path, Access.COPY, offset).use { map ->
                    val bytes = map.withPointer { ByteArray(map.size.toInt()) { i -> it[i] } }
                    bytes shouldBe map.slice(0)
                    map.withPointer { it[5] = 99 }
                    map[5] shouldBe 99
                }
            }
            MMap.open(file.path).use { map -> map.withPointer { it[7] } shouldBe patternOf(8)[7] }
        }
    }

    test("an empty map has a pointer, and one without read permission and a closed one have none") {
        MMap.anonymous(0).use { map -> map.withPointer { 5 } shouldBe 5 }
        MMapOptions().protection().length(10).anonymous().use { map ->
            shouldThrow<UnsupportedOperationException> { map.withPointer { } }
        }
        val map = MMap.anonymous(10).also { it.close() }
        shouldThrow<IllegalStateException> { map.withPointer { } }.message shouldBe "mmap is closed"
    }

    test("who is inside can do anything else with the map, but not wait for itself") {
        for (confined in listOf(false, true)) {
            MMapOptions().length(page).confined(confined).anonymous().use { map ->
                map.withPointer { pointer ->
                    val ends = listOf(
                        "close" to { map.close() },
                        "resize" to { map.resize(10) },
                        "protect" to { map.protect(Protection.READ) },
                    )
                    for ((name, end) in ends) {
                        shouldThrow<IllegalStateException> { end() }.message shouldContain "$name inside withPointer"
                    }
                    map.withPointer { it[1] = 7 }
                    map.find(7, 0) shouldBe 1
                    map.flush()
                    pointer[1] shouldBe 7
                    MMap.anonymous(10).close()
                    shouldThrow<IndexOutOfBoundsException> { map.withPointer { map[page] } }
                }
                map.resize(10)
                map.size shouldBe 10
            }
        }
    }

    test("a close waits for the block, in which the map is closed already") {
        val map = MMap.anonymous(page)
        coroutineScope {
            map.withPointer { pointer ->
                startAndAwaitWaiting(map) { map.close() }
                pointer[0] = 3
                pointer[0] shouldBe 3
                shouldThrow<IllegalStateException> { map.slice(0) }.message shouldBe "mmap is closed"
            }
        }
        map.isClosed shouldBe true
    }

    test("a resize waits for the block, in which all operations still work") {
        MMapOptions().flags(MapFlag.PRIVATE).length(page).anonymous().use { map ->
            coroutineScope {
                map.withPointer { pointer ->
                    startAndAwaitWaiting(map) { map.resize(5 * page) }
                    pointer[9] = 1
                    map.find(1, 0) shouldBe 9
                    map.slice(9, 10) shouldBe byteArrayOf(1)
                    map[9] = 2
                    map.withPointer { it[9] } shouldBe 2
                    map.size shouldBe page
                }
            }
            map.size shouldBe 5 * page
            map[9] shouldBe 2
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a page that is gone is told when the block has returned") {
        TemporaryFile(patternOf(3 * page.toInt())).use { file ->
            MMap.open(file.path).use { map ->
                file.truncate(page)
                map.withPointer { it[0] } shouldBe patternOf(1)[0]
                var seen: Byte = 1
                shouldThrow<MMapFaultException> { map.withPointer { pointer -> seen = pointer[2 * page] } }
                seen shouldBe 0
                shouldThrow<MMapFaultException> { map.withPointer { } }
            }
        }
    }
})
