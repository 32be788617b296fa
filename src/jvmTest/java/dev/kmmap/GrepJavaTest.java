package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kmmap.examples.grep.Grep;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The Java program of examples/grep as a process: its status is that of grep. */
final class GrepJavaTest {
    @TempDir
    Path folder;

    private int status(File output, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Grep.class.getName()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).redirectOutput(output).redirectError(errors().toFile()).start().waitFor();
    }

    private Path errors() {
        return folder.resolve("errors");
    }

    @Test
    void foundIsZeroNothingFoundIsOneAndAnErrorIsTwo() throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        String file = Files.writeString(folder.resolve("file"), "one\ntwo\n").toString();
        assertEquals(0, status(output.toFile(), "two", file));
        assertEquals("4:two\n", Files.readString(output));
        assertEquals(1, status(output.toFile(), "absent", file));
        assertEquals(1, status(output.toFile(), "-c", "absent", file));
        assertEquals("0\n", Files.readString(output));
        assertEquals("", Files.readString(errors()));
        assertEquals(2, status(output.toFile(), "w", file + ".missing"));
        assertEquals(1, Files.readAllLines(errors()).size());
        assertEquals(2, status(output.toFile(), "w"));
        assertTrue(Files.readString(errors()).startsWith("usage: grep-java "));
        assertEquals("", Files.readString(output));
    }

    @Test
    @DisabledOnOs({OS.WINDOWS, OS.MAC})
    void outputThatNobodyTakesIsAnError() throws IOException, InterruptedException {
        String file = Files.writeString(folder.resolve("file"), "one\ntwo\n").toString();
        assertEquals(2, status(new File("/dev/full"), "w", file));
        assertEquals("grep-java: No space left on device\n", Files.readString(errors()));
    }
}
