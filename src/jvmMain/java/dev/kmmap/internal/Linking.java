package dev.kmmap.internal;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Makes C functions callable. Everything that the JVM counts as native access, and may refuse, passes through this
 * class, so that a refusal has one message.
 */
final class Linking {
    /** {@code EINTR} has this number on every POSIX system. */
    private static final long INTERRUPTED = -4;

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

    /** One call of a {@linkplain #function linked function}, which returns -1 on failure. */
    @FunctionalInterface
    interface Call {
        /**
         * Calls the function.
         *
         * @param arena for the memory that arguments point to; it lives until the call has returned
         * @param state where errno goes: the first argument of every linked function
         */
        long invoke(Arena arena, MemorySegment state) throws Throwable;
    }

    /** A call that has been turned into a value or a negated errno. */
    @FunctionalInterface
    interface Attempt {
        long run();
    }

    private Linking() {
    }

    /** The C function {@code name} as a handle whose first argument is the {@linkplain Call call's} state. */
    @SuppressWarnings("restricted")
    static MethodHandle function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Linker linker = Linker.nativeLinker();
        MemorySegment function = linker.defaultLookup().find(name).orElseThrow(() ->
                new UnsupportedOperationException("kmmap needs " + name + ", which this system's C library lacks"));
        Linker.Option[] capturing =
                Stream.concat(Stream.of(Linker.Option.captureCallState("errno")), Arrays.stream(options))
                        .toArray(Linker.Option[]::new);
        try {
            return linker.downcallHandle(function, descriptor, capturing);
        } catch (IllegalCallerException refusal) {
            throw refused(refusal);
        }
    }

    /** The {@code size} bytes of memory from {@code address} on, accessible until {@code arena} is closed. */
    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long size, Arena arena) {
        try {
            return MemorySegment.ofAddress(address).reinterpret(size, arena, null);
        } catch (IllegalCallerException refusal) {
            throw refused(refusal);
        }
    }

    /**
     * The result of {@code call}, or the negated errno if that is -1.
     *
     * <p>Each call has a copy of errno of its own, made before the JVM itself can change the thread's errno and out of
     * the reach of other threads.
     */
    static long call(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            long result = call.invoke(arena, state);
            return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("a foreign call throws no checked exception", impossible);
        }
    }

    /** Repeats {@code attempt} while a signal interrupts it. */
    static long uninterrupted(Attempt attempt) {
        long result;
        do {
            result = attempt.run();
        } while (result == INTERRUPTED);
        return result;
    }

    private static UnsupportedOperationException refused(IllegalCallerException refusal) {
        Module module = Linking.class.getModule();
        String caller = module.isNamed() ? module.getName() : "ALL-UNNAMED";
        String message = "kmmap needs native access, which this JVM refuses: start it with --enable-native-access=";
        return new UnsupportedOperationException(message + caller, refusal);
    }
}
