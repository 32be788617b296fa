@file:JvmName("FilePaths")

package dev.kmmap.internal.system

import java.nio.ByteBuffer
import java.nio.charset.CharacterCodingException
import java.nio.file.FileSystems
import java.nio.file.Path

/**
 * The file that [path] means to the JDK. It may start from another folder than the process, and on POSIX it is bytes
 * that its text does not always tell: only the URI has them all.
 */
internal fun filePathOf(path: Path): FilePath {
    if (path.fileSystem != FileSystems.getDefault()) {
        throw UnsupportedOperationException("not a file of the system, which alone can be mapped: ${path.toUri()}")
    }
    val absolute = path.toAbsolutePath()
    if (currentSystem == OperatingSystem.WINDOWS) return FilePath(absolute.toString())
    // The URI of a folder that exists ends with a slash.
    val rawPath = absolute.toUri().rawPath
    val bytes = percentDecoded(if (rawPath.length > 1) rawPath.removeSuffix("/") else rawPath)
    return FilePath(readable(bytes), bytes)
}

private fun percentDecoded(rawPath: String): ByteArray {
    val bytes = ByteBuffer.allocate(rawPath.length)
    var index = 0
    while (index < rawPath.length) {
        if (rawPath[index] == '%') {
            bytes.put(rawPath.substring(index + 1, index + 3).toInt(16).toByte())
            index += 3
        } else {
            bytes.put(rawPath[index++].code.toByte())
        }
    }
    return bytes.array().copyOf(bytes.position())
}

/** What messages show: the bytes as UTF-8, if they are that; else with the others as `\xff`. */
internal fun readable(bytes: ByteArray): String = try {
    bytes.decodeToString(throwOnInvalidSequence = true)
} catch (_: CharacterCodingException) {
    bytes.joinToString("") { if (it >= 0) it.toInt().toChar().toString() else "\\x%02x".format(it) }
}
