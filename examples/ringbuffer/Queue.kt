package dev.kmmap.examples.ringbuffer

import dev.kmmap.Access
import dev.kmmap.Endian
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.getLong
import dev.kmmap.getLongAcquire
import dev.kmmap.setLong
import dev.kmmap.setLongRelease

/*
 * A queue of 64-bit messages in a file that two processes map, one that sends and one that receives: a ring of slots,
 * and two counters that only grow. `sent` is written by the sender alone, `received` by the receiver alone, each with
 * release order, and read by the other with acquire order; so who sees a counter sees what was done to the slots below
 * it. The counters do not share a cache line (nor a pair of lines that is fetched together) with anything else.
 *
 * Neither side asks for the other's counter before it has used up what the last look has shown, and each may tell of
 * several messages at once. That is all there is to its speed.
 */

private const val LINE = 128L
private const val SENT = 0L
private const val RECEIVED = LINE
private const val SLOTS = 2 * LINE
private const val MESSAGE = Long.SIZE_BYTES.toLong()

/** Makes a file for a queue of [capacity] messages, a power of two, or an existing one empty. */
public fun createQueue(path: String, capacity: Int) {
    require(capacity.countOneBits() == 1) { "the capacity is no power of two: $capacity" }
    val size = SLOTS + capacity * MESSAGE
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(size).open(path).use { map ->
        map.resize(size)
        map.setLongRelease(SENT, 0)
        map.setLongRelease(RECEIVED, 0)
    }
}

/** Maps the queue at [path]. Throws [IllegalArgumentException] if the file has not the size of one. */
private fun openQueue(path: String): MMap {
    val map = MMap.open(path, Access.WRITE)
    val size = map.size
    if (size >= SLOTS + MESSAGE && (size - SLOTS).countOneBits() == 1) return map
    map.close()
    throw IllegalArgumentException("no queue: $path has $size bytes")
}

/** The sending side; for one thread. Others are told of [batch] messages at once, or by [publish]. */
public class Sender(path: String, private val batch: Long = 1) : AutoCloseable {
    private val map = openQueue(path)
    private val mask = (map.size - SLOTS) / MESSAGE - 1
    private var next = map.getLongAcquire(SENT)
    private var published = next
    private var received = map.getLongAcquire(RECEIVED)

    /** Takes [message], unless the queue is full; then the receiver knows of all there is. */
    public fun offer(message: Long): Boolean {
        if (next - received > mask) {
            received = map.getLongAcquire(RECEIVED)
            if (next - received > mask) {
                publish()
                return false
            }
        }
        map.setLong(SLOTS + (next and mask) * MESSAGE, message, Endian.LITTLE)
        next++
        if (next - published >= batch) publish()
        return true
    }

    /** Lets the receiver see all messages so far. */
    public fun publish() {
        if (published == next) return
        map.setLongRelease(SENT, next)
        published = next
    }

    /** Publishes, and closes the map. */
    override fun close() {
        publish()
        map.close()
    }
}

/** The receiving side; for one thread. The slots are given back [batch] at once, or when there is nothing more. */
public class Receiver(path: String, private val batch: Long = 1) : AutoCloseable {
    private val map = openQueue(path)
    private val mask = (map.size - SLOTS) / MESSAGE - 1
    private var next = map.getLongAcquire(RECEIVED)
    private var released = next
    private var sent = map.getLongAcquire(SENT)

    /** Whether there is a message for [take]. */
    public fun isReady(): Boolean {
        if (next < sent) return true
        sent = map.getLongAcquire(SENT)
        if (next < sent) return true
        release()
        return false
    }

    /** The next message, after [isReady] has said that there is one. */
    public fun take(): Long {
        check(next < sent) { "no message is known to be there" }
        val message = map.getLong(SLOTS + (next and mask) * MESSAGE, Endian.LITTLE)
        next++
        if (next - released >= batch) release()
        return message
    }

    private fun release() {
        if (released == next) return
        map.setLongRelease(RECEIVED, next)
        released = next
    }

    override fun close() {
        release()
        map.close()
    }
}
