package dev.kmmap

import dev.kmmap.fixtures.BadInput
import dev.kmmap.fixtures.Refusal
import dev.kmmap.fixtures.Refusal.ARGUMENT
import dev.kmmap.fixtures.Refusal.DENIED
import dev.kmmap.fixtures.Refusal.NOT_FOUND
import dev.kmmap.fixtures.Refusal.SYSTEM
import dev.kmmap.fixtures.badInputFile
import dev.kmmap.fixtures.badInputFolder
import dev.kmmap.fixtures.missingFile
import dev.kmmap.fixtures.openDescriptor

private fun path(
    path: String,
    refusal: Refusal,
    message: String = "",
    error: String? = null,
    configure: MMapOptions.() -> Unit = {},
) = BadInput("open of ${path.take(60)}, $message$error", refusal, message, listOfNotNull(error)) {
    open(path, configure)
}

/** A descriptor of [path] opened with [flags], of Linux. */
private fun descriptor(
    what: String,
    path: String,
    flags: Int,
    refusal: Refusal,
    message: String = "",
    error: String? = null,
    configure: MMapOptions.() -> Unit = {},
) = BadInput("a descriptor of $what, $message$error", refusal, message, listOfNotNull(error)) {
    mapOpened(openDescriptor(path, flags), configure)
}

private const val O_WRITE_ONLY = 1
private const val O_READ_WRITE = 2
private const val O_APPEND = 0x400
private const val O_NONBLOCK = 0x800
private const val O_PATH = 0x200000

/** A terminal, which gives a new one to whoever opens it. */
private const val TERMINAL = "/dev/ptmx"

/** What [fifos], [links] and [descriptors] find in the folder. */
private val fifo = "$badInputFolder/fifo"
private val link = "$badInputFolder/link"

internal val makeFifo: String = "mkfifo '$fifo'"

internal val fifos: List<BadInput> = Access.entries.map { access ->
    path(fifo, ARGUMENT, "$fifo is not a regular file: it is a FIFO") { access(access) }
} + listOf(
    path(fifo, ARGUMENT, "it is a FIFO") { create(true) },
    path(fifo, ARGUMENT, "it is a FIFO") { access(Access.WRITE).extend(true).length(10) },
    path(fifo, ARGUMENT, "it is a FIFO") { trackFile(false).length(10) },
)

internal val makeLinks: String = "cd '$badInputFolder' && ln -s missing link-missing && " +
    "ln -s missing/file link-folder-missing && " +
    "ln -s link-circle link-circle && ln -s . link-folder && ln -s file link-file"

internal val links: List<BadInput> = listOf(
    path("$link-missing", NOT_FOUND, "$link-missing", "ENOENT"),
    path("$link-missing", NOT_FOUND, "$link-missing", "ENOENT") { access(Access.WRITE) },
    path("$link-folder-missing", NOT_FOUND, "missing/file, mode=CREATE_NEW", "ENOENT") { create(true) },
    path("$link-circle", SYSTEM, "$link-circle", "ELOOP"),
    path("$link-circle", SYSTEM, "$link-circle", "ELOOP") { access(Access.WRITE).create(true) },
    path("$link-folder", ARGUMENT, "it is a directory"),
    path("$link-folder/link-circle", SYSTEM, "open", "ELOOP"),
    path("$link-file/deeper", NOT_FOUND, "open", "ENOTDIR"),
)

/** What a POSIX system says to paths. */
internal val posixPaths: List<BadInput> = listOf(
    path("$badInputFile/deeper", NOT_FOUND, "open($badInputFile/deeper, mode=READ)", "ENOTDIR"),
    path("$badInputFile/", NOT_FOUND, "mode=READ)", "ENOTDIR"),
    path("$badInputFile/deeper", NOT_FOUND, "mode=CREATE_NEW)", "ENOTDIR") { create(true) },
    path("$missingFile/", SYSTEM, "mode=CREATE_NEW)", "EISDIR") { create(true) },
    path("/dev/null", ARGUMENT, "/dev/null is a character device: it needs an explicit length"),
    path("/dev/null", SYSTEM, "mmap(/dev/null, offset=0, length=10", "ENODEV") { length(10) },
    path("/dev/null", SYSTEM, "mmap(/dev/null", "ENODEV") { access(Access.WRITE).extend(true).length(10) },
    path("/dev/zero", ARGUMENT, "/dev/zero is a character device: it needs an explicit length"),
    path("/dev/zero", ARGUMENT, "it needs an explicit length") { access(Access.COPY).offset(10) },
    path(TERMINAL, ARGUMENT, "$TERMINAL is a character device: it needs an explicit length"),
    path(TERMINAL, SYSTEM, "mmap($TERMINAL", "ENODEV") { length(10) },
)

