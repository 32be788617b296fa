package dev.kmmap.internal.ffm;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.kmmap.internal.ffm.Linking.Function;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Compares the descriptions in {@link ForeignKernel32} with the declarations in the headers of mingw-w64, where these
 * are installed: a wrong size or order of arguments would go unnoticed everywhere but on Windows.
 */
class WindowsHeadersTest {
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/share/mingw-w64/include"), Path.of("/usr/x86_64-w64-mingw32/include"));

    private static final List<String> HEADERS = List.of(
            "errhandlingapi.h", "fileapi.h", "handleapi.h", "memoryapi.h", "minwinbase.h", "processthreadsapi.h",
            "psapi.h", "sysinfoapi.h", "winbase.h", "winnt.h");

    /** On 64-bit Windows, bytes; pointer types are told by their names. */
    private static final Map<String, Long> SIZES = Map.ofEntries(
            entry("WORD", 2L), entry("BOOL", 4L), entry("WINBOOL", 4L), entry("DWORD", 4L), entry("ULONG", 4L),
            entry("FILE_INFO_BY_HANDLE_CLASS", 4L), entry("OFFER_PRIORITY", 4L), entry("HANDLE", 8L),
            entry("SIZE_T", 8L), entry("ULONG_PTR", 8L), entry("DWORD_PTR", 8L), entry("LARGE_INTEGER", 8L),
            entry("FILETIME", 8L));

    private static final Pattern POINTER_TYPE = Pattern.compile("L?P[A-Z0-9_]+");
    private static final long POINTER_SIZE = 8;

    private static String headers;

    @BeforeAll
    static void readHeaders() {
        Path folder = FOLDERS.stream().filter(Files::isDirectory).findFirst().orElse(null);
        assumeTrue(folder != null, "not compared: no headers of mingw-w64 in any of " + FOLDERS);
        headers = HEADERS.stream().map(name -> read(folder.resolve(name))).collect(Collectors.joining("\n"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Test
    void everyFunctionIsDescribedAsItIsDeclared() {
        List<Function> functions = FakeLibrary.functionsOf(ForeignKernel32.class);
        assertTrue(functions.size() > 20, functions::toString);
        for (Function function : functions) {
            assertEquals(declaration(function.name()), description(function), function.name());
        }
    }

    private static String description(Function function) {
        String result = function.descriptor().returnLayout().map(layout -> "" + layout.byteSize()).orElse("nothing");
        return result + function.descriptor().argumentLayouts().stream().map(MemoryLayout::byteSize).toList();
    }

    /**
     * The sizes of a function's result and arguments, as its header says. Functions that kernel32 has from another
     * library are declared without its K32.
     */
    private static String declaration(String name) {
        String declared = name.replaceFirst("^K32", "");
        Pattern declaration = Pattern.compile("(\\w+) WINAPI " + declared + " ?\\(([^)]*)\\)");
        Matcher found = declaration.matcher(headers);
        assertTrue(found.find(), () -> "no declaration of " + name);
        String result = found.group(1).equalsIgnoreCase("void") ? "nothing" : "" + size(found.group(1));
        List<Long> arguments = Stream.of(found.group(2).split(","))
                .filter(argument -> !argument.trim().equalsIgnoreCase("void"))
                .map(WindowsHeadersTest::sizeOfVariable)
                .toList();
        return result + arguments;
    }

    /** The size of what a type and a name declare. */
    private static long sizeOfVariable(String declaration) {
        if (declaration.contains("*")) return POINTER_SIZE;
        String[] words = declaration.trim().split("\\s+");
        return size(words[words.length - 2]);
    }

    private static long size(String type) {
        if (POINTER_TYPE.matcher(type).matches()) return POINTER_SIZE;
        assertTrue(SIZES.containsKey(type), () -> "unknown type " + type);
        return SIZES.get(type);
    }

    @Test
    void everyStructureHasItsFieldsWhereTheDeclarationPutsThem() {
        Map<String, StructLayout> structures = Map.of(
                "BY_HANDLE_FILE_INFORMATION", ForeignKernel32.BY_HANDLE_FILE_INFORMATION,
                "FILE_END_OF_FILE_INFO", ForeignKernel32.FILE_END_OF_FILE_INFO,
                "MEMORY_BASIC_INFORMATION", ForeignKernel32.MEMORY_BASIC_INFORMATION,
                "WIN32_MEMORY_RANGE_ENTRY", ForeignKernel32.WIN32_MEMORY_RANGE_ENTRY,
                "SYSTEM_INFO", ForeignKernel32.SYSTEM_INFO);
        structures.forEach((name, layout) -> assertEquals(fieldsDeclared(name), fields(layout), name));
    }

    /** Name, offset and size of each field. */
    private static List<String> fields(StructLayout layout) {
        return layout.memberLayouts().stream()
                .filter(member -> !(member instanceof PaddingLayout))
                .map(member -> member.name().orElseThrow())
                .map(name -> field(name, layout.byteOffset(groupElement(name)),
                        layout.select(groupElement(name)).byteSize()))
                .toList();
    }

    private static String field(String name, long offset, long size) {
        return name + " at " + offset + ", " + size + " bytes";
    }

    /** Each field lies at the next multiple of its alignment: its size, but FILETIME consists of two DWORDs. */
    private static List<String> fieldsDeclared(String structure) {
        String start = "typedef struct _" + structure + " \\{";
        Matcher found = Pattern.compile(start + "(.*?)\\} ?" + structure + "\\b", Pattern.DOTALL).matcher(headers);
        assertTrue(found.find(), () -> "no declaration of " + structure);
        List<String> fields = new ArrayList<>();
        long offset = 0;
        // The old name of what two newer fields share with it.
        for (String line : found.group(1).replace("DWORD dwOemId;", "").split("\n")) {
            Matcher variable = Pattern.compile("\\s*(\\w+) (\\w+);").matcher(line);
            if (!variable.matches()) continue;
            long size = size(variable.group(1));
            long alignment = variable.group(1).equals("FILETIME") ? 4 : size;
            offset = (offset + alignment - 1) / alignment * alignment;
            fields.add(field(variable.group(2), offset, size));
            offset += size;
        }
        return fields;
    }
}
