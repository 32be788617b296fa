package dev.kmmap.benchmarks;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One file of 4 MiB, mapped by kmmap and in the two ways of the JDK. A fork touches one of the three only. */
@State(Scope.Benchmark)
public class Mapped {
    private static final int SIZE = 4 << 20;

    MMap map;
    MemorySegment segment;
    MappedByteBuffer buffer;
    private Path file;
    private Arena arena;

    @Setup(Level.Trial)
    public void open() throws IOException {
        file = Files.createTempFile("kmmap-benchmark", ".bin");
        Files.write(file, new byte[SIZE]);
        map = MMap.open(file.toString(), Access.WRITE);
        arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            segment = channel.map(MapMode.READ_WRITE, 0, SIZE, arena);
            buffer = channel.map(MapMode.READ_WRITE, 0, SIZE);
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        map.close();
        arena.close();
        Files.delete(file);
    }
}
