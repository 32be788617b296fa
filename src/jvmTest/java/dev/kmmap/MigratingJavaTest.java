package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel.MapMode;
import java.nio.channels.FileChannel;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What docs/migrating.md says of the JDK's maps and ours where they behave differently: both are shown. */
class MigratingJavaTest {
    private static final int SIZE = 10;
    private static final int PAST_THE_END = 10_000;
    private static final int PAGES = 16;

    @TempDir
    Path folder;

    private Path file() throws IOException {
        return Files.write(folder.resolve("file"), new byte[SIZE]);
    }

    private static FileChannel writable(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Test
    void aChannelThatCanBeWrittenMakesTheFileLongerForAMapThatCannot() throws IOException {
        for (MapMode mode : List.of(MapMode.READ_ONLY, MapMode.PRIVATE)) {
            Path file = file();
            try (FileChannel channel = writable(file)) {
                assertEquals(PAST_THE_END, channel.map(mode, 0, PAST_THE_END).capacity());
            }
            assertEquals(PAST_THE_END, Files.size(file), mode.toString());
        }
        Path file = file();
        try (FileChannel channel = FileChannel.open(file)) {
            assertThrows(IOException.class, () -> channel.map(MapMode.READ_ONLY, 0, PAST_THE_END));
            assertThrows(NonWritableChannelException.class, () -> channel.map(MapMode.PRIVATE, 0, PAST_THE_END));
        }
        assertEquals(SIZE, Files.size(file));
    }

    @ParameterizedTest
    @EnumSource(value = Access.class, names = {"READ", "COPY", "WRITE"})
    void oursIsRefusedAndTheFileStaysAsItIs(Access access) throws IOException {
        Path file = file();
        assertThrows(IllegalArgumentException.class, () -> MMap.open(file.toString(), access, 0, PAST_THE_END));
        assertEquals(SIZE, Files.size(file));
    }

    @Test
    void anInterruptClosesTheChannelOfTheJdkAndNothingOfOurs() throws IOException {
        String path = file().toString();
        try (FileChannel channel = writable(Path.of(path)); MMap map = MMap.open(path, Access.WRITE)) {
            Thread.currentThread().interrupt();
            try {
                assertThrows(ClosedByInterruptException.class, () -> channel.map(MapMode.READ_ONLY, 0, SIZE));
                assertFalse(channel.isOpen());
                map.set(0, (byte) 1);
                map.flush();
                map.resize(2 * SIZE);
                try (MMap other = MMap.open(path)) {
                    assertEquals(1, other.get(0));
                }
            } finally {
                assertTrue(Thread.interrupted(), "the interrupt is still there");
            }
            assertEquals(0, map.find(new byte[] {1}, 0));
        }
    }

    @Test
    @EnabledIf(value = "canGiveFilesAway", disabledReason = "only Linux' superuser has files that are not his own")
    void pagesOfOthersFilesLookAsIfTheyWereInMemory() throws Exception {
        Path file = folder.resolve("foreign");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(PAGES * MMap.pageSize());
        }
        assertEquals("JDK: false, kmmap: 0", look(file));
        assertEquals(0, new ProcessBuilder("sh", "-c", "chown 65534 '" + file + "' && chmod 0444 '" + file + "'")
                .start().waitFor());
        Process stranger = new ProcessBuilder("setpriv", "--bounding-set=-all", "--inh-caps=-all",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                Stranger.class.getName(), file.toString()).redirectErrorStream(true).start();
        assertEquals("JDK: true, kmmap: " + PAGES, new String(stranger.getInputStream().readAllBytes()).strip());
        assertEquals(0, stranger.waitFor());
    }

    private static String look(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file); MMap map = MMap.open(file.toString())) {
            boolean loaded = channel.map(MapMode.READ_ONLY, 0, channel.size()).isLoaded();
            return "JDK: " + loaded + ", kmmap: " + MMaps.residency(map).residentPages();
        }
    }

    static boolean canGiveFilesAway() throws IOException, InterruptedException {
        if (!System.getProperty("os.name").equals("Linux")) return false;
        String root = "test $(id -u) = 0 && command -v setpriv && touch \"$0\" && chown 65534 \"$0\"";
        Path file = Files.createTempFile("kmmap", null);
        try {
            return new ProcessBuilder("sh", "-c", root, file.toString()).start().waitFor() == 0;
        } finally {
            Files.delete(file);
        }
    }

    /** Looks at a file that it does not own, and may not write. */
    static final class Stranger {
        private Stranger() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(look(Path.of(arguments[0])));
        }
    }
}
