package dev.kmmap.internal.system

/**
 * How a file is opened. Every descriptor is close-on-exec, and opening never waits (for a writer of a FIFO, for
 * instance), but for the end of another process's lease on a regular file.
 */
internal enum class OpenMode {
    /** An existing file, for reading (`O_RDONLY`). */
    READ,

    /** An existing file, for reading and for running code from a map of it (`GENERIC_EXECUTE`; POSIX: `O_RDONLY`). */
    READ_EXECUTE,

    /** An existing file, for reading and writing (`O_RDWR`). */
    READ_WRITE,

    /**
     * A file that must not exist yet, for reading and writing (`O_RDWR | O_CREAT | O_EXCL`, mode 0666 less the umask).
     */
    CREATE_NEW,

    /** A file that is created if it is not there, at the end of links too, as [CREATE_NEW] does. */
    CREATE,
}

/**
 * The operating system: the cold seam. Each function is one system call (or its closest counterpart) over plain
 * numbers; which call comes when is the business of the room `mapping`. Every function that can fail returns a value of
 * 0 or more, or the **negated error code** (errno on POSIX, GetLastError on Windows).
 *
 * Addresses and lengths given here are whole: an address is a multiple of [pageSize], a file offset of
 * [allocationGranularity]. Tests replace this interface to make the n-th call fail.
 */
internal interface SystemCalls {
    /** Whose calls these are. */
    val system: OperatingSystem

    /** What the calls can do; tests pretend that it is less. */
    val capabilities: Capabilities get() = system.capabilities

    /** How many ranges may be mapped; `Mapping` counts them. */
    val rangeLimit: RangeLimit get() = RangeLimit.ofProcess

    /** Bytes per page of memory. */
    val pageSize: Long

    /** The unit of file offsets and addresses of a mapping: the page on POSIX, 64 KiB on Windows. */
    val allocationGranularity: Long

    /** open(2): a new descriptor. */
    fun open(path: FilePath, mode: OpenMode): Long

    /** The same by a text. */
    fun open(path: String, mode: OpenMode): Long = open(FilePath(path), mode)

    /** unlink(2). Used only to take back a file that a failed open has created. */
    fun remove(path: FilePath): Long

    /** The path that the symbolic link at [path] leads to, one link further; `null` if it is none, or not known. */
    fun linkTarget(path: FilePath): FilePath?

    /** A duplicate of [descriptor], close-on-exec (fcntl F_DUPFD_CLOEXEC). */
    fun duplicate(descriptor: Long): Long

    /** Another descriptor of the same file, for reading, with an offset of its own. */
    fun reopen(descriptor: Long): Long = NOT_HAD

    /** Whether [descriptor] is for reading only (fcntl F_GETFL). */
    fun isReadOnly(descriptor: Long): Boolean = false

    /** close(2). */
    fun close(descriptor: Long): Long

    /** st_mode of fstat(2); the file types have the same numbers on every POSIX system. */
    fun fileMode(descriptor: Long): Long

    /** st_size of fstat(2), bytes; of a block device the bytes that it has, or 0 if it does not tell. */
    fun fileSize(descriptor: Long): Long

    /** f_type of fstatfs(2), as Linux numbers file systems; negative elsewhere. */
    fun fileSystem(descriptor: Long): Long = NOT_HAD

    /** Bytes of the pages of a file that has huge ones (f_bsize of fstatfs(2) on hugetlbfs), 0 if it has not. */
    fun hugePageSize(descriptor: Long): Long

    /** pread(2) of the first byte: how many bytes that gives. */
    fun firstByte(descriptor: Long): Long

    /** ftruncate(2). */
    fun truncate(descriptor: Long, size: Long): Long

    /** posix_fallocate(3): real space for the range; the file grows to its end where it is shorter. */
    fun allocate(descriptor: Long, offset: Long, length: Long): Long

    /**
     * A nameless file in memory (memfd_create(2), close-on-exec); [name] is only for people who look at the process.
     * Only a [sealable] one can be sealed. It has mode 0600: of a file that may be executed, as Linux makes them,
     * `F_SEAL_EXEC` would seal all else, too. (`MFD_NOEXEC_SEAL` would add that seal by itself, and kernels before 6.3
     * do not know it.)
     */
    fun createMemory(name: String, sealable: Boolean): Long

