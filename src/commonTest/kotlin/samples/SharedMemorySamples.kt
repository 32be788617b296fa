package dev.kmmap.samples

import dev.kmmap.MMapAlreadyExistsException
import dev.kmmap.SharedMemory

internal object SharedMemorySamples {
    fun betweenProcesses(name: String): Byte {
        // Whoever comes first makes the memory, the others open it.
        val memory = try {
            SharedMemory.create(name, 1)
        } catch (_: MMapAlreadyExistsException) {
            SharedMemory.open(name)
        }
        return memory.use {
            it[0] = (it[0] + 1).toByte()
            // Those who have opened it keep it; on POSIX the name would stay for ever.
            SharedMemory.unlink(name)
            it[0]
        }
    }
}
