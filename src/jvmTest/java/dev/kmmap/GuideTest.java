package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java snippets of the guides in docs/, as they stand there: DocsSpec compares them. */
class GuideTest {
    @TempDir
    Path folder;

    @Test
    void linesThatAreNotBlankAreCounted() throws IOException {
        assertEquals(2, countLines(Files.writeString(folder.resolve("lines"), "one\n\ntwo\n")));
    }

    @Test
    void theFirstNumberIsLittleEndian() throws IOException {
        Path file = Files.write(folder.resolve("number"), new byte[] {1, 2, 0, 0});
        try (MMap map = MMaps.open(file)) {
            assertEquals(513, firstNumber(map));
        }
    }

    static long countLines(Path path) throws IOException {
        try (MMap map = MMaps.open(path);
                Stream<String> lines = MMaps.lineStream(map)) {
            return lines.filter(line -> !line.isBlank()).count();
        }
    }

    static int firstNumber(MMap map) {
        MemorySegment segment = MMaps.asMemorySegment(map);     // dies with the map, instead of crashing
        return segment.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
    }
}
