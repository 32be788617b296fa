package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapAlreadyExistsException
import dev.kmmap.Seal
import dev.kmmap.SharedMemory
import dev.kmmap.addSeals
import dev.kmmap.internal.mapping.addSeals
import dev.kmmap.internal.mapping.seals
import dev.kmmap.seals
import dev.kmmap.useDescriptor

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

    fun sealed(message: ByteArray): Set<Seal> {
        val memory = MMap.memfd("message", message.size.toLong(), Seal.SHRINK, Seal.GROW)
        memory.copyFrom(0, message)
        val refused = try {
            memory.resize(0)
            false
        } catch (_: MMapAccessDeniedException) {
            true
        }
        check(refused)
        // What is complete is sealed against writing, too, when nobody can write to it any more.
        val complete = memory.useDescriptor { MMap.map(it, Access.COPY) }
        memory.close()
        return complete.use {
            it.addSeals(Seal.WRITE, Seal.SEAL)
            it.seals()
        }
    }

    fun handedOver(memory: MMap): Byte = memory.useDescriptor { descriptor ->
        // In another process, which has been given the descriptor, as a rule.
        MMap.map(descriptor, Access.WRITE).use { received ->
            received[0] = 7
            memory[0]
        }
    }
}
