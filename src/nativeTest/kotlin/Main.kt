package dev.kmmap.test

import dev.kmmap.fixtures.peer
import io.kotest.common.KotestInternal
import io.kotest.core.spec.SpecRef
import io.kotest.core.test.TestCase
import io.kotest.core.test.TestType
import io.kotest.engine.TestEngineLauncher
import io.kotest.engine.listener.AbstractTestEngineListener
import io.kotest.engine.test.TestResult
import kotlin.reflect.KClass
import kotlin.system.exitProcess
import kotlinx.coroutines.runBlocking
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.writeString

/**
 * Plays the other process of a test, if the first argument is `--peer`: see [peer].
 *
 * Otherwise runs the specs, all or those whose name matches one of the patterns after the first argument; the first
 * argument names a file for the counts per spec. Exits with 1 if a test failed or none ran.
 */
fun main(args: Array<String>) {
    if (args.firstOrNull() == "--peer") exitProcess(peer(args.drop(1)))
    val patterns = args.drop(1).map { Regex(it.replace(".", "\\.").replace("*", ".*")) }
    val specs = allSpecs.filter { spec -> patterns.isEmpty() || patterns.any { spec.isNamed(it) } }
    if (specs.isEmpty()) println("No spec is named ${args.drop(1)}")
    val counter = Counter(Path("${args[0]}.running"))
    runBlocking {
        @OptIn(KotestInternal::class)
        TestEngineLauncher().withSpecRefs(specs).withListener(counter).execute()
    }
    writeCounts(Path(args[0]), counter)
    val total = counter.counts.values.fold(Counts()) { sum, spec -> sum + spec }
    if (total.passed == 0 || total.failed > 0) exitProcess(1)
}

private fun SpecRef.isNamed(pattern: Regex): Boolean =
    pattern.matches(fqn) || pattern.matches(fqn.substringAfterLast('.'))

/**
 * Lines of `spec passed failed skipped`; then one a skipped test of `skipped`, spec, test and reason, with tabs between
 * them; then `end`, by which a reader sees that the program did not die half-way.
 */
private fun writeCounts(file: Path, counter: Counter) {
    SystemFileSystem.sink(file).buffered().use { sink ->
        for ((spec, count) in counter.counts) {
            sink.writeString("$spec ${count.passed} ${count.failed} ${count.skipped}\n")
        }
        for (row in counter.skipped) sink.writeString("skipped\t$row\n")
        sink.writeString("end\n")
    }
}

private data class Counts(val passed: Int = 0, val failed: Int = 0, val skipped: Int = 0) {
    operator fun plus(other: Counts) =
        Counts(passed + other.passed, failed + other.failed, skipped + other.skipped)

    override fun toString() = "$passed passed, $failed failed, $skipped skipped"
}

/** Counts tests, not the contexts around them, as Surefire does on the JVM, and prints what failed. */
@OptIn(KotestInternal::class)
private class Counter(private val running: Path) : AbstractTestEngineListener() {
    val counts = LinkedHashMap<String, Counts>()

    /** Spec, test and reason of each skipped test. */
    val skipped = mutableListOf<String>()

    override suspend fun specStarted(ref: SpecRef) = add(ref.fqn, Counts())

    override suspend fun specFinished(ref: SpecRef, result: TestResult) {
        result.errorOrNull?.let { fail(ref.fqn, "the spec itself", it) }
        val count = counts.getValue(ref.fqn)
        println("$count in ${ref.fqn}, ${result.duration.inWholeMilliseconds} ms")
    }

    override suspend fun specIgnored(kclass: KClass<*>, reason: String?) =
        skip(kclass.qualifiedName.toString(), "the whole spec", reason)

    /** Notes the test in a file, by which a crash can be told the test that caused it. */
    override suspend fun testStarted(testCase: TestCase) =
        SystemFileSystem.sink(running).buffered().use { it.writeString("${testCase.specName}: ${testCase.path}\n") }

    /** Where all tests of a spec are off, Kotest does not say why. */
    override suspend fun testIgnored(testCase: TestCase, reason: String?) =
        skip(testCase.specName, testCase.path, reason ?: testCase.config?.enabledOrReasonIf?.invoke(testCase)?.reason)

    override suspend fun testFinished(testCase: TestCase, result: TestResult) {
        val error = result.errorOrNull
        when {
            error != null -> fail(testCase.specName, testCase.path, error)
            testCase.type == TestType.Test -> add(testCase.specName, Counts(passed = 1))
        }
    }

    override suspend fun engineFinished(t: List<Throwable>) = t.forEach { fail("engine", "the run itself", it) }

    private fun skip(spec: String, test: String, reason: String?) {
        add(spec, Counts(skipped = 1))
        skipped += listOf(spec, test, reason.orEmpty()).joinToString("\t") { it.replace(Regex("\\s+"), " ") }
    }

    private fun fail(spec: String, test: String, error: Throwable) {
        println("FAILED $spec: $test\n${traceOf(error)}")
        add(spec, Counts(failed = 1))
    }

    /** The stack trace without the frames of Kotest, which are many, and without machine addresses. */
    private fun traceOf(error: Throwable): String = error.stackTraceToString().lines()
        .filterNot { it.startsWith("    at ") && "dev.kmmap" !in it }
        .joinToString("\n") { it.replace(Regex("at \\d+ +\\S+ +(0x)?[0-9a-f]+ +(kfun:)?"), "at ") }

    private fun add(spec: String, count: Counts) {
        counts[spec] = (counts[spec] ?: Counts()) + count
    }

    private val TestCase.specName: String get() = spec::class.qualifiedName.toString()

    private val TestCase.path: String
        get() = generateSequence(this) { it.parent }.toList().asReversed().joinToString(" / ") { it.name.name }
}
