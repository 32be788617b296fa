package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.withSparseFile
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe

private const val GIB_2 = 1L shl 31
private const val GIB_4 = 1L shl 32

/** CPython's test_mmap: files beyond what 31 and 32 bits can count. They are sparse, so that they take no space. */
internal class PythonLargeFileSpec : FunSpec({
    /** Writes [content] at [offset] of the file at [path], through a map of just that. */
    fun put(path: String, offset: Long, content: ByteArray) {
        MMap.open(path, Access.WRITE, offset, content.size.toLong()).use { it.write(content) }
    }

    /** Maps a whole file with a text around [boundary], its middle. */
    fun aroundBoundary(boundary: Long) {
        val tail = bytes("  DEARdear  ")
        val start = boundary - tail.size / 2
        val end = start + tail.size
        withSparseFile(end) { file ->
            put(file.path, start, tail)
            MMap.open(file.path, Access.WRITE).use { map ->
                map.size shouldBe end
                map.slice(start, end) shouldBe tail
                map[boundary - 1] shouldBe byte('R')
                map[boundary] shouldBe byte('d')
                map.find("Rd", start) shouldBe boundary - 1
                map.rfind("Rd", start) shouldBe boundary - 1
                map.find("d", -tail.size.toLong()) shouldBe boundary
                map.seek(start)
                map.read() shouldBe tail
                map.position shouldBe end
                map[boundary] = byte('D')
                map.move(boundary - 2, boundary, 2)
                map.slice(start, end) shouldBe bytes("  DEDeDear  ")
                map.flush(boundary - 1, 2)
                shouldThrow<IndexOutOfBoundsException> { map[end] }
            }
        }
    }

    test("test_large_offset: an offset beyond 4 GiB") {
        withSparseFile(0x150000000) { file ->
            put(file.path, 0x14fffffff, bytes(" "))
            MMap.open(file.path, Access.READ, offset = 0x140000000).use { map ->
                map.size shouldBe 0x10000000
                map[0xfffffff] shouldBe 32
            }
        }
    }

    test("test_large_filesize: the size of a file beyond 4 GiB, of which a part is mapped") {
        withSparseFile(0x180000000) { file ->
            put(file.path, 0x17fffffff, bytes(" "))
            MMap.open(file.path, Access.READ, length = 0x10000).use { map ->
                map.size shouldBe 0x10000
                map.fileSize() shouldBe 0x180000000
            }
        }
    }

    test("test_around_2GB: indices on both sides of 2 GiB") { aroundBoundary(GIB_2) }

    test("test_around_4GB: indices on both sides of 4 GiB") { aroundBoundary(GIB_4) }
})
