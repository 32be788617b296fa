package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.kmmap.internal.ffm.Linking.Function;
import dev.kmmap.internal.system.FilePath;
import dev.kmmap.internal.system.OpenMode;
import dev.kmmap.internal.system.OperatingSystem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker.Option;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.function.ToLongFunction;

/**
 * The system calls of Linux, on x86-64 and arm64, whose numbers are the same here but for one.
 *
 * <p>Mode and size of a file come from statx(2), whose structure is the same on every processor, unlike fstat's.
 */
public final class LinuxSystemCalls extends PosixSystemCalls {
    private static final int O_CLOEXEC = 0x80000;
    private static final int OPEN_PATIENTLY = O_CLOEXEC | 0x100;
    private static final int OPEN_SAFELY = OPEN_PATIENTLY | 0x800;
    private static final int O_PATH = 0x200000;
    private static final long EAGAIN = 11;
    private static final long ENOENT = 2;
    private static final int CREATE = 0x40;
    private static final int CREATE_NEW = CREATE | 0x80;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int SC_PAGESIZE = 30;

    /** The file system that holds shared memory. */
    private static final String SHARED_MEMORY = "/dev/shm/";

    /** {@code O_CLOEXEC | O_NONBLOCK}; {@code O_NOFOLLOW} belongs to it too, but depends on the processor. */
    private static final int OPEN_MEMORY_SAFELY = 0x80000 | 0x800;
    private static final int O_NOFOLLOW_X64 = 0x20000;
    private static final int O_NOFOLLOW_ARM64 = 0x8000;

    /** Where a process finds what it has open, by its number. */
    private static final String DESCRIPTORS = "/proc/self/fd/";
    private static final int F_GETFL = 3;
    private static final int O_ACCMODE = 3;
    private static final long HUGETLBFS = 0x958458f6L;
    private static final long BLKGETSIZE64 = 0x80081272L;
    private static final long FILE_TYPE = 0xf000;
    private static final long REGULAR = 0x8000;
    private static final long BLOCK_DEVICE = 0x6000;

    private static final int MREMAP_MAYMOVE = 1;
    private static final int MFD_CLOEXEC = 1;
    private static final int MFD_ALLOW_SEALING = 2;
    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;
    private static final int PR_SET_VMA = 0x53564d41;
    private static final long PR_SET_VMA_ANON_NAME = 0;

    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final long CACHESTAT = 451;
    private static final long RANGE_LENGTH = 16;
    private static final long BYTES_PER_BLOCK = 512;

    private static final int W_OK = 2;
    private static final long AT_EMPTY_PATH = 0x1000;
    private static final long STATX_TYPE_MODE_SIZE_AND_BLOCKS = 0x1 | 0x2 | 0x200 | 0x400;
    private static final long STATX_LENGTH = 256;

    /** More than any {@code struct statfs}, which begins with the type. */
    private static final long STATFS_LENGTH = 512;
    private static final long STATFS_BLOCK_OFFSET = 8;
    private static final long STATX_MODE_OFFSET = 28;
    private static final long STATX_SIZE_OFFSET = 40;
    private static final long STATX_BLOCKS_OFFSET = 48;

    private static final long STATX_X64 = 332;
    private static final long STATX_ARM64 = 291;

