package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.kmmap.internal.ffm.Linking.Function;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A library whose functions a test makes up. Calls of them are real foreign calls, in the manner of the system that the
 * test runs on: what arrives is what would arrive in the true library, as far as the descriptions of the functions are
 * right. They leave their errors in errno; those that succeed leave something there too, which means nothing.
 */
final class FakeLibrary implements SymbolLookup, AutoCloseable {
    private static final int MEANS_NOTHING = 7777;
    private static final MethodHandle ERRNO = errnoLocation();

    private final Arena arena = Arena.ofShared();
    private final Map<String, FunctionDescriptor> descriptors = new HashMap<>();
    private final Map<String, Behaviour> behaviours = new HashMap<>();
    private final Map<String, MemorySegment> stubs = new HashMap<>();
    private final List<String> called = new ArrayList<>();
    private Throwable failure;

    /** What a function does: the arguments are of the types that its description has, and so is the result. */
    @FunctionalInterface
    interface Behaviour {
        Object call(Object[] arguments) throws Throwable;
    }

    FakeLibrary(Class<?>... users) {
        for (Class<?> user : users) {
            for (Function function : functionsOf(user)) descriptors.put(function.name(), function.descriptor());
        }
    }

    /** The functions that a class calls: its constants. */
    static List<Function> functionsOf(Class<?> user) {
        List<Function> functions = new ArrayList<>();
        try {
            for (Field field : user.getDeclaredFields()) {
                if (field.getType() != Function.class || !Modifier.isStatic(field.getModifiers())) continue;
                field.setAccessible(true);
                functions.add((Function) field.get(null));
            }
        } catch (IllegalAccessException impossible) {
            throw new AssertionError(impossible);
        }
        return functions;
    }

    /** Gives the library a function; those that it was not given are missing from it. */
    void define(String name, Behaviour behaviour) {
        Objects.requireNonNull(descriptors.get(name), name);
        behaviours.put(name, behaviour);
    }

    /** As {@link #define(String, Behaviour)}, where nobody but the function itself says what its arguments are. */
    void define(String name, FunctionDescriptor descriptor, Behaviour behaviour) {
        descriptors.put(name, descriptor);
        behaviours.put(name, behaviour);
    }

    /** A function that returns {@code result} for these arguments; a text is expected in UTF-16, {@code null} as 0. */
    void define(String name, Object result, Object... expected) {
        define(name, arguments -> {
            check(name, arguments, expected);
            return result;
        });
    }

    /** A function that fails, for whatever arguments. */
    void defineFailing(String name, Object result, int error) {
        define(name, _ -> {
            setError(error);
            return result;
        });
    }

    static void check(String name, Object[] arguments, Object... expected) {
        List<Object> actual = new ArrayList<>();
        for (int index = 0; index < arguments.length; index++) {
            boolean text = index < expected.length && expected[index] instanceof String;
            actual.add(text ? text(arguments[index]) : withoutNull(arguments[index]));
        }
        if (!actual.equals(Arrays.asList(expected))) {
            throw new AssertionError(name + actual + ", expected " + Arrays.toString(expected));
        }
    }

    private static Object withoutNull(Object argument) {
        return argument.equals(MemorySegment.NULL) ? null : argument;
    }

    /** The text up to the first NUL, exactly as it is. */
    static String text(Object pointer) {
        MemorySegment units = memory(pointer, Integer.MAX_VALUE);
        StringBuilder text = new StringBuilder();
        for (long index = 0; units.getAtIndex(JAVA_CHAR, index) != 0; index++) {
            text.append(units.getAtIndex(JAVA_CHAR, index));
        }
        return text.toString();
    }

    /** The {@code size} bytes that a pointer among the arguments points to. */
    @SuppressWarnings("restricted")
    static MemorySegment memory(Object pointer, long size) {
        return ((MemorySegment) pointer).reinterpret(size);
    }

    @SuppressWarnings("restricted")
    static void setError(int code) throws Throwable {
        ((MemorySegment) ERRNO.invokeExact()).reinterpret(Integer.BYTES).set(JAVA_INT, 0, code);
    }

    @SuppressWarnings("restricted")
    private static MethodHandle errnoLocation() {
        Linker linker = Linker.nativeLinker();
        MemorySegment location = linker.defaultLookup().findOrThrow("__errno_location");
        return linker.downcallHandle(location, FunctionDescriptor.of(ADDRESS));
    }

    /** The functions that were called, in this order. */
    List<String> called() {
        return called;
    }

    @Override
    public Optional<MemorySegment> find(String name) {
        if (!behaviours.containsKey(name)) return Optional.empty();
        return Optional.of(stubs.computeIfAbsent(name, this::stub));
    }

    @SuppressWarnings("restricted")
    private MemorySegment stub(String name) {
        FunctionDescriptor descriptor = descriptors.get(name);
        MethodType type = descriptor.toMethodType();
        try {
            MethodHandle run = MethodHandles.lookup().bind(this, "run",
                    MethodType.methodType(Object.class, String.class, Class.class, Object[].class));
            MethodHandle target = MethodHandles.insertArguments(run, 0, name, type.returnType())
                    .asCollector(Object[].class, type.parameterCount()).asType(type);
            return Linker.nativeLinker().upcallStub(target, descriptor, arena);
        } catch (ReflectiveOperationException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Nothing may be thrown into foreign code: the JVM would end. */
    Object run(String name, Class<?> type, Object[] arguments) {
        Object result = 0;
        try {
            called.add(name);
            setError(MEANS_NOTHING);
            result = Objects.requireNonNullElse(behaviours.get(name).call(arguments), 0);
        } catch (Throwable thrown) {
            failure = thrown;
        }
        return type == int.class ? ((Number) result).intValue() : (Object) ((Number) result).longValue();
    }

    /** Frees the functions, and tells what went wrong in them. */
    @Override
    public void close() {
        arena.close();
        if (failure != null) throw new AssertionError("in a function of the library", failure);
    }
}
