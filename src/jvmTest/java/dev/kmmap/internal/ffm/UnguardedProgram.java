package dev.kmmap.internal.ffm;

import dev.kmmap.Access;
import dev.kmmap.Endian;
import dev.kmmap.MMap;
import dev.kmmap.MMaps;
import dev.kmmap.MultiNeedle;
import dev.kmmap.Needle;
import dev.kmmap.internal.memory.FaultGuardJvm;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The program of {@link UnguardedTest}: every operation that is more than {@code get} and {@code set}, often on pages
 * that are there, so that it is compiled, and then on ones that are lost. Shows on the error stream what was thrown.
 */
public final class UnguardedProgram {
    private static final int SIZE = 128 << 10;

    /** Not on the first page, and a multiple of 8. */
    private static final long AT = 40_000;

    /** More than the JVM copies by loads and stores of its own. */
    private static final int COUNT = 1000;

    private static final Map<String, Operation> OPERATIONS = new LinkedHashMap<>();

    /** So that no result is computed in vain. */
    private static long sink;

    private UnguardedProgram() {
    }

    private interface Operation {
        long run(MMap map) throws Exception;
    }

    static {
        OPERATIONS.put("getIntVolatile", map -> MMaps.getIntVolatile(map, AT));
        OPERATIONS.put("getIntAcquire", map -> MMaps.getIntAcquire(map, AT));
        OPERATIONS.put("setIntVolatile", map -> done(() -> MMaps.setIntVolatile(map, AT, 1)));
        OPERATIONS.put("setIntRelease", map -> done(() -> MMaps.setIntRelease(map, AT, 1)));
        OPERATIONS.put("compareAndSetInt", map -> MMaps.compareAndSetInt(map, AT, 1, 1) ? 1 : 0);
        OPERATIONS.put("compareAndExchangeInt", map -> MMaps.compareAndExchangeInt(map, AT, 1, 2));
        OPERATIONS.put("getAndAddInt", map -> MMaps.getAndAddInt(map, AT, 1));
        OPERATIONS.put("getAndSetInt", map -> MMaps.getAndSetInt(map, AT, 1));
        OPERATIONS.put("getLongVolatile", map -> MMaps.getLongVolatile(map, AT));
        OPERATIONS.put("getLongAcquire", map -> MMaps.getLongAcquire(map, AT));
        OPERATIONS.put("setLongVolatile", map -> done(() -> MMaps.setLongVolatile(map, AT, 1)));
        OPERATIONS.put("setLongRelease", map -> done(() -> MMaps.setLongRelease(map, AT, 1)));
        OPERATIONS.put("compareAndSetLong", map -> MMaps.compareAndSetLong(map, AT, 1, 1) ? 1 : 0);
        OPERATIONS.put("compareAndExchangeLong", map -> MMaps.compareAndExchangeLong(map, AT, 1, 2));
        OPERATIONS.put("getAndAddLong", map -> MMaps.getAndAddLong(map, AT, 1));
        OPERATIONS.put("getAndSetLong", map -> MMaps.getAndSetLong(map, AT, 1));
        OPERATIONS.put("copyTo of few", map -> done(() -> map.copyTo(AT, new byte[10])));
        OPERATIONS.put("copyTo", map -> done(() -> map.copyTo(AT, new byte[COUNT])));
        OPERATIONS.put("copyFrom of few", map -> done(() -> map.copyFrom(AT, new byte[10])));
        OPERATIONS.put("copyFrom", map -> done(() -> map.copyFrom(AT, new byte[COUNT])));
        OPERATIONS.put("copyTo shorts", map -> done(() -> MMaps.copyTo(map, AT, new short[COUNT], Endian.LITTLE)));
        OPERATIONS.put("copyTo ints, swapped", map -> done(() -> MMaps.copyTo(map, AT, new int[COUNT], Endian.BIG)));
        OPERATIONS.put("copyTo doubles, swapped",
                map -> done(() -> MMaps.copyTo(map, AT, new double[COUNT], Endian.BIG)));
        OPERATIONS.put("copyFrom longs", map -> done(() -> MMaps.copyFrom(map, AT, new long[COUNT], Endian.LITTLE)));
        OPERATIONS.put("copyFrom shorts, swapped",
                map -> done(() -> MMaps.copyFrom(map, AT, new short[COUNT], Endian.BIG)));
        OPERATIONS.put("copyFrom floats, swapped",
                map -> done(() -> MMaps.copyFrom(map, AT, new float[COUNT], Endian.BIG)));
        OPERATIONS.put("move up", map -> done(() -> map.move(AT, AT / 2, COUNT)));
        OPERATIONS.put("move down", map -> done(() -> map.move(AT / 2, AT, COUNT)));
        OPERATIONS.put("slice", map -> map.slice(AT, AT + COUNT).length);
        OPERATIONS.put("slice with a step", map -> map.slice(AT, AT + COUNT, 3).length);
        OPERATIONS.put("setSlice with a step", map -> done(() -> map.setSlice(AT, AT + 20, 2, new byte[10])));
        OPERATIONS.put("find", map -> map.find("nothing", AT));
        OPERATIONS.put("find nearby", map -> map.find("nothing", AT, AT + 50));
        OPERATIONS.put("find of a byte nearby", map -> map.find((byte) 9, AT, AT + 50));
        OPERATIONS.put("rfind nearby", map -> map.rfind("nothing", AT, AT + 50));
        OPERATIONS.put("count", map -> MMaps.count(map, Needle.of("7")));
        OPERATIONS.put("find of many",
                map -> MMaps.find(map, MultiNeedle.ofStrings("no", "thing"), AT) == null ? 0 : 1);
        OPERATIONS.put("channel", map -> read(map, ByteBuffer.allocateDirect(COUNT)));
        OPERATIONS.put("channel to few", map -> read(map, ByteBuffer.allocate(10)));
    }

    /** {@code arguments[0]}: how often each operation runs before. */
    public static void main(String[] arguments) throws Exception {
        int calls = Integer.parseInt(arguments[0]);
        Path file = Files.createTempFile("kmmap-test-", "");
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 7);
        try {
            System.err.println(FaultGuardJvm.guardProblem());
            for (var operation : OPERATIONS.entrySet()) {
                Files.write(file, content);
                try (MMap map = MMap.open(file.toString(), Access.WRITE)) {
                    repeat(operation.getValue(), map, calls);
                    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
                        opened.setLength(100);
                    }
                    System.err.println(operation.getKey() + ": " + thrownBy(operation.getValue(), map));
                }
            }
            System.err.println("alive");
        } finally {
            Files.delete(file);
        }
    }

    static int operations() {
        return OPERATIONS.size();
    }

    private static void repeat(Operation operation, MMap map, int calls) throws Exception {
        for (int i = 0; i < calls; i++) {
            sink += operation.run(map);
        }
    }

    private static String thrownBy(Operation operation, MMap map) {
        try {
            repeat(operation, map, 1);
            return "nothing";
        } catch (Exception | InternalError thrown) {
            return thrown.getClass().getSimpleName();
        }
    }

    private static long done(Runnable action) {
        action.run();
        return 0;
    }

    private static long read(MMap map, ByteBuffer buffer) throws IOException {
        try (SeekableByteChannel channel = MMaps.byteChannel(map)) {
            return channel.position(AT).read(buffer);
        }
    }
}
