package dev.kmmap.internal;

import static dev.kmmap.internal.Linking.call;
import static dev.kmmap.internal.Linking.function;
import static dev.kmmap.internal.Linking.uninterrupted;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker.Option;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system calls that all POSIX systems have. A subclass brings the numbers and the calls that are its system's own.
 *
 * <p>Functions that POSIX allows a signal to interrupt are repeated, except close, after which the descriptor is gone
 * even when it fails. Paths are passed as UTF-8, as on Kotlin/Native.
 */
abstract class PosixSystemCalls implements SystemCalls {
    /** Permissions of a new file, before the process's umask. */
    private static final int NEW_FILE_MODE = 0666;

    /** No message of any known C library is longer, in any language. */
    private static final long ERROR_TEXT_LENGTH = 512;

    private static final int READ_ONLY = 0;
    private static final int READ_WRITE = 2;

    private static final MethodHandle OPEN =
            function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Option.firstVariadicArg(2));
    private static final MethodHandle UNLINK = function("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle FCNTL = function("fcntl",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle FTRUNCATE =
            function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MMAP = function("mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle MUNMAP =
            function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MSYNC =
            function("msync", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle MADVISE =
            function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final MethodHandle SYSCONF = function("sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    /**
     * The numbers that differ between POSIX systems.
     *
     * @param system decides the error symbols
     * @param openSafely what every open adds: {@code O_CLOEXEC | O_NOCTTY}, so that the descriptor stays in this
     *     process and a terminal does not become its own, and {@code O_NONBLOCK}, so that a FIFO does not wait
     * @param createNew {@code O_CREAT | O_EXCL}
     * @param duplicateCloseOnExec {@code F_DUPFD_CLOEXEC}
     * @param pageSizeName {@code _SC_PAGESIZE}
     * @param errorTextFunction the strerror_r that fills the buffer it is given, as POSIX demands
     */
    record Numbers(
            OperatingSystem system,
            int openSafely,
            int createNew,
            int duplicateCloseOnExec,
            int pageSizeName,
            String errorTextFunction) {
    }

    private final Numbers numbers;
    private final MethodHandle errorText;
    private final long pageSize;

    PosixSystemCalls(Numbers numbers) {
        this.numbers = numbers;
        errorText = function(numbers.errorTextFunction(),
                FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
        pageSize = call((_, state) -> (long) SYSCONF.invokeExact(state, numbers.pageSizeName()));
    }

    @Override
    public final long getPageSize() {
        return pageSize;
    }

    @Override
    public final long getAllocationGranularity() {
        return pageSize;
    }

    @Override
    public final long open(String path, OpenMode mode) {
        int flags = numbers.openSafely() | switch (mode) {
            case READ -> READ_ONLY;
            case READ_WRITE -> READ_WRITE;
            case CREATE_NEW -> READ_WRITE | numbers.createNew();
        };
        return uninterrupted(() -> call((arena, state) ->
                (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, NEW_FILE_MODE)));
    }

    @Override
    public final long remove(String path) {
        return call((arena, state) -> (int) UNLINK.invokeExact(state, arena.allocateFrom(path)));
    }

    @Override
    public final long duplicate(long descriptor) {
        return call((_, state) ->
                (int) FCNTL.invokeExact(state, number(descriptor), numbers.duplicateCloseOnExec(), 0));
    }

    @Override
    public final long close(long descriptor) {
        return call((_, state) -> (int) CLOSE.invokeExact(state, number(descriptor)));
    }

    @Override
    public final long truncate(long descriptor, long size) {
        return uninterrupted(() -> call((_, state) -> (int) FTRUNCATE.invokeExact(state, number(descriptor), size)));
    }

    @Override
    public final long map(long descriptor, long offset, long length, int protection, int flags) {
        return call((_, state) ->
                (long) MMAP.invokeExact(state, 0L, length, protection, flags, number(descriptor), offset));
    }

    @Override
    public final long unmap(long address, long length) {
        return call((_, state) -> (int) MUNMAP.invokeExact(state, address, length));
    }

    @Override
    public final long sync(long address, long length, int flags) {
        return uninterrupted(() -> call((_, state) -> (int) MSYNC.invokeExact(state, address, length, flags)));
    }

    @Override
    public final long advise(long address, long length, int advice) {
        return call((_, state) -> (int) MADVISE.invokeExact(state, address, length, advice));
    }

    @Override
    public final String errorText(int code) {
        StringBuilder text = new StringBuilder();
        call((arena, state) -> {
            MemorySegment buffer = arena.allocate(ERROR_TEXT_LENGTH);
            int failure = (int) errorText.invokeExact(state, code, buffer, ERROR_TEXT_LENGTH);
            text.append(buffer.getString(0));
            return failure;
        });
        return text.toString();
    }

    @Override
    public final String errorName(int code) {
        return ErrorNames.errorName(code, numbers.system());
    }

    /** A descriptor as C has it; what cannot be one becomes -1, and not by accident another file's number. */
    static int number(long descriptor) {
        return descriptor >= 0 && descriptor <= Integer.MAX_VALUE ? (int) descriptor : -1;
    }
}
