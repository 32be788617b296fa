package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapNoSpaceException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.attainableCapabilities
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.internal.system.Capabilities
import dev.kmmap.internal.system.OpenMode
import dev.kmmap.internal.system.SystemCall
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.throwables.shouldThrowAny
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldNotContain
import io.kotest.matchers.maps.shouldBeEmpty
import io.kotest.matchers.shouldBe
import io.kotest.matchers.types.shouldBeInstanceOf

private val page = MMap.pageSize

/** One way to open a map. */
private class Opening(
    val name: String,
    /** The file's size, or `null` if there is no file. */
    val fileSize: Long?,
    val byDescriptor: Boolean = false,
    val size: Long,
    /** Whether a map that the system refuses for want of addresses is tried with fewer. */
    val mapsAgain: Boolean = false,
    val configure: MMapOptions.() -> Unit,
)

private val openings = listOf(
    Opening("a file", 100, size = 100) { access(Access.READ) },
    Opening("a file by an offset", page + 50, size = 49) { access(Access.WRITE).offset(page + 1) },
    Opening("an empty file", 0, size = 0) { access(Access.WRITE) },
    Opening("a file without tracking it", 100, size = 100) { access(Access.WRITE).trackFile(false) },
    Opening("a created file", null, size = 0) { access(Access.WRITE).create(true) },
    Opening("a created file without tracking it", null, size = 0) { create(true).trackFile(false) },
    Opening("a created and extended file", null, size = page + 1) {
        access(Access.WRITE).create(true).extend(true).offset(3).length(page + 1)
    },
    Opening("a created, extended file without tracking it", null, size = 10) {
        access(Access.WRITE).create(true).extend(true).length(10).trackFile(false)
    },
    Opening("an extended file", 100, size = 2 * page) { access(Access.WRITE).extend(true).length(2 * page) },
    Opening("an extended file without tracking it", 100, size = 2 * page) {
        access(Access.WRITE).extend(true).length(2 * page).trackFile(false)
    },
    Opening("an existing file that might have been created", 100, size = 100) { access(Access.COPY).create(true) },
    Opening("a descriptor", 100, true, 100) { access(Access.WRITE) },
    Opening("a descriptor without tracking it", 100, true, 100) { access(Access.COPY).trackFile(false) },
    Opening("an extended descriptor", 100, true, page) { access(Access.WRITE).extend(true).length(page) },
    Opening("an extended descriptor without tracking it", 100, true, page) {
        access(Access.WRITE).extend(true).length(page).trackFile(false)
    },
    Opening("a file with reserved addresses", 100, size = 100, mapsAgain = true) {
        access(Access.WRITE).reserve(10 * page)
    },
    Opening("an empty file with reserved addresses", 0, size = 0, mapsAgain = true) {
        access(Access.WRITE).reserve(10 * page)
    },
    Opening("raw private rights", 100, size = 100) { flags(MapFlag.PRIVATE) },
)

private val memories = listOf(
    Opening("shared memory", null, size = page + 1) { length(page + 1) },
    Opening("empty shared memory", null, size = 0) { length(0) },
    Opening("named shared memory", null, size = 10) { length(10).name("x") },
    Opening("shared memory without tracking it", null, size = 10) { length(10).trackFile(false) },
    Opening("private memory", null, size = page + 1) { length(page + 1).flags(MapFlag.PRIVATE) },
    Opening("named private memory", null, size = 10) { length(10).flags(MapFlag.PRIVATE).name("x") },
    Opening("copy-on-write memory", null, size = 10) { length(10).access(Access.COPY) },
)

/** The calls of a resize that cuts the file: where that is possible while the file is mapped, and where it is not. */
private val cutting = mapOf(
    true to listOf(SystemCall.FILE_SIZE, SystemCall.MAP, SystemCall.TRUNCATE, SystemCall.UNMAP),
    false to listOf(SystemCall.FILE_SIZE, SystemCall.UNMAP, SystemCall.TRUNCATE, SystemCall.MAP),
)

/** Failures that leave the map as good as without them. */
private val harmless = setOf(SystemCall.UNMAP, SystemCall.REMAP, SystemCall.NAME_MEMORY)

