package dev.kmmap.internal.system

import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapAlreadyExistsException
import dev.kmmap.MMapException
import dev.kmmap.MMapFaultException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapNoSpaceException

/** The [Failure.errorName] of an access to a page that is gone: the signal that it raises. */
internal const val LOST_PAGE = "SIGBUS"

/** What helps if the system has too little memory to set aside. */
internal const val NO_RESERVE_HINT: String = "MapFlag.NO_RESERVE maps without setting memory aside"

/** What is known of a system call that failed. */
internal class Failure(val message: String, val operation: String, val errorCode: Int, val errorName: String?) {
    /** The exception that tells it, of the type that a caller can tell apart. */
    fun exception(): MMapException = when (errorName) {
        in NOT_FOUND -> MMapFileNotFoundException(this)
        in ACCESS_DENIED -> MMapAccessDeniedException(this)
        in ALREADY_EXISTS -> MMapAlreadyExistsException(this)
        in NO_SPACE -> MMapNoSpaceException(this)
        LOST_PAGE -> MMapFaultException(this)
        else -> MMapException(this)
    }

    /** With a [hint] after it, if it is the error [name]. */
    fun withHint(hint: String, name: String): Failure =
        if (errorName == name) Failure("$message; $hint", operation, errorCode, errorName) else this

    /** The same failure, for a flush after the one that failed. */
    fun repeated(): Failure =
        Failure("an earlier flush failed, what is on the device is unknown: $message", operation, errorCode, errorName)
}

/**
 * The failure of a system call that returned the negated [code]. Every such message is made here:
 * `operation(subject, name=value, …): the system's words (SYMBOL number)`.
 */
internal fun SystemCalls.failure(call: SystemCall, code: Long, detail: String): Failure =
    failure(call.on(system), code, detail)

/** The same for a call that has several names on one system. */
internal fun SystemCalls.failure(operation: String, code: Long, detail: String): Failure {
    val number = (-code).toInt()
    val name = errorName(number)
    val symbol = if (name == null) "" else "$name "
    return Failure("$operation($detail): ${errorText(number)} ($symbol$number)", operation, number, name)
}

private val NOT_FOUND = setOf("ENOENT", "ENOTDIR", "ERROR_FILE_NOT_FOUND", "ERROR_PATH_NOT_FOUND")
internal val ALREADY_EXISTS: Set<String> = setOf("EEXIST", "ERROR_FILE_EXISTS", "ERROR_ALREADY_EXISTS")
private val ACCESS_DENIED = setOf("EACCES", "EPERM", "EROFS", "ETXTBSY", "ERROR_ACCESS_DENIED", "ERROR_WRITE_PROTECT")
private val NO_SPACE = setOf("ENOSPC", "EDQUOT", "EFBIG", "ERROR_DISK_FULL", "ERROR_HANDLE_DISK_FULL")

/** The value of a system call, or the exception for its error. */
internal fun SystemCalls.check(call: SystemCall, result: Long, detail: String): Long {
    if (result < 0) throw failure(call, result, detail).exception()
    return result
}
