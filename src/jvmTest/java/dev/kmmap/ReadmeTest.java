package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java snippet of README, as it stands there but for the path: ReadmeSpec compares it. */
class ReadmeTest {
    @Test
    void theSnippetReadsAndFinds(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("hello.txt"), "Hello\nworld\n");
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream standardOutput = System.out;
        System.setOut(new PrintStream(output, true));
        try {
            snippet(file.toString());
        } finally {
            System.setOut(standardOutput);
        }
        assertEquals("6 bytes in the first line, world at 6, Hello", output.toString().strip());
    }

    private static void snippet(String path) throws IOException {
        try (MMap map = MMap.open(path, Access.READ)) {
            byte[] line = map.readLine();
            long index = map.find("world");
            byte[] head = map.slice(0, 5);
            System.out.println(line.length + " bytes in the first line, world at " + index + ", " + new String(head));
        }
    }
}
