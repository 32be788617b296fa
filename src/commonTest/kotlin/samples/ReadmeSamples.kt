package dev.kmmap.samples

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.awaitFind

/** The Kotlin snippets of README, as they stand there but for the path: ReadmeSpec compares and runs them. */
internal object ReadmeSamples {
    fun edit(path: String) {
        MMap.open(path, Access.WRITE).use { map ->
            val line = map.readLine()              // up to and including the line feed
            map[0] = 'J'.code.toByte()             // changes the file in place
            val index = map.find("world")          // -1 if absent; linear time, whatever the needle
            map.resize(map.size + 4096)            // the file grows, readers go on meanwhile
            map.flush()                            // on the device when it returns
            println("${line.size} bytes in the first line, world at $index")
        }
    }

    suspend fun indexOfError(path: String): Long =
        MMap.open(path).use { it.awaitFind("ERROR") }    // on Dispatchers.IO, cancellable every 4 MiB

    fun create(path: String): MMap {
        val log = MMapOptions()
            .access(Access.WRITE)
            .create(true)                          // make the file if it is missing
            .extend(true).length(1L shl 20)        // real space for 1 MiB, or an exception now
            .open(path)
        return log
    }
}
