@file:JvmName("MMaps")
@file:JvmMultifileClass

package dev.kmmap

import dev.kmmap.internal.access.pinned
import dev.kmmap.internal.mapping.DuplicatedDescriptor
import kotlin.jvm.JvmMultifileClass
import kotlin.jvm.JvmName
import kotlinx.io.IOException

/**
 * Runs [block] with a descriptor of what the map shows, and returns its result: a file descriptor on POSIX, a `HANDLE`
 * on Windows. It is a duplicate that child processes do not inherit, open as long as the block runs, whatever becomes
 * of the map meanwhile: for handing the memory on, to [MMap.map], over a socket (`SCM_RIGHTS`), as
 * `/proc/PID/fd/DESCRIPTOR`, by `DuplicateHandle`. Who wants to keep it duplicates it once more.
 *
 * It is open for what the map's own access needs, at least. Whoever gets it can do all that with the file, and give it
 * another size, too, unless it is [sealed][addSeals].
 *
 * @throws UnsupportedOperationException for private memory, with `trackFile = false`, where shared anonymous memory is
 *   no file (macOS, Windows), and for [SharedMemory] on Windows.
 * @throws MMapException if the system refuses (dup), or if the block has closed the descriptor.
 * @sample dev.kmmap.samples.SharedMemorySamples.handedOver
 */
@Throws(IOException::class)
public fun <T> MMap.useDescriptor(block: (descriptor: Long) -> T): T =
    pinned { DuplicatedDescriptor.of(mapping) }.use { block(it.descriptor) }
