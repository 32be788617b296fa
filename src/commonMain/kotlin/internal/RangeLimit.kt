package dev.kmmap.internal

import dev.kmmap.MMapException
import kotlinx.io.IOException
import kotlinx.io.buffered
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem
import kotlinx.io.readString
import kotlin.concurrent.atomics.AtomicLong
import kotlin.concurrent.atomics.decrementAndFetch
import kotlin.concurrent.atomics.incrementAndFetch

/**
 * Counts the ranges that are mapped, and refuses more than [maximum] of them. A process that has as many as the system
 * allows cannot even get memory for itself any more: of the JVM nothing is left then.
 */
internal class RangeLimit(val maximum: Long) {
    private val mapped = AtomicLong(0)

    /** How many are counted now. */
    val inUse: Long get() = mapped.load()

    /** Whether there are no more than can be counted. */
    val isEndless: Boolean get() = maximum == Long.MAX_VALUE

    /** Counts one more, unless that is too many. */
    fun take(): Boolean {
        if (mapped.incrementAndFetch() <= maximum) return true
        giveBack()
        return false
    }

    fun giveBack() {
        mapped.decrementAndFetch()
    }

    /** For the range that [detail] describes, which is one too many. */
    fun refusal(detail: String): MMapException {
        val operation = "mmap"
        val message = "$operation($detail): $maximum ranges are mapped, which is as many as are safe: " +
            "$SHARE_TAKEN % of vm.max_map_count ($NO_MEMORY $NO_MEMORY_CODE)"
        return Failure(message, operation, NO_MEMORY_CODE, NO_MEMORY).exception()
    }

    companion object {
        /** Of all that the system allows; the rest is for everybody else in the process. */
        private const val SHARE_TAKEN = 90

        /** What Linux itself says to one range too many. */
        private const val NO_MEMORY = "ENOMEM"
        private const val NO_MEMORY_CODE = 12

        /** The limit of this process. Systems but Linux have none that could be reached. */
        val ofProcess: RangeLimit by lazy { RangeLimit(allowed()?.let { it / 100 * SHARE_TAKEN } ?: Long.MAX_VALUE) }

        /** What Linux allows a process; `null` where nobody says. */
        private fun allowed(): Long? = try {
            val file = Path("/proc/sys/vm/max_map_count")
            SystemFileSystem.source(file).buffered().use { it.readString() }.trim().toLongOrNull()
        } catch (_: IOException) {
            null
        }
    }
}
