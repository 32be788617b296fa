package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A run of {@link SpecsProgram}, or of what is tried before it.
 *
 * @param status 0 if the program has come to its end
 * @param output what it has written, to both streams
 */
record SpecsRun(int status, List<String> output) {
    /** Opening, searching and truncation. */
    private static final List<String> SPECS = List.of(
            "dev.kmmap.contract.OpenSpec", "dev.kmmap.search.SearchSpec", "dev.kmmap.search.FindAllSpec",
            "dev.kmmap.faults.TruncationSpec", "dev.kmmap.internal.search.scan.KernelScanSpec",
            "dev.kmmap.MMapSearchJavaTest");

    /** Fewer would mean that the specs were not found. */
    private static final int AT_LEAST = 60;

    /** The command that runs the specs in a JVM with these options. */
    static List<String> command(String... options) {
        var command = new ArrayList<String>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), SpecsProgram.class.getName()));
        command.addAll(SPECS);
        return command;
    }

    static SpecsRun of(Map<String, String> environment, List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process child = builder.start();
        child.getOutputStream().close();
        List<String> output = new String(child.getInputStream().readAllBytes()).lines().toList();
        return new SpecsRun(child.waitFor(), output);
    }

    /** The specs ran, all of them passed, and with all that the library can have. */
    void requireGreen() {
        String all = String.join("\n", output);
        assertEquals(0, status, all);
        assertTrue(output.contains("FAULT_GUARD true"), all);
        assertTrue(output.contains("SIMD_SEARCH true"), all);
        String[] counts = output.getLast().split(" ");
        assertEquals("0", counts[2], all);
        assertTrue(Integer.parseInt(counts[0]) >= AT_LEAST, all);
    }
}
