package dev.kmmap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import kotlinx.io.Buffer;
import kotlinx.io.CoreKt;
import kotlinx.io.Source;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A map as Java's own types for memory: what each is good for, and how it dies with the map. */
@Timeout(60)
class MMapViewsJavaTest {
    @TempDir
    private Path folder;
    private Path path;

    @BeforeEach
    void makeFile() throws IOException {
        path = Files.writeString(folder.resolve("text.txt"), "Hello world");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The JDK has no direct buffer that is no MappedByteBuffer, and lets none of ours refuse what it cannot do. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void forceOfABufferWritesNothingAndThatOfASegmentThrows() throws Exception {
        try (MMap map = MMap.open(path.toString(), Access.WRITE)) {
            ByteBuffer buffer = MMaps.asByteBuffer(map);
            buffer.put(0, (byte) 'J');
            MappedByteBuffer mapped = assertInstanceOf(MappedByteBuffer.class, buffer);
            assertSame(mapped, mapped.force());
            assertTrue(dirtyKibibytes() > 0);
            map.flush();
            MemorySegment segment = MMaps.asMemorySegment(map);
            assertFalse(segment.isMapped());
            assertThrows(UnsupportedOperationException.class, segment::force);
            assertThrows(UnsupportedOperationException.class, segment::load);
            assertThrows(UnsupportedOperationException.class, segment::isLoaded);
        }
    }

    /** The kernel raises no signal for what it copies itself, so the map cannot know. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void aChannelThatWritesFromALostPageWritesLessOrFailsAndTheMapDoesNotKnow() throws Exception {
        int size = (int) (4 * MMap.pageSize());
        Files.write(path, new byte[size]);
        Path copy = folder.resolve("copy");
        try (MMap map = MMap.open(path.toString());
                FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE);
                FileChannel channel = FileChannel.open(copy, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.truncate(100);
            ByteBuffer buffer = MMaps.asByteBuffer(map);
            assertTrue(channel.write(buffer) < size);
            IOException failure = assertThrows(IOException.class, () -> channel.write(buffer));
            assertTrue(failure.getMessage().contains("Bad address"), failure.getMessage());
            assertEquals(0, map.get(0));
            assertEquals(100, map.fileSize());
        }
    }

    /** What of the file's page waits to be written, as the kernel has it. */
    private int dirtyKibibytes() throws IOException {
        int dirty = 0;
        boolean isOurs = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (!line.contains("kB") && line.contains("-")) {
                isOurs = line.endsWith(path.toString());
            }
            if (isOurs && (line.startsWith("Shared_Dirty:") || line.startsWith("Private_Dirty:"))) {
                dirty += Integer.parseInt(line.replaceAll("\\D", ""));
            }
        }
        return dirty;
    }

