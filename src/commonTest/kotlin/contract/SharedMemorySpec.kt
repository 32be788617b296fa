package dev.kmmap.contract

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapAlreadyExistsException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.ReadOnlyMMapException
import dev.kmmap.SharedMemory
import dev.kmmap.fixtures.PEER_SIZE
import dev.kmmap.fixtures.answerTo
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.platformSystemCalls
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.runPeer
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.longs.shouldBeGreaterThanOrEqual
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import io.kotest.matchers.string.shouldContain
import kotlin.random.Random

/** A name that nobody else has; what has it is gone at the end, whatever happens. */
private fun withName(block: (String) -> Unit) {
    // macOS allows 30 bytes.
    val name = "kmmap-test-" + Random.nextLong().toULong().toString(radix = 36)
    try {
        block(name)
    } finally {
        SharedMemory.unlink(name)
    }
}

internal class SharedMemorySpec : FunSpec({
    test("what one map of a name writes, the others see") {
        withName { name ->
            SharedMemory.create(name, 100).use { first ->
                first.size shouldBe 100
                first.slice(0) shouldBe ByteArray(100)
                SharedMemory.open(name).use { second ->
                    second.size shouldBeGreaterThanOrEqual 100
                    first[99] = 7
                    second[99] shouldBe 7
                    second.copyFrom(0, patternOf(50))
                    first.slice(0, 50) shouldBe patternOf(50)
                }
            }
        }
    }

    test("two names are two memories") {
        withName { one ->
            withName { other ->
                SharedMemory.create(one, 10).use { first ->
                    SharedMemory.create(other, 10).use { second ->
                        first[0] = 1
                        second[0] shouldBe 0
                    }
                }
            }
        }
    }

    test("two processes exchange bytes by a name") {
        withName { name ->
            SharedMemory.create(name, PEER_SIZE.toLong()).use { memory ->
                memory.write(patternOf(PEER_SIZE))
                runPeer("answer", name) shouldBe 0
                memory.slice(0, PEER_SIZE.toLong()) shouldBe answerTo(patternOf(PEER_SIZE))
                // Proof that the other process looks: it does not find again what it has changed.
                runPeer("answer", name) shouldNotBe 0
            }
        }
    }

    test("a name that is taken and one that is not there are told apart, and nothing is changed") {
        withName { name ->
            shouldThrow<MMapFileNotFoundException> { SharedMemory.open(name) }.message shouldContain name
            SharedMemory.create(name, 10).use { memory ->
                memory[0] = 1
                shouldThrow<MMapAlreadyExistsException> { SharedMemory.create(name, 20) }.message shouldContain name
                memory[0] shouldBe 1
                SharedMemory.open(name).use { it[0] shouldBe 1 }
            }
        }
    }

    test("when the last map is closed and the name is unlinked, nobody can open it") {
        withName { name ->
            val first = SharedMemory.create(name, 10)
            val second = SharedMemory.open(name)
            first.close()
            second[9] = 9
            SharedMemory.open(name).use { it[9] shouldBe 9 }
            second.close()
            SharedMemory.unlink(name)
            shouldThrow<MMapFileNotFoundException> { SharedMemory.open(name) }
            SharedMemory.unlink(name) shouldBe false
            SharedMemory.create(name, 10).use { it[9] shouldBe 0 }
        }
    }

    test("a map of a part shows that part, read-only or copied on write where that was asked for") {
        val page = MMap.pageSize
        withName { name ->
            SharedMemory.create(name, 3 * page).use { memory ->
                memory.write(patternOf(3 * page.toInt()))
                SharedMemory.open(name, Access.READ, page + 1, 10).use { part ->
                    part.slice(0) shouldBe memory.slice(page + 1, page + 11)
                    shouldThrow<ReadOnlyMMapException> { part[0] = 1 }
                }
                SharedMemory.open(name, Access.COPY).use { copy ->
                    copy[0] = 100
                    memory[0] shouldBe patternOf(1)[0]
                }
                shouldThrow<IllegalArgumentException> { SharedMemory.open(name, length = 1000 * page) }
                shouldThrow<IllegalArgumentException> { SharedMemory.open(name, offset = 1000 * page) }
                memory.fileSize() shouldBe 3 * page
            }
        }
    }

    test("named memory is resized where the system can do that, and refused before any harm where it cannot") {
        withName { name ->
            SharedMemory.create(name, 100).use { memory ->
                memory.write(patternOf(100))
                val works = runCatching { memory.resize(200) }
                works.isSuccess shouldBe platformSystemCalls.capabilities.resizeNamedMemory
                works.onFailure { (it is UnsupportedOperationException) shouldBe true }
                memory.slice(0, 100) shouldBe patternOf(100)
                memory.size shouldBe if (works.isSuccess) 200 else 100
            }
        }
    }

    test("it has its name, which does not change") {
        withName { name ->
            SharedMemory.create(name, 10).use {
                it.name shouldBe name
                shouldThrow<UnsupportedOperationException> { it.setName("other") }
                it.flush()
                it.flush(FlushMode.DURABLE)
                it.access shouldBe Access.WRITE
            }
        }
    }

    test("what cannot be a name or a size is refused before any system call") {
        val bad = listOf("", ".", "..", "a/b", "a\\b", "a\u0000b", "\ud800", "x".repeat(251), "\u00e9".repeat(126))
        for (name in bad) withClue(name) {
            shouldThrow<IllegalArgumentException> { SharedMemory.create(name, 10) }
            shouldThrow<IllegalArgumentException> { SharedMemory.open(name) }
            shouldThrow<IllegalArgumentException> { SharedMemory.unlink(name) }
        }
        for (size in listOf(0L, -1L, Long.MIN_VALUE)) {
            shouldThrow<IllegalArgumentException> { SharedMemory.create("kmmap-test", size) }
        }
        shouldThrow<IllegalArgumentException> { SharedMemory.open("kmmap-test", offset = -1) }
        shouldThrow<IllegalArgumentException> { SharedMemory.open("kmmap-test", length = -1) }
    }
})
