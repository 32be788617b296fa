package dev.kmmap.internal.ffm;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Linker;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Facts about other systems, as their compilers tell them: these can be looked at on any system. */
class ForeignLayoutsTest {
    @Test
    void structuresHaveTheSizesThatTheSystemsWrite() {
        Map<StructLayout, Long> sizes = Map.of(
                ForeignKernel32.SYSTEM_INFO, 48L,
                ForeignKernel32.BY_HANDLE_FILE_INFORMATION, 52L,
                ForeignKernel32.FILE_END_OF_FILE_INFO, 8L,
                ForeignKernel32.MEMORY_BASIC_INFORMATION, 48L,
                ForeignKernel32.WIN32_MEMORY_RANGE_ENTRY, 16L,
                DarwinSystemCalls.STATUS, 144L,
                DarwinSystemCalls.STORE, 32L);
        sizes.forEach((layout, size) -> assertEquals(size, layout.byteSize(), layout::toString));
    }

    @Test
    void fieldsLieWhereTheSystemsWriteThem() {
        assertOffset(4, ForeignKernel32.SYSTEM_INFO, "dwPageSize");
        assertOffset(40, ForeignKernel32.SYSTEM_INFO, "dwAllocationGranularity");
        assertOffset(0, ForeignKernel32.BY_HANDLE_FILE_INFORMATION, "dwFileAttributes");
        assertOffset(24, ForeignKernel32.MEMORY_BASIC_INFORMATION, "RegionSize");
        assertOffset(8, ForeignKernel32.WIN32_MEMORY_RANGE_ENTRY, "NumberOfBytes");
        assertOffset(4, DarwinSystemCalls.STATUS, "st_mode");
        assertOffset(96, DarwinSystemCalls.STATUS, "st_size");
        assertOffset(16, DarwinSystemCalls.STORE, "fst_length");
    }

    private static void assertOffset(long expected, StructLayout layout, String field) {
        assertEquals(expected, layout.byteOffset(groupElement(field)), field);
    }

    /** Other processors pass the arguments of these functions as all others; macOS on arm64 does not. */
    @Test
    void functionsWithVariableArgumentsAreDescribedAsSuch() {
        Map<String, Integer> fixedArguments = Map.of(
                "open", 2, "fcntl", 2, "shm_open", 2, "mremap", 4, "prctl", 1, "syscall", 1, "ioctl", 2);
        List<String> found = new ArrayList<>();
        Stream.of(PosixSystemCalls.class, LinuxSystemCalls.class, DarwinSystemCalls.class)
                .flatMap(user -> FakeLibrary.functionsOf(user).stream())
                .forEach(function -> {
                    Integer fixed = fixedArguments.get(function.name());
                    List<Linker.Option> expected =
                            fixed == null ? List.of() : List.of(Linker.Option.firstVariadicArg(fixed));
                    assertEquals(expected, function.options(), function.name());
                    if (fixed != null) found.add(function.name());
                });
        assertEquals(List.of(
                "open", "fcntl", "syscall", "ioctl", "mremap", "prctl", "fcntl", "fcntl", "shm_open"), found);
    }
}
