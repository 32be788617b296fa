package dev.kmmap.docs

import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import java.nio.file.Path
import kotlin.io.path.readText
import kotlin.io.path.writeText

private val document = Path.of("docs/platforms.md")

/**
 * docs/platforms.md says what the code does. `mvn -DskipNative -Dtest=PlatformsSpec -Dplatforms.write=true test` writes
 * the tables anew.
 */
internal class PlatformsSpec : FunSpec({
    test("the tables of docs/platforms.md are those of the code") {
        var text = document.readText()
        for ((name, table) in PlatformsDocument.tables()) {
            val begin = "<!-- table $name -->\n"
            val start = text.indexOf(begin) + begin.length
            check(start >= begin.length) { "no table $name in $document" }
            text = text.substring(0, start) + table + "\n" + text.substring(text.indexOf("<!-- end -->", start))
        }
        if (System.getProperty("platforms.write") == "true") document.writeText(text)
        document.readText() shouldBe text
    }
})
