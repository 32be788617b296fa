package dev.kmmap.internal.mapping

import dev.kmmap.internal.system.SystemCalls

/**
 * The file systems of Linux whose files are made when they are read, by their numbers in its headers. Most of these
 * files tell a size of 0, and reading can change something: a pipe of trace events, for instance.
 */
private val GENERATED = mapOf(
    0x9fa0L to "proc",
    0x62656572L to "sysfs",
    0x64626720L to "debugfs",
    0x74726163L to "tracefs",
    0x73636673L to "securityfs",
    0x27e0ebL to "cgroup",
    0x63677270L to "cgroup2",
    0x62656570L to "configfs",
    0xf97cff8cL to "selinuxfs",
    0x43415d53L to "smackfs",
    0x42494e4dL to "binfmt_misc",
    0x65735543L to "fusectl",
    0x6e667364L to "nfsd",
    0x7655821L to "resctrl",
)

/**
 * Throws if the file has content though its size is 0, so that a map of it would show nothing: it is made when it is
 * read, as that of `/proc`. There is nothing that could be mapped, whatever anybody asks for.
 */
internal fun SystemCalls.requireToldSize(descriptor: Long, source: Origin) {
    val generated = GENERATED[fileSystem(descriptor)]
    val where = when {
        generated != null -> "on $generated"
        firstByte(descriptor) > 0 && fileSize(descriptor) == 0L -> "and can be read all the same"
        else -> return
    }
    throw IllegalArgumentException(
        "$source has no bytes that can be mapped: its size is 0 $where, " +
            "so its content is made when it is read; read it instead",
    )
}
