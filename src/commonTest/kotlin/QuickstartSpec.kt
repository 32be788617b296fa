package dev.kmmap

import dev.kmmap.examples.quickstart.main
import dev.kmmap.fixtures.TemporaryFile
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

internal class QuickstartSpec : FunSpec({
    test("the quick start leaves the file that it says, also when it runs again") {
        TemporaryFile().use { file ->
            repeat(2) {
                main(arrayOf(file.path))
                file.readBytes().decodeToString() shouldBe "Hello world!\nEvery byte is memory.\nBye!\n"
            }
        }
    }
})
