package dev.kmmap.internal.system

/**
 * The functions of [SystemCalls] that can fail, and what stands behind each on every system: the operation that an
 * exception names.
 */
internal enum class SystemCall(
    private val linux: String,
    private val darwin: String = linux,
    private val windows: String,
) {
    OPEN("open", windows = "CreateFile"),
    REMOVE("unlink", windows = "DeleteFile"),
    DUPLICATE("dup", windows = "DuplicateHandle"),
    CLOSE("close", windows = "CloseHandle"),
    FILE_MODE("fstat", windows = "GetFileInformationByHandle"),
    FILE_SIZE("fstat", windows = "GetFileSizeEx"),
    TRUNCATE("ftruncate", windows = "SetFileInformationByHandle"),
    ALLOCATE("posix_fallocate", darwin = "F_PREALLOCATE", windows = "SetFileInformationByHandle"),
    CREATE_MEMORY("memfd_create", darwin = NONE, windows = NONE),
    SEALS("F_GET_SEALS", darwin = NONE, windows = NONE),
    ADD_SEALS("F_ADD_SEALS", darwin = NONE, windows = NONE),
    OPEN_MEMORY("shm_open", windows = "CreateFileMapping"),
    REMOVE_MEMORY("shm_unlink", windows = NONE),
    MAP("mmap", windows = "MapViewOfFile"),
    UNMAP("munmap", windows = "UnmapViewOfFile"),
    REMAP("mremap", darwin = NONE, windows = NONE),
    SYNC("msync", windows = "FlushViewOfFile"),
    SYNC_FILE("fsync", darwin = "F_FULLFSYNC", windows = "FlushFileBuffers"),
    ADVISE("madvise", windows = "PrefetchVirtualMemory"),
    PROTECT("mprotect", windows = "VirtualProtect"),
    LOCK("mlock", windows = "VirtualLock"),
    UNLOCK("munlock", windows = "VirtualUnlock"),
    RESIDENCY("mincore", windows = "QueryWorkingSetEx"),
    NAME_MEMORY("prctl", darwin = NONE, windows = NONE),
    ;

    fun on(system: OperatingSystem): String = when (system) {
        OperatingSystem.LINUX_X64, OperatingSystem.LINUX_ARM64 -> linux
        OperatingSystem.DARWIN -> darwin
        OperatingSystem.WINDOWS -> windows
    }
}

/** In place of a system call, where the system has none. */
private const val NONE = "-"
