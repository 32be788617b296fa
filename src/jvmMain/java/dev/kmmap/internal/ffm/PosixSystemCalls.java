package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kmmap.internal.ffm.Linking.Function;
import dev.kmmap.internal.system.FilePath;
import dev.kmmap.internal.system.FilePaths;
import dev.kmmap.internal.system.OpenMode;
import dev.kmmap.internal.system.OperatingSystem;
import dev.kmmap.internal.system.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker.Option;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The system calls that all POSIX systems have. A subclass brings the numbers and the calls that are its system's own.
 *
 * <p>Functions that POSIX allows a signal to interrupt are repeated, except close, after which the descriptor is gone
 * even when it fails. All strings but paths are passed as UTF-8, as on Kotlin/Native.
 */
abstract class PosixSystemCalls implements SystemCalls {
    /** {@code EINTR} has this number on every POSIX system. */
    private static final long INTERRUPTED = -4;

    private static final long PATH_MAX = 4096;

    /** Permissions of a new file, before the process's umask. */
    private static final int NEW_FILE_MODE = 0666;

    /** Permissions of new shared memory: it is for its own user. */
    static final int NEW_MEMORY_MODE = 0600;

    /** No message of any known C library is longer, in any language. */
    private static final long ERROR_TEXT_LENGTH = 512;

    private static final int READ_ONLY = 0;
    private static final int READ_WRITE = 2;

