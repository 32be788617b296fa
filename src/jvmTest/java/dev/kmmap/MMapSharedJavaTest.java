package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory that is shared, sealed and handed over, and files that grow, as a Java programmer writes it. */
class MMapSharedJavaTest {
    @TempDir
    private Path folder;

    @Test
    void memoryIsSealedAndHandedOver() throws IOException {
        assertEquals("F_SEAL_SHRINK", Seal.SHRINK.constantName());
        assertTrue(Seal.SHRINK.isSupported());
        try (MMap memory = MMap.memfd("java", 10, Seal.SHRINK)) {
            MMaps.addSeals(memory, Seal.GROW);
            assertEquals(Set.of(Seal.SHRINK, Seal.GROW), MMaps.seals(memory));
            assertThrows(MMapAccessDeniedException.class, () -> memory.resize(5));
            memory.set(9, (byte) 7);
            String name = MMaps.useDescriptor(memory, descriptor -> {
                try (MMap received = MMap.map(descriptor, Access.READ)) {
                    assertEquals(7, received.get(9));
                } catch (IOException impossible) {
                    throw new AssertionError(impossible);
                }
                return "/proc/self/fd/" + descriptor;
            });
            assertTrue(name.startsWith("/proc/"));
        }
        try (MMap memory = new MMapOptions().length(10).seals().anonymous()) {
            assertEquals(Set.of(), MMaps.seals(memory));
        }
    }

    @Test
    void aMapGrowsInPlace() throws IOException {
        String file = folder.resolve("growing").toString();
        try (MMap map = new MMapOptions().access(Access.WRITE).create(true).reserve(1 << 20).open(file)) {
            map.resize(100_000);
            map.set(99_999, (byte) 1);
        }
        assertEquals(100_000, Files.size(folder.resolve("growing")));
    }

    @Test
    void aFileIsAppendedTo() throws IOException {
        Path file = folder.resolve("log");
        try (MMapAppender log = MMapAppender.open(file.toString())) {
            assertEquals(0, log.append(new byte[] {1, 2, 3}));
            assertEquals(3, log.append(new byte[] {1, 2, 3}, 1));
            assertEquals(5, log.append(new byte[] {1, 2, 3}, 0, 1));
            assertEquals(6, log.size());
            log.flush();
            log.flush(FlushMode.DURABLE);
        }
        try (MMapAppender log = MMapAppender.open(file.toString(), MMapAppender.DEFAULT_RESERVE)) {
            assertEquals(6, log.size());
        }
        try (MMapAppender log = MMapAppender.open(file.toString(), 0, MMapAppender.DEFAULT_STEP)) {
            log.append(new byte[] {4});
        }
        assertArrayEquals(new byte[] {1, 2, 3, 2, 3, 1, 4}, Files.readAllBytes(file));
        assertThrows(IllegalArgumentException.class, () -> MMapAppender.open(file.toString(), 0, 0));
    }
}
