package dev.kmmap.internal.ffm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What runs long gives way to other virtual threads, of which all share one carrier here. */
class VirtualThreadTest {
    private static final int OPERATIONS = 18;

    /** Windows, but for the first. */
    private static final int PAUSES = 7;

    @Test
    void othersRunBetweenTheWindowsOfEveryOperation() throws Exception {
        Process child = new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djdk.virtualThreadScheduler.parallelism=1",
                "-Djdk.virtualThreadScheduler.maxPoolSize=1",
                "-cp", System.getProperty("java.class.path"), VirtualThreadProgram.class.getName())
                .redirectError(Redirect.INHERIT).start();
        child.getOutputStream().close();
        List<String> output = new String(child.getInputStream().readAllBytes()).lines().toList();
        assertEquals(0, child.waitFor(), output.toString());
        assertEquals(OPERATIONS, output.size(), output.toString());
        for (String line : output) {
            long steps = Long.parseLong(line.substring(line.lastIndexOf(' ') + 1));
            assertTrue(steps >= PAUSES, line);
        }
    }
}
