package dev.kmmap.benchmarks;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Many bytes at once, between the map and an array. */
public class BulkCopy {
    /**
     * How far the bytes in the map move from one iteration to the next. A copy takes up to half as long again where the
     * two addresses are unluckily apart, and the array's is not ours to choose: so each fork meets several distances.
     */
    private static final int STEP = 1088;

    @State(Scope.Benchmark)
    public static class Bytes {
        @Param({"64", "4096", "1048576"})
        int count;

        byte[] array;
        int index;

        @Setup(Level.Trial)
        public void allocate() {
            array = new byte[count];
        }

        @Setup(Level.Iteration)
        public void move() {
            index += STEP;
        }
    }

    public static class CopyTo {
        @Benchmark
        public byte[] kmmap(Mapped mapped, Bytes bytes) {
            mapped.map.copyTo(bytes.index, bytes.array, 0, bytes.count);
            return bytes.array;
        }

        @Benchmark
        public byte[] segment(Mapped mapped, Bytes bytes) {
            MemorySegment.copy(mapped.segment, JAVA_BYTE, bytes.index, bytes.array, 0, bytes.count);
            return bytes.array;
        }

        @Benchmark
        public byte[] buffer(Mapped mapped, Bytes bytes) {
            mapped.buffer.get(bytes.index, bytes.array, 0, bytes.count);
            return bytes.array;
        }
    }

    public static class CopyFrom {
        @Benchmark
        public void kmmap(Mapped mapped, Bytes bytes) {
            mapped.map.copyFrom(bytes.index, bytes.array, 0, bytes.count);
        }

        @Benchmark
        public void segment(Mapped mapped, Bytes bytes) {
            MemorySegment.copy(bytes.array, 0, mapped.segment, JAVA_BYTE, bytes.index, bytes.count);
        }

        @Benchmark
        public void buffer(Mapped mapped, Bytes bytes) {
            mapped.buffer.put(bytes.index, bytes.array, 0, bytes.count);
        }
    }
}
