package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.attainableCapabilities
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.python.fileSize
import dev.kmmap.fixtures.shown
import dev.kmmap.fixtures.withFaultySystemCalls
import dev.kmmap.internal.system.Capabilities
import dev.kmmap.internal.system.SystemCall
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private val page = MMap.pageSize

/** What is resized. */
private enum class Resized(val inFile: Boolean, val configure: MMapOptions.() -> Unit) {
    SHARED_FILE(true, { access(Access.WRITE) }),
    RESERVED_FILE(true, { access(Access.WRITE).reserve(2 * page) }),
    PRIVATE_FILE(true, { flags(MapFlag.PRIVATE) }),
    SHARED_MEMORY(false, { access(Access.WRITE) }),
    PRIVATE_MEMORY(false, { flags(MapFlag.PRIVATE) }),
}

private val sharedFiles = setOf(Resized.SHARED_FILE, Resized.RESERVED_FILE)

/** One resize: [trailing] bytes of the file lie behind the map. */
private class Change(val from: Long, val to: Long, val offset: Long = 0, val trailing: Int = 0) {
    val cuts: Boolean get() = to < from + trailing

    /** The whole file, if the map's part of it is [shown]. */
    fun file(shown: ByteArray): ByteArray = ByteArray(offset.toInt()) { 1 } + shown + ByteArray(trailing) { 2 }

    override fun toString(): String = "$from to $to at $offset, $trailing bytes behind"
}

private val changes = listOf(
    Change(page + 1, 3 * page), Change(3 * page, page + 1), Change(100, 50), Change(50, 100),
    Change(page, 0), Change(0, page + 1), Change(1, page), Change(page, 1),
)
private val fileChanges = listOf(
    Change(page + 1, 3 * page, offset = page + 1), Change(3 * page, 10, offset = 1), Change(100, 0, offset = page - 1),
    Change(0, 100, offset = 7), Change(100, 200, trailing = 50), Change(100, 120, trailing = 50),
    Change(100, 100, trailing = 50), Change(100, 50, trailing = 50), Change(100, 0, trailing = 50, offset = 3),
    Change(page, 2 * page, trailing = 3 * page.toInt()),
    Change(page, 2 * page, offset = 9, trailing = 3 * page.toInt()),
)

/** Failures that leave a resize as good as without them: old pages that the system does not take back. */
private fun isHarmless(kind: Resized, call: SystemCall, change: Change): Boolean =
    call == SystemCall.UNMAP || call == SystemCall.REMAP && change.to <= change.from ||
        call == SystemCall.MAP && kind == Resized.RESERVED_FILE // fewer addresses are reserved then

/** One that leaves an empty map: the file had to be cut first, and then the system refuses to map it again. */
private fun leavesNothing(kind: Resized, change: Change, call: SystemCall, capabilities: Capabilities): Boolean =
    call == SystemCall.MAP && kind in sharedFiles && change.cuts && !capabilities.cutMappedFiles

/** Two failures in one resize of a shared map of a file, and what they leave. */
private class DoubleFault(
    val capabilities: Capabilities,
    val second: SystemCall,
    val number: Int,
    val isEmptyAfterwards: Boolean,
    /** Ranges that the system has not taken back. */
    val ranges: Int,
)

private val doubleFaults = listOf(
    DoubleFault(Capabilities.LINUX, SystemCall.UNMAP, number = 1, isEmptyAfterwards = false, ranges = 1),
    DoubleFault(Capabilities.LINUX, SystemCall.TRUNCATE, number = 2, isEmptyAfterwards = false, ranges = 0),
    DoubleFault(Capabilities.WINDOWS, SystemCall.MAP, number = 1, isEmptyAfterwards = true, ranges = 0),
).filter { it.capabilities in attainableCapabilities }

private class Resize(val kind: Resized, val change: Change, val calls: FaultySystemCalls, val file: TemporaryFile) {
    private val behind = ByteArray(change.trailing) { 2 }

    /** What the map shows before; not what the file holds if the map is private. */
    val content = ByteArray(change.from.toInt()) { 3 }

    private val fileContent = change.file(if (kind == Resized.PRIVATE_FILE) patternOf(content.size) else content)

    fun open(): MMap {
        val options = MMapOptions().apply(kind.configure).length(change.from).apply { systemCalls = calls }
        if (!kind.inFile) return options.anonymous().also { it.copyFrom(0, content) }
        return options.offset(change.offset).open(file.path).also { it.copyFrom(0, content) }
    }

    fun shouldBeAsBefore(map: MMap) {
        map.size shouldBe change.from
        map.slice(0) shouldBe content
        map.fileSize() shouldBe if (kind.inFile) fileContent.size else change.from
        if (kind.inFile) file.readBytes() shouldBe fileContent
        if (change.from > 0) {
            map[change.from - 1] = 3
            map[0] shouldBe 3
        }
    }

    /** An empty map of a file of [fileSize] bytes. */
    fun shouldBeEmpty(map: MMap, fileSize: Long) {
        map.size shouldBe 0
        map.slice(0) shouldBe ByteArray(0)
        file.readBytes() shouldBe fileContent.copyOf(fileSize.toInt())
    }