    @Test
    void filesAreOpenedByTheirPath() throws IOException {
        try (MMap map = MMaps.open(path)) {
            assertEquals(Access.READ, map.access());
            assertEquals(11, map.size());
        }
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            map.write(bytes("J"));
        }
        try (MMap map = MMaps.open(path, Access.READ, 6)) {
            assertArrayEquals(bytes("world"), map.read());
        }
        try (MMap map = MMaps.open(path, Access.READ, 0, 5)) {
            assertArrayEquals(bytes("Jello"), map.read());
        }
        MMapOptions options = new MMapOptions().access(Access.WRITE).create(true).extend(true).length(10);
        try (MMap map = MMaps.open(options, folder.resolve("new"))) {
            assertEquals(10, map.fileSize());
        }
        assertThrows(MMapFileNotFoundException.class, () -> MMaps.open(folder.resolve("none")));
    }

    @Test
    void pathsInsideOfArchivesAreRefused() throws IOException {
        URI archive = URI.create("jar:" + folder.resolve("archive.zip").toUri());
        try (FileSystem files = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
            Path inside = Files.writeString(files.getPath("/text.txt"), "Hello");
            assertThrows(UnsupportedOperationException.class, () -> MMaps.open(inside));
            assertThrows(UnsupportedOperationException.class, () -> MMaps.open(new MMapOptions(), inside));
        }
    }

    @Test
    void aSegmentIsTheMemoryOfTheMap() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            MemorySegment segment = MMaps.asMemorySegment(map);
            assertEquals(11, segment.byteSize());
            segment.set(JAVA_BYTE, 0, (byte) 'J');
            assertEquals('J', map.get(0));
            map.set(1, (byte) 'E');
            assertEquals('E', segment.get(JAVA_BYTE, 1));
            assertArrayEquals(bytes("world"), MMaps.asMemorySegment(map, 6).toArray(JAVA_BYTE));
            assertArrayEquals(bytes("lo"), MMaps.asMemorySegment(map, 3, 2).toArray(JAVA_BYTE));
            assertEquals(0, MMaps.asMemorySegment(map, 11).byteSize());
            assertThrows(IndexOutOfBoundsException.class, () -> segment.get(JAVA_INT_UNALIGNED, 8));
            assertThrows(IllegalArgumentException.class, () -> MMaps.asMemorySegment(map, 12));
            assertThrows(IllegalArgumentException.class, () -> MMaps.asMemorySegment(map, 0, 12));
            assertThrows(IllegalArgumentException.class, () -> MMaps.asMemorySegment(map, -1, 1));
            assertThrows(IllegalArgumentException.class, () -> MMaps.asMemorySegment(map, 1, Long.MAX_VALUE));
            assertThrows(UnsupportedOperationException.class, segment::force);
            assertFalse(segment.isMapped());
        }
        assertEquals("JEllo world", Files.readString(path));
    }

    @Test
    void aBufferIsTheMemoryOfTheMap() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            ByteBuffer buffer = MMaps.asByteBuffer(map);
            assertTrue(buffer.isDirect());
            assertEquals(11, buffer.capacity());
            assertEquals(0x48656c6c, buffer.getInt(0));
            assertEquals(0x6c6c6548, buffer.order(ByteOrder.LITTLE_ENDIAN).getInt(0));
            buffer.put(0, (byte) 'J');
            assertEquals('J', map.get(0));
            assertEquals("world", StandardCharsets.UTF_8.decode(MMaps.asByteBuffer(map, 6)).toString());
            assertEquals("lo", StandardCharsets.UTF_8.decode(MMaps.asByteBuffer(map, 3, 2)).toString());
            assertThrows(IllegalArgumentException.class, () -> MMaps.asByteBuffer(map, 3, 9));
            try (FileChannel file = FileChannel.open(folder.resolve("copy"), StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE)) {
                assertEquals(11, file.write(buffer));
            }
        }
        assertEquals("Jello world", Files.readString(folder.resolve("copy")));
    }

    @Test
    void aBufferHasAtMostAsManyBytesAsAnIntCanCount() throws IOException {
        long size = 1L << 31;
        MMapOptions options = new MMapOptions().length(size).flags(MapFlag.PRIVATE, MapFlag.NO_RESERVE);
        try (MMap map = options.anonymous()) {
            assertEquals(size, MMaps.asMemorySegment(map).byteSize());
            assertThrows(IllegalArgumentException.class, () -> MMaps.asByteBuffer(map));
            int longest = Integer.MAX_VALUE - 8;
            assertThrows(IllegalArgumentException.class, () -> MMaps.asByteBuffer(map, 0, longest + 1L));
            assertEquals(longest, MMaps.asByteBuffer(map, 0, longest).capacity());
        }
    }

    @Test
    void viewsOfAReadOnlyMapAreReadOnly() throws IOException {
        try (MMap map = MMaps.open(path)) {
            MemorySegment segment = MMaps.asMemorySegment(map);
            assertTrue(segment.isReadOnly());
            assertThrows(IllegalArgumentException.class, () -> segment.set(JAVA_BYTE, 0, (byte) 1));
            assertThrows(ReadOnlyBufferException.class, () -> MMaps.asByteBuffer(map).put((byte) 1));
        }
        MMapOptions none = new MMapOptions().protection().length(10);
        try (MMap map = none.anonymous()) {
            assertThrows(UnsupportedOperationException.class, () -> MMaps.asMemorySegment(map));
            assertThrows(UnsupportedOperationException.class, () -> MMaps.asByteBuffer(map));
            assertThrows(UnsupportedOperationException.class, () -> MMaps.inputStream(map));
            assertThrows(UnsupportedOperationException.class, () -> MMaps.byteChannel(map));
        }
    }

    @Test
    void viewsDieWithTheMap() throws IOException {
        MMap map = MMaps.open(path, Access.WRITE);
        MemorySegment segment = MMaps.asMemorySegment(map);
        ByteBuffer buffer = MMaps.asByteBuffer(map);
        CharSequence text = MMaps.asLatin1(map);
        map.close();
        assertThrows(IllegalStateException.class, () -> segment.get(JAVA_BYTE, 0));
        assertThrows(IllegalStateException.class, () -> segment.set(JAVA_BYTE, 0, (byte) 1));
        assertThrows(IllegalStateException.class, () -> segment.asSlice(3).fill((byte) 1));
        assertThrows(IllegalStateException.class, () -> buffer.get(0));
        assertThrows(IllegalStateException.class, () -> buffer.duplicate().put((byte) 1));
        assertThrows(IllegalStateException.class, () -> text.charAt(0));
        assertThrows(IllegalStateException.class, () -> MMaps.asMemorySegment(map));
        assertThrows(IllegalStateException.class, () -> MMaps.asByteBuffer(map, 5, 100));
        assertEquals("Hello world", Files.readString(path));
    }

    @Test
    void aResizeEndsViewsAndTheMapGivesNewOnes() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            for (long size : new long[] {100, 5}) {
                MemorySegment segment = MMaps.asMemorySegment(map);
                ByteBuffer buffer = MMaps.asByteBuffer(map);
                map.resize(size);
                assertThrows(IllegalStateException.class, () -> segment.get(JAVA_BYTE, 0));
                assertThrows(IllegalStateException.class, () -> buffer.get(0));
                assertEquals('H', MMaps.asMemorySegment(map).get(JAVA_BYTE, 0));
                assertEquals(size, MMaps.asByteBuffer(map).capacity());
            }
        }
    }

    @Test
    void viewsOfAConfinedMapAreForItsThread() throws Exception {
        try (ExecutorService other = Executors.newSingleThreadExecutor();
                MMap map = MMaps.open(new MMapOptions().confined(true), path)) {
            MemorySegment segment = MMaps.asMemorySegment(map);
            ByteBuffer buffer = MMaps.asByteBuffer(map);
            assertEquals('H', segment.get(JAVA_BYTE, 0));
            assertEquals('e', buffer.get(1));
            refused(WrongThreadException.class, other, () -> segment.get(JAVA_BYTE, 0));
            refused(WrongThreadException.class, other, () -> buffer.get(1));
            refused(IllegalStateException.class, other, () -> MMaps.asMemorySegment(map));
            refused(IllegalStateException.class, other, MMaps.inputStream(map)::read);
            refused(IllegalStateException.class, other, MMaps.byteChannel(map)::size);
            refused(IllegalStateException.class, other, () -> MMaps.findAsync(map, "world", 0));
            assertEquals(6, MMaps.findAsync(map, "world", 0, Long.MAX_VALUE, Runnable::run).join());
        }
    }

    private static void refused(Class<? extends Exception> type, ExecutorService other,
            Callable<?> use) {
        Throwable thrown = assertThrows(ExecutionException.class, () -> other.submit(use).get()).getCause();
        assertEquals(type, thrown.getClass());
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "only Linux has the fault guard for every access")
    void aPageThatIsGoneShowsZerosUntilTheMapTellsOfIt() throws IOException {
        Files.write(path, new byte[100_000]);
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            MemorySegment segment = MMaps.asMemorySegment(map);
            segment.fill((byte) 1);
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
                file.truncate(10);
            }
            assertEquals(0, segment.get(JAVA_BYTE, 99_999));
            segment.set(JAVA_BYTE, 99_998, (byte) 1);
            assertThrows(MMapFaultException.class, () -> map.slice(0, 1));
            assertThrows(IllegalStateException.class, () -> segment.get(JAVA_BYTE, 0));
            assertThrows(MMapFaultException.class, () -> MMaps.asMemorySegment(map));
            assertThrows(MMapFaultException.class, () -> MMaps.inputStream(map));
        }
        assertEquals(10, Files.size(path));
    }

    @Test
    void aMapIsTextForWhateverReadsCharSequences() throws IOException {
        try (MMap map = MMaps.open(path)) {
            assertTrue(Pattern.compile("o w").matcher(MMaps.asLatin1(map)).find());
            assertEquals("world", String.join("", MMaps.asLatin1(map, 6)));
            assertEquals("lo", MMaps.asLatin1(map, 3, 5).toString());
        }
    }

    @Test
    void kotlinxIoReadsAndWritesMaps() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            Source source = CoreKt.buffered(KotlinxIo.asSource(map));
            assertEquals('H', source.readByte());
            CoreKt.buffered(KotlinxIo.asSource(map, 6)).close();
            KotlinxIo.asSource(map, 6, 8).close();
            Buffer buffer = new Buffer();
            assertEquals(2, KotlinxIo.transferTo(map, buffer, 0, 2));
            assertEquals(1, KotlinxIo.transferTo(map, buffer, -1));
            assertEquals(3, KotlinxIo.readFrom(map, buffer, 6));
            assertEquals(11, KotlinxIo.transferTo(map, buffer));
            KotlinxIo.asSink(map).write(buffer, 1);
            KotlinxIo.asSink(map, 10).write(buffer, 1);
            assertEquals(2, KotlinxIo.readFrom(map, buffer, 0, 2));
            assertEquals(7, KotlinxIo.readFrom(map, buffer));
            assertEquals(11, KotlinxIo.readByteString(map).getSize());
            KotlinxIo.copyFrom(map, 0, KotlinxIo.sliceToByteString(map, 6));
            KotlinxIo.setSlice(map, 0, 5, KotlinxIo.sliceToByteString(map, 6));
            assertEquals(0, KotlinxIo.readByteString(map, 3).getSize());
        }
    }
}