    /** The `F_SEAL_*` of a file in memory (fcntl F_GET_SEALS). */
    fun seals(descriptor: Long): Long

    /** Seals a file in memory (fcntl F_ADD_SEALS). */
    fun addSeals(descriptor: Long, seals: Int): Long

    /**
     * Shared memory that other processes find by its [name]: a descriptor (shm_open(3) with mode 0600; a section named
     * `Local\\name`). A new one has [size] bytes on Windows, and on POSIX none until [truncate] has given it some.
     */
    fun openMemory(name: String, mode: OpenMode, size: Long): Long

    /** Takes the name of shared memory away (shm_unlink(3)); on Windows it goes with the last descriptor. */
    fun removeMemory(name: String): Long

    /** mmap(2): the address. [descriptor] is -1 for an anonymous map. */
    fun map(descriptor: Long, offset: Long, length: Long, protection: Int, flags: Int): Long

    /** munmap(2). */
    fun unmap(address: Long, length: Long): Long

    /** mremap(2) with MREMAP_MAYMOVE: the new address. */
    fun remap(address: Long, oldLength: Long, newLength: Long): Long

    /** msync(2). */
    fun sync(address: Long, length: Long, flags: Int): Long

    /** The strongest flush of a whole file that the system has: fsync(2), F_FULLFSYNC on macOS. */
    fun syncFile(descriptor: Long): Long

    /** madvise(2). */
    fun advise(address: Long, length: Long, advice: Int): Long

    /**
     * mprotect(2). [flags] are those that the range was mapped with: Windows has another number for what is private.
     */
    fun protect(address: Long, length: Long, protection: Int, flags: Int): Long

    /** mlock(2). */
    fun lock(address: Long, length: Long): Long

    /** munlock(2); pages that are not locked are none of its errors. */
    fun unlock(address: Long, length: Long): Long

    /**
     * mincore(2): bit 0 of each byte of [pages] becomes whether the page is in memory, for as many pages from [address]
     * on as there are bytes.
     */
    fun residency(address: Long, pages: ByteArray): Long

    /**
     * Whether [residency] is true of the file: Linux says that all of it is in memory to who may neither write it nor
     * owns it.
     */
    fun reportsResidency(descriptor: Long): Boolean = true

    /** pwrite(2) of zeros, at most [length] of them, more than 0: how many were written. */
    fun writeZeros(descriptor: Long, offset: Long, length: Long): Long = NOT_HAD

    /** lseek(2) with SEEK_DATA: where the first byte from [offset] on lies that is in no hole. Moves the offset. */
    fun seekData(descriptor: Long, offset: Long): Long = NOT_HAD

    /** lseek(2) with SEEK_HOLE: where the first hole begins from [offset] on; the end of the file is one, too. */
    fun seekHole(descriptor: Long, offset: Long): Long = NOT_HAD

    /** The bytes that the file takes on its device, st_blocks of fstat(2). */
    fun allocatedSize(descriptor: Long): Long = NOT_HAD

    /** cachestat(2) of [length] bytes of the file, more than 0: the fields of `struct cachestat`, in their order. */
    fun cacheStatistics(descriptor: Long, offset: Long, length: Long, numbers: LongArray): Long = NOT_HAD

    /** prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME): names a range of private anonymous memory. */
    fun nameMemory(address: Long, length: Long, name: String): Long

    /** The system's own words for an error [code] (not negated): strerror(3), FormatMessage. */
    fun errorText(code: Int): String
}

/** What a call returns that a system does not have, and whose error nobody is told. */
internal const val NOT_HAD: Long = -1

/** The symbol of an error [code] (not negated), `ENOENT` for instance; `null` if unknown. */
internal fun SystemCalls.errorName(code: Int): String? = errorName(code, system)

/** In place of a descriptor, where there is none. */
internal const val NO_DESCRIPTOR: Long = -1
