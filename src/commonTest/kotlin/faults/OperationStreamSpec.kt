package dev.kmmap.faults

import dev.kmmap.fixtures.Action
import dev.kmmap.fixtures.Operation
import dev.kmmap.fixtures.OperationGenerator
import dev.kmmap.fixtures.OperationModel
import dev.kmmap.fixtures.StreamStart
import dev.kmmap.fixtures.longRun
import dev.kmmap.fixtures.run
import dev.kmmap.fixtures.sameAnswer
import dev.kmmap.fixtures.seeds
import dev.kmmap.fixtures.shown
import dev.kmmap.fixtures.slowness
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random
import kotlin.time.Duration.Companion.hours
import kotlin.time.Duration.Companion.minutes

/** Operations of one seed. */
private val operationsOfSeed = if (longRun) 100_000 else 20_000 / slowness

private val limit = if (longRun) 2.hours else 5.minutes

/** Operations of one map, at most. */
private const val MOST = 400

/** After so many operations all bytes of the map and of its file are compared. */
private const val CHECK_EVERY = 100

private val checks = listOf(Operation(Action.ALL), Operation(Action.FILE))
private val ending = listOf(Action.CLOSE, Action.SIZE, Action.READ_LINE, Action.POSITION).map { Operation(it) }

/** Where a map and its model part, and what they said. */
private class Divergence(val operation: Operation, val expected: Any?, val found: Any?)

/** Makes up [count] operations, which depend on what the model has become by those before. */
private fun operations(start: StreamStart, random: Random, count: Int): List<Operation> {
    val model = OperationModel(start)
    val generator = OperationGenerator(random, model)
    return List(count) { generator.next().also { model.run(it) } }
}

/** Runs [operations] on a new map and a new model, with [checks] in between and at the end. */
private fun firstDivergence(start: StreamStart, operations: List<Operation>): Divergence? = start.use { map, file ->
    val model = OperationModel(start)
    operations.forEachIndexed { place, operation ->
        for (each in if ((place + 1) % CHECK_EVERY == 0) listOf(operation) + checks else listOf(operation)) {
            val expected = model.run(each)
            val found = map.run(each, file)
            if (!sameAnswer(expected, found)) return@use Divergence(each, expected, found)
        }
    }
    for (each in checks + ending) {
        val expected = model.run(each)
        val found = map.run(each, file)
        if (!sameAnswer(expected, found)) return@use Divergence(each, expected, found)
    }
    null
}

/** The fewest of the first [operations] after which map and model [part], if they do so after all of them. */
private fun shortestPrefix(operations: List<Operation>, part: (List<Operation>) -> Boolean): List<Operation> {
    var same = 0
    var different = operations.size
    while (different - same > 1) {
        val middle = (same + different) / 2
        if (part(operations.take(middle))) different = middle else same = middle
    }
    return operations.take(different)
}

internal class OperationStreamSpec : FunSpec({
    test("random operations answer what a plain array would, and leave map and file as it").config(
        timeout = limit,
        invocationTimeout = limit,
    ) {
        for (seed in seeds(if (longRun) 20 else 1)) {
            val random = Random(seed)
            var left = operationsOfSeed
            while (left > 0) {
                val start = OperationGenerator.start(random)
                val operations = operations(start, random, minOf(left, random.nextInt(1, MOST)))
                left -= operations.size
                if (firstDivergence(start, operations) == null) continue
                val prefix = shortestPrefix(operations) { firstDivergence(start, it) != null }
                val divergence = checkNotNull(firstDivergence(start, prefix)) { "not again, seed $seed: $start" }
                throw AssertionError(
                    "seed $seed: $start\n${prefix.joinToString("\n")}\n${divergence.operation}: " +
                        "${shown(divergence.found)} instead of ${shown(divergence.expected)}",
                )
            }
            println("operations: seed $seed, $operationsOfSeed operations agree with the model")
        }
    }

    test("of operations that lead to a wrong answer the fewest are told") {
        val operations = List(MOST) { Operation(Action.GET, it.toLong()) }
        for (wrong in listOf(0, 1, 137, MOST - 1)) {
            val prefix = shortestPrefix(operations) { prefix -> prefix.any { it.number(0) == wrong.toLong() } }
            prefix.last().number(0) shouldBe wrong
        }
    }
})
