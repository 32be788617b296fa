@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.pinned
import dev.kmmap.internal.mapping.addSeals
import dev.kmmap.internal.mapping.seals
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlinx.io.IOException

/**
 * What nobody can do any more with the memory that the map shows. It may come from another process by a descriptor
 * ([MMap.map]), and is looked at anew each time. Memory that was not made to be sealed has [Seal.SEAL] alone, a file
 * none.
 *
 * @throws UnsupportedOperationException on other systems than Linux, and for a map without a descriptor: private
 *   memory, or one with `trackFile = false`.
 * @throws MMapException if the system refuses (fcntl).
 */
@Throws(IOException::class)
public fun MMap.seals(): Set<Seal> = pinned { mapping.seals() }

/**
 * Seals the memory that the map shows: all of [seals], or none if the system refuses. What is sealed already stays so.
 *
 * For [Seal.WRITE] no shared map of the memory must exist through a descriptor that could write: that of the map that
 * filled it is closed before, and a map with [Access.COPY] seals it.
 *
 * @throws IllegalArgumentException for [Seal.WRITE], if this map is shared and can be written.
 * @throws UnsupportedOperationException as [seals] does.
 * @throws MMapAccessDeniedException if the memory was not made to be sealed, has [Seal.SEAL], or the descriptor was
 *   opened for reading (`EPERM`).
 * @throws MMapException if it is a file (`EINVAL`), or for [Seal.WRITE], if somebody else could write (`EBUSY`).
 * @sample dev.kmmap.samples.SharedMemorySamples.sealed
 */
@Throws(IOException::class)
public fun MMap.addSeals(vararg seals: Seal): Unit = pinned { mapping.addSeals(seals.toSet()) }
