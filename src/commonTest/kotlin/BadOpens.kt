package dev.kmmap

import dev.kmmap.Opened.ANONYMOUS
import dev.kmmap.Opened.FILE
import dev.kmmap.Opened.READ_DESCRIPTOR
import dev.kmmap.fixtures.BadInput
import dev.kmmap.fixtures.BadScene
import dev.kmmap.fixtures.Refusal
import dev.kmmap.fixtures.Refusal.ANY_SYSTEM
import dev.kmmap.fixtures.Refusal.ARGUMENT
import dev.kmmap.fixtures.Refusal.DENIED
import dev.kmmap.fixtures.Refusal.NOT_FOUND
import dev.kmmap.fixtures.Refusal.SYSTEM
import dev.kmmap.fixtures.Refusal.UNSUPPORTED
import dev.kmmap.fixtures.Symbol
import dev.kmmap.fixtures.badInputFolder
import dev.kmmap.fixtures.here
import dev.kmmap.fixtures.missingFile
import dev.kmmap.internal.FileType
import dev.kmmap.internal.SystemCall

/** What is opened. */
private enum class Opened(val open: BadScene.(MMapOptions.() -> Unit) -> Unit) {
    FILE({ open(configure = it) }),

    /** The file, by a descriptor for reading. */
    READ_DESCRIPTOR({ mapReading(it) }),
    ANONYMOUS({ anonymous(it) }),
}

/** A mistake in the arguments that only a look at the file can show. */
private fun atFile(message: String, opened: Opened = FILE, configure: MMapOptions.() -> Unit) =
    BadInput("open of $opened, $message", ARGUMENT, message) { opened.open(this, configure) }

private fun argument(message: String, opened: Opened = FILE, configure: MMapOptions.() -> Unit) =
    BadInput("open of $opened, $message", ARGUMENT, message, beforeAnyCall = true) { opened.open(this, configure) }

private fun path(path: String, refusal: Refusal, message: String, configure: MMapOptions.() -> Unit = {}) =
    BadInput("open of a path, $message", refusal, message, beforeAnyCall = refusal == ARGUMENT) {
        open(path, configure)
    }

/** A path that the system does not take. */
private fun badPath(path: String, error: Symbol, configure: MMapOptions.() -> Unit = {}) =
    BadInput("open of a path, $error", ANY_SYSTEM, SystemCall.OPEN.here, error.names) { open(path, configure) }

/** What only the system knows to be too much, or not to be allowed, when it comes to [call]. */
private fun refused(
    opened: Opened,
    call: SystemCall,
    error: Symbol,
    refusal: Refusal = ANY_SYSTEM,
    configure: MMapOptions.() -> Unit,
) = BadInput("open of $opened, $error", refusal, "${call.here}(", error.names) { opened.open(this, configure) }

private fun unsupported(message: String, opened: Opened, configure: MMapOptions.() -> Unit) =
    BadInput("open of $opened, $message", UNSUPPORTED, message, beforeAnyCall = true) { opened.open(this, configure) }

private fun unsupported(flag: MapFlag, opened: Opened = FILE) =
    unsupported("no ${flag.constantName}; it exists on: ", opened) { flags(MapFlag.SHARED, flag) }

private const val MAX = Long.MAX_VALUE

/** How messages end when a folder on the way is missing. */
private val folderMissing = "(${Symbol.FOLDER_NOT_FOUND.here} ${Symbol.FOLDER_NOT_FOUND.code()})"

