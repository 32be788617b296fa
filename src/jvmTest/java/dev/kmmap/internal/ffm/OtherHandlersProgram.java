package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kmmap.Access;
import dev.kmmap.Capability;
import dev.kmmap.MMap;
import dev.kmmap.internal.memory.FaultGuardJvm;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A program of {@link FaultGuardTest}: puts back the SIGBUS handler that was there before kmmap's, as a library may
 * that had saved it, and blocks the signal. Shows on the error stream what is said of the guard, and what an access
 * throws.
 */
public final class OtherHandlersProgram {
    private static final int SIZE = 1 << 20;
    private static final int SIGBUS = 7;
    private static final int SIG_BLOCK = 0;

    /** Longer than every structure here. */
    private static final int LONGEST = 256;

    private OtherHandlersProgram() {
    }

    public static void main(String[] arguments) throws Throwable {
        MethodHandle sigaction = function("sigaction", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        MethodHandle mask = function("pthread_sigmask", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
        MemorySegment saved = Arena.global().allocate(LONGEST);
        MemorySegment all = Arena.global().allocate(LONGEST).fill((byte) -1);
        call(() -> (int) sigaction.invokeExact(SIGBUS, MemorySegment.NULL, saved));
        Path file = Files.createTempFile("kmmap-test-", "");
        try (MMap early = cut(file)) {
            show("opened");
            call(() -> (int) sigaction.invokeExact(SIGBUS, saved, MemorySegment.NULL));
            show("put back");
            try (MMap map = cut(file)) {
                show("opened again");
                System.err.println(thrownBy(map));
            }
            call(() -> (int) sigaction.invokeExact(SIGBUS, saved, MemorySegment.NULL));
            System.err.println("capability " + Capability.FAULT_GUARD.isSupported());
            System.err.println(thrownBy(early));
            call(() -> (int) mask.invokeExact(SIG_BLOCK, all, MemorySegment.NULL));
            show("blocked");
            try (MMap map = cut(file)) {
                show("opened again");
                System.err.println(thrownBy(map));
            }
        } finally {
            Files.delete(file);
        }
    }

    private interface Call {
        int run() throws Throwable;
    }

    private static void call(Call call) throws Throwable {
        if (call.run() != 0) {
            throw new AssertionError("a call has failed");
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().find(name).orElseThrow(), descriptor);
    }

    private static void show(String when) {
        System.err.println(when + ": " + FaultGuardJvm.guardProblem());
    }

    /** A map of which nothing but the first page is left. */
    private static MMap cut(Path file) throws Exception {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 7);
        Files.write(file, content);
        MMap map = MMap.open(file.toString(), Access.READ);
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(1);
        }
        return map;
    }

    private static String thrownBy(MMap map) {
        try {
            return "nothing, but " + map.get(SIZE - 1);
        } catch (Exception | InternalError thrown) {
            return thrown.getClass().getSimpleName();
        }
    }
}
