package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapOptions
import dev.kmmap.fixtures.FaultySystemCalls
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.SystemCall
import dev.kmmap.fixtures.SystemCalls
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.error
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.testNeeding
import dev.kmmap.fixtures.withFaultySystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain

/** A new file of 10 bytes. */
private fun creating(calls: SystemCalls? = null) =
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(10).apply { systemCalls = calls }

/** A folder with another one in it, `data`, and a [link] to what its text says. */
private fun withLink(text: String, link: String = "current.log", block: (folder: String) -> Unit) {
    TemporaryFile().use { file ->
        val folder = file.path
        shell("mkdir -p $folder/data && ln -s '${text.replace("@", folder)}' $folder/$link") shouldBe true
        try {
            block(folder)
        } finally {
            shell("rm -r $folder") shouldBe true
        }
    }
}

/** Whether the fault has struck. */
private fun createBehindLinkWithFault(call: SystemCall, number: Int): Boolean {
    var hits = false
    withLink("data/log.1") { folder ->
        withFaultySystemCalls { calls ->
            calls.fail(call, number)
            val opened = runCatching { creating(calls).open("$folder/current.log") }
            hits = calls.hits > 0
            calls.heal()
            opened.onSuccess { it.close() }
            opened.onFailure {
                (it as MMapException).errorName shouldBe call.error.here
                shell("test ! -e $folder/data/log.1") shouldBe true
            }
            shell("test -L $folder/current.log") shouldBe true
            calls.shouldHaveNothingLeft()
        }
    }
    return hits
}

/** What create(true) does when the name leads to nothing, or to something only now and then. */
internal class CreateSpec : FunSpec({
    for (text in listOf("data/log.1", "@/data/log.1", "./data/../data/log.1")) {
        testNeeding(Requirement.SYMBOLIC_LINKS, "create makes the missing file that a link to $text leads to") {
            withLink(text) { folder ->
                creating().syncDirectory(true).open("$folder/current.log").use { it.write(patternOf(10)) }
                MMap.open("$folder/data/log.1").use { it.slice(0) shouldBe patternOf(10) }
                shell("test -L $folder/current.log") shouldBe true
                creating().open("$folder/current.log").use { it.slice(0) shouldBe patternOf(10) }
            }
        }
    }

    testNeeding(Requirement.SYMBOLIC_LINKS, "create makes the missing file at the end of several links") {
        withLink("data/first") { folder ->
            shell("ln -s second $folder/data/first && ln -s ../data/log.1 $folder/data/second") shouldBe true
            for (access in Access.entries) {
                MMapOptions().access(access).create(true).open("$folder/current.log").use { it.size shouldBe 0 }
                shell("test -f $folder/data/log.1 && rm $folder/data/log.1") shouldBe true
            }
        }
    }

    testNeeding(Requirement.SYMBOLIC_LINKS, "create makes no folders for a link, and says which one is missing") {
        withLink("missing/log.1") { folder ->
            shouldThrow<MMapFileNotFoundException> { creating().open("$folder/current.log") }
                .message shouldContain "open($folder/missing/log.1, mode=CREATE_NEW)"
        }
    }

    testNeeding(
        Requirement.SYMBOLIC_LINKS,
        "whatever fails on the way to a new file behind a link, only the link is left",
    ) {
        for (call in SystemCall.entries) {
            var number = 1
            while (withClue("$call $number") { createBehindLinkWithFault(call, number) }) number++
        }
    }

    testNeeding(Requirement.SYMBOLIC_LINKS, "a file that was there at the end of a link is never taken away") {
        withLink("data/log.1") { folder ->
            shell("printf 0123456789 > $folder/data/log.1") shouldBe true
            withFaultySystemCalls { calls ->
                calls.fail(SystemCall.MAP)
                shouldThrow<MMapException> { creating(calls).open("$folder/current.log") }
                calls.count(SystemCall.REMOVE) shouldBe 0
            }
            MMap.open("$folder/data/log.1").use { it.size shouldBe 10 }
        }
    }

    /** Says so often that the file is there when it is to be created, though it is gone when it is opened. */
    fun race(calls: FaultySystemCalls, times: Int) {
        for (time in 0..<times) calls.fail(SystemCall.OPEN, 2 * time + 1, Symbol.EXISTS)
    }

    for (times in 1..3) test("a file that is removed between the two opens is created, the $times. time") {
        TemporaryFile().use { file ->
            withFaultySystemCalls { calls ->
                race(calls, times)
                creating(calls).open(file.path).use { it.size shouldBe 10 }
                calls.hits shouldBe times
                file.readBytes() shouldBe ByteArray(10)
                calls.shouldHaveNothingLeft()
            }
        }
    }

    test("a file that somebody else may have created at last stays, as long as it was, when the open fails") {
        TemporaryFile().use { file ->
            withFaultySystemCalls { calls ->
                race(calls, 3)
                calls.fail(SystemCall.MAP)
                shouldThrow<MMapException> { creating(calls).open(file.path) }.operation shouldBe SystemCall.MAP.here
                file.readBytes() shouldBe ByteArray(0)
                calls.shouldHaveNothingLeft()
            }
        }
    }
})
