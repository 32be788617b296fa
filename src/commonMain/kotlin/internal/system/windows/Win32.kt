package dev.kmmap.internal.system.windows

/**
 * The numbers of Windows's headers, and those that stand here for what Windows has no number for. A test compares them
 * with the headers of mingw-w64.
 */
internal object Win32 {
    const val GENERIC_READ: Int = 1 shl 31
    const val GENERIC_WRITE: Int = 0x40000000
    const val GENERIC_EXECUTE: Int = 0x20000000
    const val FILE_SHARE_READ: Int = 1
    const val FILE_SHARE_WRITE: Int = 2
    const val FILE_SHARE_DELETE: Int = 4
    const val CREATE_NEW: Int = 1
    const val OPEN_EXISTING: Int = 3
    const val OPEN_ALWAYS: Int = 4
    const val FILE_FLAG_OPEN_REPARSE_POINT: Int = 0x00200000
    const val FILE_FLAG_BACKUP_SEMANTICS: Int = 0x02000000
    const val FILE_ATTRIBUTE_DIRECTORY: Long = 0x10

    const val FILE_TYPE_DISK: Long = 1
    const val FILE_TYPE_CHAR: Long = 2
    const val FILE_TYPE_PIPE: Long = 3

    const val PAGE_NOACCESS: Int = 0x01
    const val PAGE_READONLY: Int = 0x02
    const val PAGE_READWRITE: Int = 0x04
    const val PAGE_WRITECOPY: Int = 0x08
    const val PAGE_EXECUTE_READ: Int = 0x20

    const val FILE_MAP_COPY: Int = 0x01
    const val FILE_MAP_WRITE: Int = 0x02
    const val FILE_MAP_READ: Int = 0x04
    const val FILE_MAP_EXECUTE: Int = 0x20

    const val ERROR_FILE_NOT_FOUND: Long = 2
    const val ERROR_LOCK_VIOLATION: Long = 33
    const val ERROR_NOT_SUPPORTED: Long = 50
    const val ERROR_INVALID_PARAMETER: Long = 87
    const val ERROR_NOT_LOCKED: Long = 158

    // Windows has no such flags and advices; these are our own numbers, and Linux's where it has one.
    const val MAP_SHARED: Int = 0x01
    const val MAP_PRIVATE: Int = 0x02
    const val MAP_LOCKED: Int = 0x2000
    const val MAP_POPULATE: Int = 0x8000
    const val ADVICE_PREFETCH: Int = 3
    const val ADVICE_DISCARD: Int = 8
    const val ADVICE_OFFER: Int = 1000
    const val ADVICE_RECLAIM: Int = 1001
}
