package dev.kmmap.faults

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.ProcessResources
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.badinput.descriptors
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.testNeeding
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.time.Duration.Companion.minutes

private val rounds = if (longRun) 100_000 else 2_000

/** After so many the process has opened what it opens once, and, in a long run, has compiled and collected. */
private val warmUp = if (longRun) 100_000 else 100

private val page = MMap.pageSize

/** How the system's list of ranges names shared memory without a name of its own. */
private const val MEMORY = "memfd:kmmap (deleted)"

private fun useOnce(round: Int, file: TemporaryFile) {
    val options = MMapOptions().access(Access.entries[round % 3])
    val map = if (round % 4 == 3) options.length(3 * page).anonymous() else options.open(file.path)
    map.use {
        it.find("nothing like it", 0) shouldBe -1
        if (it.access == Access.WRITE) {
            it.resize(2 * page)
            it[page] = 1
            it.flush(FlushMode.ASYNC)
            it.resize(3 * page)
        }
        it.slice(0, 100).size shouldBe 100
        if (round % 50 == 0) shouldThrow<IllegalArgumentException> { MMapOptions().offset(-1).open(file.path) }
        if (round % 50 == 1) shouldThrow<MMapFileNotFoundException> { MMap.open(file.path + ".none") }
        if (Requirement.FAULT_GUARD.reason == null && round % 10 == 0) {
            file.truncate(0)
            if (round % 4 != 3) shouldThrow<MMapFaultException> { it[0] }
            file.truncate(3 * page)
        }
    }
}

internal class LeakSpec : FunSpec({
    val name = "maps that are opened, used and closed leave neither a descriptor nor a mapped range"
    testNeeding(Requirement.PROC, name, timeout = 30.minutes) {
        var grown = 0L
        // Another spec may keep memory of its own, such as a range whose unmapping was made to fail.
        val others = ProcessResources.rangesNaming(MEMORY)
        TemporaryFile(patternOf(3 * page.toInt())).use { file ->
            repeat(warmUp) { useOnce(it, file) }
            val descriptors = ProcessResources.descriptors()
            val resident = ProcessResources.residentBytes()
            repeat(rounds) { useOnce(it, file) }
            grown = checkNotNull(ProcessResources.residentBytes()) - checkNotNull(resident)
            ProcessResources.descriptors() shouldBe descriptors
            ProcessResources.rangesNaming(file.path)?.size shouldBe 0
            ProcessResources.rangesNaming(MEMORY) shouldBe others
        }
        if (longRun) println("leaks: $rounds maps, no descriptor and no mapped range left, $grown bytes of memory more")
    }
})
