package dev.kmmap.examples.keyvalue

import dev.kmmap.MMap
import dev.kmmap.examples.console.DONE
import dev.kmmap.examples.console.WrongUsage
import dev.kmmap.examples.console.end
import dev.kmmap.examples.console.printError
import dev.kmmap.examples.console.printOut
import dev.kmmap.examples.console.statusOf

private const val USAGE = "usage: keyvalue put FILE KEY VALUE\n" +
    "       keyvalue get|delete FILE KEY\n" +
    "       keyvalue list|compact FILE\n" +
    "Keeps values by their keys in a file. When put or delete ends, the device has the change; list and get may be\n" +
    "used while another process writes."

/** Keeps values by their keys in an append-only log; the same source for the JVM and native binaries. */
public fun main(arguments: Array<String>): Unit = end(keyValue(arguments.toList(), ::printOut, ::printError))

/** Does what the command line [words] ask for, and returns the status with which the program ends. */
internal fun keyValue(words: List<String>, print: (String) -> Unit, printError: (String) -> Unit): Int =
    statusOf("keyvalue", USAGE, printError) {
        val path = words.getOrElse(1) { "" }
        val key = words.getOrElse(2) { "" }
        when (words.firstOrNull() to words.size) {
            "put" to 4 -> put(path, key, words[3])
            "get" to 3 -> read(path) { map, index ->
                print("${requireKey(key, index[key]).valueIn(map).decodeToString()}\n")
            }
            "delete" to 3 -> delete(path, key)
            "list" to 2 -> read(path) { map, index ->
                for (each in index.keys) print("$each = ${index[each]?.valueIn(map)?.decodeToString()}\n")
            }
            "compact" to 2 -> {
                val before = read(path) { _, index -> index.end }
                compact(path)
                print("$before bytes became ${read(path) { _, index -> index.end }}\n")
            }
            else -> throw WrongUsage()
        }
        DONE
    }

private fun put(path: String, key: String, value: String): Unit = KeyValueLog(path).use { log ->
    log.put(key, value.encodeToByteArray())
    log.flush()
}

private fun delete(path: String, key: String) {
    read(path) { _, index -> requireKey(key, index[key]) }
    KeyValueLog(path).use { log ->
        log.delete(key)
        log.flush()
    }
}

private fun requireKey(key: String, record: Record?): Record = requireNotNull(record) { "no such key: $key" }

/** Runs [block] with what is in the log at the moment; nothing is changed. */
private fun <T> read(path: String, block: (MMap, Index) -> T): T = MMap.open(path).use { map ->
    block(map, Index().apply { readOn(map) })
}
