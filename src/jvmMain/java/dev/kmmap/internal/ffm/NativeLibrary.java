package dev.kmmap.internal.ffm;

import dev.kmmap.internal.system.FailureKt;
import dev.kmmap.internal.system.OperatingSystem;
import dev.kmmap.internal.system.PlatformJvm;
import dev.kmmap.internal.system.SystemCall;
import dev.kmmap.internal.system.SystemCalls;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The C code of this library, which the jar holds compiled for some systems: the search kernel and the fault guard.
 * Everything works without it, only slower, and with the JVM's own handling of pages that are gone.
 *
 * <p>On Linux it is loaded from a file in memory, which takes no folder, has no name that anybody could exchange, and
 * leaves nothing behind. Where that is refused it is written to a new folder that only its owner may enter, and
 * deleted once it is loaded.
 *
 * <p>A loaded library stays for good, so a process should have one, however many class loaders have this class. The
 * library has a name of its own (SONAME), made from its sources and compiler, by which the dynamic loader gives out the
 * one that is there already. Other versions have other names, and are loaded beside it.
 */
public final class NativeLibrary {
    /** What the names of the library begin with, in whichever version. */
    private static final String NAME = "libkmmap-";

    /** Hexadecimal digits that follow in the name. */
    private static final int DIGITS = 16;

    /** What /proc/self/maps shows, for others to recognize it. */
    private static final String MEMORY_NAME = "kmmap-library";

    /** A library without this function is not ours, whatever its name says. */
    private static final String KNOWN_FUNCTION = "kmmap_guard_install";

    /** A string that is one and the same object in all class loaders: one of them loads at a time. */
    private static final Object LOADING = "dev.kmmap.internal.NativeLibrary is loading".intern();

    private NativeLibrary() {
    }

    /**
     * How the library was loaded.
     *
     * @param symbols finds its functions; {@code null} if it was not loaded
     * @param told from where it was loaded, or why not
     */
    record Loaded(SymbolLookup symbols, String told) {
    }

    /** One way to load the library, by the words of a message. */
    record Way(String words, Attempt attempt) {
    }

    /** What it throws says why it failed. */
    interface Attempt {
        SymbolLookup load(byte[] content) throws IOException;
    }

    /** Apart, so that nothing is loaded unless it is wanted. */
    private static final class Library {
        static final Loaded LOADED = load();
    }

    /** Whether the library is loaded, and the feature is not switched off by {@code -Dproperty=false}. */
    static boolean offers(String property) {
        return isWanted(property) && Library.LOADED.symbols != null;
    }

    /** Whether the feature is not switched off. */
    public static boolean isWanted(String property) {
        return !"false".equals(System.getProperty(property));
    }

    /** Whether there is such a library for this system at all. */
    static boolean isPossible() {
        try {
            return resource(PlatformJvm.getCurrentSystem()) != null;
        } catch (UnsupportedOperationException unknownSystem) {
            return false;
        }
    }

    /** From where the library was loaded, or why it was not. */
    public static String told() {
        return Library.LOADED.told;
    }

    /** A handle of a function of the loaded library. */
    @SuppressWarnings("restricted")
    static MethodHandle handle(String function, FunctionDescriptor descriptor, Linker.Option... options) {
        MemorySegment address = Library.LOADED.symbols.find(function).orElseThrow(() -> new AssertionError(function));
        return Linker.nativeLinker().downcallHandle(address, descriptor, options);
    }

    /** For what a handle's call is declared to throw. */
    static AssertionError impossible(Throwable thrown) {
        return new AssertionError("a foreign call throws nothing", thrown);
    }

    private static Loaded load() {
        OperatingSystem system;
        try {
            system = PlatformJvm.getCurrentSystem();
        } catch (UnsupportedOperationException unknownSystem) {
            return new Loaded(null, unknownSystem.getMessage());
        }
        if (resource(system) == null) {
            return new Loaded(null, "there is none for " + system.getDisplayName());
        }
        byte[] content = content(system);
        return content == null
                ? new Loaded(null, "the jar lacks " + resource(system))
                : load(content, system.getCapabilities().getMemoryFiles());
    }

    static Loaded load(byte[] content, boolean fromMemory) {
        Way fromFile = fromFileIn(System.getProperty("java.io.tmpdir"));
        if (!fromMemory) {
            return loadedByFirst(content, List.of(fromFile));
        }
        synchronized (LOADING) {
            SymbolLookup loaded = loadedAlready(content);
            return loaded != null
                    ? new Loaded(loaded, "loaded before, by another class loader")
                    : loadedByFirst(content, List.of(FROM_MEMORY, fromFile));
        }
    }

