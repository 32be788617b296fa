package dev.kmmap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
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
        List<String> command = Stream.of(
                Stream.of(ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED"),
                Stream.of(options),
                Stream.of("-cp", System.getProperty("java.class.path"), TruncatedProgram.class.getName()))
                .flatMap(words -> words).toList();
        // -Xcheck:jni says on the other stream that the signal has another handler than the JVM's.
        Process child = new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).start();
        child.getOutputStream().close();
        List<String> output = new String(child.getErrorStream().readAllBytes()).lines().toList();
        assertEquals(0, child.waitFor(), output.toString());
        return output;
    }
}
