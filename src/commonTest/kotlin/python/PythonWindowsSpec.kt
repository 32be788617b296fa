package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAlreadyExistsException
import dev.kmmap.MMapException
import dev.kmmap.SharedMemory
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.patternOf
import dev.kmmap.fixtures.python.fileSize
import dev.kmmap.fixtures.python.page
import dev.kmmap.fixtures.python.withDescriptor
import dev.kmmap.internal.system.platformSystemCalls
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.random.Random

/** Two names of shared memory that nobody else has. */
private fun withTags(block: (String, String) -> Unit) {
    val tags = List(2) { "kmmap-tag-" + Random.nextLong().toULong().toString(radix = 36) }
    try {
        block(tags[0], tags[1])
    } finally {
        tags.forEach { SharedMemory.unlink(it) }
    }
}

/**
 * CPython's test_mmap: what it runs on Windows only. A tag is the name of shared memory here, on every system; a file
 * that is mapped twice can be shortened everywhere but on Windows, and the resize of tagged memory is refused there
 * before it begins.
 */
internal class PythonWindowsSpec : FunSpec({
    test("test_tagname: maps of one tag share their bytes, maps of two do not") {
        val data = patternOf(10)
        withTags { tag, other ->
            SharedMemory.create(tag, 10).use { first ->
                first.setSlice(0, 10, data)
                SharedMemory.open(tag).use { second ->
                    second.slice(0, 10) shouldBe data
                    second[0] = 99
                    first[0] shouldBe 99
                }
                SharedMemory.create(other, 10).use { third ->
                    third.slice(0, 10) shouldBe ByteArray(10)
                    third[1] = 98
                    first[1] shouldBe data[1]
                }
            }
        }
    }

    test("test_crasher_on_windows: a tag that is there with another size is an error and no crash") {
        withTags { tag, _ ->
            SharedMemory.create(tag, 1000).use { memory ->
                memory.write(patternOf(1000))
                shouldThrow<MMapAlreadyExistsException> { SharedMemory.create(tag, 5000) }
                shouldThrow<IllegalArgumentException> { SharedMemory.open(tag, length = 1_000_000) }
                memory.slice(0, 1000) shouldBe patternOf(1000)
            }
        }
    }

    test("test_crasher_on_windows: a file without its descriptor can be resized to nothing (deviation: no error)") {
        TemporaryFile(patternOf(1000)).use { file ->
            var map: MMap? = null
            withDescriptor(file.path) { map = MMap.map(it, Access.WRITE) }
            checkNotNull(map).use {
                it.resize(0)
                it.slice(0) shouldBe ByteArray(0)
            }
        }
    }

    test("test_invalid_descriptor: what is no file is an error and no crash") {
        shouldThrow<MMapException> { MMap.map(123_456) }
        shouldThrow<IllegalArgumentException> { MMap.map(-2) }
    }

    test("test_resize_fails_if_mapping_held_elsewhere: where a mapped file keeps its length, nothing has changed") {
        val cuts = platformSystemCalls.capabilities.cutMappedFiles
        val content = patternOf(2 * page.toInt())
        TemporaryFile(content).use { file ->
            MMap.open(file.path, Access.WRITE).use { first ->
                MMap.open(file.path, Access.WRITE).use { second ->
                    for (map in listOf(first, second)) {
                        runCatching { map.resize(page) }.also { it.isSuccess shouldBe cuts }
                        map.size shouldBe if (cuts) page else 2 * page
                        map.slice(0, page) shouldBe content.copyOf(page.toInt())
                        map.fileSize() shouldBe map.size
                    }
                }
                first.resize(page)
                first.size shouldBe page
                first.fileSize() shouldBe page
                first.slice(0) shouldBe content.copyOf(page.toInt())
            }
            fileSize(file.path) shouldBe page
        }
    }

    test("test_resize_succeeds_with_error_for_second_named_mapping: a refused resize leaves both maps as they were") {
        val data = patternOf(page.toInt())
        withTags { tag, _ ->
            SharedMemory.create(tag, page).use { first ->
                SharedMemory.open(tag).use { second ->
                    first.setSlice(0, page, data)
                    val works = platformSystemCalls.capabilities.resizeNamedMemory
                    runCatching { first.resize(2 * page) }.also { it.isSuccess shouldBe works }
                    first.size shouldBe if (works) 2 * page else page
                    second.size shouldBe page
                    first.slice(0, page) shouldBe data
                    second.slice(0) shouldBe data
                }
            }
        }
    }
})
