package dev.kmmap.internal.system

/**
 * The path of a file. [text] is what messages show, and what a system is given as it gives it names. On POSIX a path is
 * bytes, of which not all are a text: if there are [bytes], the system is given these instead.
 */
internal class FilePath(val text: String, val bytes: ByteArray? = null) {
    /** The folder in which a POSIX system finds the last name. */
    val folder: FilePath
        get() = FilePath(folderOf(text), bytes?.let { toBytes(folderOf(toChars(it))) })

    /** What a link at this path, whose text is [target], leads to. */
    fun linkingTo(target: FilePath): FilePath {
        if (target.text.startsWith('/')) return target
        val from = folder
        val bytes = if (from.bytes == null || target.bytes == null) null else from.bytes + toBytes("/") + target.bytes
        return FilePath("${from.text}/${target.text}", bytes)
    }

    override fun toString(): String = text

    private fun toChars(bytes: ByteArray) =
        CharArray(bytes.size) { bytes[it].toUByte().toInt().toChar() }.concatToString()

    private fun toBytes(chars: String) = ByteArray(chars.length) { chars[it].code.toByte() }
}

/** The folder in which a POSIX system finds the last name of [path]. */
internal fun folderOf(path: String): String {
    val name = path.trimEnd('/')
    return if ('/' in name) name.substringBeforeLast('/').ifEmpty { "/" } else "."
}
