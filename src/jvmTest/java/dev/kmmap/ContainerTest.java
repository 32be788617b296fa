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
        Path ground = Files.createDirectory(folder.resolve("ground"));
        var permitted = SpecsRun.of(Map.of(), List.of("unshare", "-m", "mount", "-t", "tmpfs", "none", "" + ground));
        assumeTrue(permitted.status() == 0, "a container takes root: " + permitted.output());
        var command = new ArrayList<>(List.of("unshare", "-m", "bash", "-c", CONTAINER, "container"));
        command.addAll(SpecsRun.command("-Djava.io.tmpdir=" + ground, "-Duser.dir=" + ground.resolve("other"),
                "-Xmx512m", "-XX:CompressedClassSpaceSize=64m", "-XX:ReservedCodeCacheSize=64m"));
        SpecsRun run = SpecsRun.of(Map.of("FOLDER", ground.toString(), "LC_ALL", "C"), command);
        run.requireGreen();
        assertEquals("CapEff:\t0000000000000000", run.output().get(0));
        assertTrue(run.output().get(1).startsWith("Max address space"), run.output().get(1));
        try (var written = Files.list(ground)) {
            assertEquals(List.of(), written.toList(), "what was written is the container's own");
        }
    }
}
