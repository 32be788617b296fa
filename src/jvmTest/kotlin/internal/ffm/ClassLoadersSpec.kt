package dev.kmmap.internal.ffm

import dev.kmmap.faults.tooManyMaps
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.javaCommand
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.shellStatus
import dev.kmmap.fixtures.testUnless
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

/** Maps that are allowed a process, less what the JVM itself and looks that are not made each time may take. */
private const val MAPS_AT_LEAST = 50_000

/** What several class loaders have of kmmap, each for itself, in one process. */
internal class ClassLoadersSpec : FunSpec({
    for (loaders in listOf(2, 20)) {
        testUnless({ tooManyMaps }, "$loaders class loaders map no more together than is safe, and the process lives") {
            TemporaryFile(patternOf(1)).use { file ->
                val program = javaCommand("dev.kmmap.internal.ffm.LoadersProgram")
                shellStatus("$program $loaders ${file.path} $MAPS_AT_LEAST") shouldBe 0
            }
        }
    }
})
