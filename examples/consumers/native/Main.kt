package consumer

import dev.kmmap.Access
import dev.kmmap.MMap
import dev.kmmap.MMapOptions
import dev.kmmap.awaitFind
import kotlinx.coroutines.runBlocking

/** Writes a file through a map, and finds in it what it has written, in a coroutine. */
@OptIn(kotlin.experimental.ExperimentalNativeApi::class)
fun main(arguments: Array<String>) {
    val path = arguments.single()
    MMapOptions().access(Access.WRITE).create(true).extend(true).length(4096).open(path).use { map ->
        map.setSlice(4000, 4005, "hello".encodeToByteArray())
        map.flush()
    }
    val index = runBlocking { MMap.open(path).use { it.awaitFind("hello") } }
    println("${Platform.osFamily} ${Platform.cpuArchitecture}: hello at $index")
}