    /**
     * For what not every C library has a function: statx(2), which musl has from 1.2.5 on, and cachestat(2). The kernel
     * takes arguments of any kind as whole words.
     */
    private static final Function SYSCALL = new Function("syscall",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
            Option.firstVariadicArg(1));
    private static final Function FSTATFS =
            new Function("fstatfs", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final Function IOCTL = new Function(
            "ioctl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS), Option.firstVariadicArg(2));
    private static final Function ACCESS =
            new Function("access", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final Function POSIX_FALLOCATE =
            new Function("posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final Function MEMFD_CREATE =
            new Function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final Function FCHMOD =
            new Function("fchmod", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final Function MREMAP = new Function("mremap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT), Option.firstVariadicArg(4));
    private static final Function PWRITE =
            new Function("pwrite", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final Function LSEEK =
            new Function("lseek", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT));
    private static final Function PRCTL = new Function("prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
            Option.firstVariadicArg(1));

    private final int openMemorySafely;
    private final long statx;

    public LinuxSystemCalls(OperatingSystem system) {
        this(system, Linking.cLibrary());
    }

    LinuxSystemCalls(OperatingSystem system, Linking linking) {
        super(system,
                new Numbers(OPEN_SAFELY, CREATE, CREATE_NEW, F_DUPFD_CLOEXEC, SC_PAGESIZE, "__xpg_strerror_r"),
                linking);
        boolean arm64 = system == OperatingSystem.LINUX_ARM64;
        statx = arm64 ? STATX_ARM64 : STATX_X64;
        openMemorySafely = OPEN_MEMORY_SAFELY | (arm64 ? O_NOFOLLOW_ARM64 : O_NOFOLLOW_X64);
    }

    /**
     * Because of {@code O_NONBLOCK} a file that another process has a lease on (fcntl F_SETLEASE: Samba, NFS) is not
     * waited for. It is opened again, patiently, but only if it is a regular file: {@code O_PATH} holds it meanwhile,
     * so that no FIFO, which nobody may ever write to, takes its place.
     */
    @Override
    public long open(FilePath path, OpenMode mode) {
        long result = super.open(path, mode);
        if (result != -EAGAIN) {
            return result;
        }
        long held = open(FileNames.encoded(path), O_PATH | O_CLOEXEC, 0);
        if (held < 0) {
            return held;
        }
        if ((fileMode(held) & FILE_TYPE) == REGULAR) {
            long opened = open(ascii(DESCRIPTORS + held), flags(mode) | OPEN_PATIENTLY, 0);
            // Without /proc there is no such name.
            result = opened == -ENOENT ? result : opened;
        }
        close(held);
        return result;
    }

    /** Its file is found even if it has no name any more. */
    @Override
    public long reopen(long descriptor) {
        return open(ascii(DESCRIPTORS + number(descriptor)), OPEN_SAFELY, 0);
    }

    @Override
    public boolean isReadOnly(long descriptor) {
        long flags = control(descriptor, F_GETFL, 0);
        return flags >= 0 && (flags & O_ACCMODE) == 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public long fileSystem(long descriptor) {
        return fileSystem(descriptor, status -> Integer.toUnsignedLong(status.get(JAVA_INT, 0)));
    }

    @Override
    public long hugePageSize(long descriptor) {
        return Math.max(0, fileSystem(descriptor, status ->
                status.get(JAVA_LONG, 0) == HUGETLBFS ? status.get(JAVA_LONG, STATFS_BLOCK_OFFSET) : 0));
    }

    private long fileSystem(long descriptor, ToLongFunction<MemorySegment> field) {
        return call((arena, state) -> {
            MemorySegment status = arena.allocate(STATFS_LENGTH, Long.BYTES);
            int result = (int) handle(FSTATFS).invokeExact(state, number(descriptor), status);
            return result == 0 ? field.applyAsLong(status) : result;
        });
    }

    /** An owner who may not write is not recognized. */
    @Override
    public boolean reportsResidency(long descriptor) {
        String path = DESCRIPTORS + number(descriptor);
        return call((arena, state) -> (int) handle(ACCESS).invokeExact(state, arena.allocateFrom(path), W_OK)) == 0;
    }

    @Override
    public long fileMode(long descriptor) {
        return status(descriptor, status -> Short.toUnsignedLong(status.get(JAVA_SHORT, STATX_MODE_OFFSET)));
    }

    @Override
    public long fileSize(long descriptor) {
        return status(descriptor, status ->
                (status.get(JAVA_SHORT, STATX_MODE_OFFSET) & FILE_TYPE) == BLOCK_DEVICE
                        ? deviceSize(descriptor) : status.get(JAVA_LONG, STATX_SIZE_OFFSET));
    }

    /** Devices that do not tell have 0 bytes. */
    private long deviceSize(long descriptor) {
        return Math.max(0, call((arena, state) -> {
            MemorySegment size = arena.allocate(Long.BYTES, Long.BYTES);
            int result = (int) handle(IOCTL).invokeExact(state, number(descriptor), BLKGETSIZE64, size);
            return result == 0 ? size.get(JAVA_LONG, 0) : result;
        }));
    }

    private long status(long descriptor, ToLongFunction<MemorySegment> field) {
        return call((arena, state) -> {
            MemorySegment status = arena.allocate(STATX_LENGTH, Long.BYTES);
            long result = (long) handle(SYSCALL).invokeExact(state, statx, (long) number(descriptor),
                    arena.allocateFrom("").address(), AT_EMPTY_PATH, STATX_TYPE_MODE_SIZE_AND_BLOCKS, status.address());
            return result == 0 ? field.applyAsLong(status) : result;
        });
    }

    /** Unlike other functions posix_fallocate returns the error itself and leaves errno alone. */
    @Override
    public long allocate(long descriptor, long offset, long length) {
        return uninterrupted(() -> -call((_, state) ->
                (int) handle(POSIX_FALLOCATE).invokeExact(state, number(descriptor), offset, length)));
    }

    @Override
    public long createMemory(String name, boolean sealable) {
        int flags = sealable ? MFD_CLOEXEC | MFD_ALLOW_SEALING : MFD_CLOEXEC;
        long descriptor =
                call((arena, state) -> (int) handle(MEMFD_CREATE).invokeExact(state, arena.allocateFrom(name), flags));
        if (descriptor < 0) {
            return descriptor;
        }
        long changed =
                call((_, state) -> (int) handle(FCHMOD).invokeExact(state, number(descriptor), NEW_MEMORY_MODE));
        if (changed < 0) {
            close(descriptor);
            return changed;
        }
        return descriptor;
    }

    @Override
    public long seals(long descriptor) {
        return control(descriptor, F_GET_SEALS, 0);
    }

    @Override
    public long addSeals(long descriptor, int seals) {
        return control(descriptor, F_ADD_SEALS, seals);
    }

    /** What shm_open(3) does, which not every glibc has without a library of its own. */
    @Override
    public long openMemory(String name, OpenMode mode, long size) {
        return open(sharedMemory(name), flags(mode) | openMemorySafely, NEW_MEMORY_MODE);
    }

    @Override
    public long removeMemory(String name) {
        return remove(sharedMemory(name));
    }

    /** In UTF-8 whatever the locale, so that all processes of a machine mean the same memory. */
    private static byte[] sharedMemory(String name) {
        return (SHARED_MEMORY + name).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public long remap(long address, long oldLength, long newLength) {
        return call((_, state) ->
                (long) handle(MREMAP).invokeExact(state, address, oldLength, newLength, MREMAP_MAYMOVE));
    }

    @Override
    public long writeZeros(long descriptor, long offset, long length) {
        return uninterrupted(() -> call((arena, state) -> (long) handle(PWRITE).invokeExact(
                state, number(descriptor), arena.allocate(length), length, offset)));
    }

    @Override
    public long seekData(long descriptor, long offset) {
        return seek(descriptor, offset, SEEK_DATA);
    }

    @Override
    public long seekHole(long descriptor, long offset) {
        return seek(descriptor, offset, SEEK_HOLE);
    }

    private long seek(long descriptor, long offset, int whence) {
        return call((_, state) -> (long) handle(LSEEK).invokeExact(state, number(descriptor), offset, whence));
    }

    @Override
    public long allocatedSize(long descriptor) {
        return status(descriptor, status -> status.get(JAVA_LONG, STATX_BLOCKS_OFFSET) * BYTES_PER_BLOCK);
    }

    @Override
    public long cacheStatistics(long descriptor, long offset, long length, long[] numbers) {
        return call((arena, state) -> {
            MemorySegment range = arena.allocate(RANGE_LENGTH, Long.BYTES);
            range.setAtIndex(JAVA_LONG, 0, offset);
            range.setAtIndex(JAVA_LONG, 1, length);
            MemorySegment found = arena.allocate((long) numbers.length * Long.BYTES, Long.BYTES);
            long result = (long) handle(SYSCALL).invokeExact(
                    state, CACHESTAT, (long) number(descriptor), range.address(), found.address(), 0L, 0L);
            MemorySegment.copy(found, JAVA_LONG, 0, numbers, 0, numbers.length);
            return result;
        });
    }

    @Override
    public long nameMemory(long address, long length, String name) {
        return call((arena, state) -> (int) handle(PRCTL).invokeExact(
                state, PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, length, arena.allocateFrom(name)));
    }
}
