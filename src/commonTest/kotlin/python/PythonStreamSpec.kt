package dev.kmmap.python

import dev.kmmap.MMap
import dev.kmmap.fixtures.Action
import dev.kmmap.fixtures.Operation
import dev.kmmap.fixtures.RefusedAs
import dev.kmmap.fixtures.Requirement
import dev.kmmap.fixtures.StreamKind
import dev.kmmap.fixtures.StreamStart
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.repeated
import dev.kmmap.fixtures.run
import dev.kmmap.fixtures.seeds
import dev.kmmap.fixtures.shell
import dev.kmmap.fixtures.shown
import dev.kmmap.fixtures.testUnless
import dev.kmmap.fixtures.unquoted
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.string.shouldContain
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes
import kotlinx.io.Source
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readLine
import kotlinx.io.readString

private const val PROGRAM = "src/commonTest/python/streams.py"

/** What `python3 streams.py 5 2100` printed, with CPython 3.11 on Linux. */
private const val RECORDING = "src/commonTest/python/streams.txt"

private val operationsOfSeed = if (longRun) 100_000 else 20_000

/** What an answer of CPython means here: a row of docs/semantics.md, by its first cell. */
private class Meaning(val row: String, val answer: String, val applies: (Operation, String, StreamKind) -> Boolean)

/** The first that applies counts; an answer without one has to be the same. */
private val meanings = listOf(
    Meaning("`m[-1]` is the last byte", "${RefusedAs.OUTSIDE}") { operation, result, _ ->
        operation.action == Action.GET && operation.number(0) < 0 && !result.endsWith("Error")
    },
    Meaning("`flush` at an offset inside a page: `EINVAL`", "") { operation, result, _ ->
        operation.action == Action.FLUSH && result == "OSError"
    },
    Meaning("`TypeError` for resizing a copy-on-write map", "${RefusedAs.UNSUPPORTED}") { operation, result, kind ->
        operation.action == Action.RESIZE && result == "TypeError" && kind == StreamKind.COPY
    },
    Meaning("`TypeError` for changing a read-only map", "${RefusedAs.READ_ONLY}") { _, result, _ ->
        result == "TypeError"
    },
    Meaning("a slice that is assigned other than its own size: `IndexError`", "${RefusedAs.ARGUMENT}") {
            operation, result, _ ->
        result == "IndexError" && operation.action in setOf(Action.SET_SLICE, Action.SET_SLICE_STEP)
    },
    Meaning(
        "`IndexError` for an index; `ValueError` for `read_byte`, `write_byte` and `write` at the end",
        "${RefusedAs.OUTSIDE}",
    ) { operation, result, _ ->
        result == "IndexError" ||
            result == "ValueError" && operation.action in setOf(Action.READ_BYTE, Action.WRITE_BYTE, Action.WRITE)
    },
    Meaning("`ValueError` or `OverflowError` for an argument", "${RefusedAs.ARGUMENT}") { _, result, _ ->
        result == "ValueError"
    },
    Meaning("`OSError` without the name of the file", "${RefusedAs.SYSTEM}") { _, result, _ -> result == "OSError" },
)

private val whenClosed = Meaning("`ValueError: mmap closed or invalid`", "${RefusedAs.CLOSED}") { _, result, _ ->
    result == "ValueError"
}

/** A word of a log that stands for bytes: `:ab%0a`, or `:ab%0a*5000` where they repeat up to that number. */
private fun bytesOf(word: String): ByteArray {
    val unit = unquoted(word.substring(1).substringBefore('*'))
    return if ('*' in word) repeated(unit, word.substringAfter('*').toInt()) else unit
}

private fun operationOf(words: List<String>): Operation {
    val (bytes, numbers) = words.drop(1).partition { it.startsWith(':') }
    return Operation(
        Action.valueOf(words[0].uppercase()),
        numbers.map { if (it == "_") null else it.toLong() },
        bytes.singleOrNull()?.let(::bytesOf) ?: ByteArray(0),
    )
}

private fun startOf(words: List<String>) = StreamStart(
    StreamKind.valueOf(words[1]), words[2].toInt(), words[3].toInt(), words[4].toInt(), bytesOf(words[5]),
)

/** Lines of a log that compare bytes and change none. */
private val checks = listOf("all =", "file =")

/** A log of streams.py, whose operations are done again, on maps of this library. */
private class Replay(private val log: Source) {
    private var line = log.readLine()

    /** The operations of the map so far, as they stand in the log. */
    private val done = mutableListOf<String>()

    /** How many operations gave what CPython says. */
    var agreed = 0
        private set

    fun run() {
        while (line != null) startOf(checkNotNull(line).split(' ')).let { start ->
            done.clear()
            start.use { map, file -> runStream(start, map, file) }
        }
    }

    private fun runStream(start: StreamStart, map: MMap, file: TemporaryFile?) {
        while (true) {
            if (checks.none { checkNotNull(line).startsWith(it) }) done += checkNotNull(line)
            line = log.readLine()
            val current = line ?: return
            if (current.startsWith("map ")) return
            val operation = operationOf(current.substringBefore(" =").split(' '))
            val result = current.substringAfter("= ", "")
            val known = if (map.isClosed) listOf(whenClosed) else meanings
            val meaning = known.firstOrNull { it.applies(operation, result, start.kind) }
            val expected = meaning?.answer ?: result
            val found = shown(map.run(operation, file))
            if (found != expected) {
                val before = done.joinToString("\n")
                throw AssertionError("$current\nbut here $found instead of $expected, after\n$before")
            }
            agreed++
        }
    }
}

private fun replay(path: String): Int =
    SystemFileSystem.source(Path(path)).buffered().use { log -> Replay(log).also { it.run() }.agreed }

/** Why no new operations can be made up. */
private fun noPython(): String? = Requirement.PYTHON.reason ?: "there is no python3 from 3.11 on".takeUnless {
    shell("python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null")
}

internal class PythonStreamSpec : FunSpec({
    test("recorded operations give what they gave in CPython") {
        (replay(RECORDING) > 1500) shouldBe true
    }

    testUnless(::noPython, "random operations give what they give in CPython", if (longRun) 2.hours else 5.minutes) {
        for (seed in seeds(if (longRun) 20 else 1)) TemporaryFile().use { log ->
            val command = "python3 $PROGRAM $seed $operationsOfSeed"
            val agreed = withClue(command) {
                shell("$command >'${log.path}'") shouldBe true
                try {
                    replay(log.path)
                } catch (e: AssertionError) {
                    // Once more, with all bytes compared after each operation: the first wrong one is to be told.
                    shell("$command 1 >'${log.path}'") shouldBe true
                    replay(log.path)
                    throw e
                }
            }
            println("operations: $command, $agreed answers agree with CPython")
        }
    }

    test("what CPython's answers mean here stands in docs/semantics.md") {
        val document = SystemFileSystem.source(Path("docs/semantics.md")).buffered().use { it.readString() }
        for (meaning in meanings + whenClosed) document shouldContain "\n| ${meaning.row}"
    }
})
