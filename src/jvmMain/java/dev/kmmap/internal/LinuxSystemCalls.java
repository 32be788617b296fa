package dev.kmmap.internal;

import static dev.kmmap.internal.Linking.call;
import static dev.kmmap.internal.Linking.function;
import static dev.kmmap.internal.Linking.uninterrupted;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker.Option;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.function.ToLongFunction;

/**
 * The system calls of Linux, on x86-64 and arm64, whose numbers are the same here.
 *
 * <p>Mode and size of a file come from statx(2), whose structure is the same on every processor, unlike fstat's.
 */
final class LinuxSystemCalls extends PosixSystemCalls {
    private static final int OPEN_SAFELY = 0x80000 | 0x100 | 0x800;
    private static final int CREATE_NEW = 0x40 | 0x80;
    private static final int F_DUPFD_CLOEXEC = 1030;
    private static final int SC_PAGESIZE = 30;

    private static final int MREMAP_MAYMOVE = 1;
    private static final int MFD_CLOEXEC = 1;
    private static final int PR_SET_VMA = 0x53564d41;
    private static final long PR_SET_VMA_ANON_NAME = 0;

    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int STATX_TYPE_MODE_AND_SIZE = 0x1 | 0x2 | 0x200;
    private static final long STATX_LENGTH = 256;
    private static final long STATX_MODE_OFFSET = 28;
    private static final long STATX_SIZE_OFFSET = 40;

    private static final MethodHandle STATX =
            function("statx", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle POSIX_FALLOCATE =
            function("posix_fallocate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle FSYNC = function("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle MEMFD_CREATE =
            function("memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle MREMAP = function("mremap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT), Option.firstVariadicArg(4));
    private static final MethodHandle PRCTL = function("prctl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS),
            Option.firstVariadicArg(1));

    LinuxSystemCalls(OperatingSystem system) {
        super(new Numbers(system, OPEN_SAFELY, CREATE_NEW, F_DUPFD_CLOEXEC, SC_PAGESIZE, "__xpg_strerror_r"));
    }

    @Override
    public long fileMode(long descriptor) {
        return status(descriptor, status -> Short.toUnsignedLong(status.get(JAVA_SHORT, STATX_MODE_OFFSET)));
    }

    @Override
    public long fileSize(long descriptor) {
        return status(descriptor, status -> status.get(JAVA_LONG, STATX_SIZE_OFFSET));
    }

    /** Unlike other functions posix_fallocate returns the error itself and leaves errno alone. */
    @Override
    public long allocate(long descriptor, long offset, long length) {
        return uninterrupted(() ->
                -call((_, state) -> (int) POSIX_FALLOCATE.invokeExact(state, number(descriptor), offset, length)));
    }

    @Override
    public long createMemory(String name) {
        return call((arena, state) -> (int) MEMFD_CREATE.invokeExact(state, arena.allocateFrom(name), MFD_CLOEXEC));
    }

    @Override
    public long remap(long address, long oldLength, long newLength) {
        return call((_, state) -> (long) MREMAP.invokeExact(state, address, oldLength, newLength, MREMAP_MAYMOVE));
    }

    @Override
    public long syncFile(long descriptor) {
        return uninterrupted(() -> call((_, state) -> (int) FSYNC.invokeExact(state, number(descriptor))));
    }

    @Override
    public long nameMemory(long address, long length, String name) {
        return call((arena, state) -> (int) PRCTL.invokeExact(
                state, PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, length, arena.allocateFrom(name)));
    }

    private static long status(long descriptor, ToLongFunction<MemorySegment> field) {
        return call((arena, state) -> {
            MemorySegment status = arena.allocate(STATX_LENGTH, Long.BYTES);
            int result = (int) STATX.invokeExact(state,
                    number(descriptor), arena.allocateFrom(""), AT_EMPTY_PATH, STATX_TYPE_MODE_AND_SIZE, status);
            return result == 0 ? field.applyAsLong(status) : result;
        });
    }
}
