package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import kotlinx.io.bytestring.ByteString;
import kotlinx.io.files.PathsJvmKt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole API as a Java programmer writes it. Much of what is tested is that it compiles. */
class MMapJavaTest {
    private static final byte X = 'x';

    @TempDir
    private Path folder;
    private String path;

    @BeforeEach
    void makeFile() throws IOException {
        path = Files.writeString(folder.resolve("hello.txt"), "Hello\nworld\n").toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void mapsAreOpenedWithAsManyArgumentsAsAreNeeded() throws IOException {
        try (MMap map = MMap.open(path)) {
            assertEquals(Access.READ, map.access());
            assertEquals(12, map.size());
        }
        try (MMap map = MMap.open(path, Access.WRITE)) {
            assertEquals(12, map.fileSize());
        }
        try (MMap map = MMap.open(path, Access.COPY, 6)) {
            assertEquals(6, map.offset());
            assertEquals(6, map.size());
        }
        try (MMap map = MMap.open(path, Access.READ, 6, 5)) {
            assertArrayEquals(bytes("world"), map.read());
        }
        try (MMap map = MMap.anonymous(100)) {
            assertEquals(0, map.get(99));
            assertEquals(Access.WRITE, map.access());
        }
        assertThrows(IllegalArgumentException.class, () -> MMap.map(-1));
        assertThrows(MMapException.class, () -> MMap.map(987_654, Access.READ));
        assertThrows(MMapException.class, () -> MMap.map(987_654, Access.READ, 0));
        assertThrows(MMapException.class, () -> MMap.map(987_654, Access.READ, 0, 1));
    }

    @Test
    void optionsAreChained() throws IOException {
        String file = folder.resolve("new.bin").toString();
        MMapOptions options = new MMapOptions()
                .access(Access.WRITE)
                .create(true)
                .extend(true)
                .offset(10)
                .length(4096)
                .trackFile(true);
        try (MMap map = options.open(file)) {
            map.set(4095, X);
        }
        assertEquals(4106, Files.size(Path.of(file)));
        try (MMap map = options.open(PathsJvmKt.Path(file))) {
            assertEquals(X, map.get(4095));
        }
        try (MMap map = new MMapOptions()
                .protection(Protection.READ, Protection.WRITE)
                .flags(MapFlag.PRIVATE, MapFlag.ANONYMOUS)
                .length(10)
                .name("memory")
                .anonymous()) {
            assertEquals("memory", map.name());
            map.setName("other");
            assertEquals("other", map.name());
            assertEquals(Access.DEFAULT, map.access());
        }
        assertThrows(IllegalArgumentException.class, () -> new MMapOptions().map(-1));
    }

    @Test
    void bytesAreReadAndWritten() throws IOException {
        try (MMap map = MMap.open(path, Access.WRITE)) {
            map.set(0, (byte) 'J');
            assertEquals('J', map.get(0));
            assertArrayEquals(bytes("Jello"), map.slice(0, 5));
            assertArrayEquals(bytes("world\n"), map.slice(-6));
            assertArrayEquals(bytes("Jlowrd"), map.slice(null, null, 2));
            assertArrayEquals(bytes("\ndlrow"), map.slice(null, 5L, -1));
            map.setSlice(0, 5, bytes("HELLO"));
            map.setSlice(null, 5L, 2, bytes("hlo"));
            assertArrayEquals(bytes("hElLo"), map.slice(0, 5));
            byte[] array = new byte[5];
            map.copyTo(6, array);
            assertArrayEquals(bytes("world"), array);
            map.copyTo(6, array, 3);
            map.copyTo(6, array, 1, 3);
            assertArrayEquals(bytes("wwowo"), array);
            map.copyFrom(0, array);
            map.copyFrom(0, array, 4);
            map.copyFrom(1, array, 0, 1);
            assertArrayEquals(bytes("owowo"), map.slice(0, 5));
            map.move(0, 6, 5);
            assertTrue(map.contains((byte) 'w'));
            assertTrue(map.contains(bytes("world\nworld")));
        }
        assertEquals("world\nworld\n", Files.readString(Path.of(path)));
    }

    @Test
    void theCursorMoves() throws IOException {
        try (MMap map = MMap.open(path, Access.WRITE)) {
            assertEquals(0, map.position());
            assertArrayEquals(bytes("Hello\n"), map.readLine());
            assertEquals(6, map.position());
            assertEquals('w', map.readByte());
            assertArrayEquals(bytes("or"), map.read(2));
            assertArrayEquals(bytes("ld\n"), map.read());
            assertEquals(2, map.seek(2));
            assertEquals(11, map.seek(-1, Whence.END));
            assertEquals(9, map.seek(-2, Whence.CURRENT));
            assertEquals(2, map.write(bytes("LD")));
            map.writeByte((byte) '!');
            map.seek(0, Whence.START);
            assertEquals(1, map.write(bytes("xJ"), 1));
            assertEquals(1, map.write(bytes("xEx"), 1, 2));
            assertArrayEquals(bytes("JEllo\nworLD!"), map.slice(0));
        }
    }

    @Test
    void everyKindOfNeedleIsFound() throws IOException {
        try (MMap map = MMap.open(path)) {
            assertEquals(4, map.find("o"));
            assertEquals(7, map.find("o", 5));
            assertEquals(-1, map.find("o", 5, 7));
            assertEquals(4, map.find((byte) 'o'));
            assertEquals(7, map.find((byte) 'o', 5));
            assertEquals(-1, map.find((byte) 'o', 5, 7));
            assertEquals(4, map.find(bytes("o\n")));
            assertEquals(4, map.find(bytes("o\n"), 4));
            assertEquals(-1, map.find(bytes("o\n"), 4, 5));
            assertEquals(7, map.rfind("o"));
            assertEquals(-1, map.rfind("o", 8));
            assertEquals(4, map.rfind("o", 0, 7));
            assertEquals(7, map.rfind((byte) 'o'));
            assertEquals(7, map.rfind((byte) 'o', 7));
            assertEquals(4, map.rfind((byte) 'o', 0, 7));
            assertEquals(4, map.rfind(bytes("o\n")));
            assertEquals(-1, map.rfind(bytes("o\n"), 5));
            assertEquals(-1, map.rfind(bytes("o\n"), 0, 5));
        }
    }

    @Test
    void bytesAreIterated() throws IOException {
        try (MMap map = MMap.open(path)) {
            StringBuilder text = new StringBuilder();
            for (byte value : map) {
                text.append((char) value);
            }
            assertEquals("Hello\nworld\n", text.toString());
            Iterator<Byte> iterator = map.iterator();
            assertEquals((byte) 'H', iterator.next());
        }
    }

    @Test
    void mapsAreFlushedAdvisedAndResized() throws IOException {
        try (MMap map = MMap.open(path, Access.WRITE)) {
            map.flush();
            map.flush(3);
            map.flush(3, 4);
            map.flush(0, -1, FlushMode.ASYNC);
            map.flush(FlushMode.DURABLE);
            map.advise(Advice.NORMAL);
            map.advise(Advice.RANDOM, 3);
            map.advise(Advice.SEQUENTIAL, 3, 4);
            map.resize(5);
            assertEquals(5, map.size());
            assertEquals(5, map.fileSize());
        }
        assertEquals("Hello", Files.readString(Path.of(path)));
    }

    @Test
    void constantsSayWhetherTheyAreSupported() {
        assertTrue(MapFlag.SHARED.isSupported());
        assertEquals("MAP_SHARED", MapFlag.SHARED.constantName());
        assertFalse(Advice.NO_SYNC.isSupported());
        assertEquals("MADV_WILLNEED", Advice.WILL_NEED.constantName());
        assertTrue(FlushMode.valueOf("SYNC").isSupported());
        assertEquals(3, Whence.values().length);
        assertEquals(4, Access.values().length);
        assertEquals(3, Protection.values().length);
        assertEquals(0, MMap.pageSize() % 4096);
        assertEquals(0, MMap.allocationGranularity() % MMap.pageSize());
    }

    @Test
    void failuresAreCaughtByKind() throws IOException {
        String missing = folder.resolve("missing").toString();
        try (MMap map = MMap.open(missing)) {
            throw new AssertionError(map.toString());
        } catch (MMapFileNotFoundException e) {
            assertEquals("open", e.operation());
            assertEquals("ENOENT", e.errorName());
            assertEquals(2, e.errorCode());
            assertTrue(e.getMessage().contains(missing));
        }
        IOException failure = assertThrows(MMapException.class, () -> MMap.open(missing + "\u00e4/x"));
        assertInstanceOf(MMapFileNotFoundException.class, failure);
        assertTrue(IOException.class.isAssignableFrom(MMapAccessDeniedException.class));
        assertTrue(IOException.class.isAssignableFrom(MMapNoSpaceException.class));
        try (MMap map = MMap.open(path)) {
            assertThrows(ReadOnlyMMapException.class, () -> map.set(0, X));
            assertThrows(UnsupportedOperationException.class, () -> map.resize(1));
            assertThrows(IndexOutOfBoundsException.class, () -> map.get(12));
            assertThrows(IllegalArgumentException.class, () -> map.seek(13));
        }
    }

    @Test
    void closedMapsSaySo() throws IOException {
        MMap map = MMap.open(path);
        assertFalse(map.isClosed());
        map.close();
        map.close();
        assertTrue(map.isClosed());
        assertEquals("MMap(closed=true)", map.toString());
        IllegalStateException failure = assertThrows(IllegalStateException.class, map::size);
        assertEquals("mmap is closed", failure.getMessage());
        assertNull(map.name());
    }

    @Test
    void kotlinxIoTypesAreStatics() throws IOException {
        ByteString needle = new ByteString(bytes("world"), 0, 5);
        try (MMap map = new MMapOptions().access(Access.WRITE).open(PathsJvmKt.Path(path))) {
            assertEquals(6, KotlinxIo.find(map, needle));
            assertEquals(6, KotlinxIo.find(map, needle, 1));
            assertEquals(-1, KotlinxIo.find(map, needle, 1, 10));
            assertEquals(6, KotlinxIo.rfind(map, needle));
            assertEquals(-1, KotlinxIo.rfind(map, needle, 7));
            assertEquals(6, KotlinxIo.rfind(map, needle, 0, 11));
            assertTrue(KotlinxIo.contains(map, needle));
            assertEquals(5, KotlinxIo.write(map, needle));
            assertEquals(needle, KotlinxIo.sliceToByteString(map, 0, 5));
            assertEquals(12, KotlinxIo.sliceToByteString(map, 0).getSize());
        }
    }

    @Test
    void processesShareMemoryByAName() throws IOException {
        String name = "kmmap-java-" + ProcessHandle.current().pid();
        try (MMap memory = SharedMemory.create(name, 10)) {
            memory.set(9, X);
            assertThrows(MMapAlreadyExistsException.class, () -> SharedMemory.create(name, 10));
            try (MMap all = SharedMemory.open(name); MMap read = SharedMemory.open(name, Access.READ);
                    MMap behind = SharedMemory.open(name, Access.READ, 9);
                    MMap one = SharedMemory.open(name, Access.WRITE, 9, 1)) {
                assertEquals(X, all.get(9));
                assertEquals(X, read.get(9));
                assertEquals(X, behind.get(0));
                assertEquals(1, one.size());
                assertEquals(name, one.name());
            }
        } finally {
            SharedMemory.unlink(name);
        }
        assertThrows(MMapFileNotFoundException.class, () -> SharedMemory.open(name));
    }

    @Test
    void whatIsInternalIsNotVisible() {
        List<String> visible = new ArrayList<>();
        for (Class<?> type : List.of(MMap.class, MMap.Companion.class, MMapOptions.class, MMapException.class,
                MMapNoSpaceException.class, ReadOnlyMMapException.class, Access.class, Protection.class, MapFlag.class,
                Advice.class, FlushMode.class, Whence.class, KotlinxIo.class, Suspending.class,
                SharedMemory.class, MMapAlreadyExistsException.class, MMapFaultException.class, MMaps.class,
                Needle.class, Needle.Companion.class, Line.class, LineIndex.class, LineIndex.Companion.class,
                MultiNeedle.class, MultiNeedle.Companion.class, NeedleMatch.class, RegexMatch.class,
                TextEncoding.class, Seal.class, MMapAppender.class, MMapAppender.Companion.class)) {
            for (Method method : type.getDeclaredMethods()) {
                boolean isInternal = method.getName().contains("$") || Stream.of(method.getParameterTypes())
                        .anyMatch(parameter -> parameter.getName().startsWith("dev.kmmap.internal."))
                        || method.getReturnType().getName().startsWith("dev.kmmap.internal.");
                if (isVisible(method.getModifiers()) && !method.isSynthetic() && isInternal) {
                    visible.add(method.toString());
                }
            }
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                // One that takes what the module does not export cannot be called.
                boolean isCallable = Stream.of(constructor.getParameterTypes())
                        .noneMatch(parameter -> parameter.getName().startsWith("dev.kmmap.internal."));
                boolean isOptions = type == MMapOptions.class && constructor.getParameterCount() == 0;
                if (isVisible(constructor.getModifiers()) && !constructor.isSynthetic() && isCallable && !isOptions) {
                    visible.add(constructor.toString());
                }
            }
        }
        assertEquals(List.of(), visible);
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }
}
