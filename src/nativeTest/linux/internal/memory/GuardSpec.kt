package dev.kmmap.internal.memory

import dev.kmmap.Access
import dev.kmmap.Capability
import dev.kmmap.DelicateMMapApi
import dev.kmmap.MMap
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapOptions
import dev.kmmap.compareAndSetInt
import dev.kmmap.count
import dev.kmmap.find
import dev.kmmap.fixtures.TemporaryFile
import dev.kmmap.internal.io.inside
import dev.kmmap.lines
import dev.kmmap.withPointer
import io.kotest.assertions.throwables.shouldThrow
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import kotlin.native.concurrent.ObsoleteWorkersApi
import kotlin.native.concurrent.TransferMode
import kotlin.native.concurrent.Worker
import kotlinx.cinterop.alloc
import kotlinx.cinterop.get
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import platform.posix.SIGBUS
import platform.posix.SIG_BLOCK
import platform.posix.pthread_sigmask
import platform.posix.sigaction
import platform.posix.sigfillset
import platform.posix.signal
import platform.posix.sigset_t

private const val SIZE = 1_000_000

private const val LOST = 800_000L

private const val COVERED = "another library's SIGBUS handler is installed over kmmap's, until the next map is opened"

private const val BLOCKED = "this thread blocks SIGBUS, until it opens a map"

/** Runs [block] with the path of a file, and what cuts it to a few bytes. */
private fun withFile(block: (path: String, cut: () -> Unit) -> Unit) {
    TemporaryFile(ByteArray(SIZE) { 7 }).use { file -> block(file.path) { file.truncate(10) } }
}

private fun blockAllSignals() = memScoped {
    val all = alloc<sigset_t>()
    sigfillset(all.ptr)
    pthread_sigmask(SIG_BLOCK, all.ptr, null) shouldBe 0
}

/** The result of [block] in a thread that blocks every signal. */
@OptIn(ObsoleteWorkersApi::class)
private fun <T> inBlockingThread(block: () -> T): Result<T> {
    val worker = Worker.start()
    try {
        return worker.execute(TransferMode.SAFE, { block }) { inside ->
            runCatching {
                blockAllSignals()
                inside()
            }
        }.result
    } finally {
        worker.requestTermination().result
    }
}

/** Each of them is the first that a thread does. */
@OptIn(DelicateMMapApi::class)
private val operations: Map<String, (MMap) -> Any?> = mapOf(
    "get" to { it[LOST] },
    "set" to { it[LOST] = 1 },
    "compareAndSetInt" to { it.compareAndSetInt(LOST, 0, 1) },
    "copyTo" to { it.copyTo(LOST, ByteArray(1000)) },
    "slice" to { it.slice(LOST) },
    "move" to { it.move(0, LOST, 1000) },
    "find" to { it.find("nothing", LOST) },
    "lines" to { it.lines().count() },
    "withPointer" to { map -> map.withPointer { it[LOST] }.also { map[0] } },
)

internal class GuardSpec : FunSpec({
    test("the guard is there, and a thread that blocks its signal is told so") {
        guardProblem() shouldBe null
        inBlockingThread { guardProblem() }.getOrThrow() shouldBe BLOCKED
        guardProblem() shouldBe null
    }

    for ((name, operation) in operations) {
        test("$name on lost pages throws in a thread that blocks all signals") {
            withFile { path, cut ->
                MMap.open(path, Access.WRITE).use { map ->
                    cut()
                    val result = inBlockingThread { operation(map) }
                    (result.exceptionOrNull() is MMapFaultException) shouldBe true
                }
            }
        }
    }

    test("a thread that has blocked all signals takes those of lost pages again when it opens a map") {
        withFile { path, cut ->
            val result = inBlockingThread {
                MMap.open(path).use { it[0] shouldBe 7 }
                blockAllSignals()
                guardProblem() shouldBe BLOCKED
                MMapOptions().confined(true).open(path).use { map ->
                    guardProblem() shouldBe null
                    cut()
                    map[LOST]
                }
            }
            (result.exceptionOrNull() is MMapFaultException) shouldBe true
        }
    }

    test("a handler that was saved before and put back after the guard's is over with the next map") {
        withFile { path, cut ->
            memScoped {
                // As any library does that has saved the default before: ours never was there, for it.
                val ours = alloc<sigaction>()
                sigaction(SIGBUS, null, ours.ptr) shouldBe 0
                MMap.open(path).use { early ->
                    signal(SIGBUS, null)
                    guardProblem() shouldBe COVERED
                    MMap.open(path).use { map ->
                        guardProblem() shouldBe null
                        signal(SIGBUS, null)
                        Capability.FAULT_GUARD.isSupported shouldBe true
                        cut()
                        withClue("the later map") { shouldThrow<MMapFaultException> { map[LOST] } }
                        withClue("the earlier map") { shouldThrow<MMapFaultException> { early[LOST] } }
                    }
                }
                sigaction(SIGBUS, ours.ptr, null) shouldBe 0
                guardProblem() shouldBe null
            }
        }
    }
})
