package dev.kmmap.benchmarks.drivers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Files mapped in the JDK's own way, until the program ends. */
final class Segments {
    private final Map<Path, MemorySegment> segments = new HashMap<>();

    MemorySegment of(Path file) throws IOException {
        MemorySegment segment = segments.get(file);
        if (segment == null) {
            try (FileChannel channel = FileChannel.open(file)) {
                segment = channel.map(MapMode.READ_ONLY, 0, channel.size(), Arena.global());
            }
            segments.put(file, segment);
        }
        return segment;
    }
}
