package dev.kmmap.internal.ffm;

import static dev.kmmap.internal.ffm.FakeLibrary.memory;
import static dev.kmmap.internal.ffm.FakeLibrary.setError;
import static dev.kmmap.internal.ffm.FakeLibrary.text;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_CHAR;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kmmap.internal.ffm.FakeLibrary.Behaviour;
import dev.kmmap.internal.system.FilePath;
import dev.kmmap.internal.system.SystemCalls;
import dev.kmmap.internal.system.SystemCallsKt;
import dev.kmmap.internal.system.windows.WindowsSystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Every call of {@link ForeignKernel32}, made for real, but into functions of this test: the arguments and their order,
 * texts, structures, results and errors.
 */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class ForeignKernel32Test {
    private static final long HANDLE = 0x1234;
    private static final long PROCESS = -1;
    private static final int FALSE = 0;
    private static final int TRUE = 1;

    /** Addresses, sizes and offsets that do not fit into 32 bits, and whose halves differ. */
    private static final long ADDRESS = 0x7fff_1234_0000L;
    private static final long SIZE = 0x3_8000_1000L;

    private final FakeLibrary library = new FakeLibrary(ForeignKernel32.class);
    private ForeignKernel32 kernel32;

    @BeforeEach
    void load() {
        library.define("GetSystemInfo", arguments -> {
            MemorySegment info = memory(arguments[0], 48);
            info.fill((byte) 0x55);
            info.set(JAVA_INT, 4, 4096);
            info.set(JAVA_INT, 40, 65536);
            return null;
        });
        kernel32 = new ForeignKernel32(new Linking("kernel32", library, "errno"));
    }

    @AfterEach
    void unload() {
        library.close();
    }

    @Test
    void pageAndGranularityComeFromSystemInfo() {
        assertEquals(4096, kernel32.getPageSize());
        assertEquals(65536, kernel32.getAllocationGranularity());
    }

    /** The functions that do nothing but return a BOOL: how they are called, and with which arguments. */
    private static Map<String, ToLongFunction<ForeignKernel32>> simpleFunctions() {
        Map<String, ToLongFunction<ForeignKernel32>> calls = new TreeMap<>();
        calls.put("DeleteFileW", kernel32 -> kernel32.deleteFile("C:\\file"));
        calls.put("CloseHandle", kernel32 -> kernel32.closeHandle(HANDLE));
        calls.put("UnmapViewOfFile", kernel32 -> kernel32.unmapViewOfFile(ADDRESS));
        calls.put("VirtualLock", kernel32 -> kernel32.virtualLock(ADDRESS, SIZE));
        calls.put("VirtualUnlock", kernel32 -> kernel32.virtualUnlock(ADDRESS, SIZE));
        calls.put("FlushViewOfFile", kernel32 -> kernel32.flushViewOfFile(ADDRESS, SIZE));
        calls.put("FlushFileBuffers", kernel32 -> kernel32.flushFileBuffers(HANDLE));
        return calls;
    }

    private static final Map<String, Object[]> SIMPLE_ARGUMENTS = Map.of(
            "DeleteFileW", new Object[] {"C:\\file"},
            "CloseHandle", new Object[] {HANDLE},
            "UnmapViewOfFile", new Object[] {ADDRESS},
            "VirtualLock", new Object[] {ADDRESS, SIZE},
            "VirtualUnlock", new Object[] {ADDRESS, SIZE},
            "FlushViewOfFile", new Object[] {ADDRESS, SIZE},
            "FlushFileBuffers", new Object[] {HANDLE});

    @Test
    void aSimpleFunctionGetsItsArgumentsAndSucceedsWith0() {
        simpleFunctions().forEach((name, call) -> {
            for (int yes : new int[] {TRUE, 2, -1, Integer.MIN_VALUE}) {
                library.define(name, yes, SIMPLE_ARGUMENTS.get(name));
                assertEquals(0, call.applyAsLong(kernel32), name);
            }
        });
    }

    @Test
    void aSimpleFunctionThatFailsGivesTheNegatedError() {
        simpleFunctions().forEach((name, call) -> {
            library.defineFailing(name, FALSE, 5);
            assertEquals(-5, call.applyAsLong(kernel32), name);
            library.defineFailing(name, FALSE, 0xC000_0001);
            assertEquals(-0xC000_0001L, call.applyAsLong(kernel32), name);
        });
    }

    @Test
    void createFileGetsItsArgumentsInTheirOrder() {
        library.define("CreateFileW", HANDLE, "C:\\a", 0x8000_0000, 7, 0L, 3, 0x0200_0000, 0L);
        assertEquals(HANDLE, kernel32.createFile("C:\\a", 0x8000_0000, 7, 3, 0x0200_0000));
    }


    @Test
    void createFileFailsWithAnInvalidHandleAndNotOnlyWithNone() {
        for (long none : new long[] {-1, 0}) {
            library.defineFailing("CreateFileW", none, 2);
            assertEquals(-2, kernel32.createFile("C:\\a", 0, 0, 0, 0));
        }
    }

    @Test
    void everyPathArrivesUnitByUnit() {
        List<String> paths = List.of(
                "", "C:\\ordinary", "\u00e4\u03b2\u4e16", "\ud83d\ude00 pair", "lone \ud83d", "\ude00 lone",
                "e".repeat(40_000));
        for (String path : paths) {
            library.define("DeleteFileW", TRUE, path);
            assertEquals(0, kernel32.deleteFile(path), path);
        }
    }

    @Test
    void aTextIsInLittleEndianAndItsLastUnitIsNul() {
        library.define("DeleteFileW", arguments -> {
            byte[] expected = {0x41, 0, (byte) 0xe4, 0, 0x3d, (byte) 0xd8, 0, (byte) 0xde, 0, 0};
            byte[] actual = memory(arguments[0], expected.length).toArray(JAVA_BYTE);
            return Arrays.equals(expected, actual) ? TRUE : FALSE;
        });
        assertEquals(0, kernel32.deleteFile("A\u00e4\ud83d\ude00"));
    }

    @Test
    void aFullPathThatFitsTakesOneCall() {
        library.define("GetFullPathNameW", fullPathName("C:\\here\\", 5000));
        assertEquals("C:\\here\\\u00e4\ud83d\ude00", kernel32.fullPathName("\u00e4\ud83d\ude00"));
        assertEquals(1, Collections.frequency(library.called(), "GetFullPathNameW"));
    }

    @Test
    void aFullPathThatDoesNotFitGetsTheRoomThatWindowsAsksFor() {
        String directory = "C:\\" + "d".repeat(3000) + "\\";
        library.define("GetFullPathNameW", fullPathName(directory, 5000));
        assertEquals(directory + "file", kernel32.fullPathName("file"));
        assertEquals(2, Collections.frequency(library.called(), "GetFullPathNameW"));
    }

    /** Another thread changes the current directory between the calls. */
    @Test
    void aFullPathThatGrowsMeanwhileIsAskedForAgain() {
        String shorter = "C:\\" + "d".repeat(3000) + "\\";
        String longer = "C:\\" + "d".repeat(4000) + "\\";
        List<Behaviour> next = new ArrayList<>(List.of(
                fullPathName(shorter, 5000), fullPathName(longer, 5000), fullPathName(longer, 5000)));
        library.define("GetFullPathNameW", arguments -> next.removeFirst().call(arguments));
        assertEquals(longer + "file", kernel32.fullPathName("file"));
    }

    @Test
    void aFullPathThatWindowsCannotMakeIsNull() {
        library.defineFailing("GetFullPathNameW", 0, 123);
        assertNull(kernel32.fullPathName("?"));
    }

    /** Windows's rule: the length without the NUL if it fits, else the room that it takes with the NUL. */
    private static Behaviour fullPathName(String directory, int limit) {
        return arguments -> {
            String full = directory + text(arguments[0]);
            int room = (int) arguments[1];
            if (room > limit || (long) arguments[3] != 0) throw new AssertionError(Arrays.toString(arguments));
            if (full.length() >= room) return full.length() + 1;
            char[] units = (full + "\0").toCharArray();
            MemorySegment buffer = memory(arguments[2], room * 2L);
            MemorySegment.copy(units, 0, buffer, JAVA_CHAR, 0, units.length);
            return full.length();
        };
    }

    @Test
    void duplicateHandleStaysInThisProcess() {
        library.define("GetCurrentProcess", PROCESS);
        library.define("DuplicateHandle", arguments -> {
            memory(arguments[3], 8).set(JAVA_LONG, 0, HANDLE + 4);
            arguments[3] = 0L;
            FakeLibrary.check("DuplicateHandle", arguments, PROCESS, HANDLE, PROCESS, 0L, 0, FALSE, 2);
            return TRUE;
        });
        assertEquals(HANDLE + 4, kernel32.duplicateHandle(HANDLE));
        library.defineFailing("DuplicateHandle", FALSE, 6);
        assertEquals(-6, kernel32.duplicateHandle(HANDLE));
    }

    @Test
    void aFileTypeIsANumberAndUnknownIsOneOfThem() {
        library.define("GetFileType", 3, HANDLE);
        assertEquals(3, kernel32.fileType(HANDLE));
        library.defineFailing("GetFileType", 0, 0);
        assertEquals(0, kernel32.fileType(HANDLE));
        library.defineFailing("GetFileType", 0, 6);
        assertEquals(-6, kernel32.fileType(HANDLE));
    }

    @Test
    void fileAttributesComeFirstInTheStructure() {
        library.define("GetFileInformationByHandle", arguments -> {
            memory(arguments[1], 52).fill((byte) 0x55).set(JAVA_INT, 0, 0x8000_0010);
            return (long) arguments[0] == HANDLE ? TRUE : FALSE;
        });
        assertEquals(0x8000_0010L, kernel32.fileAttributes(HANDLE));
        library.defineFailing("GetFileInformationByHandle", FALSE, 1);
        assertEquals(-1, kernel32.fileAttributes(HANDLE));
    }

    @Test
    void aFileSizeHas64Bits() {
        for (long size : new long[] {0, 1, SIZE, Long.MAX_VALUE}) {
            library.define("GetFileSizeEx", arguments -> {
                memory(arguments[1], 8).set(JAVA_LONG, 0, size);
                return (long) arguments[0] == HANDLE ? TRUE : FALSE;
            });
            assertEquals(size, kernel32.fileSize(HANDLE));
        }
        library.defineFailing("GetFileSizeEx", FALSE, 6);
        assertEquals(-6, kernel32.fileSize(HANDLE));
    }

    @Test
    void theEndOfAFileIsSetByAStructure() {
        List<Long> ends = new ArrayList<>();
        library.define("SetFileInformationByHandle", arguments -> {
            ends.add(memory(arguments[2], 8).get(JAVA_LONG, 0));
            arguments[2] = 0L;
            FakeLibrary.check("SetFileInformationByHandle", arguments, HANDLE, 6, 0L, 8);
            return TRUE;
        });
        assertEquals(0, kernel32.setEndOfFile(HANDLE, SIZE));
        assertEquals(List.of(SIZE), ends);
        library.defineFailing("SetFileInformationByHandle", FALSE, 1224);
        assertEquals(-1224, kernel32.setEndOfFile(HANDLE, SIZE));
    }

    @Test
    void aSectionWithoutANameGetsItsSizeInTwoHalves() {
        library.define("CreateFileMappingW", HANDLE, -1L, 0L, 4, 3, 0x8000_1000, null);
        assertEquals(HANDLE, kernel32.createFileMapping(-1, 4, SIZE, null));
        assertEquals(0, Collections.frequency(library.called(), "SetLastError"));
    }

    @Test
    void aSectionThatCannotBeMadeGivesTheNegatedError() {
        library.define("SetLastError", 0, 0);
        library.defineFailing("CreateFileMappingW", 0L, 8);
        assertEquals(-8, kernel32.createFileMapping(HANDLE, 4, 0, null));
        assertEquals(-8, kernel32.createFileMapping(HANDLE, 4, 0, "name"));
    }

    /** As a Windows that leaves the last error alone when it succeeds. */
    @Test
    void anOlderErrorDoesNotMakeANameTaken() {
        int[] lastError = {183};
        library.define("SetLastError", arguments -> lastError[0] = (int) arguments[0]);
        library.define("CreateFileMappingW", arguments -> {
            FakeLibrary.check("CreateFileMappingW", arguments, -1L, 0L, 4, 0, 1, "Local\\\u00e4");
            setError(lastError[0]);
            return HANDLE;
        });
        assertEquals(HANDLE, kernel32.createFileMapping(-1, 4, 1, "Local\\\u00e4"));
    }

    @Test
    void aNameThatIsTakenIsAnErrorAndItsHandleIsClosed() {
        library.define("SetLastError", 0, 0);
        library.define("CloseHandle", TRUE, HANDLE);
        library.defineFailing("CreateFileMappingW", HANDLE, 183);
        assertEquals(-183, kernel32.createFileMapping(-1, 4, 1, "name"));
        assertEquals("CloseHandle", library.called().getLast());
    }

    @Test
    void aSectionIsOpenedByItsName() {
        library.define("OpenFileMappingW", HANDLE, 6, FALSE, "Local\\name");
        assertEquals(HANDLE, kernel32.openFileMapping(6, "Local\\name"));
        library.defineFailing("OpenFileMappingW", 0L, 2);
        assertEquals(-2, kernel32.openFileMapping(6, "Local\\name"));
    }

    @Test
    void aViewGetsItsOffsetInTwoHalves() {
        library.define("MapViewOfFile", ADDRESS, HANDLE, 6, 3, 0x8000_1000, SIZE);
        assertEquals(ADDRESS, kernel32.mapViewOfFile(HANDLE, 6, SIZE, SIZE));
        library.defineFailing("MapViewOfFile", 0L, 8);
        assertEquals(-8, kernel32.mapViewOfFile(HANDLE, 6, 0, 0));
    }

    @Test
    void theSizeOfARegionIsInTheStructureThatIsFilled() {
        library.define("VirtualQuery", arguments -> {
            memory(arguments[1], 48).fill((byte) 0x55).set(JAVA_LONG, 24, SIZE);
            arguments[1] = 0L;
            FakeLibrary.check("VirtualQuery", arguments, ADDRESS, 0L, 48L);
            return 48L;
        });
        assertEquals(SIZE, kernel32.regionSize(ADDRESS));
        library.defineFailing("VirtualQuery", 0L, 87);
        assertEquals(-87, kernel32.regionSize(ADDRESS));
    }

    @Test
    void virtualProtectHasRoomForTheProtectionThatWas() {
        library.define("VirtualProtect", arguments -> {
            memory(arguments[3], 4).set(JAVA_INT, 0, 2);
            arguments[3] = 0L;
            FakeLibrary.check("VirtualProtect", arguments, ADDRESS, SIZE, 1, 0L);
            return TRUE;
        });
        assertEquals(0, kernel32.virtualProtect(ADDRESS, SIZE, 1));
        library.defineFailing("VirtualProtect", FALSE, 487);
        assertEquals(-487, kernel32.virtualProtect(ADDRESS, SIZE, 1));
    }

    @Test
    void prefetchGetsOneRangeOfThisProcess() {
        library.define("GetCurrentProcess", PROCESS);
        library.define("PrefetchVirtualMemory", arguments -> {
            MemorySegment range = memory(arguments[2], 16);
            arguments[2] = range.get(JAVA_LONG, 0) == ADDRESS && range.get(JAVA_LONG, 8) == SIZE ? 0L : 1L;
            FakeLibrary.check("PrefetchVirtualMemory", arguments, PROCESS, 1L, 0L, 0);
            return TRUE;
        });
        assertEquals(0, kernel32.prefetchVirtualMemory(ADDRESS, SIZE));
        library.defineFailing("PrefetchVirtualMemory", FALSE, 87);
        assertEquals(-87, kernel32.prefetchVirtualMemory(ADDRESS, SIZE));
    }

    @Test
    void theWorkingSetIsAskedForEachPageAndSaysItByTheLowestBit() {
        library.define("GetCurrentProcess", PROCESS);
        library.define("K32QueryWorkingSetEx", arguments -> {
            MemorySegment entries = memory(arguments[1], 48);
            for (int i = 0; i < 3; i++) {
                assertEquals(ADDRESS + 4096 * i, entries.get(JAVA_LONG, 16 * i));
                entries.set(JAVA_LONG, 16 * i + 8, i == 1 ? 0x8000_0000_0000_0001L : 0x7ffe);
            }
            arguments[1] = 0L;
            FakeLibrary.check("K32QueryWorkingSetEx", arguments, PROCESS, 0L, 48);
            return TRUE;
        });
        byte[] pages = {1, 0, 1};
        assertEquals(0, kernel32.queryWorkingSet(ADDRESS, pages));
        assertArrayEquals(new byte[] {0, 1, 0}, pages);
        library.defineFailing("K32QueryWorkingSetEx", FALSE, 24);
        assertEquals(-24, kernel32.queryWorkingSet(ADDRESS, pages));
    }

    @Test
    void theNewerFunctionsReturnTheErrorItself() {
        for (int error : new int[] {0, 87}) {
            library.define("DiscardVirtualMemory", error, ADDRESS, SIZE);
            library.define("OfferVirtualMemory", error, ADDRESS, SIZE, 4);
            library.define("ReclaimVirtualMemory", error, ADDRESS, SIZE);
            assertEquals(-error, kernel32.discardVirtualMemory(ADDRESS, SIZE));
            assertEquals(-error, kernel32.offerVirtualMemory(ADDRESS, SIZE));
            assertEquals(-error, kernel32.reclaimVirtualMemory(ADDRESS, SIZE));
        }
    }

    @Test
    void aWindowsWithoutTheNewerFunctionsSaysSo() {
        assertEquals(-127, kernel32.discardVirtualMemory(ADDRESS, SIZE));
        assertEquals(-127, kernel32.offerVirtualMemory(ADDRESS, SIZE));
        assertEquals(-127, kernel32.reclaimVirtualMemory(ADDRESS, SIZE));
    }

    @Test
    void aFunctionThatMustNotBeMissingIsNamed() {
        UnsupportedOperationException failure = assertThrows(
                UnsupportedOperationException.class, () -> kernel32.closeHandle(HANDLE));
        assertEquals("kmmap needs CloseHandle, which kernel32 lacks", failure.getMessage());
    }

    private void defineMessages(Map<Integer, String> messages) {
        library.define("FormatMessageW", arguments -> {
            int code = (int) arguments[2];
            MemorySegment buffer = memory(arguments[4], 2 * (int) arguments[5]);
            arguments[4] = 0L;
            FakeLibrary.check("FormatMessageW", arguments, 0x1200, 0L, code, 0, 0L, 2048, 0L);
            String message = messages.getOrDefault(code, "");
            char[] units = (message + "\0").toCharArray();
            MemorySegment.copy(units, 0, buffer, JAVA_CHAR, 0, units.length);
            setError(317);
            return message.length();
        });
    }

    @Test
    void aMessageIsWhatWindowsHasWritten() {
        defineMessages(Map.of(5, "Zugriff verweigert \u00e4\ud83d\ude00.\r\n"));
        assertEquals("Zugriff verweigert \u00e4\ud83d\ude00.\r\n", kernel32.formatMessage(5));
        assertEquals("", kernel32.formatMessage(4711));
    }

    @Test
    void anErrorHasASymbolAndWordsWithoutALineEnd() {
        defineMessages(Map.of(5, "Access is denied.\r\n"));
        SystemCalls calls = new WindowsSystemCalls(kernel32);
        assertEquals("Access is denied.", calls.errorText(5));
        assertEquals("ERROR_ACCESS_DENIED", SystemCallsKt.errorName(calls, 5));
        assertEquals("Unknown error 4711", calls.errorText(4711));
        assertNull(SystemCallsKt.errorName(calls, 4711));
    }

    @Test
    void aLongPathReachesWindowsInItsExtendedForm() {
        String file = "\u00e4\ud83d\ude00".repeat(100);
        library.define("GetFullPathNameW", fullPathName("C:\\here\\", 5000));
        library.define("DeleteFileW", TRUE, "\\\\?\\C:\\here\\" + file);
        assertEquals(0, new WindowsSystemCalls(kernel32).remove(new FilePath(file, null)));
    }
}
