package dev.kmmap.examples.console

import kotlinx.cinterop.convert
import kotlinx.cinterop.refTo
import kotlinx.io.IOException
import platform.posix.errno
import platform.posix.fflush
import platform.posix.fputs
import platform.posix.fwrite
import platform.posix.stderr
import platform.posix.stdout
import platform.posix.strerror
import kotlinx.cinterop.toKString
import kotlin.system.exitProcess

internal actual fun printOut(text: String) {
    if (text.isEmpty()) return
    val bytes = text.encodeToByteArray()
    val written = fwrite(bytes.refTo(0), 1.convert(), bytes.size.convert(), stdout).convert<Int>()
    if (written < bytes.size || fflush(stdout) != 0) throw IOException(strerror(errno)?.toKString())
}

internal actual fun printError(line: String) {
    fputs("$line\n", stderr)
}

internal actual fun end(status: Int): Nothing = exitProcess(status)
