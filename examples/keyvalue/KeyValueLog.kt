package dev.kmmap.examples.keyvalue

import dev.kmmap.Access
import dev.kmmap.FlushMode
import dev.kmmap.MMap
import dev.kmmap.MMapAppender
import dev.kmmap.MMapOptions
import kotlinx.io.files.Path
import kotlinx.io.files.SystemFileSystem

/** Where in a log the values are, which its whole records tell from the first to the last. */
internal class Index {
    private val records = HashMap<String, Record>()

    /** The offset behind the last whole record. */
    var end = 0L
        private set

    val keys: List<String> get() = records.keys.sorted()

    operator fun get(key: String): Record? = records[key]

    /** Reads on in [map], as far as the records are whole. */
    fun readOn(map: MMap) {
        while (true) add(recordAt(map, end) ?: return)
    }

    private fun add(record: Record) {
        if (record.isDeletion) records.remove(record.key) else records[record.key] = record
        end = record.end
    }
}

/**
 * A map of keys to values in a file that is only appended to: what a key is, its last record says. When it is opened,
 * the records are read from the first to the last that is whole, and what is behind that, of a record that was not
 * written to its end for instance, is cut off.
 *
 * What was [put] or deleted survives the end of the process, and after [flush] also a loss of power. One process has
 * the log open, and one thread uses it; others may read the file at any time, by an [Index] of their own.
 */
internal class KeyValueLog(private val path: String) : AutoCloseable {
    private val index = Index()
    private val appender = openAtEnd()
    private var reader = MMap.open(path)

    val size: Long get() = appender.size

    val keys: List<String> get() = index.keys

    operator fun get(key: String): ByteArray? = index[key]?.valueIn(reader)

    fun put(key: String, value: ByteArray): Unit = append(bytesOfRecord(key, value))

    /** Returns whether the key was there. */
    fun delete(key: String): Boolean {
        if (index[key] == null) return false
        append(bytesOfRecord(key, null))
        return true
    }

    /** Returns when the device has all changes: only then are they acknowledged. */
    fun flush(): Unit = appender.flush(FlushMode.DURABLE)

    /** Windows does not cut a file that is mapped: so the reader goes first. */
    override fun close() {
        reader.close()
        appender.close()
    }

    private fun openAtEnd(): MMapAppender {
        openWithName(path).use { map ->
            index.readOn(map)
            if (index.end < map.size) map.resize(index.end)
        }
        return MMapAppender.open(path)
    }

    /** The appender's file has room ahead, so it takes many records until the reader sees no further. */
    private fun append(record: ByteArray) {
        appender.append(record)
        if (appender.size > reader.size) {
            reader.close()
            reader = MMap.open(path)
        }
        index.readOn(reader)
    }
}

/**
 * Writes the log at [path], which nobody has open, anew, with nothing but the values that there are. The new file takes
 * the place of the old one at once, when the device has it: whatever happens meanwhile, one of them is there.
 */
internal fun compact(path: String) {
    val compacted = Path("$path.compact")
    SystemFileSystem.delete(compacted, mustExist = false) // it was not finished
    KeyValueLog(path).use { log ->
        KeyValueLog(compacted.toString()).use { copy ->
            for (key in log.keys) copy.put(key, checkNotNull(log[key]))
            copy.flush()
        }
    }
    SystemFileSystem.atomicMove(compacted, Path(path))
    openWithName(path).close()
}

/** Opens the file at [path], made if it is missing; its name is on the device, where folders can be flushed. */
private fun openWithName(path: String): MMap {
    val options = MMapOptions().access(Access.WRITE).create(true)
    return try {
        options.syncDirectory(true).open(path)
    } catch (_: UnsupportedOperationException) {
        options.syncDirectory(false).open(path)
    }
}
