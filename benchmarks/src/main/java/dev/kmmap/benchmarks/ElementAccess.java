package dev.kmmap.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.kmmap.MMap;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;

/**
 * Single bytes. Those of 64 KiB stay in the processor's fastest cache: what is measured is the access, not the memory.
 * Far ones lie anywhere in the file, as those of a program that has use for a map.
 */
public class ElementAccess {
    private static final int RANGE = 64 << 10;
    private static final int OFFSETS = 1024;
    private static final int[] RANDOM = new Random(42).ints(OFFSETS, 0, RANGE).toArray();
    private static final int FAR_OFFSETS = 1 << 20;
    private static final int[] FAR = new Random(42).ints(FAR_OFFSETS, 0, Mapped.SIZE).toArray();

    public static class SequentialGet {
        @Benchmark
        @OperationsPerInvocation(RANGE)
        public int kmmap(Mapped mapped) {
            MMap map = mapped.map;
            int sum = 0;
            for (long i = 0; i < RANGE; i++) sum += map.get(i);
            return sum;
        }

        @Benchmark
        @OperationsPerInvocation(RANGE)
        public int segment(Mapped mapped) {
            MemorySegment segment = mapped.segment;
            int sum = 0;
            for (long i = 0; i < RANGE; i++) sum += segment.get(JAVA_BYTE, i);
            return sum;
        }

        @Benchmark
        @OperationsPerInvocation(RANGE)
        public int buffer(Mapped mapped) {
            MappedByteBuffer buffer = mapped.buffer;
            int sum = 0;
            for (int i = 0; i < RANGE; i++) sum += buffer.get(i);
            return sum;
        }
    }

    public static class RandomGet {
        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public int kmmap(Mapped mapped) {
            MMap map = mapped.map;
            int sum = 0;
            for (int offset : RANDOM) sum += map.get(offset);
            return sum;
        }

        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public int segment(Mapped mapped) {
            MemorySegment segment = mapped.segment;
            int sum = 0;
            for (int offset : RANDOM) sum += segment.get(JAVA_BYTE, offset);
            return sum;
        }

        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public int buffer(Mapped mapped) {
            MappedByteBuffer buffer = mapped.buffer;
            int sum = 0;
            for (int offset : RANDOM) sum += buffer.get(offset);
            return sum;
        }
    }

    public static class RandomGetOfZeros {
        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public int kmmap(Mapped.Zeros mapped) {
            MMap map = mapped.map;
            int sum = 0;
            for (int offset : RANDOM) sum += map.get(offset);
            return sum;
        }

        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public int segment(Mapped.Zeros mapped) {
            MemorySegment segment = mapped.segment;
            int sum = 0;
            for (int offset : RANDOM) sum += segment.get(JAVA_BYTE, offset);
            return sum;
        }
    }

    public static class FarGet {
        @Benchmark
        @OperationsPerInvocation(FAR_OFFSETS)
        public int kmmap(Mapped mapped) {
            MMap map = mapped.map;
            int sum = 0;
            for (int offset : FAR) sum += map.get(offset);
            return sum;
        }

        @Benchmark
        @OperationsPerInvocation(FAR_OFFSETS)
        public int segment(Mapped mapped) {
            MemorySegment segment = mapped.segment;
            int sum = 0;
            for (int offset : FAR) sum += segment.get(JAVA_BYTE, offset);
            return sum;
        }
    }

    public static class SequentialSet {
        @Benchmark
        @OperationsPerInvocation(RANGE)
        public void kmmap(Mapped mapped) {
            MMap map = mapped.map;
            for (long i = 0; i < RANGE; i++) map.set(i, (byte) i);
        }

        @Benchmark
        @OperationsPerInvocation(RANGE)
        public void segment(Mapped mapped) {
            MemorySegment segment = mapped.segment;
            for (long i = 0; i < RANGE; i++) segment.set(JAVA_BYTE, i, (byte) i);
        }

        @Benchmark
        @OperationsPerInvocation(RANGE)
        public void buffer(Mapped mapped) {
            MappedByteBuffer buffer = mapped.buffer;
            for (int i = 0; i < RANGE; i++) buffer.put(i, (byte) i);
        }
    }

    public static class RandomSet {
        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public void kmmap(Mapped mapped) {
            MMap map = mapped.map;
            for (int offset : RANDOM) map.set(offset, (byte) offset);
        }

        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public void segment(Mapped mapped) {
            MemorySegment segment = mapped.segment;
            for (int offset : RANDOM) segment.set(JAVA_BYTE, offset, (byte) offset);
        }

        @Benchmark
        @OperationsPerInvocation(OFFSETS)
        public void buffer(Mapped mapped) {
            MappedByteBuffer buffer = mapped.buffer;
            for (int offset : RANDOM) buffer.put(offset, (byte) offset);
        }
    }

    public static class FarSet {
        @Benchmark
        @OperationsPerInvocation(FAR_OFFSETS)
        public void kmmap(Mapped mapped) {
            MMap map = mapped.map;
            for (int offset : FAR) map.set(offset, (byte) offset);
        }

        @Benchmark
        @OperationsPerInvocation(FAR_OFFSETS)
        public void segment(Mapped mapped) {
            MemorySegment segment = mapped.segment;
            for (int offset : FAR) segment.set(JAVA_BYTE, offset, (byte) offset);
        }
    }
}
