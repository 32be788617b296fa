package dev.kmmap.examples.quickstart

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.examples.console.DONE
import dev.kmmap.examples.console.WrongUsage
import dev.kmmap.examples.console.end
import dev.kmmap.examples.console.printError
import dev.kmmap.examples.console.printOut
import dev.kmmap.examples.console.statusOf

private const val USAGE = "usage: quickstart [FILE]\nMakes the file, hello.txt if none is named, and says what it does with it."

/**
 * The first minutes with kmmap on a real file: makes it, maps it, reads a line, takes a slice, edits in place, searches,
 * grows, flushes and closes, and says what it sees at each step. The same source runs on the JVM and as a native binary.
 */
public fun main(arguments: Array<String>): Unit = end(quickstart(arguments.toList(), ::printError))

/** Does so with the file that the command line [words] name, and returns the status with which the program ends. */
internal fun quickstart(words: List<String>, printError: (String) -> Unit): Int =
    statusOf("quickstart", USAGE, printError) {
        if (words.size > 1) throw WrongUsage()
        takeSteps(words.firstOrNull() ?: "hello.txt")
        DONE
    }

private fun takeSteps(path: String) {
    val text = "Hello kmmap!\nEvery byte is memory.\n".encodeToByteArray()

    step("write", "a new file $path of ${text.size} bytes, through a map that creates and extends it")
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(text.size.toLong()).open(path).use { map ->
        map.resize(text.size.toLong()) // the file of an earlier run is longer
        map.write(text)
    }

    val map = MMap.open(path, Access.WRITE)
    step("map", map)
    step("readLine", quoted(map.readLine()) + ", position ${map.position}")
    step("slice(0, 5)", quoted(map.slice(0, 5)))
    map.setSlice(6, 11, "world".encodeToByteArray())
    step("edit in place", "setSlice(6, 11, \"world\"): " + quoted(map.slice(0, 13)))
    step("find", "\"byte\" at ${map.find("byte")}, last \"e\" at ${map.rfind("e", 0)}, \"python\" at ${map.find("python")}")
    map.resize(map.size + 5)
    map.seek(text.size.toLong())
    map.write("Bye!\n".encodeToByteArray())
    step("resize", "${map.size} bytes in the map, ${map.fileSize()} in the file")
    map.flush()
    step("flush", "the device has it")
    map.close()
    step("close", map)

    MMap.open(path).use { step("read again", quoted(it.read())) }
}

private fun step(name: String, what: Any) {
    printOut("${name.padEnd(14)}$what\n")
}

private fun quoted(bytes: ByteArray): String = "\"" + bytes.decodeToString().replace("\n", "\\n") + "\""
