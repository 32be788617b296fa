package dev.kmmap

import dev.kmmap.internal.system.Failure
import kotlin.jvm.JvmName
import kotlinx.io.IOException

/**
 * A system call failed. The message says which one, on what, with which numbers and why, in the system's own words:
 * `mmap(/data/x, offset=4096, length=1048576, fileSize=8192): Cannot allocate memory (ENOMEM 12)`.
 *
 * On the JVM it is a `java.io.IOException`. The subtypes are the cases a program is likely to treat differently.
 *
 * @sample dev.kmmap.samples.MMapSamples.whatWentWrong
 */
public open class MMapException internal constructor(failure: Failure) : IOException(failure.message) {
    /**
     * The system call that failed, by its name on this system: `open`, `mmap` or `msync` for instance; on Windows
     * `CreateFile`, `MapViewOfFile`, `FlushViewOfFile`.
     */
    @get:JvmName("operation")
    public val operation: String = failure.operation

    /** The system's error number: errno on POSIX, GetLastError on Windows; 0 if the system reported no error. */
    @get:JvmName("errorCode")
    public val errorCode: Int = failure.errorCode

    /** The error's symbol, `ENOMEM` for instance, or `null` if it has none that is known. */
    @get:JvmName("errorName")
    public val errorName: String? = failure.errorName
}

/**
 * There is no file at the path, or no memory of the name (`ENOENT`, `ENOTDIR`; `ERROR_FILE_NOT_FOUND`,
 * `ERROR_PATH_NOT_FOUND`).
 */
public class MMapFileNotFoundException internal constructor(failure: Failure) : MMapException(failure)

/**
 * The permissions of the file or of its file system forbid the operation (`EACCES`, `EPERM`, `EROFS`, `ETXTBSY`;
 * `ERROR_ACCESS_DENIED`, `ERROR_WRITE_PROTECT`).
 */
public class MMapAccessDeniedException internal constructor(failure: Failure) : MMapException(failure)

/** The name of what was to be created is taken (`EEXIST`; `ERROR_ALREADY_EXISTS`, `ERROR_FILE_EXISTS`). */
public class MMapAlreadyExistsException internal constructor(failure: Failure) : MMapException(failure)

/**
 * There is no room on the device, in the quota, or under the limit of a file's size (`ENOSPC`, `EDQUOT`, `EFBIG`;
 * `ERROR_DISK_FULL`, `ERROR_HANDLE_DISK_FULL`).
 */
public class MMapNoSpaceException internal constructor(failure: Failure) : MMapException(failure)

/**
 * An access has met a page that is gone: the file was truncated by somebody else, its device could not read the page,
 * or a hole in the file found no space on the device (`SIGBUS`). [operation] is `access`, [errorCode] 0.
 *
 * What the access has read is not returned, and what it has written may be lost. Nothing that the map shows can be
 * trusted any more, so it is **broken for good**: every later access throws this exception again, until [MMap.close],
 * which works as ever. Other maps are not affected.
 *
 * A flush throws it too, where the file has become shorter than the range: [operation] is the flush's system call then,
 * and only flushes keep failing.
 *
 * But for flushes it takes the fault guard, which is on where docs/platforms.md says so. Operations that only access
 * bytes do not declare it: in Java it can be caught by its name where the map is opened, too, and as an [Exception]
 * everywhere.
 *
 * @sample dev.kmmap.samples.MMapSamples.whenTheFileIsTruncated
 */
public class MMapFaultException internal constructor(failure: Failure) : MMapException(failure)

/**
 * Other threads' operations on the map did not end in time: see [MMapOptions.timeout].
 *
 * @sample dev.kmmap.samples.MMapOptionsSamples.closedInTime
 */
public class MMapBusyException internal constructor(message: String) : IllegalStateException(message)

/**
 * The map is read-only ([Access.READ], or a protection without [Protection.WRITE]) and was asked to change.
 *
 * @sample dev.kmmap.samples.AccessSamples.readOnlyMapsRefuseToChange
 */
public class ReadOnlyMMapException internal constructor(failure: Failure) :
    UnsupportedOperationException(failure.message)