    fun shouldBeDone(map: MMap) {
        map.size shouldBe change.to
        val gained = behind.copyOf(maxOf(0, (change.to - change.from).toInt()))
        map.slice(0) shouldBe (content + gained).copyOf(change.to.toInt())
        if (kind.inFile) file.readBytes() shouldBe fileContent.copyOf((change.offset + change.to).toInt())
        if (change.to > 0) {
            map[change.to - 1] = 9
            map[change.to - 1] shouldBe 9
        }
    }
}

/** Resizes with the [number]-th [call] failing; whether there was such a call. */
private fun resizeWithFault(
    kind: Resized,
    change: Change,
    capabilities: Capabilities,
    call: SystemCall,
    number: Int,
): Boolean {
    var hits = false
    TemporaryFile(change.file(patternOf(change.from.toInt()))).use { file ->
        withFaultySystemCalls(capabilities) { calls ->
            val resize = Resize(kind, change, calls, file)
            val map = resize.open()
            map.seek(change.from)
            calls.fail(call, number)
            val result = runCatching { map.resize(change.to) }
            hits = calls.hits > 0
            calls.heal()
            result.onFailure { failure ->
                if (failure !is MMapException) throw AssertionError("not the documented exception: $failure", failure)
                failure.errorName shouldBe call.error.here
                failure.suppressedExceptions shouldBe emptyList()
                if (leavesNothing(kind, change, call, capabilities)) {
                    resize.shouldBeEmpty(map, change.offset + change.to)
                } else {
                    resize.shouldBeAsBefore(map)
                }
                // Nothing stands in the way of another attempt.
                map.resize(change.to)
            }
            if (result.isSuccess && hits) isHarmless(kind, call, change) shouldBe true
            map.position shouldBe change.from
            resize.shouldBeDone(map)
            map.close()
            calls.shouldHaveNothingLeft()
        }
    }
    return hits
}

internal class ResizeFaultSpec : FunSpec({
    for (kind in Resized.entries) {
        test("whatever fails when ${kind.name} is resized, all is as before, and it can be tried again") {
            for (capabilities in attainableCapabilities) {
                for (change in changes + if (kind.inFile) fileChanges else listOf()) {
                    for (call in callsOf(kind, change, capabilities)) {
                        forEveryFault(kind, change, capabilities, call)
                    }
                }
            }
        }
    }

    test("pages that the system did not take back at a shrink show zeros when the map grows over them again") {
        for (kind in listOf(Resized.PRIVATE_MEMORY, Resized.PRIVATE_FILE)) for (regrown in listOf(5L, 10L, 12L)) {
            withClue("$kind, $regrown pages") {
                val change = Change(10 * page, 2 * page)
                TemporaryFile(change.file(patternOf(change.from.toInt()))).use { file ->
                    withFaultySystemCalls { calls ->
                        val map = Resize(kind, change, calls, file).open()
                        calls.fail(SystemCall.REMAP)
                        map.resize(2 * page)
                        map.resize(regrown * page)
                        map.slice(0, 2 * page) shouldBe ByteArray(2 * page.toInt()) { 3 }
                        map.slice(2 * page) shouldBe ByteArray(((regrown - 2) * page).toInt())
                        map.close()
                        calls.shouldHaveNothingLeft()
                    }
                }
            }
        }
    }

    test("a resize that fails twice over tells the first failure and leaves the map usable") {
        for (fault in doubleFaults) TemporaryFile(patternOf(page.toInt())).use { file ->
            withFaultySystemCalls(fault.capabilities) { calls ->
                val resize = Resize(Resized.SHARED_FILE, Change(page, 100), calls, file)
                val map = resize.open()
                calls.fail(SystemCall.TRUNCATE).fail(fault.second, fault.number)
                val failure = runCatching { map.resize(100) }.exceptionOrNull() as MMapException
                failure.operation shouldBe SystemCall.TRUNCATE.here
                calls.heal()
                if (fault.isEmptyAfterwards) resize.shouldBeEmpty(map, page) else resize.shouldBeAsBefore(map)
                map.resize(100)
                resize.shouldBeDone(map)
                map.close()
                calls.descriptors.size shouldBe 0
                calls.ranges.size shouldBe fault.ranges
            }
        }
    }
})

/** The calls of a resize in which nothing fails: nothing else can be the first to fail. */
private fun callsOf(kind: Resized, change: Change, capabilities: Capabilities): Set<SystemCall> {
    val made = LinkedHashSet<SystemCall>()
    TemporaryFile(change.file(patternOf(change.from.toInt()))).use { file ->
        withFaultySystemCalls(capabilities) { calls ->
            Resize(kind, change, calls, file).open().use { map ->
                val before = calls.record.size
                map.resize(change.to)
                made += calls.record.drop(before)
            }
        }
    }
    return made
}

/** Lets each [call] of the resize fail in turn, until one gets by without meeting the fault. */
private fun forEveryFault(kind: Resized, change: Change, capabilities: Capabilities, call: SystemCall) {
    var number = 1
    val system = "cutMappedFiles=${capabilities.cutMappedFiles}, moveMappings=${capabilities.moveMappings}"
    while (withClue("$change, with ${call.name} number $number failing, $system") {
            resizeWithFault(kind, change, capabilities, call, number)
        }
    ) {
        if (++number > 20) error("$change: ${call.name} is called without end")
    }
}
