package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kmmap.internal.system.OpenMode;
import dev.kmmap.internal.system.OperatingSystem;
import dev.kmmap.internal.system.PlatformJvm;
import dev.kmmap.internal.system.SystemCalls;
import java.io.File;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** System calls in situations that take a JVM or another program to make. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class LinuxSystemCallsTest {
    private static final long CLOSED_DESCRIPTOR = 987_654_321L;
    private static final long EBADF = 9;
    private static final long EINVAL = 22;
    private static final long ELOOP = 40;
    private static final long FIFO = 0x1000;

    private final SystemCalls calls = PlatformJvm.getPlatformSystemCalls();

    @Test
    void openingAFifoThatNobodyWritesToDoesNotWait(@TempDir Path directory) throws Exception {
        Path fifo = directory.resolve("fifo");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        long descriptor = calls.open(fifo.toString(), OpenMode.READ);
        assertEquals(FIFO, calls.fileMode(descriptor) & 0xf000);
        assertEquals(0, calls.close(descriptor));
    }

    @Test
    void aChildProcessGetsNoDescriptor(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("only-ours"), "content");
        long descriptor = calls.open(file.toString(), OpenMode.READ);
        long duplicate = calls.duplicate(descriptor);
        Process child = new ProcessBuilder("ls", "-l", "/proc/self/fd").start();
        String descriptors = new String(child.getInputStream().readAllBytes());
        assertTrue(descriptors.contains("/proc/"), descriptors);
        assertTrue(!descriptors.contains("only-ours"), descriptors);
        assertEquals(0, calls.close(duplicate));
        assertEquals(0, calls.close(descriptor));
    }

    @Test
    void sharedMemoryIsNotALinkToSomethingElse(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "content");
        String name = "kmmap-test-" + ProcessHandle.current().pid();
        Path link = Files.createSymbolicLink(Path.of("/dev/shm", name), file);
        try {
            assertEquals(-ELOOP, calls.openMemory(name, OpenMode.READ, 0));
        } finally {
            Files.delete(link);
        }
    }

    /** The bit that means "no link" on x86-64 means another thing on arm64. */
    @Test
    void theFlagsOfSharedMemoryAreThoseOfTheProcessor() {
        Map<OperatingSystem, Integer> flags =
                Map.of(OperatingSystem.LINUX_X64, 0xa0800, OperatingSystem.LINUX_ARM64, 0x88800);
        flags.forEach((system, number) -> {
            try (FakeLibrary library = new FakeLibrary(PosixSystemCalls.class)) {
                library.define("sysconf", 4096L, 30);
                library.define("open", arguments -> (int) arguments[1] == number ? 7 : -1);
                SystemCalls fake = new LinuxSystemCalls(system, new Linking("the library", library, "errno"));
                assertEquals(7, fake.openMemory("name", OpenMode.READ, 0));
            }
        });
    }

    /** Older C libraries have no function for it; the library here has none either. */
    @Test
    void modeAndSizeComeFromTheKernelByTheNumberOfTheProcessor() {
        Map<OperatingSystem, Long> numbers =
                Map.of(OperatingSystem.LINUX_X64, 332L, OperatingSystem.LINUX_ARM64, 291L);
        numbers.forEach((system, number) -> {
            try (FakeLibrary library = new FakeLibrary(PosixSystemCalls.class, LinuxSystemCalls.class)) {
                library.define("sysconf", 4096L, 30);
                library.define("syscall", arguments -> {
                    if (!arguments[0].equals(number) || !arguments[1].equals(5L)) return -1L;
                    MemorySegment status = FakeLibrary.memory(MemorySegment.ofAddress((long) arguments[5]), 256);
                    status.set(ValueLayout.JAVA_SHORT, 28, (short) FIFO);
                    status.set(ValueLayout.JAVA_LONG, 40, 12_345L);
                    return 0L;
                });
                SystemCalls fake = new LinuxSystemCalls(system, new Linking("the library", library, "errno"));
                assertEquals(FIFO, fake.fileMode(5));
                assertEquals(12_345, fake.fileSize(5));
                library.defineFailing("syscall", -1L, (int) EBADF);
                assertEquals(-EBADF, fake.fileSize(5));
            }
        });
    }

    @Test
    void threadsDoNotGetEachOthersErrors() throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> ends = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                boolean closes = thread % 2 == 0;
                ends.add(threads.submit(() -> {
                    for (int round = 0; round < 20_000; round++) {
                        long result = closes ? calls.close(CLOSED_DESCRIPTOR) : calls.unmap(1, 1);
                        assertEquals(closes ? -EBADF : -EINVAL, result);
                    }
                }));
            }
            for (Future<?> end : ends) end.get();
        }
    }

    /** The whole class path, because the child is a JVM of its own. */
    @Test
    void aRefusalOfNativeAccessNamesTheFlag() throws Exception {
        String java = ProcessHandle.current().info().command().orElseThrow();
        Process child = new ProcessBuilder(
                java, "--illegal-native-access=deny", "-cp", System.getProperty("java.class.path"),
                NativeAccessRefused.class.getName())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        String expected = "UnsupportedOperationException: kmmap needs native access, which this JVM refuses: "
                + "start it with --enable-native-access=ALL-UNNAMED";
        assertEquals(2, output.lines().filter(line -> line.endsWith(expected)).count(), output);
    }
}