/** Opening with bad arguments, on every system. */
internal val badOpens: List<BadInput> = listOf(
    // Numbers.
    argument("offset must not be negative: -1") { offset(-1) },
    argument("offset must not be negative: -9223372036854775808") { offset(Long.MIN_VALUE) },
    argument("offset must not be negative: -1", READ_DESCRIPTOR) { offset(-1) },
    argument("offset must not be negative: -1", ANONYMOUS) { offset(-1).length(1) },
    argument("length must not be negative: -1") { length(-1) },
    argument("length must not be negative: -9223372036854775808", READ_DESCRIPTOR) { length(Long.MIN_VALUE) },
    argument("length must not be negative: -1", ANONYMOUS) { length(-1) },
    argument("offset + length is too large: offset=1, length=$MAX") { offset(1).length(MAX) },
    argument("offset + length is too large: offset=$MAX, length=1", READ_DESCRIPTOR) { offset(MAX).length(1) },
    argument("offset + length is too large") { access(Access.WRITE).extend(true).offset(MAX).length(MAX) },
    atFile("offset=0, length=101, fileSize=100") { length(101) },
    atFile("length is greater than what the file has left (extend = true would enlarge it)") { length(101) },
    atFile("offset=100, length=1, fileSize=100") { offset(100).length(1) },
    atFile("offset=1, length=100, fileSize=100") { access(Access.WRITE).offset(1).length(100) },
    atFile("length=$MAX, fileSize=100", READ_DESCRIPTOR) { length(MAX) },
    atFile("offset is greater than the file's size") { offset(101) },
    atFile("offset=101, fileSize=100", READ_DESCRIPTOR) { offset(101) },
    atFile("offset=101, fileSize=100") { offset(101).length(5) },
    atFile("offset=$MAX, fileSize=100") { access(Access.WRITE).offset(MAX) },
    atFile("fileSize=100") { access(Access.COPY).length(101).trackFile(false) },
    // Rights that contradict each other.
    argument("access READ and raw protection or flags cannot both be given") {
        access(Access.READ).protection(Protection.READ)
    },
    argument("access WRITE and raw protection or flags cannot both be given") {
        access(Access.WRITE).flags(MapFlag.SHARED)
    },
    argument("access COPY and raw protection or flags cannot both be given", READ_DESCRIPTOR) {
        flags(MapFlag.PRIVATE).access(Access.COPY)
    },
    argument("access COPY and raw protection or flags cannot both be given", ANONYMOUS) {
        length(1).protection().access(Access.COPY)
    },
    argument("exactly one of [SHARED, PRIVATE, SHARED_VALIDATE, DROPPABLE], but are []") { flags() },
    argument("but are [SHARED, PRIVATE]") { flags(MapFlag.SHARED, MapFlag.PRIVATE) },
    argument("but are [SHARED, SHARED_VALIDATE]") { flags(MapFlag.SHARED, MapFlag.SHARED_VALIDATE) },
    argument("but are [STACK]", ANONYMOUS) { length(1).flags(MapFlag.STACK) },
    argument("but are [NO_RESERVE]", READ_DESCRIPTOR) { flags(MapFlag.NO_RESERVE) },
    argument("protection must not contain both WRITE and EXECUTE") {
        protection(Protection.READ, Protection.WRITE, Protection.EXECUTE)
    },
    argument("protection must not contain both WRITE and EXECUTE", ANONYMOUS) {
        length(1).protection(Protection.EXECUTE, Protection.WRITE).flags(MapFlag.PRIVATE)
    },
    argument("need an address, which cannot be given") { flags(MapFlag.SHARED, MapFlag.FIXED) },
    argument("need an address, which cannot be given", ANONYMOUS) {
        length(1).flags(MapFlag.PRIVATE, MapFlag.FIXED_NO_REPLACE)
    },
    argument("flag ANONYMOUS and a file cannot both be given") { flags(MapFlag.PRIVATE, MapFlag.ANONYMOUS) },
    argument("flag ANONYMOUS and a file cannot both be given", READ_DESCRIPTOR) {
        flags(MapFlag.SHARED, MapFlag.ANONYMOUS)
    },
    // Options that do not fit the source, or each other.
    argument("anonymous memory has no offset: 1", ANONYMOUS) { offset(1).length(1) },
    argument("anonymous memory has no offset: $MAX", ANONYMOUS) { offset(MAX) },
    argument("create and extend need a file", ANONYMOUS) { create(true).length(1) },
    argument("create and extend need a file", ANONYMOUS) { extend(true).length(1) },
    argument("create needs a path", READ_DESCRIPTOR) { create(true) },
    argument("extend needs a length") { access(Access.WRITE).extend(true) },
    argument("extend needs a length", READ_DESCRIPTOR) { access(Access.WRITE).extend(true).offset(5) },
    argument("extend needs a map that is written to the file") { extend(true).length(200) },
    argument("extend needs a map that is written to the file") { access(Access.COPY).extend(true).length(200) },
    argument("extend needs a map that is written to the file") {
        protection(Protection.READ).flags(MapFlag.SHARED).extend(true).length(200)
    },
    argument("only anonymous memory can be named") { name("x") },
    argument("only anonymous memory can be named", READ_DESCRIPTOR) { name("") },
    // Names.
    argument("name contains a NUL character", ANONYMOUS) { name("a\u0000b").length(1) },
    argument("name is too long: 67 bytes, at most 66", ANONYMOUS) { name("x".repeat(67)).length(1) },
    argument("name is too long: 68 bytes, at most 66", ANONYMOUS) { name("\u00e4".repeat(34)).length(1) },
    argument("half of a surrogate pair", ANONYMOUS) { name("a\ud800").length(1) },
    // Flags that this system lacks, before anything is opened.
    unsupported(MapFlag.ALIGNED_SUPER),
    unsupported(MapFlag.CONCEAL, READ_DESCRIPTOR),
    unsupported("no MAP_CONCEAL; it exists on: OpenBSD", ANONYMOUS) {
        length(1).flags(MapFlag.PRIVATE, MapFlag.CONCEAL)
    },
    path(missingFile, UNSUPPORTED, "MAP_ALIGNED_SUPER") {
        flags(MapFlag.PRIVATE, MapFlag.ALIGNED_SUPER).create(true)
    },
    // Paths.
    path("", NOT_FOUND, "${SystemCall.OPEN.here}(, mode=READ): "),
    path(missingFile, NOT_FOUND, "${SystemCall.OPEN.here}($missingFile, mode=READ): "),
    path(missingFile, NOT_FOUND, "mode=READ_WRITE") { access(Access.WRITE) },
    path("$missingFile/deeper", NOT_FOUND, folderMissing) { access(Access.COPY) },
    path("$missingFile/deeper", NOT_FOUND, folderMissing) { create(true) },
    path("$missingFile\u0000x", ARGUMENT, "path contains a NUL character: $missingFile\\0x"),
    path("\u0000", ARGUMENT, "path contains a NUL character: \\0"),
    path("$missingFile\u0000", ARGUMENT, "path contains a NUL character") { access(Access.WRITE).create(true) },
    path("$missingFile\ud800", ARGUMENT, "half of a surrogate pair"),
    path("$missingFile\udc00x", ARGUMENT, "half of a surrogate pair") { create(true) },
    badPath("$badInputFolder/" + "x".repeat(300), Symbol.NAME_TOO_LONG),
    badPath("$badInputFolder/" + "x/".repeat(2500), Symbol.PATH_TOO_LONG),
    badPath("$badInputFolder/" + "\u00e4".repeat(300), Symbol.NAME_TOO_LONG) { access(Access.WRITE).create(true) },
    // What the system refuses.
    refused(FILE, SystemCall.ALLOCATE, Symbol.FILE_TOO_LARGE) { access(Access.WRITE).extend(true).length(MAX) },
    refused(FILE, SystemCall.ALLOCATE, Symbol.FILE_TOO_LARGE) {
        access(Access.WRITE).extend(true).offset(1L shl 60).length(1)
    },
    refused(READ_DESCRIPTOR, SystemCall.MAP, Symbol.ACCESS_DENIED, DENIED) { access(Access.WRITE) },
    refused(READ_DESCRIPTOR, SystemCall.MAP, Symbol.ACCESS_DENIED, DENIED) { access(Access.WRITE).trackFile(false) },
    refused(ANONYMOUS, SystemCall.MAP, Symbol.TOO_MUCH_MEMORY) { length(1L shl 62) },
    refused(ANONYMOUS, SystemCall.MAP, Symbol.TOO_MUCH_MEMORY) { flags(MapFlag.PRIVATE).length(1L shl 62) },
    refused(ANONYMOUS, SystemCall.MAP, Symbol.TOO_MUCH_MEMORY) { length(MAX).trackFile(false) },
    // What the descriptor or the path turns out to be.
    otherKind(FileType.SOCKET, "socket"),
    otherKind(FileType.OTHER, "descriptor of another kind"),
    otherKind(FileType.FIFO, "FIFO"),
    otherKind(FileType.DIRECTORY, "directory"),
    BadInput("open of a device without length", ARGUMENT, "character device: it needs an explicit length") {
        calls.answer(SystemCall.FILE_MODE) { FileType.CHARACTER_DEVICE.bits }
        open()
    },
    BadInput("open of a directory", ARGUMENT, "it is a directory") { open(badInputFolder) },
    BadInput("open of a directory to write", ARGUMENT, "it is a directory") {
        open(badInputFolder) { access(Access.WRITE) }
    },
    BadInput("creating a directory's name", ARGUMENT, "it is a directory") {
        open(badInputFolder) { access(Access.WRITE).create(true).extend(true).length(1) }
    },
    BadInput("a descriptor that is not open", SYSTEM, "descriptor 987654", Symbol.BAD_DESCRIPTOR.names) {
        map(987_654)
    },
    BadInput("a descriptor that is not open, untracked", SYSTEM, "descriptor 987654", Symbol.BAD_DESCRIPTOR.names) {
        map(987_654) { trackFile(false) }
    },
    notADescriptor(-1),
    notADescriptor(Long.MIN_VALUE),
    notADescriptor(Int.MAX_VALUE + 1L),
    notADescriptor(MAX),
)

/** A descriptor that turns out to be of this [type]. */
private fun otherKind(type: FileType, name: String) =
    BadInput("open of a $name", ARGUMENT, "is not a regular file: it is a $name") {
        calls.answer(SystemCall.FILE_MODE) { type.bits }
        mapReading()
    }

private fun notADescriptor(number: Long) =
    BadInput("descriptor $number", ARGUMENT, "not a descriptor: $number", beforeAnyCall = true) {
        options {}.map(number).close()
    }