/** Opens with the [number]-th [call] failing; whether there was such a call. */
private fun openWithFault(
    opening: Opening,
    capabilities: Capabilities,
    call: SystemCall,
    number: Int,
    inFile: Boolean,
): Boolean {
    var hits = false
    TemporaryFile(opening.fileSize?.let { patternOf(it.toInt()) }).use { file ->
        withFaultySystemCalls(capabilities) { calls ->
            val descriptor = if (opening.byDescriptor) platformSystemCalls.open(file.path, OpenMode.READ_WRITE) else -1
            if (opening.byDescriptor) calls.lend(descriptor)
            calls.fail(call, number)
            val options = MMapOptions().apply(opening.configure).apply { systemCalls = calls }
            val opened = runCatching {
                if (!inFile) options.anonymous()
                else if (opening.byDescriptor) options.map(descriptor)
                else options.open(file.path)
            }
            hits = calls.hits > 0
            opened.onFailure { failure ->
                shouldBeTheFault(failure, call)
                file.exists() shouldBe (opening.fileSize != null)
                if (opening.fileSize != null) file.readBytes() shouldBe patternOf(opening.fileSize.toInt())
            }
            opened.onSuccess { map ->
                val survived = if (opening.mapsAgain) harmless + SystemCall.MAP else harmless
                if (hits) call shouldBeIn survived + SystemCall.CLOSE
                calls.heal()
                map.size shouldBe opening.size
                map.read().size shouldBe opening.size
                map.close()
            }
            if (opening.byDescriptor) calls.takeBack(descriptor)
            calls.shouldHaveNothingLeft()
            if (opening.byDescriptor) platformSystemCalls.close(descriptor) shouldBe 0
        }
    }
    return hits
}

private fun shouldBeTheFault(failure: Throwable, call: SystemCall) {
    if (failure !is MMapException) throw AssertionError("not the documented exception: $failure", failure)
    failure.errorName shouldBe call.error.here
    if (call == SystemCall.ALLOCATE) failure.shouldBeInstanceOf<MMapNoSpaceException>()
    failure.suppressedExceptions shouldBe emptyList()
}

/** Lets each call of each kind fail in turn, until the map is opened without meeting the fault. */
private fun openWithEveryFault(opening: Opening, inFile: Boolean) {
    for (capabilities in attainableCapabilities) for (call in SystemCall.entries) {
        var number = 1
        while (withClue("$call number $number failing, memoryFiles=${capabilities.memoryFiles}") {
                openWithFault(opening, capabilities, call, number, inFile)
            }
        ) {
            if (++number > 20) error("$call is called without end")
        }
    }
}

