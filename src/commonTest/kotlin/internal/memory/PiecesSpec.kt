package dev.kmmap.internal.memory

import dev.kmmap.Advice
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Protection
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.internal.system.RangeLimit
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.currentSystem
import dev.kmmap.internal.system.platformSystemCalls
import dev.kmmap.lock
import dev.kmmap.protect
import dev.kmmap.unlock
import dev.kmmap.view
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.random.Random

private val page = MMap.pageSize
private const val PAGES = 40L

/** A call for a part of a map that the system keeps as an attribute of its pages, and the one that takes it back. */
private class Attribute(
    val name: String,
    val call: SystemCall,
    val undo: (MMap.(offset: Long, length: Long) -> Unit)?,
    val set: MMap.(offset: Long, length: Long) -> Unit,
)

private fun advices(set: Advice, undo: Advice?) = if (!set.isSupported) null else Attribute(
    set.name,
    SystemCall.ADVISE,
    undo?.let { { offset, length -> advise(it, offset, length) } },
) { offset, length -> advise(set, offset, length) }

private val attributes: List<Attribute> = listOfNotNull(
    Attribute("lock", SystemCall.LOCK, { offset, length -> unlock(offset, length) }) { offset, length ->
        lock(offset, length)
    },
    advices(Advice.RANDOM, Advice.NORMAL),
    advices(Advice.SEQUENTIAL, Advice.NORMAL),
    advices(Advice.DONT_FORK, Advice.DO_FORK),
    advices(Advice.DONT_DUMP, Advice.DO_DUMP),
    advices(Advice.HUGE_PAGE, null),
    advices(Advice.NO_HUGE_PAGE, null),
)

/** Those of private memory only. */
private val privateAttributes: List<Attribute> = attributes + listOfNotNull(
    advices(Advice.MERGEABLE, Advice.UNMERGEABLE),
    advices(Advice.WIPE_ON_FORK, Advice.KEEP_ON_FORK),
)

/** Memory, with room for [more] ranges beyond its own. */
private class Room(val more: Long, val isPrivate: Boolean = false) : AutoCloseable {
    val limit = RangeLimit(1 + more)
    val calls = FaultySystemCalls(rangeLimit = limit)
    val options: MMapOptions = MMapOptions().length(PAGES * page).apply {
        if (isPrivate) flags(MapFlag.PRIVATE)
        systemCalls = calls
    }

    /** How many ranges may still come. */
    val left: Long
        get() {
            var count = 0L
            while (limit.take()) count++
            limit.giveBack(count)
            return count
        }

    override fun close(): Unit = calls.clean()
}

private inline fun inRoom(more: Long, isPrivate: Boolean = false, block: Room.(MMap) -> Unit): Unit =
    Room(more, isPrivate).use { room ->
        room.options.anonymous().use { room.block(it) }
        room.left shouldBe more + 1
        room.calls.shouldHaveNothingLeft()
    }

private fun Room.shouldBeTooMany(attribute: Attribute, block: () -> Unit) {
    val callsBefore = calls.count(attribute.call)
    val leftBefore = left
    val failure = shouldThrow<MMapException> { block() }
    failure.errorName shouldBe "ENOMEM"
    failure.operation shouldBe attribute.call.on(currentSystem)
    failure.message shouldContain "vm.max_map_count"
    calls.count(attribute.call) shouldBe callsBefore
    left shouldBe leftBefore
}

