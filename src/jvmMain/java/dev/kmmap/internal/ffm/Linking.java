package dev.kmmap.internal.ffm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Makes the C functions of one library callable. Everything that the JVM counts as native access, and may refuse,
 * passes through this class, so that a refusal has one message.
 *
 * <p>A function is linked when it is called for the first time: each takes a starting JVM milliseconds, and most
 * programs need only some of them.
 */
final class Linking {
    /** What a {@link Call} returns that has failed: the result of most C functions then. */
    static final long FAILED = -1;

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();

    private final String library;
    private final SymbolLookup symbols;
    private final Linker.Option captureError;
    private final long errorOffset;
    private final Map<Function, MethodHandle> handles = new ConcurrentHashMap<>();

    /**
     * A C function as its header declares it. This is a description only: any JVM can make it, whether or not its
     * system has the function. Each one is equal to itself alone.
     */
    static final class Function {
        private final String name;
        private final FunctionDescriptor descriptor;
        private final List<Linker.Option> options;

        Function(String name, FunctionDescriptor descriptor, Linker.Option... options) {
            this.name = name;
            this.descriptor = descriptor;
            this.options = List.of(options);
        }

        String name() {
            return name;
        }

        FunctionDescriptor descriptor() {
            return descriptor;
        }

        List<Linker.Option> options() {
            return options;
        }
    }

    /** One call of a linked function. */
    @FunctionalInterface
    interface Call {
        /**
         * Calls the function, and returns its result or {@link #FAILED}.
         *
         * @param arena for the memory that arguments point to; it lives until the call has returned
         * @param state where the error goes: the first argument of every linked function
         */
        long invoke(Arena arena, MemorySegment state) throws Throwable;
    }

    /**
     * The functions of a library.
     *
     * @param library how messages name it
     * @param symbols finds the addresses of its functions
     * @param errorVariable where its functions leave the code of an error: {@code errno} or {@code GetLastError}; the
     *     JVM knows the latter on Windows only
     */
    Linking(String library, SymbolLookup symbols, String errorVariable) {
        this.library = library;
        this.symbols = symbols;
        captureError = Linker.Option.captureCallState(errorVariable);
        errorOffset = CALL_STATE.byteOffset(PathElement.groupElement(errorVariable));
    }

    /** The C library of a POSIX system, which the JVM itself uses. */
    static Linking cLibrary() {
        return new Linking("this system's C library", Linker.nativeLinker().defaultLookup(), "errno");
    }

    /**
     * The part of Windows that files and memory belong to. It is in every process already, but the JVM's default lookup
     * finds the functions of the C library only.
     */
    static Linking kernel32() {
        return new Linking("kernel32", libraryLookup("kernel32"), "GetLastError");
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup libraryLookup(String library) {
        try {
            return permitted(() -> SymbolLookup.libraryLookup(library, Arena.global()));
        } catch (IllegalArgumentException missing) {
            throw new UnsupportedOperationException("kmmap needs " + library + ", which this system lacks", missing);
        }
    }

    /** Whether the library has the function. */
    boolean has(Function function) {
        return symbols.find(function.name).isPresent();
    }

    /** A handle of {@code function}, whose first argument is the {@linkplain Call call's} state. */
    MethodHandle handle(Function function) {
        return handles.computeIfAbsent(function, this::link);
    }

    @SuppressWarnings("restricted")
    private MethodHandle link(Function function) {
        MemorySegment address = symbols.find(function.name).orElseThrow(() ->
                new UnsupportedOperationException("kmmap needs " + function.name + ", which " + library + " lacks"));
        Linker.Option[] capturing = Stream.concat(Stream.of(captureError), function.options.stream())
                .toArray(Linker.Option[]::new);
        return permitted(() -> Linker.nativeLinker().downcallHandle(address, function.descriptor, capturing));
    }

    /** The {@code size} bytes of memory from {@code address} on, accessible until {@code arena} is closed. */
    @SuppressWarnings("restricted")
    static MemorySegment segment(long address, long size, Arena arena) {
        return permitted(() -> MemorySegment.ofAddress(address).reinterpret(size, arena, null));
    }

    /**
     * The result of {@code call}, or the negated error if that is {@link #FAILED}.
     *
     * <p>Each call has a copy of the error of its own, made before the JVM itself can change the thread's error and out
     * of the reach of other threads.
     */
    long call(Call call) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = arena.allocate(CALL_STATE);
            long result = call.invoke(arena, state);
            return result == FAILED ? -error(state) : result;
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new AssertionError("a foreign call throws no checked exception", impossible);
        }
    }

    /** The error that the last function called with this {@code state} has left: not always a sign of failure. */
    long error(MemorySegment state) {
        return Integer.toUnsignedLong(state.get(ValueLayout.JAVA_INT, errorOffset));
    }

    private static <T> T permitted(Supplier<T> access) {
        try {
            return access.get();
        } catch (IllegalCallerException refusal) {
            Module module = Linking.class.getModule();
            String caller = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            String message = "kmmap needs native access, which this JVM refuses: start it with --enable-native-access=";
            throw new UnsupportedOperationException(message + caller, refusal);
        }
    }
}
