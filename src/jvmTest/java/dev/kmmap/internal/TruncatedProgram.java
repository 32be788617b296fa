package dev.kmmap.internal;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The program of {@link FaultGuardTest}, run by JVMs of several kinds: truncates a file under maps that are in use, and
 * shows on the error stream what every operation has thrown.
 */
public final class TruncatedProgram {
    private static final int SIZE = 5_000_000;
    private static final int ROUNDS = 8;

    /** Looked up by bytes from the map: a JVM that takes garbage for such a byte reads far outside of it. */
    private static final int[] TABLE = new int[256];

    private TruncatedProgram() {
    }

    private interface Operation {
        long run(MMap map) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        Path file = Files.createTempFile("kmmap-test-", "");
        try {
            System.err.println("guard " + FaultGuard.isInstalled());
            System.err.println("kernel " + KernelScan.isOffered());
            show(file, "get", map -> lookUpAll(map));
            show(file, "find", map -> map.find("nothing like it", 0));
            show(file, "rfind", map -> map.rfind("nothing like it", 0));
            show(file, "slice", map -> map.slice(0).length);
            System.err.println("buffer " + thrownByBuffer(file));
            System.err.println("alive");
        } finally {
            Files.delete(file);
        }
    }

    private static void show(Path file, String name, Operation operation) throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            Files.write(file, filled());
            try (MMap map = MMap.open(file.toString(), Access.READ)) {
                operation.run(map);
                truncate(file);
                String thrown = thrownBy(() -> operation.run(map));
                if (round == 0 || round == ROUNDS - 1) {
                    System.err.println(name + " " + thrown);
                }
            }
        }
    }

    /** A map that is none of the library's: the JVM itself handles its fault. */
    private static String thrownByBuffer(Path file) throws Exception {
        Files.write(file, filled());
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, 0, SIZE);
            truncate(file);
            return thrownBy(() -> buffer.get(0, new byte[SIZE]));
        }
    }

    private static long lookUpAll(MMap map) {
        long sum = 0;
        for (long index = 0; index < SIZE; index += 10) {
            sum += TABLE[map.get(index) & 0xff];
        }
        return sum;
    }

    private static byte[] filled() {
        byte[] content = new byte[SIZE];
        Arrays.fill(content, (byte) 7);
        return content;
    }

    private static void truncate(Path file) throws Exception {
        try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
            opened.setLength(0);
        }
    }

    private interface Action {
        void run() throws Exception;
    }

    private static String thrownBy(Action action) {
        try {
            action.run();
            return "nothing";
        } catch (Exception | InternalError thrown) {
            return thrown.getClass().getSimpleName();
        }
    }
}
