package dev.kmmap.python

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.MapFlag
import dev.kmmap.Whence
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.fixtures.bytes
import dev.kmmap.fixtures.python.WORKERS
import dev.kmmap.fixtures.python.byte
import dev.kmmap.fixtures.python.concurrently
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.booleans.shouldBeTrue
import io.kotest.matchers.collections.shouldBeIn
import io.kotest.matchers.collections.shouldContainExactlyInAnyOrder
import io.kotest.matchers.shouldBe
import kotlinx.coroutines.sync.Mutex
import kotlinx.coroutines.sync.withLock

/** CPython's test_free_threading.test_mmap: ten threads use one map. */
internal class PythonThreadingSpec : FunSpec({
    /** The letter of each worker: 'a' to 'j'. */
    fun letter(worker: Int): Byte = byte('a' + worker)

    fun memory(content: ByteArray): MMap =
        MMap.anonymous(content.size.toLong()).also { it.copyFrom(0, content) }

    test("test_read_and_read_byte: each byte is read once (deviation: under a lock, the cursor has none)") {
        val content = ByteArray(3000) { (it / 12).toByte() }
        val cursor = Mutex()
        val read = ArrayList<Byte>()
        memory(content).use { map ->
            concurrently {
                repeat(100) {
                    cursor.withLock { read += map.readByte() }
                    cursor.withLock { read += map.read(2).toList() }
                }
            }
            map.position shouldBe 3000
        }
        read.sorted() shouldBe content.sorted()
    }

    test("test_readline: each line is read once (deviation: under a lock, the cursor has none)") {
        val lines = List(1000) { "line $it\n" }
        val cursor = Mutex()
        val read = ArrayList<String>()
        memory(lines.joinToString("").encodeToByteArray()).use { map ->
            concurrently {
                repeat(100) { cursor.withLock { read += map.readLine().decodeToString() } }
            }
            map.readLine() shouldBe ByteArray(0)
        }
        read shouldContainExactlyInAnyOrder lines
    }

    test("test_write_and_write_byte: nothing written is lost (deviation: under a lock, the cursor has none)") {
        val cursor = Mutex()
        MMap.anonymous(3000).use { map ->
            concurrently { worker ->
                repeat(100) {
                    cursor.withLock { map.write(ByteArray(2) { letter(worker) }) }
                    cursor.withLock { map.writeByte(letter(worker)) }
                }
            }
            for (worker in 0 until WORKERS) map.count { it == letter(worker) } shouldBe 300
        }
    }

    test("test_write_and_write_byte: absolute writes of all threads at the same time need no lock") {
        MMap.anonymous(3000).use { map ->
            concurrently { worker ->
                for (index in worker * 300L until (worker + 1) * 300L step 3) {
                    map.copyFrom(index, ByteArray(2) { letter(worker) })
                    map[index + 2] = letter(worker)
                }
            }
            map.slice(0) shouldBe ByteArray(3000) { letter(it / 300) }
        }
    }

    test("test_move: threads move single bytes at the same time") {
        val content = ByteArray(1000) { (it % 100).toByte() }
        memory(content).use { map ->
            concurrently { worker ->
                val own = worker * 100L
                for (index in 0 until 99L) map.move(own + index, own + index + 1, 1)
            }
            map.slice(0) shouldBe ByteArray(1000) { minOf(it % 100 + 1, 99).toByte() }
        }
    }

    test("test_move: threads move the same bytes at the same time, and each byte comes from one of them") {
        memory(ByteArray(100) { it.toByte() }).use { map ->
            concurrently { worker -> repeat(100) { map.move(0, 1L + worker, 1) } }
            map[0] shouldBeIn List(WORKERS) { (1 + it).toByte() }
            map.slice(1) shouldBe ByteArray(99) { (it + 1).toByte() }
        }
    }

    test("test_seek_and_tell: every step of the cursor counts (deviation: under a lock, the cursor has none)") {
        val cursor = Mutex()
        MMap.anonymous(1000).use { map ->
            concurrently {
                repeat(100) {
                    cursor.withLock {
                        val before = map.position
                        map.seek(1, Whence.CURRENT) shouldBe before + 1
                    }
                }
            }
            map.position shouldBe 1000
        }
    }

    test("test_slice_update_and_slice_read: slices hold written bytes only (deviation: those of several threads mix)") {
        memory(ByteArray(1024) { byte('a') }).use { map ->
            val letters = List(WORKERS) { letter(it) }.toSet()
            concurrently { worker ->
                repeat(100) {
                    map.setSlice(0, 1024, ByteArray(1024) { letter(worker) })
                    val seen = map.slice(0, 1024)
                    seen.size shouldBe 1024
                    (seen.toSet() - letters) shouldBe emptySet()
                }
            }
        }
    }

    test("test_slice_update_and_slice_read: a slice is one thread's (deviation: under a lock, maps have none)") {
        val slices = Mutex()
        memory(ByteArray(1024) { byte('a') }).use { map ->
            concurrently { worker ->
                repeat(100) {
                    slices.withLock { map.setSlice(0, 1024, ByteArray(1024) { letter(worker) }) }
                    slices.withLock { map.slice(0, 1024) }.toSet().size shouldBe 1
                }
            }
        }
    }

    test("test_item_update_and_item_read: threads set and get single bytes at the same time") {
        MMap.anonymous(1 + WORKERS.toLong()).use { map ->
            concurrently { worker ->
                val own = 1L + worker
                for (value in 0 until 100) {
                    map[own] = value.toByte()
                    map[own] shouldBe value.toByte()
                    map[0] = value.toByte()
                    for (other in map) (other in 0 until 100).shouldBeTrue()
                }
            }
        }
    }

    test("test_resize_and_size: threads resize private memory at the same time") {
        MMapOptions().flags(MapFlag.PRIVATE).length(1024).anonymous().use { map ->
            map.setSlice(0, 1024, ByteArray(1024) { byte('a') })
            concurrently {
                repeat(10) {
                    map.resize(2048)
                    map.size shouldBe 2048
                    map.fileSize() shouldBe 2048
                    map[1023] shouldBe byte('a')
                }
            }
            map.slice(0) shouldBe ByteArray(2048) { if (it < 1024) byte('a') else 0 }
        }
    }

    test("test_close_and_closed: threads close a map at the same time, and each finds it closed") {
        repeat(20) {
            val map = MMap.anonymous(1024)
            concurrently {
                map.close()
                map.isClosed.shouldBeTrue()
            }
        }
    }

    test("test_find_and_rfind: threads write patterns and find them (deviation: without the cursor, it has no lock)") {
        MMap.anonymous(1024).use { map ->
            concurrently { worker ->
                val pattern = ByteArray(4) { letter(worker) }
                val own = worker * 100L
                repeat(20) {
                    map.setSlice(own, own + 4, pattern)
                    map.setSlice(own + 50, own + 54, pattern)
                    val found = map.find(pattern, 0)
                    found shouldBe own
                    map.find(pattern, found + 1) shouldBe own + 50
                    map.rfind(pattern, 0) shouldBe own + 50
                    map.rfind(pattern, found + 1) shouldBe own + 50
                }
            }
        }
    }

    test("test_flush: threads resize the map of a file and flush it at the same time") {
        TemporaryFile(bytes("content")).use { file ->
            MMap.open(file.path, Access.WRITE, length = 1).use { map ->
                concurrently {
                    repeat(10) {
                        map.resize(1024)
                        map.flush()
                    }
                }
                map.size shouldBe 1024
            }
            file.readBytes() shouldBe bytes("content").copyOf(1024)
        }
    }

    test("test_mmap_export_as_memoryview: close waits for readers (deviation: maps export no buffers that forbid it)") {
        val map = memory(ByteArray(1024) { byte('a') })
        concurrently { worker ->
            try {
                val copies = List(100) { map.slice(0) }
                copies.forEach { it shouldBe ByteArray(1024) { byte('a') } }
                if (worker == 0) map.close()
            } catch (closed: IllegalStateException) {
                closed.message shouldBe "mmap is closed"
            }
        }
        map.isClosed.shouldBeTrue()
    }
})
