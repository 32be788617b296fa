package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Opening, searching and truncation once more, in a process as a hardened container has it. */
@EnabledOnOs(OS.LINUX)
class ContainerTest {
    private static final List<String> SPECS = List.of(
            "dev.kmmap.OpenSpec", "dev.kmmap.SearchSpec", "dev.kmmap.FindAllSpec", "dev.kmmap.TruncationSpec",
            "dev.kmmap.internal.KernelScanSpec", "dev.kmmap.MMapSearchJavaTest");

    /** Fewer would mean that the specs were not found. */
    private static final int AT_LEAST = 60;

    /**
     * Everything is mounted read-only but $FOLDER, which is empty and runs no programs. No capabilities, and 8 GiB of
     * addresses. Says so of each, as it is in the end.
     */
    private static final String CONTAINER = """
            set -eu
            mount --make-rprivate /
            mount -t tmpfs -o noexec,nosuid,nodev none "$FOLDER"
            while read -r _ point type _; do
                case $type in proc | sysfs | devpts | mqueue | cgroup* | devtmpfs) continue ;; esac
                [ "$point" = "$FOLDER" ] || mount -o remount,bind,ro "$point"
            done </proc/self/mounts
            mkdir "$FOLDER/other"
            for place in "$PWD" /tmp "$HOME"; do
                ! touch "$place/kmmap-written" 2>/dev/null || exit 3
            done
            cp /bin/true "$FOLDER/program"
            ! "$FOLDER/program" 2>/dev/null || exit 4
            rm "$FOLDER/program"
            exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all prlimit --as=8589934592 sh -c '
                grep -E "^CapEff:.0+$" /proc/self/status
                grep -E "^Max address space +8589934592" /proc/self/limits
                exec "$@"' sh "$@"
            """;

    @Test
    void inAHardenedContainerEverythingIsAsElsewhere(@TempDir Path folder) throws Exception {
        Result permitted = run(Map.of(), List.of("unshare", "-m", "mount", "-t", "tmpfs", "none", folder.toString()));
        assumeTrue(permitted.status == 0, "a container takes root: " + permitted.output);
        var command = new ArrayList<>(List.of("unshare", "-m", "bash", "-c", CONTAINER, "container",
                ProcessHandle.current().info().command().orElseThrow(), "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + folder, "-Duser.dir=" + folder.resolve("other"), "-Xmx512m",
                "-XX:CompressedClassSpaceSize=64m", "-XX:ReservedCodeCacheSize=64m",
                "-cp", System.getProperty("java.class.path"), SpecsProgram.class.getName()));
        command.addAll(SPECS);
        Result result = run(Map.of("FOLDER", folder.toString(), "LC_ALL", "C"), command);
        String all = String.join("\n", result.output);
        assertEquals(0, result.status, all);
        assertEquals("CapEff:\t0000000000000000", result.output.get(0), all);
        assertTrue(result.output.get(1).startsWith("Max address space"), all);
        assertTrue(result.output.contains("FAULT_GUARD true"), all);
        assertTrue(result.output.contains("SIMD_SEARCH true"), all);
        String[] counts = result.output.getLast().split(" ");
        assertEquals("0", counts[2], all);
        assertTrue(Integer.parseInt(counts[0]) >= AT_LEAST, all);
        try (var written = Files.list(folder)) {
            assertEquals(List.of(), written.toList(), "the folder that was written is the container's own");
        }
    }

    private record Result(int status, List<String> output) {
    }

    private static Result run(Map<String, String> environment, List<String> command) throws Exception {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process child = builder.start();
        child.getOutputStream().close();
        List<String> output = new String(child.getInputStream().readAllBytes()).lines().toList();
        return new Result(child.waitFor(), output);
    }
}
