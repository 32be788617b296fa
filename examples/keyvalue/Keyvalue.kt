package dev.kmmap.examples.keyvalue

import dev.kmmap.MMap
import kotlinx.io.IOException

private const val USAGE = "usage: keyvalue put FILE KEY VALUE\n" +
    "       keyvalue get|delete FILE KEY\n" +
    "       keyvalue list|compact FILE\n" +
    "Keeps values by their keys in a file. When put or delete ends, the device has the change; list and get may be\n" +
    "used while another process writes."

/** Keeps values by their keys in an append-only log; the same source for the JVM and native binaries. */
public fun main(arguments: Array<String>) {
    try {
        keyValue(arguments.toList(), ::println)
    } catch (e: IllegalArgumentException) {
        println("keyvalue: ${e.message}")
    } catch (e: IOException) {
        println("keyvalue: ${e.message}")
    }
}

/** Does what the command line [words] ask for. */
internal fun keyValue(words: List<String>, print: (String) -> Unit) {
    val path = words.getOrElse(1) { "" }
    val key = words.getOrElse(2) { "" }
    when (words.firstOrNull() to words.size) {
        "put" to 4 -> KeyValueLog(path).use { log ->
            log.put(key, words[3].encodeToByteArray())
            log.flush()
        }
        "get" to 3 -> read(path) { map, index ->
            print(index[key]?.valueIn(map)?.decodeToString() ?: "no such key: $key")
        }
        "delete" to 3 -> KeyValueLog(path).use { log ->
            if (log.delete(key)) log.flush() else print("no such key: $key")
        }
        "list" to 2 -> read(path) { map, index ->
            for (each in index.keys) print("$each = ${index[each]?.valueIn(map)?.decodeToString()}")
        }
        "compact" to 2 -> {
            val before = read(path) { _, index -> index.end }
            compact(path)
            print("$before bytes became ${read(path) { _, index -> index.end }}")
        }
        else -> print(USAGE)
    }
}

/** Runs [block] with what is in the log at the moment; nothing is changed. */
private fun <T> read(path: String, block: (MMap, Index) -> T): T = MMap.open(path).use { map ->
    block(map, Index().apply { readOn(map) })
}
