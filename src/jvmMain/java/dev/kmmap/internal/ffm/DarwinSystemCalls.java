package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.kmmap.internal.ffm.Linking.Function;
import dev.kmmap.internal.system.OpenMode;
import dev.kmmap.internal.system.OperatingSystem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker.Option;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.function.ToLongFunction;

/**
 * The system calls of macOS, on x86-64 and arm64, whose numbers are the same. It was run with functions in the place of
 * macOS's, but never on macOS.
 *
 * <p>On arm64 the variable arguments of a function are passed in another way than the fixed ones, so the descriptions
 * have to tell them apart.
 */
public final class DarwinSystemCalls extends PosixSystemCalls {
    private static final int OPEN_SAFELY = 0x1000000 | 0x20000 | 0x4;
    private static final int CREATE = 0x200;
    private static final int CREATE_NEW = CREATE | 0x800;
    private static final int F_DUPFD_CLOEXEC = 67;
    private static final int SC_PAGESIZE = 29;

    private static final int F_PREALLOCATE = 42;
    private static final int F_FULLFSYNC = 51;
    private static final int F_ALLOCATEALL = 4;
    private static final int F_PEOFPOSMODE = 3;
    private static final long NOT_SUPPORTED = -45;

    /** {@code struct stat} with inode numbers of 64 bits; what lies between the fields in use has no names here. */
    static final StructLayout STATUS = MemoryLayout.structLayout(
            JAVA_INT.withName("st_dev"),
            JAVA_SHORT.withName("st_mode"),
            JAVA_SHORT.withName("st_nlink"),
            JAVA_LONG.withName("st_ino"),
            MemoryLayout.paddingLayout(80),
            JAVA_LONG.withName("st_size"),
            MemoryLayout.paddingLayout(40));

    private static final long MODE_OFFSET = STATUS.byteOffset(PathElement.groupElement("st_mode"));
    private static final long SIZE_OFFSET = STATUS.byteOffset(PathElement.groupElement("st_size"));

    /** {@code fstore_t}: the space that {@code F_PREALLOCATE} is asked for. */
    static final StructLayout STORE = MemoryLayout.structLayout(
            JAVA_INT.withName("fst_flags"),
            JAVA_INT.withName("fst_posmode"),
            JAVA_LONG.withName("fst_offset"),
            JAVA_LONG.withName("fst_length"),
            JAVA_LONG.withName("fst_bytesalloc"));

    private static final Function FSTAT = new Function("fstat", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

    /** On x86-64 the plain name belongs to an older structure; on arm64 there is no other than this one. */
    private static final Function FSTAT_INODE64 = new Function("fstat$INODE64", FSTAT.descriptor());

    private static final Function FCNTL_POINTER = new Function(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS), Option.firstVariadicArg(2));
    private static final Function FCNTL_NOTHING =
            new Function("fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), Option.firstVariadicArg(2));
    private static final Function SHM_OPEN = new Function(
            "shm_open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Option.firstVariadicArg(2));
    private static final Function SHM_UNLINK =
            new Function("shm_unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));

    public DarwinSystemCalls() {
        this(Linking.cLibrary());
    }

    DarwinSystemCalls(Linking linking) {
        super(OperatingSystem.DARWIN,
                new Numbers(OPEN_SAFELY, CREATE, CREATE_NEW, F_DUPFD_CLOEXEC, SC_PAGESIZE, "strerror_r"),
                linking);
    }

    @Override
    public long fileMode(long descriptor) {
        return status(descriptor, status -> Short.toUnsignedLong(status.get(JAVA_SHORT, MODE_OFFSET)));
    }

    @Override
    public long fileSize(long descriptor) {
        return status(descriptor, status -> status.get(JAVA_LONG, SIZE_OFFSET));
    }

    private long status(long descriptor, ToLongFunction<MemorySegment> field) {
        Function fstat = has(FSTAT_INODE64) ? FSTAT_INODE64 : FSTAT;
        return call((arena, state) -> {
            MemorySegment status = arena.allocate(STATUS);
            int result = (int) handle(fstat).invokeExact(state, number(descriptor), status);
            return result == 0 ? field.applyAsLong(status) : result;
        });
    }

    @Override
    public long hugePageSize(long descriptor) {
        return 0;
    }

    /**
     * macOS has no posix_fallocate. {@code F_PREALLOCATE} gives a file space behind its end, and ftruncate makes that a
     * part of it. File systems without this ({@code ENOTSUP}) get their space when it is written.
     */
    @Override
    public long allocate(long descriptor, long offset, long length) {
        long allocated = uninterrupted(() -> call((arena, state) -> {
            MemorySegment store = arena.allocate(STORE);
            store.set(JAVA_INT, STORE.byteOffset(PathElement.groupElement("fst_flags")), F_ALLOCATEALL);
            store.set(JAVA_INT, STORE.byteOffset(PathElement.groupElement("fst_posmode")), F_PEOFPOSMODE);
            store.set(JAVA_LONG, STORE.byteOffset(PathElement.groupElement("fst_length")), length);
            return (int) handle(FCNTL_POINTER).invokeExact(state, number(descriptor), F_PREALLOCATE, store);
        }));
        if (allocated < 0 && allocated != NOT_SUPPORTED) return allocated;
        return truncate(descriptor, offset + length);
    }

    /** fsync leaves data in the drive's cache; {@code F_FULLFSYNC} does not, but not every file system has it. */
    @Override
    public long syncFile(long descriptor) {
        long result = uninterrupted(() -> call((_, state) ->
                (int) handle(FCNTL_NOTHING).invokeExact(state, number(descriptor), F_FULLFSYNC)));
        return result == NOT_SUPPORTED ? super.syncFile(descriptor) : result;
    }

    @Override
    public long createMemory(String name, boolean sealable) {
        return NOT_SUPPORTED;
    }

    @Override
    public long seals(long descriptor) {
        return NOT_SUPPORTED;
    }

    @Override
    public long addSeals(long descriptor, int seals) {
        return NOT_SUPPORTED;
    }

    /** The descriptor is close-on-exec. */
    @Override
    public long openMemory(String name, OpenMode mode, long size) {
        return uninterrupted(() -> call((arena, state) -> (int) handle(SHM_OPEN).invokeExact(
                state, arena.allocateFrom("/" + name), flags(mode), NEW_MEMORY_MODE)));
    }

    @Override
    public long removeMemory(String name) {
        return call((arena, state) -> (int) handle(SHM_UNLINK).invokeExact(state, arena.allocateFrom("/" + name)));
    }

    @Override
    public long remap(long address, long oldLength, long newLength) {
        return NOT_SUPPORTED;
    }

    @Override
    public long nameMemory(long address, long length, String name) {
        return NOT_SUPPORTED;
    }
}
