package dev.kmmap.internal.system.windows

/**
 * The functions of Windows's kernel32 that [WindowsSystemCalls] needs, one each, over plain numbers. A function that
 * can fail returns a value of 0 or more, or the **negated** result of GetLastError. Handles, addresses and lengths are
 * `Long`s, a `DWORD` is an `Int`; texts are UTF-16, as Windows has them.
 *
 * Kotlin/Native implements it in C, the JVM by foreign calls: no more than the calls themselves. What they mean and in
 * which order they come is common code, so that what runs on one of the two speaks for the other.
 */
internal interface Kernel32 {
    /** `dwPageSize` of GetSystemInfo, bytes. */
    val pageSize: Long

    /** `dwAllocationGranularity` of GetSystemInfo, bytes. */
    val allocationGranularity: Long

    /** CreateFileW without security attributes and template: a handle that child processes do not inherit. */
    fun createFile(path: String, access: Int, share: Int, disposition: Int, flags: Int): Long

    /** DeleteFileW. */
    fun deleteFile(path: String): Long

    /** GetFullPathNameW: the absolute form of [path], or `null` if Windows cannot make one. */
    fun fullPathName(path: String): String?

    /** DuplicateHandle in this process, with the same access and not inherited. */
    fun duplicateHandle(handle: Long): Long

    /** CloseHandle. */
    fun closeHandle(handle: Long): Long

    /** GetFileType: one of the `FILE_TYPE_*`. */
    fun fileType(handle: Long): Long

    /** `dwFileAttributes` of GetFileInformationByHandle. */
    fun fileAttributes(handle: Long): Long

    /** GetFileSizeEx, bytes. */
    fun fileSize(handle: Long): Long

    /**
     * SetFileInformationByHandle with `FileEndOfFileInfo`. SetEndOfFile does the same, but at the file's position,
     * which is the caller's own where the handle is a duplicate of theirs.
     */
    fun setEndOfFile(handle: Long, size: Long): Long

    /**
     * CreateFileMappingW: the handle of a section over [file] (or the paging file, if it is -1) of [size] bytes (0: as
     * many as the file has). If [name] is taken already, that section is left alone: `ERROR_ALREADY_EXISTS`.
     */
    fun createFileMapping(file: Long, protection: Int, size: Long, name: String?): Long

    /** OpenFileMappingW: a handle that child processes do not inherit. */
    fun openFileMapping(access: Int, name: String): Long

    /** MapViewOfFile: the address. A [length] of 0 is the whole section. */
    fun mapViewOfFile(section: Long, access: Int, offset: Long, length: Long): Long

    /** UnmapViewOfFile. */
    fun unmapViewOfFile(address: Long): Long

    /** `RegionSize` of VirtualQuery: the bytes from [address] on that are of the same kind. */
    fun regionSize(address: Long): Long

    /** VirtualProtect. */
    fun virtualProtect(address: Long, length: Long, protection: Int): Long

    /** VirtualLock. */
    fun virtualLock(address: Long, length: Long): Long

    /** VirtualUnlock. */
    fun virtualUnlock(address: Long, length: Long): Long

    /**
     * QueryWorkingSetEx (K32QueryWorkingSetEx, as kernel32 calls it) of this process: bit 0 of each byte of [pages]
     * becomes whether the page is in its working set, for the pages from [address] on.
     */
    fun queryWorkingSet(address: Long, pages: ByteArray): Long

    /** FlushViewOfFile. */
    fun flushViewOfFile(address: Long, length: Long): Long

    /** FlushFileBuffers. */
    fun flushFileBuffers(handle: Long): Long

    /** PrefetchVirtualMemory of this one range. */
    fun prefetchVirtualMemory(address: Long, length: Long): Long

    /** DiscardVirtualMemory (Windows 8.1; `ERROR_PROC_NOT_FOUND` where it is missing). */
    fun discardVirtualMemory(address: Long, length: Long): Long

    /** OfferVirtualMemory with `VmOfferPriorityNormal`; availability as [discardVirtualMemory]. */
    fun offerVirtualMemory(address: Long, length: Long): Long

    /** ReclaimVirtualMemory; availability as [discardVirtualMemory]. */
    fun reclaimVirtualMemory(address: Long, length: Long): Long

    /** FormatMessageW with `FORMAT_MESSAGE_FROM_SYSTEM`, and without inserts; empty if it has no text. */
    fun formatMessage(code: Int): String
}
