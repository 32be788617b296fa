package dev.kmmap.internal;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The C code of this library, which the jar holds compiled for some systems: the search kernel and the fault guard.
 * Everything works without it, only slower, and with the JVM's own handling of pages that are gone.
 *
 * <p>On Linux the library is loaded from a file in memory, which has no name that anybody could exchange, and leaves
 * none behind. Where that is refused it is written to a new folder that only its owner may enter, and deleted once it
 * is loaded.
 */
final class NativeLibrary {
    private static final SymbolLookup SYMBOLS = load();

    private NativeLibrary() {
    }

    /** Whether the library is loaded, and the feature is not switched off by {@code -Dproperty=false}. */
    static boolean offers(String property) {
        return SYMBOLS != null && !"false".equals(System.getProperty(property));
    }

    /** A handle of a function of the loaded library. */
    @SuppressWarnings("restricted")
    static MethodHandle handle(String function, FunctionDescriptor descriptor, Linker.Option... options) {
        MemorySegment address = SYMBOLS.find(function).orElseThrow(() -> new AssertionError(function));
        return Linker.nativeLinker().downcallHandle(address, descriptor, options);
    }

    /** For what a handle's call is declared to throw. */
    static AssertionError impossible(Throwable thrown) {
        return new AssertionError("a foreign call throws nothing", thrown);
    }

    private static SymbolLookup load() {
        OperatingSystem system = PlatformJvm.getCurrentSystem();
        byte[] content = content(system);
        if (content == null) {
            return null;
        }
        SymbolLookup loaded = system.getCapabilities().getMemoryFiles() ? loadFromMemory(content) : null;
        return loaded != null ? loaded : loadFromFile(content);
    }

    /** The library's bytes, or {@code null} if the jar has none for this system. */
    static byte[] content(OperatingSystem system) {
        String name = switch (system) {
            case LINUX_X64 -> "linux-x64.so";
            case LINUX_ARM64 -> "linux-arm64.so";
            case WINDOWS -> "windows-x64.dll";
            case DARWIN -> null;
        };
        if (name == null) {
            return null;
        }
        try (InputStream resource = NativeLibrary.class.getResourceAsStream("native/" + name)) {
            return resource == null ? null : resource.readAllBytes();
        } catch (IOException unreadable) {
            return null;
        }
    }

    /** {@code null} where the system has no such files, or does not load libraries from them. */
    static SymbolLookup loadFromMemory(byte[] content) {
        SystemCalls system = PlatformJvm.getPlatformSystemCalls();
        long descriptor = system.createMemory("kmmap", false);
        if (descriptor < 0) {
            return null;
        }
        try {
            return lookup(Files.write(Path.of("/proc/self/fd/" + descriptor), content));
        } catch (IOException refused) {
            return null;
        } finally {
            system.close(descriptor);
        }
    }

    /** {@code null} where no folder can be made, or nothing be loaded from it. */
    static SymbolLookup loadFromFile(byte[] content) {
        try {
            Path folder = Files.createTempDirectory("kmmap");
            Path file = folder.resolve("kmmap");
            try {
                return lookup(Files.write(file, content));
            } finally {
                Files.deleteIfExists(file);
                Files.deleteIfExists(folder);
            }
        } catch (IOException refused) {
            return null;
        }
    }

    @SuppressWarnings("restricted")
    private static SymbolLookup lookup(Path file) {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException notLoadable) {
            return null;
        }
    }
}
