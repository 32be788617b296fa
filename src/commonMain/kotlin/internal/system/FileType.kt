package dev.kmmap.internal.system

/** What a descriptor refers to: the `S_IFMT` part of st_mode, the same numbers on every POSIX system. */
internal enum class FileType(val bits: Long, val description: String, val mappable: Boolean) {
    REGULAR(0x8000, "regular file", true),
    CHARACTER_DEVICE(0x2000, "character device", true),
    BLOCK_DEVICE(0x6000, "block device", true),
    DIRECTORY(0x4000, "directory", false),
    FIFO(0x1000, "FIFO", false),
    SOCKET(0xC000, "socket", false),
    OTHER(0, "descriptor of another kind", false),
    ;

    companion object {
        private const val TYPE_MASK = 0xF000L

        fun of(mode: Long): FileType = entries.find { it.bits == mode and TYPE_MASK } ?: OTHER
    }
}