    static final Way FROM_MEMORY = new Way("from memory", NativeLibrary::loadFromMemory);

    static Way fromFileIn(String folder) {
        return new Way("from a file in " + folder, content -> loadFromFile(content, folder));
    }

    /** Loads it by the first way that works. */
    static Loaded loadedByFirst(byte[] content, List<Way> ways) {
        var told = new ArrayList<String>();
        for (Way way : ways) {
            try {
                SymbolLookup loaded = way.attempt.load(content);
                told.addFirst(way.words);
                return new Loaded(loaded, String.join("; ", told));
            } catch (IOException | RuntimeException refusal) {
                told.add("not " + way.words + " (" + refusal + ")");
            }
        }
        return new Loaded(null, String.join("; ", told));
    }

    /** The name of the system's library in the jar; {@code null} if there is none for the system. */
    private static String resource(OperatingSystem system) {
        return switch (system) {
            case LINUX_X64 -> "native/linux-x64.so";
            case LINUX_ARM64 -> "native/linux-arm64.so";
            case WINDOWS -> "native/windows-x64.dll";
            case DARWIN -> null;
        };
    }

    /** The library's bytes, or {@code null} if the jar has none for this system. */
    static byte[] content(OperatingSystem system) {
        String name = resource(system);
        if (name == null) {
            return null;
        }
        try (InputStream resource = NativeLibrary.class.getResourceAsStream(name)) {
            return resource == null ? null : resource.readAllBytes();
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** The name that the library has for the dynamic loader. */
    static String nameOf(byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int start = text.indexOf(NAME);
        if (start < 0) {
            throw new IllegalArgumentException("this is no library of kmmap");
        }
        return text.substring(start, text.indexOf('\0', start));
    }

    /**
     * The same library, if the process has it; else {@code null}. A loader that does not know libraries by these names
     * (musl's) never finds it.
     */
    private static SymbolLookup loadedAlready(byte[] content) {
        try {
            return lookup(nameOf(content));
        } catch (IOException | RuntimeException notLoaded) {
            return null;
        }
    }

    private static SymbolLookup loadFromMemory(byte[] content) throws IOException {
        String name = nameOf(content);
        SystemCalls system = PlatformJvm.getPlatformSystemCalls();
        long descriptor = system.createMemory(MEMORY_NAME, false);
        if (descriptor < 0) {
            throw FailureKt.failure(system, SystemCall.CREATE_MEMORY, descriptor, MEMORY_NAME).exception();
        }
        try {
            Files.write(Path.of("/proc/self/fd/" + descriptor), content);
            return lookup(spelling(name, descriptor));
        } finally {
            system.close(descriptor);
        }
    }

    /**
     * A way to write the descriptor's path that belongs to libraries of this name alone. The dynamic loader takes two
     * libraries of the same path for one, and numbers of descriptors are used again.
     */
    private static String spelling(String name, long descriptor) {
        long bits = Long.parseUnsignedLong(name.substring(NAME.length(), NAME.length() + DIGITS), DIGITS);
        var path = new StringBuilder("/proc/self/fd");
        for (int i = 0; i < Long.SIZE; i++) {
            path.append((bits >> i & 1) == 0 ? "/" : "/.");
        }
        return path.append('/').append(descriptor).toString();
    }

    private static SymbolLookup loadFromFile(byte[] content, String parent) throws IOException {
        Path folder = Files.createTempDirectory(Path.of(parent), "kmmap");
        // To a name without an ending Windows would add one.
        Path file = folder.resolve(PlatformJvm.getCurrentSystem() == OperatingSystem.WINDOWS ? "kmmap.dll" : "kmmap");
        try {
            return lookup(Files.write(file, content).toString());
        } finally {
            delete(file);
            delete(folder);
        }
    }

    /** Windows deletes no library that is loaded: it stays. */
    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException inUse) {
            // What is loaded serves all the same.
        }
    }

    /** Loads a library of ours, by its path or its name. */
    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(String library) throws IOException {
        SymbolLookup found;
        try {
            found = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException notLoadable) {
            // The JVM does not say why not, and the path is no help to anybody.
            throw new IOException("the dynamic loader refuses it, as it does where noexec is set", notLoadable);
        }
        if (found.find(KNOWN_FUNCTION).isEmpty()) {
            throw new IOException("another library has its name");
        }
        return found;
    }
}
