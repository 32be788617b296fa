package dev.kmmap.benchmarks;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import java.io.IOException;
import java.io.OutputStream;
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

/**
 * One file of 256 MiB, more than any cache of the processor, mapped by kmmap and in the two ways of the JDK. A fork
 * touches one of the three only. As in most files, few bytes are zero.
 */
@State(Scope.Benchmark)
public class Mapped {
    static final int SIZE = 256 << 20;

    MMap map;
    MemorySegment segment;
    MappedByteBuffer buffer;
    private Path file;
    private Arena arena;

    @Setup(Level.Trial)
    public void open() throws IOException {
        file = Files.createTempFile("kmmap-benchmark", ".bin");
        byte[] block = block();
        try (OutputStream output = Files.newOutputStream(file)) {
            for (int size = 0; size < SIZE; size += block.length) output.write(block);
        }
        map = MMap.open(file.toString(), Access.WRITE);
        arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            segment = channel.map(MapMode.READ_WRITE, 0, SIZE, arena);
            buffer = channel.map(MapMode.READ_WRITE, 0, SIZE);
        }
    }

    /** What the file is made of, again and again. */
    byte[] block() {
        byte[] block = new byte[1 << 20];
        for (int i = 0; i < block.length; i++) block[i] = (byte) (i * 7);
        return block;
    }

    /** A file of zeros, at each of which it is looked up whether a page is gone. */
    public static class Zeros extends Mapped {
        @Override
        byte[] block() {
            return new byte[1 << 20];
        }
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        map.close();
        arena.close();
        Files.delete(file);
    }
}
