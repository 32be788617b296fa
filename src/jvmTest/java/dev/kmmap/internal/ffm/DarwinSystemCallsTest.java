package dev.kmmap.internal.ffm;

import static dev.kmmap.internal.ffm.FakeLibrary.check;
import static dev.kmmap.internal.ffm.FakeLibrary.memory;
import static dev.kmmap.internal.ffm.FakeLibrary.setError;
import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kmmap.internal.ffm.FakeLibrary.Behaviour;
import dev.kmmap.internal.system.OpenMode;
import dev.kmmap.internal.system.OperatingSystem;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What macOS is asked for, by calls into functions of this test that stand in for its C library. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class DarwinSystemCallsTest {
    private static final int DESCRIPTOR = 7;
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EBADF = 9;
    private static final int ENOSPC = 28;
    private static final int ENOTSUP = 45;
    private static final long SIZE = 0x3_8000_1000L;

    private static final int O_RDWR = 2;
    private static final int O_CREAT = 0x200;
    private static final int O_CREAT_AND_EXCL = 0xa00;
    private static final int O_CLOEXEC_NOCTTY_AND_NONBLOCK = 0x1020004;

    /** On Linux a variable argument arrives as any other, whatever it is. */
    private static final FunctionDescriptor ANY_FCNTL =
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final FunctionDescriptor FSTAT = FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS);

    private final FakeLibrary library = new FakeLibrary(PosixSystemCalls.class, DarwinSystemCalls.class);
    private DarwinSystemCalls calls;

    @BeforeEach
    void load() {
        library.define("sysconf", 16384L, 29);
        calls = new DarwinSystemCalls(new Linking("the library", library, "errno"));
    }

    @AfterEach
    void unload() {
        library.close();
    }

    private static String utf8(Object pointer) {
        return memory(pointer, 1000).getString(0);
    }

    /** A function whose first argument is a name. */
    private void defineNamed(String function, int result, String name, Object... others) {
        library.define(function, arguments -> {
            List<Object> actual = new ArrayList<>(List.of(arguments));
            actual.set(0, utf8(arguments[0]));
            List<Object> expected = new ArrayList<>(List.of(others));
            expected.addFirst(name);
            if (!actual.equals(expected)) throw new AssertionError(function + actual);
            return result;
        });
    }

    @Test
    void theSystemIsMacOsAndHasItsOwnPageSize() {
        assertEquals(OperatingSystem.DARWIN, calls.getSystem());
        assertEquals(16384, calls.getPageSize());
        assertEquals(16384, calls.getAllocationGranularity());
    }

    @Test
    void aFileIsOpenedWithTheNumbersOfMacOs() {
        Map<OpenMode, Integer> flags = Map.of(
                OpenMode.READ, 0,
                OpenMode.READ_EXECUTE, 0,
                OpenMode.READ_WRITE, O_RDWR,
                OpenMode.CREATE, O_RDWR | O_CREAT,
                OpenMode.CREATE_NEW, O_RDWR | O_CREAT_AND_EXCL);
        flags.forEach((mode, number) -> {
            defineNamed("open", DESCRIPTOR, "/\u00e4", number | O_CLOEXEC_NOCTTY_AND_NONBLOCK, 0666);
            assertEquals(DESCRIPTOR, calls.open("/\u00e4", mode));
        });
        library.defineFailing("open", -1, ENOENT);
        assertEquals(-ENOENT, calls.open("/none", OpenMode.READ));
    }

    @Test
    void sharedMemoryIsOpenedAndRemovedByItsNameAfterASlash() {
        defineNamed("shm_open", DESCRIPTOR, "/name", O_RDWR | O_CREAT_AND_EXCL, 0600);
        assertEquals(DESCRIPTOR, calls.openMemory("name", OpenMode.CREATE_NEW, SIZE));
        defineNamed("shm_open", DESCRIPTOR, "/name", 0, 0600);
        assertEquals(DESCRIPTOR, calls.openMemory("name", OpenMode.READ, 0));
        defineNamed("shm_unlink", 0, "/name");
        assertEquals(0, calls.removeMemory("name"));
        library.defineFailing("shm_unlink", -1, ENOENT);
        assertEquals(-ENOENT, calls.removeMemory("name"));
    }

    @Test
    void aDuplicateIsClosedOnExec() {
        library.define("fcntl", ANY_FCNTL, arguments -> {
            arguments[2] = (int) (long) arguments[2];
            check("fcntl", arguments, DESCRIPTOR, 67, 0);
            return DESCRIPTOR + 1;
        });
        assertEquals(DESCRIPTOR + 1, calls.duplicate(DESCRIPTOR));
    }

    private static Behaviour status(int mode, long size) {
        return arguments -> {
            MemorySegment status = memory(arguments[1], 144).fill((byte) 0x55);
            status.set(JAVA_SHORT, 4, (short) mode);
            status.set(JAVA_LONG, 96, size);
            return 0;
        };
    }

    @Test
    void modeAndSizeComeFromTheOnlyFstatOfArm64() {
        library.define("fstat", FSTAT, status(0x81a4, SIZE));
        assertEquals(0x81a4, calls.fileMode(DESCRIPTOR));
        assertEquals(SIZE, calls.fileSize(DESCRIPTOR));
        library.defineFailing("fstat", -1, EBADF);
        assertEquals(-EBADF, calls.fileSize(DESCRIPTOR));
    }

    @Test
    void modeAndSizeComeFromTheNewerFstatOfX64() {
        library.defineFailing("fstat", -1, EBADF);
        library.define("fstat$INODE64", FSTAT, status(0x81a4, SIZE));
        assertEquals(0x81a4, calls.fileMode(DESCRIPTOR));
        assertEquals(SIZE, calls.fileSize(DESCRIPTOR));
    }

    /** F_PREALLOCATE of {@code SIZE} bytes behind the end. */
    private void definePreallocate(int... errors) {
        List<Integer> outcomes = new ArrayList<>();
        for (int error : errors) outcomes.add(error);
        library.define("fcntl", ANY_FCNTL, arguments -> {
            MemorySegment store = memory(MemorySegment.ofAddress((long) arguments[2]), 32);
            arguments[2] = List.of(store.get(JAVA_INT, 0), store.get(JAVA_INT, 4), store.get(JAVA_LONG, 8),
                    store.get(JAVA_LONG, 16), store.get(JAVA_LONG, 24));
            check("fcntl", arguments, DESCRIPTOR, 42, List.of(4, 3, 0L, SIZE, 0L));
            int error = outcomes.removeFirst();
            setError(error);
            return error == 0 ? 0 : -1;
        });
    }

    @Test
    void spaceIsAllocatedBehindTheEndAndBecomesPartOfTheFile() {
        definePreallocate(0);
        library.define("ftruncate", 0, DESCRIPTOR, SIZE + 5);
        assertEquals(0, calls.allocate(DESCRIPTOR, 5, SIZE));
    }

    @Test
    void aFileSystemThatAllocatesNothingMakesTheFileLongerAllTheSame() {
        definePreallocate(ENOTSUP);
        library.define("ftruncate", 0, DESCRIPTOR, SIZE + 5);
        assertEquals(0, calls.allocate(DESCRIPTOR, 5, SIZE));
    }

    @Test
    void aFullDiskLeavesTheFileAsItIs() {
        definePreallocate(EINTR, ENOSPC);
        assertEquals(-ENOSPC, calls.allocate(DESCRIPTOR, 5, SIZE));
        assertEquals(List.of("sysconf", "fcntl", "fcntl"), library.called());
    }

    @Test
    void aFileIsFlushedOutOfTheDrivesCache() {
        library.define("fcntl", ANY_FCNTL, arguments -> {
            check("fcntl", Arrays.copyOf(arguments, 2), DESCRIPTOR, 51);
            return 0;
        });
        assertEquals(0, calls.syncFile(DESCRIPTOR));
    }

    @Test
    void onlyAFileSystemThatCannotDoThatGetsAnFsync() {
        library.define("fsync", 0, DESCRIPTOR);
        library.define("fcntl", ANY_FCNTL, _ -> fail(ENOTSUP));
        assertEquals(0, calls.syncFile(DESCRIPTOR));
        library.define("fcntl", ANY_FCNTL, _ -> fail(EBADF));
        assertEquals(-EBADF, calls.syncFile(DESCRIPTOR));
        assertEquals(List.of("sysconf", "fcntl", "fsync", "fcntl"), library.called());
    }

    private static int fail(int error) throws Throwable {
        setError(error);
        return -1;
    }

    @Test
    void whatMacOsDoesNotHaveIsRefused() {
        assertEquals(-ENOTSUP, calls.createMemory("name", true));
        assertEquals(-ENOTSUP, calls.seals(1));
        assertEquals(-ENOTSUP, calls.addSeals(1, 1));
        assertEquals(-ENOTSUP, calls.remap(0, 1, 2));
        assertEquals(-ENOTSUP, calls.nameMemory(0, 1, "name"));
    }

    @Test
    void theTextOfAnErrorComesFromTheStrerrorOfPosix() {
        library.define("strerror_r", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_LONG), arguments -> {
            memory(arguments[1], (long) arguments[2]).setString(0, "text of " + arguments[0]);
            return 22;
        });
        assertEquals("text of 4711", calls.errorText(4711));
    }
}
