package dev.kmmap.benchmarks.drivers;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** The loop that one writes who has no library. */
final class Naive implements Driver.Way {
    private final Segments segments = new Segments();

    @Override
    public Driver.Job job(String operation, Path file, byte[] needle) throws IOException {
        MemorySegment hay = segments.of(file);
        return switch (operation) {
            case "find" -> () -> find(hay, needle);
            case "rfind" -> () -> rfind(hay, needle);
            default -> throw Driver.unknown(operation);
        };
    }

    private static long find(MemorySegment hay, byte[] needle) {
        for (long at = 0; at <= hay.byteSize() - needle.length; at++) {
            if (isAt(hay, needle, at)) return at;
        }
        return -1;
    }

    private static long rfind(MemorySegment hay, byte[] needle) {
        for (long at = hay.byteSize() - needle.length; at >= 0; at--) {
            if (isAt(hay, needle, at)) return at;
        }
        return -1;
    }

    private static boolean isAt(MemorySegment hay, byte[] needle, long at) {
        int i = 0;
        while (i < needle.length && hay.get(JAVA_BYTE, at + i) == needle[i]) i++;
        return i == needle.length;
    }
}
