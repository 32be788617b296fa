package dev.kmmap.benchmarks.coroutines

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.getAndSetLong
import dev.kmmap.getLongVolatile
import dev.kmmap.setLongVolatile
import kotlinx.coroutines.delay
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.TimeSource

/** What a machine that nothing holds up keeps a process of realtime priority waiting, at the most. */
internal val MACHINE_GOES_ON = 5.milliseconds

/**
 * How long the machine itself stood still, as a process of its own has seen it that does nothing but wait a millisecond
 * at a time: [watch], with realtime priority. Virtual machines often have a share of the processors for each tenth of a
 * second: what uses it up early stands still as a whole for the rest, which no program on it can help.
 *
 * The longest time is the one `Long`, in nanoseconds, of a file that both processes map.
 */
internal class Witness(file: String) : AutoCloseable {
    private val map: MMap =
        MMapOptions().access(Access.WRITE).create(true).extend(true).length(Long.SIZE_BYTES.toLong()).open(file)

    /** The longest since this was called before. */
    fun longest(): Duration = map.getAndSetLong(0, 0).nanoseconds

    /** To be ended from outside. */
    suspend fun watch(): Nothing {
        var last = TimeSource.Monotonic.markNow()
        while (true) {
            delay(1)
            val waited = last.elapsedNow().inWholeNanoseconds
            last = TimeSource.Monotonic.markNow()
            if (waited > map.getLongVolatile(0)) map.setLongVolatile(0, waited)
        }
    }

    override fun close(): Unit = map.close()
}
