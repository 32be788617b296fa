package dev.kmmap.examples.console

import java.io.FileDescriptor
import java.io.FileOutputStream
import kotlin.system.exitProcess

/** Unlike System.out it tells of a device that is full, and its bytes are UTF-8 in every locale. */
private val output = FileOutputStream(FileDescriptor.out)

internal actual fun printOut(text: String): Unit = output.write(text.encodeToByteArray())

internal actual fun printError(line: String): Unit = System.err.println(line)

internal actual fun end(status: Int): Nothing = exitProcess(status)
