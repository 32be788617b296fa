package dev.kmmap.internal.system

import dev.kmmap.fixtures.TemporaryFile
import io.kotest.assertions.withClue
import io.kotest.core.spec.style.FunSpec
import io.kotest.matchers.shouldBe
import io.kotest.matchers.shouldNotBe
import kotlin.random.Random
import kotlinx.cinterop.CPointed
import kotlinx.cinterop.UIntVar
import kotlinx.cinterop.alloc
import kotlinx.cinterop.memScoped
import kotlinx.cinterop.ptr
import kotlinx.cinterop.toCPointer
import kotlinx.cinterop.value
import platform.windows.GetHandleInformation
import platform.windows.HANDLE_FLAG_INHERIT

/** A descriptor of ours is a handle, and something about its kind above that. */
private const val HANDLE_BITS = 0xffff_ffffL

private fun isInherited(descriptor: Long): Boolean = memScoped {
    val flags = alloc<UIntVar>()
    GetHandleInformation((descriptor and HANDLE_BITS).toCPointer<CPointed>(), flags.ptr) shouldNotBe 0
    flags.value.toInt() and HANDLE_FLAG_INHERIT != 0
}

internal class HandlesSpec : FunSpec({
    test("handles do not reach other programs") {
        val system = platformSystemCalls
        TemporaryFile(ByteArray(1)).use { file ->
            val opened = system.open(file.path, OpenMode.READ_WRITE)
            val duplicate = system.duplicate(opened)
            val memory = system.openMemory("kmmap-test-${Random.nextLong()}", OpenMode.CREATE_NEW, 1)
            for ((name, handle) in mapOf("open" to opened, "duplicate" to duplicate, "memory" to memory)) {
                withClue(name) { isInherited(handle) shouldBe false }
                system.close(handle) shouldBe 0
            }
        }
    }
})