    private static final Function OPEN = new Function(
            "open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT), Option.firstVariadicArg(2));
    private static final Function UNLINK = new Function("unlink", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final Function READLINK =
            new Function("readlink", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));
    private static final Function PREAD =
            new Function("pread", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG));
    private static final Function FCNTL = new Function(
            "fcntl", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), Option.firstVariadicArg(2));
    private static final Function CLOSE = new Function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final Function FTRUNCATE =
            new Function("ftruncate", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final Function MMAP = new Function("mmap",
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final Function MUNMAP =
            new Function("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final Function MSYNC =
            new Function("msync", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final Function FSYNC = new Function("fsync", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final Function MADVISE =
            new Function("madvise", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final Function MPROTECT =
            new Function("mprotect", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT));
    private static final Function MLOCK =
            new Function("mlock", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final Function MUNLOCK =
            new Function("munlock", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));
    private static final Function MINCORE =
            new Function("mincore", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, ADDRESS));
    private static final Function SYSCONF = new Function("sysconf", FunctionDescriptor.of(JAVA_LONG, JAVA_INT));

    /**
     * The numbers that differ between POSIX systems.
     *
     * @param openSafely what every open adds: {@code O_CLOEXEC | O_NOCTTY}, so that the descriptor stays in this
     *     process and a terminal does not become its own, and {@code O_NONBLOCK}, so that a FIFO does not wait
     * @param create {@code O_CREAT}
     * @param createNew {@code O_CREAT | O_EXCL}
     * @param duplicateCloseOnExec {@code F_DUPFD_CLOEXEC}
     * @param pageSizeName {@code _SC_PAGESIZE}
     * @param errorTextFunction the strerror_r that fills the buffer it is given, as POSIX demands
     */
    record Numbers(
            int openSafely,
            int create,
            int createNew,
            int duplicateCloseOnExec,
            int pageSizeName,
            String errorTextFunction) {
    }

    private final OperatingSystem system;
    private final Numbers numbers;
    private final Linking linking;
    private final Function errorText;
    private final long pageSize;

    PosixSystemCalls(OperatingSystem system, Numbers numbers, Linking linking) {
        this.system = system;
        this.numbers = numbers;
        this.linking = linking;
        errorText = new Function(
                numbers.errorTextFunction(), FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG));
        pageSize = call((_, state) -> (long) handle(SYSCONF).invokeExact(state, numbers.pageSizeName()));
    }

    @Override
    public final OperatingSystem getSystem() {
        return system;
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
    public long open(FilePath path, OpenMode mode) {
        return open(FileNames.encoded(path), flags(mode) | numbers.openSafely(), NEW_FILE_MODE);
    }

    /** open(2) itself. */
    final long open(byte[] path, int flags, int permissions) {
        return uninterrupted(() -> call((arena, state) ->
                (int) handle(OPEN).invokeExact(state, string(arena, path), flags, permissions)));
    }

    /** The access that open(2) and shm_open(3) are asked for. */
    final int flags(OpenMode mode) {
        return switch (mode) {
            case READ, READ_EXECUTE -> READ_ONLY;
            case READ_WRITE -> READ_WRITE;
            case CREATE_NEW -> READ_WRITE | numbers.createNew();
            case CREATE -> READ_WRITE | numbers.create();
        };
    }

    @Override
    public final long remove(FilePath path) {
        return remove(FileNames.encoded(path));
    }

    /** unlink(2) itself. */
    final long remove(byte[] path) {
        return call((arena, state) -> (int) handle(UNLINK).invokeExact(state, string(arena, path)));
    }

    @Override
    public final FilePath linkTarget(FilePath path) {
        byte[] link = FileNames.encoded(path);
        byte[] buffer = new byte[(int) PATH_MAX];
        long length = call((arena, state) -> {
            MemorySegment target = arena.allocate(PATH_MAX);
            long result = (long) handle(READLINK).invokeExact(state, string(arena, link), target, PATH_MAX);
            MemorySegment.copy(target, JAVA_BYTE, 0, buffer, 0, buffer.length);
            return result;
        });
        if (length < 0 || length == PATH_MAX) {
            return null;
        }
        byte[] target = Arrays.copyOf(buffer, (int) length);
        return new FilePath(path.getText(), link).linkingTo(new FilePath(FilePaths.readable(target), target));
    }

    @Override
    public final long firstByte(long descriptor) {
        return uninterrupted(() -> call((arena, state) ->
                (long) handle(PREAD).invokeExact(state, number(descriptor), arena.allocate(1), 1L, 0L)));
    }

    @Override
    public final long duplicate(long descriptor) {
        return control(descriptor, numbers.duplicateCloseOnExec(), 0);
    }

    /** fcntl(2) itself. */
    final long control(long descriptor, int command, int argument) {
        return call((_, state) -> (int) handle(FCNTL).invokeExact(state, number(descriptor), command, argument));
    }

    @Override
    public final long close(long descriptor) {
        return call((_, state) -> (int) handle(CLOSE).invokeExact(state, number(descriptor)));
    }

    @Override
    public final long truncate(long descriptor, long size) {
        return uninterrupted(() ->
                call((_, state) -> (int) handle(FTRUNCATE).invokeExact(state, number(descriptor), size)));
    }

    @Override
    public final long map(long descriptor, long offset, long length, int protection, int flags) {
        return call((_, state) ->
                (long) handle(MMAP).invokeExact(state, 0L, length, protection, flags, number(descriptor), offset));
    }

    @Override
    public final long unmap(long address, long length) {
        return call((_, state) -> (int) handle(MUNMAP).invokeExact(state, address, length));
    }

    @Override
    public final long sync(long address, long length, int flags) {
        return uninterrupted(() -> call((_, state) -> (int) handle(MSYNC).invokeExact(state, address, length, flags)));
    }

    @Override
    public long syncFile(long descriptor) {
        return uninterrupted(() -> call((_, state) -> (int) handle(FSYNC).invokeExact(state, number(descriptor))));
    }

    @Override
    public final long advise(long address, long length, int advice) {
        return call((_, state) -> (int) handle(MADVISE).invokeExact(state, address, length, advice));
    }

    @Override
    public final long protect(long address, long length, int protection, int flags) {
        return call((_, state) -> (int) handle(MPROTECT).invokeExact(state, address, length, protection));
    }

    @Override
    public final long lock(long address, long length) {
        return call((_, state) -> (int) handle(MLOCK).invokeExact(state, address, length));
    }

    @Override
    public final long unlock(long address, long length) {
        return call((_, state) -> (int) handle(MUNLOCK).invokeExact(state, address, length));
    }

    @Override
    public final long residency(long address, byte[] pages) {
        return call((arena, state) -> {
            MemorySegment vector = arena.allocate(pages.length);
            int result = (int) handle(MINCORE).invokeExact(state, address, pages.length * pageSize, vector);
            MemorySegment.copy(vector, JAVA_BYTE, 0, pages, 0, pages.length);
            return result;
        });
    }

    @Override
    public final String errorText(int code) {
        StringBuilder text = new StringBuilder();
        call((arena, state) -> {
            MemorySegment buffer = arena.allocate(ERROR_TEXT_LENGTH);
            int failure = (int) handle(errorText).invokeExact(state, code, buffer, ERROR_TEXT_LENGTH);
            text.append(buffer.getString(0));
            return failure;
        });
        return text.toString();
    }

    /** The result of {@code call}, or the negated errno. */
    final long call(Linking.Call call) {
        return linking.call(call);
    }

    final MethodHandle handle(Function function) {
        return linking.handle(function);
    }

    /** Whether this system's C library has the function. */
    final boolean has(Function function) {
        return linking.has(function);
    }

    /** Bytes as a string of C: memory of an arena is zero. */
    static MemorySegment string(Arena arena, byte[] bytes) {
        MemorySegment string = arena.allocate(bytes.length + 1L);
        MemorySegment.copy(bytes, 0, string, JAVA_BYTE, 0, bytes.length);
        return string;
    }

    /** Repeats {@code attempt} while a signal interrupts it. */
    static long uninterrupted(LongSupplier attempt) {
        long result;
        do {
            result = attempt.getAsLong();
        } while (result == INTERRUPTED);
        return result;
    }

    /** A descriptor as C has it; what cannot be one becomes -1, and not by accident another file's number. */
    static int number(long descriptor) {
        return descriptor >= 0 && descriptor <= Integer.MAX_VALUE ? (int) descriptor : -1;
    }
}
