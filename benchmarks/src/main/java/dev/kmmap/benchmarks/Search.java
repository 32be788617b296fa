package dev.kmmap.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Searching through all of {@link TextFile} for a needle at the other end, or for one that is not there. */
public class Search {
    /** Needles whose first byte is rare or frequent in the text, one that has frequent bytes only, and a single byte. */
    public enum Needle {
        RARE_FIRST("Zebra crossing"),
        FREQUENT_FIRST(" t aeZo"),
        ABSENT("eat one tin hot "),
        BYTE("Z");

        private final byte[] bytes;

        Needle(String text) {
            bytes = text.getBytes(US_ASCII);
        }
    }

    @State(Scope.Benchmark)
    public static class Text {
        @Param
        Needle needle;

        MMap map;
        MemorySegment segment;
        private Arena arena;

        @Setup
        public void open() throws IOException {
            Path file = Path.of(System.getProperty(Measure.TEXT_FILE));
            map = MMap.open(file.toString(), Access.READ);
            arena = Arena.ofShared();
            try (FileChannel channel = FileChannel.open(file)) {
                segment = channel.map(MapMode.READ_ONLY, 0, TextFile.SIZE, arena);
            }
            long start = TextFile.MARGIN;
            long end = TextFile.SIZE - TextFile.MARGIN;
            long first = naiveFind(segment, needle.bytes, start, TextFile.SIZE);
            long last = naiveRfind(segment, needle.bytes, 0, end);
            if (map.find(needle.bytes, start) != first || map.rfind(needle.bytes, 0, end) != last) {
                throw new AssertionError("kmmap does not find what is there: " + needle);
            }
            if (needle != Needle.ABSENT && (first < end || last >= start)) {
                throw new AssertionError("not the text that was meant: " + file);
            }
        }

        @TearDown
        public void close() throws IOException {
            map.close();
            arena.close();
        }
    }

    public static class Find {
        @Benchmark
        @OperationsPerInvocation(TextFile.SIZE)
        public long kmmap(Text text) {
            return text.map.find(text.needle.bytes, TextFile.MARGIN, TextFile.SIZE);
        }

        @Benchmark
        @OperationsPerInvocation(TextFile.SIZE)
        public long naive(Text text) {
            return naiveFind(text.segment, text.needle.bytes, TextFile.MARGIN, TextFile.SIZE);
        }
    }

    public static class Rfind {
        @Benchmark
        @OperationsPerInvocation(TextFile.SIZE)
        public long kmmap(Text text) {
            return text.map.rfind(text.needle.bytes, 0, TextFile.SIZE - TextFile.MARGIN);
        }

        @Benchmark
        @OperationsPerInvocation(TextFile.SIZE)
        public long naive(Text text) {
            return naiveRfind(text.segment, text.needle.bytes, 0, TextFile.SIZE - TextFile.MARGIN);
        }
    }

    private static long naiveFind(MemorySegment segment, byte[] needle, long start, long end) {
        for (long at = start; at <= end - needle.length; at++) {
            if (isAt(segment, needle, at)) return at;
        }
        return -1;
    }

    private static long naiveRfind(MemorySegment segment, byte[] needle, long start, long end) {
        for (long at = end - needle.length; at >= start; at--) {
            if (isAt(segment, needle, at)) return at;
        }
        return -1;
    }

    private static boolean isAt(MemorySegment segment, byte[] needle, long at) {
        int i = 0;
        while (i < needle.length && segment.get(JAVA_BYTE, at + i) == needle[i]) i++;
        return i == needle.length;
    }
}
