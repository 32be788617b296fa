package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Opening, searching and truncation once more beside the JDK's libjsig, which puts itself between all and signals. */
@EnabledOnOs(OS.LINUX)
class SignalChainingTest {
    @Test
    void besideLibjsigEverythingIsAsElsewhere() throws Exception {
        Path libjsig = Path.of(System.getProperty("java.home"), "lib", "libjsig.so");
        assertTrue(Files.exists(libjsig), libjsig.toString());
        SpecsRun.of(Map.of("LD_PRELOAD", libjsig.toString()), SpecsRun.command("-Xmx512m")).requireGreen();
    }
}
