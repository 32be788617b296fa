#!/bin/sh
# SymbolLookup.libraryLookup loads a library from a memfd by its name as a String, and not by the same name as a Path.
#
# Versions: JDK 25.0.3 (the API is final since 22).
#
# Both overloads are described as loading the library at a path. The one for a Path first resolves it to the real path,
# which follows /proc/self/fd/N to a name such as "/memfd:library (deleted)" that no file has; so it throws
# IllegalArgumentException: Cannot open library. The one for a String gives the name to the system's loader as it is,
# which opens it. System.load, which takes a path too, loads it.
#
# Seen:
#     as a Path:   IllegalArgumentException
#     as a String: loaded, mapped from /memfd:library
#     System.load: loaded
#
# Surprising for whoever has the library inside of a jar and wants no file in a temporary folder (read-only containers,
# folders that may not be executed from), picks the overload with the better type, and concludes that the JVM cannot load
# from memory.
set -eu
java=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/javac" ] && "$home/bin/javac" --version 2>/dev/null | grep -qE '^javac (2[2-9]|[3-9][0-9])'; then
        java=$home/bin/java
    fi
done
[ -n "$java" ] || { echo "needs a JDK 22 or later, in JAVA_HOME" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/FromMemory.java" <<'JAVA'
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;

public class FromMemory {
    public static void main(String[] words) throws Throwable {
        Linker linker = Linker.nativeLinker();
        var create = linker.downcallHandle(linker.defaultLookup().find("memfd_create").orElseThrow(),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
        int descriptor = (int) create.invokeExact(Arena.global().allocateFrom("library"), 0);
        Path library = Path.of("/proc/self/fd/" + descriptor);
        Files.write(library, Files.readAllBytes(Path.of(System.getProperty("java.home"), "lib", "libjimage.so")));
        try {
            SymbolLookup.libraryLookup(library, Arena.global());
            System.out.println("as a Path:   loaded");
        } catch (IllegalArgumentException failure) {
            System.out.println("as a Path:   " + failure.getClass().getSimpleName());
        }
        SymbolLookup.libraryLookup(library.toString(), Arena.global()).find("JIMAGE_Open").orElseThrow();
        boolean mapped = Files.readString(Path.of("/proc/self/maps")).contains("/memfd:library");
        System.out.println("as a String: loaded" + (mapped ? ", mapped from /memfd:library" : ""));
        System.load(library.toString());
        System.out.println("System.load: loaded");
    }
}
JAVA
seen=$("$java" --enable-native-access=ALL-UNNAMED "$work/FromMemory.java")
printf '%s\n' "$seen"
[ "$seen" = "as a Path:   IllegalArgumentException
as a String: loaded, mapped from /memfd:library
System.load: loaded" ]