internal class FaultSpec : FunSpec({
    for (opening in openings) {
        test("whatever fails on the way to a map of ${opening.name}, nothing is left and the file is as before") {
            openWithEveryFault(opening, inFile = true)
        }
    }

    for (opening in memories) {
        test("whatever fails on the way to ${opening.name}, nothing is left") {
            openWithEveryFault(opening, inFile = false)
        }
    }

    test("when taking back fails as well, the first failure is told, the second is suppressed, and the rest is done") {
        TemporaryFile().use { file ->
            withFaultySystemCalls { calls ->
                calls.fail(SystemCall.MAP).fail(SystemCall.REMOVE)
                val options = MMapOptions().access(Access.WRITE).create(true).extend(true).length(10)
                val failure = shouldThrow<MMapException> { options.apply { systemCalls = calls }.open(file.path) }
                failure.operation shouldBe SystemCall.MAP.here
                failure.errorName shouldBe SystemCall.MAP.error.here
                val second = failure.suppressedExceptions.single() as MMapException
                second.operation shouldBe SystemCall.REMOVE.here
                calls.shouldHaveNothingLeft()
                file.readBytes() shouldBe ByteArray(0)
            }
        }
    }

    test("a created file is removed only by the call that created it") {
        TemporaryFile(patternOf(10)).use { file ->
            withFaultySystemCalls { calls ->
                calls.fail(SystemCall.MAP)
                val options = MMapOptions().create(true).apply { systemCalls = calls }
                shouldThrow<MMapException> { options.open(file.path) }
                calls.record shouldNotContain SystemCall.REMOVE
                file.readBytes() shouldBe patternOf(10)
            }
        }
    }

    test("a private map that may not write its file is opened for reading, and cannot be resized") {
        TemporaryFile(patternOf(100)).use { file ->
            withFaultySystemCalls { calls ->
                calls.fail(SystemCall.OPEN, error = Symbol.ACCESS_DENIED)
                MMapOptions().flags(MapFlag.PRIVATE).apply { systemCalls = calls }.open(file.path).use { map ->
                    map[0] = 50
                    for (size in listOf(200L, 50L, 0L)) {
                        shouldThrow<MMapException> { map.resize(size) }
                        map.slice(0) shouldBe patternOf(100).also { it[0] = 50 }
                    }
                }
                calls.shouldHaveNothingLeft()
                file.readBytes() shouldBe patternOf(100)
            }
        }
    }

    test("close gives everything back that it can, tells the first failure, and is final") {
        for (call in listOf(SystemCall.UNMAP, SystemCall.CLOSE)) withFaultySystemCalls { calls ->
            TemporaryFile(patternOf(10)).use { file ->
                val map = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }.open(file.path)
                calls.fail(call)
                val failure = shouldThrow<MMapException> { map.close() }
                failure.operation shouldBe call.here
                failure.errorName shouldBe call.error.here
                map.isClosed shouldBe true
                shouldThrow<IllegalStateException> { map[0] }.message shouldBe "mmap is closed"
                map.close()
                calls.descriptors.shouldBeEmpty()
                calls.ranges.size shouldBe if (call == SystemCall.UNMAP) 1 else 0
            }
        }
    }

    test("when both steps of a close fail, the first failure carries the second") {
        TemporaryFile(patternOf(10)).use { file ->
            withFaultySystemCalls { calls ->
                val map = MMapOptions().apply { systemCalls = calls }.open(file.path)
                calls.fail(SystemCall.UNMAP).fail(SystemCall.CLOSE)
                val failure = shouldThrow<MMapException> { map.close() }
                failure.operation shouldBe SystemCall.UNMAP.here
                (failure.suppressedExceptions.single() as MMapException).operation shouldBe SystemCall.CLOSE.here
            }
        }
    }

    test("a range that the system did not take back at a resize is given back at the close") {
        withFaultySystemCalls { calls ->
            val map = MMapOptions().length(page).apply { systemCalls = calls }.anonymous()
            calls.fail(SystemCall.UNMAP, 1).fail(SystemCall.UNMAP, 2)
            map.resize(3 * page)
            map.resize(2 * page)
            calls.ranges.size shouldBe 3
            map[2 * page - 1] = 1
            map.close()
            calls.shouldHaveNothingLeft()
        }
    }

    test("an exception of another kind than the system's leaves nothing behind either") {
        TemporaryFile(patternOf(10)).use { file ->
            val failing = listOf(SystemCall.FILE_MODE, SystemCall.FILE_SIZE, SystemCall.MAP)
            for (call in failing) withFaultySystemCalls { calls ->
                calls.answer(call) { throw NoSuchElementException("from $call") }
                val options = MMapOptions().access(Access.WRITE).apply { systemCalls = calls }
                shouldThrowAny { options.open(file.path) }.message shouldBe "from $call"
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("the order of the calls of an open, a resize and a close") {
        for (capabilities in attainableCapabilities) TemporaryFile(patternOf(10)).use { file ->
            withFaultySystemCalls(capabilities) { calls ->
                val options = MMapOptions().access(Access.WRITE).extend(true).length(20).apply { systemCalls = calls }
                val map = options.open(file.path)
                calls.record shouldBe listOf(
                    SystemCall.OPEN, SystemCall.FILE_MODE, SystemCall.FILE_SIZE, SystemCall.ALLOCATE, SystemCall.MAP,
                    SystemCall.FILE_SIZE,
                )
                calls.record.clear()
                map.resize(30)
                calls.record shouldBe
                    listOf(SystemCall.FILE_SIZE, SystemCall.ALLOCATE, SystemCall.MAP, SystemCall.UNMAP)
                calls.record.clear()
                map.resize(5)
                calls.record shouldBe cutting.getValue(capabilities.cutMappedFiles)
                calls.record.clear()
                map.close()
                calls.record shouldBe listOf(SystemCall.UNMAP, SystemCall.CLOSE)
            }
        }
    }
})