internal class PiecesSpec : FunSpec({
    test("calls for every second page take ranges, and the one too many is refused before the system is asked") {
        for (isPrivate in listOf(false, true)) {
            for (attribute in if (isPrivate) privateAttributes else attributes) {
                withClue("${attribute.name}, private=$isPrivate") {
                    inRoom(10, isPrivate) { map ->
                        for (number in 1L until 10 step 2) {
                            attribute.set(map, number * page, page)
                            left shouldBe 9 - number
                        }
                        repeat(3) { shouldBeTooMany(attribute) { attribute.set(map, 20 * page, page) } }
                        // What is next to what is there already takes none.
                        attribute.set(map, 2 * page, page)
                        map[20 * page] = 1
                    }
                }
            }
        }
    }

    test("the ends of a map are no cuts, and the whole of it is none") {
        for (attribute in attributes) inRoom(1) { map ->
            attribute.set(map, 0, PAGES * page)
            left shouldBe 1
            if (attribute.undo != null) {
                attribute.undo(map, 0, page)
                left shouldBe 0
                attribute.undo(map, 0, PAGES * page)
                left shouldBe 1
                attribute.set(map, (PAGES - 1) * page, page)
                left shouldBe 0
            }
        }
    }

    test("calls for the same pages do not add up") {
        for (attribute in attributes) inRoom(2) { map ->
            repeat(1000) {
                attribute.set(map, 3 * page, 4 * page)
                attribute.undo?.invoke(map, 3 * page, 4 * page)
            }
            left shouldBe if (attribute.undo == null) 0 else 2
        }
    }

    test("shared memory gives ranges back with a call for all of it, private memory when it ends") {
        for (attribute in attributes) {
            val undo = attribute.undo ?: continue
            inRoom(20) { map ->
                for (number in 1L until 10 step 2) attribute.set(map, number * page, page)
                left shouldBe 10
                undo(map, 0, PAGES * page)
                left shouldBe 20
            }
            inRoom(20, isPrivate = true) { map ->
                for (number in 1L until 10 step 2) attribute.set(map, number * page, page)
                undo(map, 0, PAGES * page)
                left shouldBe 10
                for (number in 1L until 10 step 2) attribute.set(map, number * page, page)
                left shouldBe 10
            }
        }
    }

    test("there are never more pieces than pages, whatever is set") {
        inRoom(PAGES - 1) { map ->
            for (attribute in attributes) {
                for (number in 0 until PAGES step 2) attribute.set(map, number * page, page)
            }
            left shouldBe 0
        }
    }

    test("what the system refuses takes nothing, and neither does what sets nothing") {
        for (isPrivate in listOf(false, true)) {
            for (attribute in attributes.filter { !isPrivate || it.call != SystemCall.LOCK }) {
                inRoom(4, isPrivate) { map ->
                    calls.fail(attribute.call)
                    shouldThrow<MMapException> { attribute.set(map, 3 * page, page) }
                    left shouldBe 4
                }
            }
        }
        val once = listOf(Advice.WILL_NEED, Advice.DONT_NEED, Advice.POPULATE_READ, Advice.COLD, Advice.PAGE_OUT)
        for (advice in once.filter { it.isSupported }) inRoom(0) { map ->
            calls.answer(SystemCall.ADVISE) { 0 }
            map.advise(advice, 3 * page, page)
        }
    }

    test("a resize gives back what it replaces, and protect keeps it") {
        for (isPrivate in listOf(false, true)) for (attribute in attributes) {
            withClue("${attribute.name}, private=$isPrivate") {
                inRoom(10, isPrivate) { map ->
                    val content = ByteArray((PAGES * page).toInt()) { it.toByte() }
                    map.copyFrom(0, content)
                    for (number in 1L until 8 step 2) attribute.set(map, number * page, page)
                    left shouldBe 2
                    map.protect(Protection.READ)
                    map.protect(Protection.READ, Protection.WRITE)
                    left shouldBe 2
                    map.resize(2 * PAGES * page)
                    left shouldBe 10
                    map.slice(0, PAGES * page) shouldBe content
                    attribute.set(map, (2 * PAGES - 2) * page, page)
                    left shouldBe 8
                    map.resize(PAGES * page)
                    left shouldBe 10
                    map.slice(0) shouldBe content
                }
            }
        }
    }

    test("a whole private map that was set keeps that when it is moved, and its cuts are counted from then on") {
        for (attribute in attributes.filter { it.undo != null && it.call != SystemCall.LOCK }) {
            inRoom(10, isPrivate = true) { map ->
                attribute.set(map, 0, PAGES * page)
                map.resize(2 * PAGES * page)
                left shouldBe 10
                attribute.set(map, 3 * page, page)
                left shouldBe if (calls.capabilities.moveMappings) 10 else 8
            }
        }
    }

    test("where protect fails for some pieces, all are as they were") {
        inRoom(10) { map ->
            map.lock(3 * page, page)
            val address = map.generation.address
            calls.answer(SystemCall.PROTECT) {
                platformSystemCalls.protect(address, 3 * page, Protection.READ.bit, MapFlag.SHARED.constant.value(""))
                -SystemCall.PROTECT.error.code(platformSystemCalls.system)
            }
            shouldThrow<MMapException> { map.protect(Protection.READ) }
            map[0] = 1
            map[0] shouldBe 1
        }
    }

    test("calls on views count for their map, and end with it") {
        for (attribute in attributes) inRoom(4) { map ->
            val view = map.view(10 * page, 20 * page)
            attribute.set(view, page, page)
            left shouldBe 2
            attribute.set(map, 11 * page, page)
            left shouldBe 2
            attribute.set(view.view(5 * page), page, page)
            left shouldBe 0
            view.close()
            left shouldBe 0
        }
    }

    testNeeding(Requirement.OWN_RANGES, "no fewer pieces are counted than the system has, whatever is called") {
        for (isPrivate in listOf(false, true)) {
            val random = Random(7)
            inRoom(1000, isPrivate) { map ->
                val start = map.generation.address
                val all = if (isPrivate) privateAttributes else attributes
                repeat(300) {
                    val offset = random.nextLong(PAGES * page)
                    val length = random.nextLong(1, PAGES * page - offset + 1)
                    val attribute = all[random.nextInt(all.size)]
                    val call = if (random.nextInt(3) == 0) attribute.undo ?: attribute.set else attribute.set
                    map.call(offset, length)
                    map[offset] = 1
                    val pieces = checkNotNull(ProcessResources.rangesWithin(start, start + PAGES * page))
                    1 + 1000 - left shouldBeGreaterThanOrEqual pieces.toLong()
                }
            }
        }
    }
})