/** Files that the system makes up. */
internal val systemFiles: List<BadInput> = listOf(
    path("/proc", ARGUMENT, "it is a directory"),
    path("/proc/self/fd", ARGUMENT, "it is a directory"),
    path("/proc/cpuinfo", ARGUMENT, "its size is 0 on proc") { length(1) },
    path("/proc/cpuinfo", ARGUMENT, "its size is 0 on proc") { offset(1) },
    path("/proc/version", ARGUMENT, "read it instead") { access(Access.COPY).length(100) },
    path("/proc/kmmap-missing", NOT_FOUND, "/proc/kmmap-missing", "ENOENT"),
    path("/proc/kmmap-missing", NOT_FOUND, "mode=CREATE_NEW", "ENOENT") { create(true) },
    path("/sys", ARGUMENT, "it is a directory"),
    path("/sys/kernel/uevent_seqnum", SYSTEM, "mmap(/sys/", "ENODEV"),
    path("/sys/kernel/uevent_seqnum", SYSTEM, "mmap(/sys/", "ENODEV") { access(Access.COPY) },
)

/** Descriptors that the library would not have opened itself. */
internal val descriptors: List<BadInput> = listOf(
    descriptor("a path only", badInputFile, O_PATH, SYSTEM, "mmap(descriptor", "EBADF"),
    descriptor("a path only", badInputFile, O_PATH, SYSTEM, "mmap(descriptor", "EBADF") { trackFile(false) },
    descriptor("a folder's path only", badInputFolder, O_PATH, ARGUMENT, "it is a directory"),
    descriptor("a folder", badInputFolder, 0, ARGUMENT, "it is a directory"),
    descriptor("a FIFO", fifo, O_READ_WRITE or O_NONBLOCK, ARGUMENT, "it is a FIFO"),
    descriptor("a FIFO to read", fifo, O_NONBLOCK, ARGUMENT, "it is a FIFO") { length(10).trackFile(false) },
    descriptor("a file to write", badInputFile, O_WRITE_ONLY, DENIED, "mmap(descriptor", "EACCES"),
    descriptor("a file to write", badInputFile, O_WRITE_ONLY, DENIED, "mmap(descriptor", "EACCES") {
        access(Access.WRITE)
    },
    descriptor("a file to write", badInputFile, O_WRITE_ONLY, DENIED, "mmap(descriptor", "EACCES") {
        access(Access.COPY).trackFile(false)
    },
    descriptor("a file to write", badInputFile, O_WRITE_ONLY, DENIED, "mmap(descriptor", "EACCES") {
        access(Access.WRITE).extend(true).length(10_000)
    },
    descriptor("a file to append to", badInputFile, O_WRITE_ONLY or O_APPEND, DENIED, "mmap(descriptor", "EACCES"),
    descriptor("a file to read", badInputFile, 0, DENIED, "mmap(descriptor", "EACCES") { access(Access.WRITE) },
    descriptor("a file to read", badInputFile, 0, SYSTEM, "posix_fallocate(descriptor", "EBADF") {
        access(Access.WRITE).extend(true).length(10_000)
    },
    descriptor("/dev/null", "/dev/null", O_READ_WRITE, ARGUMENT, "it needs an explicit length"),
    descriptor("/dev/null", "/dev/null", O_READ_WRITE, SYSTEM, "mmap(descriptor", "ENODEV") { length(10) },
    descriptor("a terminal", TERMINAL, O_READ_WRITE, ARGUMENT, "it needs an explicit length"),
    descriptor("a file of /proc", "/proc/version", 0, ARGUMENT, "read it instead") { length(1) },
)

/** A descriptor for appending that can be read too, which is as good as any other. */
internal fun openAppending(): Long = openDescriptor(badInputFile, O_READ_WRITE or O_APPEND)

/** Flags that need what few systems are set up for. */
internal val rareFlags: List<BadInput> = listOf(
    BadInput("huge pages where there are none", SYSTEM, "mmap(anonymous", listOf("ENOMEM")) {
        anonymous { flags(MapFlag.PRIVATE, MapFlag.HUGE_TLB).length(HUGE_PAGE) }
    },
    BadInput("shared huge pages where there are none", SYSTEM, "mmap(anonymous", listOf("ENOMEM")) {
        anonymous { flags(MapFlag.SHARED, MapFlag.HUGE_TLB).length(HUGE_PAGE) }
    },
    BadInput("huge pages of a file", SYSTEM, "mmap(", listOf("EINVAL")) {
        open { flags(MapFlag.PRIVATE, MapFlag.HUGE_TLB) }
    },
    BadInput("MAP_SYNC of a file that is not in persistent memory", SYSTEM, "mmap(", listOf("EOPNOTSUPP")) {
        open { flags(MapFlag.SHARED_VALIDATE, MapFlag.SYNC) }
    },
    BadInput("writing to a running program", DENIED, "open(/proc/self/exe, mode=READ_WRITE)", listOf("ETXTBSY")) {
        open("/proc/self/exe") { access(Access.WRITE) }
    },
)

/** Of 2 MiB on x86-64; elsewhere it is a whole number of them, or no length for them. */
private const val HUGE_PAGE = 1L shl 21
