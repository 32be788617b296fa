package dev.kmmap.benchmarks.drivers;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** How fast a loop of Java reads memory: loads and additions only, which the JVM's compiler makes vectors of. */
final class Reading implements Driver.Way {
    /** So short that the loop's variable is an int, as the compiler wants it. */
    private static final int BLOCK = 1 << 20;

    private final Segments segments = new Segments();
    private long sink;

    @Override
    public Driver.Job job(String operation, Path file, byte[] needle) throws IOException {
        MemorySegment hay = segments.of(file);
        return () -> {
            for (long at = 0; at + BLOCK <= hay.byteSize(); at += BLOCK) sink += sum(hay.asSlice(at, BLOCK));
            return -1;
        };
    }

    private static long sum(MemorySegment block) {
        long sum = 0;
        for (int i = 0; i < BLOCK; i += Long.BYTES) sum += block.get(JAVA_LONG_UNALIGNED, i);
        return sum;
    }
}
