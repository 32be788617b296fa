package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** A map read and written as Java reads and writes files, and searched as Java waits for others. */
@Timeout(60)
class MMapStreamsJavaTest {
    @TempDir
    private Path folder;
    private Path path;

    @BeforeEach
    void makeFile() throws IOException {
        path = Files.writeString(folder.resolve("text.txt"), "Hello\nworld");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void closed(Executable use) {
        assertEquals("mmap is closed", assertThrows(IllegalStateException.class, use).getMessage());
    }

    @Test
    void aMapIsReadAsAStream() throws IOException {
        try (MMap map = MMaps.open(path)) {
            var reader = new BufferedReader(new InputStreamReader(MMaps.inputStream(map), StandardCharsets.UTF_8));
            assertEquals(List.of("Hello", "world"), reader.lines().toList());
            assertArrayEquals(bytes("world"), MMaps.inputStream(map, 6).readAllBytes());
            InputStream stream = MMaps.inputStream(map, 1, -1);
            assertEquals(9, stream.available());
            assertEquals('e', stream.read());
            assertTrue(stream.markSupported());
            stream.mark(100);
            assertArrayEquals(bytes("ll"), stream.readNBytes(2));
            assertEquals(3, stream.skip(3));
            var copy = new ByteArrayOutputStream();
            assertEquals(3, stream.transferTo(copy));
            assertEquals("orl", copy.toString(StandardCharsets.UTF_8));
            assertEquals(-1, stream.read());
            assertEquals(-1, stream.read(new byte[1]));
            assertEquals(0, stream.read(new byte[0]));
            assertEquals(0, stream.skip(1));
            assertEquals(0, stream.readAllBytes().length);
            stream.reset();
            assertEquals('l', stream.read());
            assertEquals(0, stream.skip(-1));
            byte[] array = new byte[10];
            assertEquals(7, stream.read(array, 1, 9));
            assertArrayEquals(bytes("\0lo\nworl\0\0"), array);
            assertThrows(IndexOutOfBoundsException.class, () -> stream.read(array, 5, 6));
            assertThrows(IllegalArgumentException.class, () -> stream.readNBytes(-1));
        }
    }

    @Test
    void aStreamEndsWhereTheMapEnds() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            InputStream stream = MMaps.inputStream(map);
            map.resize(2);
            assertArrayEquals(bytes("He"), stream.readAllBytes());
            map.resize(1);
            assertEquals(0, stream.available());
            assertEquals(-1, stream.read());
        }
    }

    @Test
    void aMapIsWrittenAsAStream() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            try (var stream = new DataOutputStream(MMaps.outputStream(map, 6))) {
                stream.writeShort(0x4142);
                stream.writeByte('C');
                stream.flush();
                assertThrows(IOException.class, () -> stream.writeInt(7));
                stream.write(bytes("de"), 0, 2);
                assertThrows(IOException.class, () -> stream.write(1));
            }
            OutputStream first = MMaps.outputStream(map);
            first.write(bytes("xJx"), 1, 1);
            assertThrows(IndexOutOfBoundsException.class, () -> first.write(bytes("x"), 1, 1));
            assertEquals(11, map.size());
            assertThrows(IndexOutOfBoundsException.class, () -> MMaps.outputStream(map, 12));
            assertThrows(IndexOutOfBoundsException.class, () -> MMaps.outputStream(map, -1));
        }
        assertEquals("Jello\nABCde", Files.readString(path));
        try (MMap map = MMaps.open(path)) {
            assertThrows(ReadOnlyMMapException.class, () -> MMaps.outputStream(map));
        }
    }

    @Test
    void aMapIsAChannel() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE); SeekableByteChannel channel = MMaps.byteChannel(map)) {
            assertEquals(11, channel.size());
            ByteBuffer heap = ByteBuffer.allocate(7);
            assertEquals(7, channel.read(heap));
            assertArrayEquals(bytes("Hello\nw"), heap.array());
            assertEquals(0, channel.read(heap));
            assertEquals(7, channel.position());
            ByteBuffer direct = ByteBuffer.allocateDirect(7).put((byte) '-');
            assertEquals(4, channel.read(direct));
            assertEquals("-orld", StandardCharsets.UTF_8.decode(direct.flip()).toString());
            assertEquals(-1, channel.read(heap.clear()));
            assertThrows(IllegalArgumentException.class, () -> channel.read(heap.asReadOnlyBuffer()));
            assertEquals(1, channel.position(0).write(ByteBuffer.wrap(bytes("xJ"), 1, 1)));
            assertEquals(2, channel.write(ByteBuffer.allocateDirect(2)));
            assertEquals(2, channel.write(ByteBuffer.wrap(bytes("pp")).asReadOnlyBuffer()));
            assertEquals(5, channel.position());
            assertEquals(0, map.position());
            assertThrows(IllegalArgumentException.class, () -> channel.position(-1));
            assertTrue(channel.isOpen());
        }
        assertEquals("J\0\0pp\nworld", Files.readString(path));
    }

    @Test
    void aChannelRefusesWhatDoesNotFitAsAWhole() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            SeekableByteChannel channel = MMaps.byteChannel(map).position(9);
            ByteBuffer three = ByteBuffer.wrap(bytes("xyz"));
            assertThrows(IOException.class, () -> channel.write(three));
            assertEquals(3, three.remaining());
            assertEquals(9, channel.position());
            assertEquals(-1, channel.position(100).read(ByteBuffer.allocate(1)));
            assertThrows(IOException.class, () -> channel.write(three));
        }
        assertEquals("Hello\nworld", Files.readString(path));
    }

    @Test
    void truncatingAChannelResizesTheMap() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            SeekableByteChannel channel = MMaps.byteChannel(map).position(8);
            assertEquals(8, channel.truncate(100).position());
            assertEquals(11, channel.size());
            assertEquals(5, channel.truncate(5).position());
            assertEquals(5, map.size());
            assertThrows(IllegalArgumentException.class, () -> channel.truncate(-1));
        }
        assertEquals("Hello", Files.readString(path));
        try (MMap map = MMaps.open(path)) {
            SeekableByteChannel channel = MMaps.byteChannel(map);
            assertThrows(NonWritableChannelException.class, () -> channel.truncate(0));
            assertThrows(NonWritableChannelException.class, () -> channel.write(ByteBuffer.allocate(1)));
        }
        try (MMap map = MMaps.open(path, Access.COPY)) {
            assertThrows(UnsupportedOperationException.class, () -> MMaps.byteChannel(map).truncate(0));
        }
    }

    @Test
    void closingAStreamOrAChannelDoesNotCloseTheMap() throws IOException {
        try (MMap map = MMaps.open(path, Access.WRITE)) {
            InputStream input = MMaps.inputStream(map);
            OutputStream output = MMaps.outputStream(map);
            SeekableByteChannel channel = MMaps.byteChannel(map);
            for (AutoCloseable each : List.of(input, output, channel, input, output, channel)) {
                assertCloses(each);
            }
            assertThrows(IOException.class, input::read);
            assertThrows(IOException.class, () -> input.read(new byte[1]));
            assertThrows(IOException.class, input::reset);
            assertThrows(IOException.class, () -> output.write(1));
            assertThrows(IOException.class, output::flush);
            assertFalse(channel.isOpen());
            assertThrows(ClosedChannelException.class, channel::size);
            assertThrows(ClosedChannelException.class, () -> channel.read(ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> channel.write(ByteBuffer.allocate(1)));
            assertThrows(ClosedChannelException.class, () -> channel.truncate(1));
            assertEquals(11, map.size());
        }
    }

    private static void assertCloses(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everythingOfAClosedMapThrows() throws IOException {
        MMap map = MMaps.open(path, Access.WRITE);
        InputStream input = MMaps.inputStream(map);
        OutputStream output = MMaps.outputStream(map);
        SeekableByteChannel channel = MMaps.byteChannel(map);
        map.close();
        closed(input::read);
        closed(() -> input.read(new byte[1]));
        closed(input::readAllBytes);
        closed(input::available);
        closed(() -> input.skip(1));
        closed(() -> output.write(1));
        closed(() -> output.write(new byte[0]));
        closed(output::flush);
        assertFalse(channel.isOpen());
        closed(channel::size);
        closed(channel::position);
        closed(() -> channel.position(-1));
        closed(() -> channel.read(ByteBuffer.allocate(1)));
        closed(() -> channel.write(ByteBuffer.allocate(1)));
        closed(() -> channel.truncate(0));
        closed(() -> MMaps.inputStream(map));
        closed(() -> MMaps.outputStream(map));
        closed(() -> MMaps.byteChannel(map));
        closed(() -> MMaps.findAsync(map, "x", 0));
        closed(() -> MMaps.rfindAsync(map, "x"));
        closed(() -> MMaps.flushAsync(map));
        assertCloses(channel);
        assertCloses(input);
        assertCloses(output);
    }

    @Test
    void searchesAndFlushesAreFutures() throws Exception {
        Needle needle = Needle.of("WORLD", true);
        try (ExecutorService executor = Executors.newSingleThreadExecutor();
                MMap map = MMaps.open(path, Access.WRITE)) {
            assertEquals(6, MMaps.findAsync(map, "world").get());
            assertEquals(-1, MMaps.findAsync(map, "world", 7).get());
            assertEquals(-1, MMaps.findAsync(map, "world", 0, 8).get());
            assertEquals(6, MMaps.findAsync(map, "world", 0, 11, executor).get());
            assertEquals(2, MMaps.findAsync(map, bytes("l")).get());
            assertEquals(3, MMaps.findAsync(map, bytes("l"), 3).get());
            assertEquals(3, MMaps.findAsync(map, bytes("l"), 3, 11).get());
            assertEquals(3, MMaps.findAsync(map, bytes("l"), 3, 11, executor).get());
            assertEquals(6, MMaps.findAsync(map, needle).get());
            assertEquals(6, MMaps.findAsync(map, needle, 0).get());
            assertEquals(6, MMaps.findAsync(map, needle, 0, 11).get());
            assertEquals(6, MMaps.findAsync(map, needle, 0, 11, executor).get());
            assertEquals(9, MMaps.rfindAsync(map, "l").get());
            assertEquals(9, MMaps.rfindAsync(map, "l", 0).get());
            assertEquals(3, MMaps.rfindAsync(map, "l", 0, 9).get());
            assertEquals(3, MMaps.rfindAsync(map, "l", 0, 9, executor).get());
            assertEquals(9, MMaps.rfindAsync(map, bytes("l")).get());
            assertEquals(9, MMaps.rfindAsync(map, bytes("l"), 0).get());
            assertEquals(3, MMaps.rfindAsync(map, bytes("l"), 0, 9).get());
            assertEquals(3, MMaps.rfindAsync(map, bytes("l"), 0, 9, executor).get());
            assertEquals(6, MMaps.rfindAsync(map, needle).get());
            assertEquals(6, MMaps.rfindAsync(map, needle, 0).get());
            assertEquals(6, MMaps.rfindAsync(map, needle, 0, 11).get());
            assertEquals(6, MMaps.rfindAsync(map, needle, 0, 11, executor).get());
            CompletableFuture<Void> flush = MMaps.flushAsync(map);
            assertNull(flush.get());
            assertNull(MMaps.flushAsync(map, FlushMode.DURABLE).get());
            assertNull(MMaps.flushAsync(map, 3).get());
            assertNull(MMaps.flushAsync(map, 3, 4).get());
            assertNull(MMaps.flushAsync(map, 3, 4, FlushMode.ASYNC).get());
            assertNull(MMaps.flushAsync(map, 3, 4, FlushMode.SYNC, executor).get());
            CompletableFuture<Void> outside = MMaps.flushAsync(map, 12);
            Throwable cause = assertThrows(CompletionException.class, outside::join).getCause();
            assertInstanceOf(IllegalArgumentException.class, cause);
        }
    }

    @Test
    void whatIsShortIsSearchedOnTheExecutorToo() throws Exception {
        Thread caller = Thread.currentThread();
        CompletableFuture<Thread> searcher = new CompletableFuture<>();
        try (ExecutorService executor = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task);
            searcher.complete(thread);
            return thread;
        }); MMap map = MMaps.open(path)) {
            CompletableFuture<Long> search = MMaps.findAsync(map, "world", 0, 11, executor);
            assertEquals(6, search.get());
            assertFalse(searcher.get() == caller);
        }
    }

    /** So many zeros that a search of all takes much longer than anybody here waits. */
    private static MMap endless() throws IOException {
        return new MMapOptions().length(1L << 40).flags(MapFlag.PRIVATE, MapFlag.NO_RESERVE)
                .protection(Protection.READ).anonymous();
    }

    @Test
    void cancellingAFutureStopsTheSearch() throws Exception {
        try (ExecutorService executor = Executors.newSingleThreadExecutor(); MMap map = endless()) {
            for (boolean backward : new boolean[] {false, true}) {
                CountDownLatch begun = new CountDownLatch(1);
                executor.execute(begun::countDown);
                CompletableFuture<Long> search = backward
                        ? MMaps.rfindAsync(map, "x", 0, Long.MAX_VALUE, executor)
                        : MMaps.findAsync(map, "x", 0, Long.MAX_VALUE, executor);
                begun.await();
                Thread.sleep(5);
                assertFalse(search.isDone());
                search.cancel(false);
                assertThrows(CancellationException.class, search::join);
                // The only thread is free again.
                executor.submit(() -> null).get();
            }
        }
    }

    @Test
    void closingTheMapEndsTheFuture() throws IOException {
        MMap map = endless();
        CompletableFuture<Long> search = MMaps.findAsync(map, "x", 0);
        map.close();
        closed(() -> {
            throw assertThrows(CompletionException.class, search::join).getCause();
        });
    }

    @Test
    void anExecutorThatRefusesCancelsTheFuture() throws IOException {
        ExecutorService executor = Executors.newSingleThreadExecutor();
        executor.shutdown();
        try (MMap map = MMaps.open(path)) {
            CompletableFuture<Long> search = MMaps.findAsync(map, "world", 0, 11, executor);
            assertThrows(CancellationException.class, search::join);
        }
    }
}
