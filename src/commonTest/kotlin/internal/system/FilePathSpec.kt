package dev.kmmap.internal.system

import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

internal class FilePathSpec : FunSpec({
    test("the folder of a path is what stands before its last name") {
        val folders = mapOf(
            "name" to ".",
            "./name" to ".",
            "/name" to "/",
            "folder/name" to "folder",
            "/a/b/name" to "/a/b",
            "../name" to "..",
            "folder//name" to "folder/",
            "folder/name/" to "folder",
            "" to ".",
        )
        for ((path, folder) in folders) withClue(path) { folderOf(path) shouldBe folder }
    }
})
