package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;
import kotlin.sequences.Sequence;
import kotlinx.io.bytestring.ByteString;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is built on searching, as a Java programmer writes it. */
class MMapSearchJavaTest {
    @TempDir
    private Path folder;
    private String path;

    @BeforeEach
    void makeFile() throws IOException {
        path = Files.writeString(folder.resolve("text.txt"), "One fish\r\ntwo fish\n\nred fish").toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void needlesAreMadeOfBytesTextAndSets() throws IOException {
        try (MMap map = MMap.open(path)) {
            assertEquals(4, MMaps.find(map, Needle.of("fish")));
            assertEquals(4, MMaps.find(map, Needle.of(bytes("fish"))));
            assertEquals(0, MMaps.find(map, Needle.of("ONE", true)));
            assertEquals(0, MMaps.find(map, Needle.of(bytes("ONE"), true)));
            assertEquals(1, MMaps.find(map, Needle.anyOf(bytes("xne"))));
            assertEquals(4, MMaps.find(map, KotlinxIo.of(Needle.Companion, new ByteString(bytes("fish"), 0, 4))));
            assertEquals(4, Needle.of("fish").length());
            assertThrows(IllegalArgumentException.class, () -> Needle.anyOf(new byte[0]));
        }
    }

    @Test
    void searchesTakeAsManyArgumentsAsAreNeeded() throws IOException {
        Needle fish = Needle.of("fish");
        byte[] blanks = bytes(" \n");
        try (MMap map = MMap.open(path)) {
            assertEquals(14, MMaps.find(map, fish, 5));
            assertEquals(-1, MMaps.find(map, fish, 5, 10));
            assertEquals(24, MMaps.rfind(map, fish));
            assertEquals(24, MMaps.rfind(map, fish, 5));
            assertEquals(14, MMaps.rfind(map, fish, 5, 20));
            assertTrue(MMaps.contains(map, fish));
            assertFalse(MMaps.contains(map, Needle.of("bird")));
            assertEquals(3, MMaps.indexOfAny(map, blanks));
            assertEquals(9, MMaps.indexOfAny(map, blanks, 4));
            assertEquals(-1, MMaps.indexOfAny(map, blanks, 4, 9));
            assertEquals(23, MMaps.lastIndexOfAny(map, blanks));
            assertEquals(23, MMaps.lastIndexOfAny(map, blanks, 4));
            assertEquals(9, MMaps.lastIndexOfAny(map, blanks, 4, 11));
        }
    }

    @Test
    void occurrencesAreStreamedIteratedAndCounted() throws IOException {
        Needle fish = Needle.of("fish");
        Needle lineFeeds = Needle.of("\n");
        try (MMap map = MMap.open(path)) {
            LongStream all = MMaps.matches(map, fish);
            assertArrayEquals(new long[] {4, 14, 24}, all.toArray());
            assertArrayEquals(new long[] {14, 24}, MMaps.matches(map, fish, 5).toArray());
            assertEquals(14, MMaps.matches(map, fish, 5, 20).findFirst().getAsLong());
            assertEquals(1, MMaps.matches(map, Needle.of("\n\n"), 0, map.size(), true).count());
            assertEquals(42, MMaps.matches(map, fish).parallel().sum());
            List<Long> indices = new ArrayList<>();
            for (Iterator<Long> each = MMaps.findAll(map, lineFeeds).iterator(); each.hasNext(); ) {
                indices.add(each.next());
            }
            assertEquals(List.of(9L, 18L, 19L), indices);
            assertTrue(MMaps.findAll(map, fish, 5).iterator().hasNext());
            assertTrue(MMaps.findAll(map, fish, 5, 20).iterator().hasNext());
            assertTrue(MMaps.findAll(map, fish, 5, 20, true).iterator().hasNext());
            assertEquals(3, MMaps.count(map, fish));
            assertEquals(2, MMaps.count(map, fish, 5));
            assertEquals(1, MMaps.count(map, fish, 5, 20));
            assertEquals(1, MMaps.count(map, fish, 5, 20, true));
        }
    }

    @Test
    void streamsSearchWhenTheyAreConsumed() throws IOException {
        MMap map = MMap.open(path);
        LongStream matches = MMaps.matches(map, Needle.of("fish"));
        map.close();
        assertThrows(IllegalStateException.class, matches::toArray);
    }

    @Test
    void linesAreRangesAndStrings() throws IOException {
        try (MMap map = MMap.open(path)) {
            List<String> lines = List.of("One fish", "two fish", "", "red fish");
            assertEquals(lines, MMaps.lineStream(map).toList());
            assertEquals(lines.subList(1, 4), MMaps.lineStream(map, 10).toList());
            assertEquals("One fish", MMaps.lineStream(map).findFirst().get());
            assertEquals(lines, texts(MMaps.lines(map)));
            assertEquals(lines.subList(1, 4), texts(MMaps.lines(map, 10)));
            assertEquals(lines.subList(1, 4), texts(MMaps.linesFrom(map, 15)));
            assertEquals(lines.reversed(), texts(MMaps.linesBackward(map)));
            assertEquals(List.of("two", "One fish"), texts(MMaps.linesBackward(map, 13)));
            assertEquals("One fish", MMaps.lineStrings(map).iterator().next());
            assertEquals("two fish", MMaps.lineStrings(map, 10).iterator().next());
            Line line = MMaps.lines(map).iterator().next();
            assertEquals(0, line.start());
            assertEquals(10, line.end());
            assertEquals(8, line.contentEnd());
            assertArrayEquals(bytes("One fish"), line.bytes());
        }
    }

    @Test
    void linesHaveNumbers() throws IOException {
        try (MMap map = MMap.open(path)) {
            LineIndex index = LineIndex.of(map);
            assertEquals(4, index.lineCount());
            assertEquals(10, index.start(1));
            assertEquals("two fish", index.line(1).text());
            assertEquals(3, index.lineAt(map.size() - 1));
            assertEquals(4, MMaps.lineIndex(map).lineCount());
            assertThrows(IndexOutOfBoundsException.class, () -> index.line(4));
        }
    }

    private static List<String> texts(Sequence<Line> lines) {
        List<String> texts = new ArrayList<>();
        for (Iterator<Line> each = lines.iterator(); each.hasNext(); ) {
            texts.add(each.next().text());
        }
        return texts;
    }
}
