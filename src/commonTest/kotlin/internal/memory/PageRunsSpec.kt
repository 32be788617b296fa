package dev.kmmap.internal.memory

import dev.kmmap.fixtures.python.page
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeLessThan
import io.kotest.matchers.shouldBe
import kotlin.random.Random

private const val PAGES = 50

/** The number of each page. */
private fun PageRuns.toList(): List<Int> = (0L until PAGES).map { this[it] }

private fun List<Int>.changes(): List<Int> = indices.filter { it > 0 && this[it] != this[it - 1] }

internal class PageRunsSpec : FunSpec({
    test("whatever is set, in any order, the numbers and the changes are those of a plain list") {
        val random = Random(15)
        repeat(200) { round ->
            val model = IntArray(PAGES) { round % 3 }
            var runs = PageRuns(PAGES.toLong(), round % 3)
            repeat(60) {
                val from = random.nextInt(PAGES + 1)
                val to = random.nextInt(from, PAGES + 1)
                val value = random.nextInt(3)
                model.fill(value, from, to)
                val before = runs
                val shown = before.toList()
                runs = runs.with(from.toLong(), to.toLong(), value)
                before.toList() shouldBe shown
                val expected = model.toList()
                runs.toList() shouldBe expected
                runs.changes shouldBe expected.changes().size
                (0L until PAGES).filter { runs.changesAt(it) } shouldBe expected.changes()
                val found = ArrayList<Int>()
                runs.forEachRun(from.toLong(), to.toLong()) { start, end, number ->
                    repeat((end - start).toInt()) { found += number }
                }
                found shouldBe expected.subList(from, to)
            }
        }
    }

    test("a change that is only marked stays, whatever the numbers") {
        var runs = PageRuns(PAGES.toLong(), 0)
        for (page in listOf(7L, 3L, 40L, 7L)) runs = runs.withChangeAt(page)
        runs.changes shouldBe 3
        (0L until PAGES).filter { runs.changesAt(it) } shouldBe listOf(3L, 7L, 40L)
        runs.toList().distinct() shouldBe listOf(0)
    }

    test("a hundred thousand changes are set one by one, upwards, downwards and at random") {
        val count = 100_000L
        val orders = listOf(0 until count, count - 1 downTo 0, (0 until count).shuffled(Random(1)))
        for (order in orders) {
            var runs = PageRuns(2 * count, 0)
            for (number in order) runs = runs.with(2 * number, 2 * number + 1, 1)
            runs.changes shouldBe 2 * count - 1
            runs.with(0, 2 * count, 0).changes shouldBeLessThan 1
        }
    }
})
