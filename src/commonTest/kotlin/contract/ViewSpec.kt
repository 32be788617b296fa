package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.Advice
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Needle
import dev.kmmap.Protection
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.copyFrom
import dev.kmmap.count
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.forEachOf
import dev.kmmap.fixtures.mappingsByPath
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.of
import dev.kmmap.protect
import dev.kmmap.residency
import dev.kmmap.view
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.concurrent.atomics.AtomicBoolean
import kotlin.concurrent.atomics.AtomicInt
import kotlin.concurrent.atomics.incrementAndFetch
import kotlinx.coroutines.*

private val page = MMap.pageSize
private const val NEW: Byte = -9

private fun closed(operation: () -> Unit) {
    shouldThrow<IllegalStateException> { operation() }.message shouldBe "mmap is closed"
}

internal class ViewSpec : FunSpec({
    test("a view shows its part of every mapping, with indices and a cursor of its own") {
        forEachOf(mappingsByPath) { subject ->
            val size = subject.size
            for ((offset, length) in listOf(0 to size, size / 3 to size / 3, size to 0, size / 2 to -1)) {
                val expected = subject.content.copyOfRange(offset, if (length < 0) size else offset + length)
                val view = subject.map.view(offset.toLong(), length.toLong())
                view.size shouldBe expected.size
                view.slice(0) shouldBe expected
                view.read() shouldBe expected
                view.position shouldBe expected.size
                view.offset shouldBe subject.row.offset + offset
                view.access shouldBe subject.map.access
                subject.map.position shouldBe 0
                for (index in listOf(0, expected.lastIndex).filter { it in expected.indices }) {
                    view[index.toLong()] shouldBe expected[index]
                }
                shouldThrow<IndexOutOfBoundsException> { view[expected.size.toLong()] }
                view.find(expected, 0) shouldBe 0
                view.close()
            }
        }
    }

    test("what is written through either is seen through the other, and flushed by the view") {
        TemporaryFile(patternOf(3 * page.toInt())).use { file ->
            MMap.open(file.path, Access.WRITE).use { map ->
                val view = map.view(page - 1, page + 2)
                view[0] = NEW
                map[page - 1] shouldBe NEW
                map[2 * page] = NEW
                view[page + 1] shouldBe NEW
                view.flush(1, page, FlushMode.DURABLE)
                shouldThrow<IllegalArgumentException> { view.flush(0, page + 3) }
                view.residency().pageCount shouldBe 3
                view.fileSize() shouldBe 3 * page
            }
        }
    }

    test("a closed view ends alone; a closed map ends its views, and theirs") {
        withFaultySystemCalls { calls ->
            val map = MMapOptions().length(100).apply { systemCalls = calls }.anonymous()
            val first = map.view(10, 80)
            val second = map.view(10, 80)
            val inner = second.view(10, 10)
            first.close()
            first.close()
            first.isClosed shouldBe true
            for (operation in listOf({ first[0] }, { first.slice(0) }, { first.size }, { first.view(0) })) {
                closed { operation() }
            }
            second[10] = NEW
            inner[0] shouldBe NEW
            map[20] shouldBe NEW
            map.close()
            for (view in listOf(second, inner)) {
                view.isClosed shouldBe true
                closed { view[0] }
                closed { view.copyFrom(0, byteArrayOf(1)) }
                closed { view.slice(0) }
                view.close()
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("a view of a view ends with either") {
        MMap.anonymous(100).use { map ->
            val outer = map.view(10, 80)
            val inner = outer.view(10, 10)
            inner.offset shouldBe 20
            outer.close()
            closed { inner[0] }
            closed { inner.find(1, 0) }
            map[20] shouldBe 0
        }
    }

    test("views go with every resize of their map, and show what is left of their part") {
        forEachOf(mappingsByPath.filter { it.resizable && it.size > page }) { subject ->
            val map = subject.map
            val size = map.size
            val head = map.view(0, 10)
            val tail = map.view(size - 10, 10)
            val inner = tail.view(5)
            map.resize(size + 3 * page)
            head.slice(0) shouldBe subject.content.copyOf(10)
            tail.size shouldBe 10
            inner[4] = NEW
            map[size - 1] shouldBe NEW
            map.resize(size - 7)
            tail.size shouldBe 3
            inner.size shouldBe 0
            shouldThrow<IndexOutOfBoundsException> { tail[3] }
            map.resize(5)
            head.slice(0) shouldBe subject.content.copyOf(5)
            tail.size shouldBe 0
            map.resize(size)
            head.slice(0) shouldBe subject.content.copyOf(5) + ByteArray(5)
            inner.slice(0) shouldBe ByteArray(5)
        }
    }

    test("a resize that fails leaves the views as they were") {
        for (call in listOf(SystemCall.MAP, SystemCall.ALLOCATE, SystemCall.TRUNCATE)) withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(1000)).use { file ->
                val options = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }
                options.open(file.path).use { map ->
                    val view = map.view(10, 20)
                    for (newSize in listOf(10_000L, 15L)) withClue("$call, $newSize") {
                        calls.fail(call)
                        runCatching { map.resize(newSize) }
                        calls.heal()
                        map.resize(1000)
                        view.slice(0, 5) shouldBe patternOf(1000).copyOfRange(10, 15)
                        view[0] = view[0]
                    }
                }
            }
            calls.shouldHaveNothingLeft()
        }
    }

    test("a view has nothing of its own to be changed, and the rights of its map") {
        MMap.anonymous(100).use { map ->
            val view = map.view(10)
            shouldThrow<UnsupportedOperationException> { view.resize(5) }.message shouldContain "a view cannot"
            shouldThrow<UnsupportedOperationException> { view.protect(Protection.READ) }
            shouldThrow<UnsupportedOperationException> { view.setName("x") }
            map.protect(Protection.READ)
            shouldThrow<ReadOnlyMMapException> { view[0] = NEW }
            shouldThrow<ReadOnlyMMapException> { view.setSlice(0, 1, byteArrayOf(NEW)) }
            map.protect(Protection.READ, Protection.WRITE)
            view[0] = NEW
            map[10] shouldBe NEW
        }
    }

    testNeeding(Requirement.DONT_NEED, "an advice that throws bytes away takes none of the neighbours") {
        MMapOptions().flags(MapFlag.PRIVATE).length(3 * page).anonymous().use { map ->
            map.copyFrom(0, ByteArray(3 * page.toInt()) { NEW })
            map.view(1, 2 * page).advise(Advice.DONT_NEED)
            map.count(Needle.of(byteArrayOf(NEW))) shouldBe 2 * page
            map[page] shouldBe 0
            map[page - 1] shouldBe NEW
            map[2 * page] shouldBe NEW
        }
    }

    testNeeding(Requirement.FAULT_GUARD, "a page that is gone breaks the map and all views of it") {
        TemporaryFile(patternOf(4 * page.toInt())).use { file ->
            MMap.open(file.path).use { map ->
                val before = map.view(0, page)
                val gone = map.view(3 * page, page)
                before[0] shouldBe map[0]
                file.truncate(page)
                shouldThrow<MMapFaultException> { gone.slice(0) }
                for (other in listOf(map, before, gone)) {
                    shouldThrow<MMapFaultException> { other.slice(0, 1) }
                    shouldThrow<MMapFaultException> { other[0] }
                }
                shouldThrow<MMapFaultException> { map.view(0) }
            }
        }
    }

    test("views outside of the map are refused") {
        MMap.anonymous(100).use { map ->
            val rows = listOf(-1L to 1L, 101L to 0L, 0L to 101L, 1L to 100L, 1L to Long.MAX_VALUE, 0L to -2L)
            for ((offset, length) in rows) {
                shouldThrow<IllegalArgumentException> { map.view(offset, length) }.message shouldContain "view out of"
            }
        }
    }

    test("a confined map has confined views") {
        MMapOptions().length(10).confined(true).anonymous().use { map ->
            val view = map.view(5)
            view[0] = NEW
            map[5] shouldBe NEW
            runBlocking(Dispatchers.IO) {
                shouldThrow<IllegalStateException> { view.slice(0) }
                shouldThrow<IllegalStateException> { view.close() }
            }
            view.close()
            closed { view.slice(0) }
        }
    }

    test("views are made, used and closed while their map is resized, and in the end closed under them") {
        val map = MMap.anonymous(8 * page)
        val stop = AtomicBoolean(false)
        val busy = AtomicInt(0)
        coroutineScope {
            val users = List(3) {
                async(Dispatchers.IO) {
                    var used = 0
                    try {
                        while (true) {
                            val view = map.view(page, page)
                            repeat(20) {
                                view[7] = NEW
                                view.copyTo(0, ByteArray(100))
                                view.find(NEW, 0) shouldBe 7
                                used++
                            }
                            if (used % 40 == 0) view.close()
                            if (used == 40) busy.incrementAndFetch()
                        }
                    } catch (e: IllegalStateException) {
                        e.message shouldBe "mmap is closed"
                        stop.load() shouldBe true
                    }
                }
            }
            withContext(Dispatchers.IO) {
                var resizes = 0
                while (resizes < 200 || busy.load() < 3) map.resize((4L + resizes++ % 5) * page)
                stop.store(true)
                map.close()
            }
            users.awaitAll()
        }
    }
})
