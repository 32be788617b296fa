package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The fault guard and the search kernel, as JVMs of all kinds load and use them. */
@EnabledOnOs(OS.LINUX)
class FaultGuardTest {
    private static final List<String> GUARDED = List.of(
            "guard true", "kernel true",
            "get MMapFaultException", "get MMapFaultException",
            "find MMapFaultException", "find MMapFaultException",
            "rfind MMapFaultException", "rfind MMapFaultException",
            "slice MMapFaultException", "slice MMapFaultException",
            "buffer InternalError", "alive");

    private static final List<String> AMONG_OTHERS = List.of(
            "opened: null",
            "put back: another library's SIGBUS handler is installed over kmmap's, until the next map is opened",
            "opened again: null", "MMapFaultException",
            "capability true", "MMapFaultException",
            "blocked: this thread blocks SIGBUS, until it opens a map",
            "opened again: null", "MMapFaultException");

    @Test
    void thisBuildHasThem() {
        assertTrue(FaultGuard.isInstalled());
        assertTrue(KernelScan.isOffered());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "-XX:+UseG1GC", "-XX:+UseZGC", "-XX:+UseSerialGC", "-XX:+UseParallelGC", "-Xint", "-XX:TieredStopAtLevel=1",
        "-XX:-TieredCompilation", "-Xcheck:jni",
    })
    void truncationIsAnExceptionInEveryKindOfJvm(String option) throws Exception {
        List<String> output = run(option);
        assertEquals(GUARDED, output, option);
    }

    /** The JDK's library for others that install handlers: it leaves the JVM's in the kernel, and keeps theirs. */
    @ParameterizedTest
    @ValueSource(strings = {
        "-XX:+UseG1GC", "-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation", "-Xcheck:jni",
    })
    void truncationIsAnExceptionWhereOthersChainTheirSignals(String option) throws Exception {
        Path library = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        assertTrue(Files.exists(library));
        Map<String, String> preloaded = Map.of("LD_PRELOAD", library.toString());
        assertEquals(GUARDED, ChildJvm.errors(preloaded, TruncatedProgram.class, List.of(), option));
        assertEquals(AMONG_OTHERS, ChildJvm.errors(Map.of(), OtherHandlersProgram.class, List.of(), option));
    }

    @Test
    void withoutTheKernelTheGuardStays() throws Exception {
        List<String> expected = new ArrayList<>(GUARDED);
        expected.set(1, "kernel false");
        assertEquals(expected, run("-Ddev.kmmap.kernel=false"));
    }

    /** Only single bytes are read as they are, of which the JVM tells late, or after a result of zeros. */
    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void withoutTheGuardNoNativeCodeTouchesAMap(String kernel) throws Exception {
        List<String> output = run("-Ddev.kmmap.faultGuard=false", "-Ddev.kmmap.kernel=" + kernel);
        List<String> expected = new ArrayList<>(GUARDED);
        expected.set(0, "guard false");
        expected.set(1, "kernel " + kernel);
        expected.removeIf(line -> line.startsWith("get "));
        assertEquals(expected, output);
    }

    /** The long form is the figure of docs/reliability.md. */
    @ParameterizedTest
    @ValueSource(strings = {"true", "false"})
    void threadsUseMapsWithoutTheGuardWhileTheyAreTruncated(String kernel) throws Exception {
        int rounds = "1".equals(System.getenv("KMMAP_LONG")) ? 500 : 10;
        List<String> output = run("-Ddev.kmmap.faultGuard=false", "-Ddev.kmmap.kernel=" + kernel,
                "-Dkmmap.rounds=" + rounds);
        assertEquals("soak " + rounds + " of " + rounds + " told", output.getFirst());
    }

    private static List<String> run(String... options) throws Exception {
        return ChildJvm.errors(TruncatedProgram.class, List.of(), options);
    }
}
