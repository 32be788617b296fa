package dev.kmmap.examples

import dev.kmmap.examples.quickstart.quickstart
import dev.kmmap.fixtures.TemporaryFile
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

internal class QuickstartSpec : FunSpec({
    test("the quick start leaves the file that it says, also when it runs again") {
        TemporaryFile().use { file ->
            repeat(2) {
                quickstart(listOf(file.path), ::error) shouldBe 0
                file.readBytes().decodeToString() shouldBe "Hello world!\nEvery byte is memory.\nBye!\n"
            }
        }
    }
})
