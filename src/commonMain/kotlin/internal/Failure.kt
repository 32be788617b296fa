package dev.kmmap.internal

import dev.kmmap.MMapAccessDeniedException
import dev.kmmap.MMapException
import dev.kmmap.MMapFileNotFoundException
import dev.kmmap.MMapNoSpaceException

/**
 * The exception for a system call that returned the negated [code]. Every such message is made here:
 * `operation(subject, name=value, …): the system's words (SYMBOL number)`.
 */
internal fun SystemCalls.failure(operation: String, code: Long, detail: String): MMapException {
    val number = (-code).toInt()
    val name = errorName(number)
    val message = "$operation($detail): ${errorText(number)} (${if (name == null) "" else "$name "}$number)"
    return when (name) {
        in NOT_FOUND -> MMapFileNotFoundException(message, operation, number, name)
        in ACCESS_DENIED -> MMapAccessDeniedException(message, operation, number, name)
        in NO_SPACE -> MMapNoSpaceException(message, operation, number, name)
        else -> MMapException(message, operation, number, name)
    }
}

private val NOT_FOUND = setOf("ENOENT", "ENOTDIR", "ERROR_FILE_NOT_FOUND", "ERROR_PATH_NOT_FOUND")
private val ACCESS_DENIED = setOf("EACCES", "EPERM", "EROFS", "ETXTBSY", "ERROR_ACCESS_DENIED", "ERROR_WRITE_PROTECT")
private val NO_SPACE = setOf("ENOSPC", "EDQUOT", "EFBIG", "ERROR_DISK_FULL", "ERROR_HANDLE_DISK_FULL")
