package dev.kmmap.internal.ffm;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import dev.kmmap.MMapFaultException;
import dev.kmmap.MMaps;
import dev.kmmap.MultiNeedle;
import dev.kmmap.Needle;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

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
            if (Integer.getInteger("kmmap.rounds") != null) {
                System.err.println(soak(file, Integer.getInteger("kmmap.rounds")));
                return;
            }
            System.err.println("guard " + FaultGuard.isInstalled());
            System.err.println("kernel " + KernelScan.isOffered());
            if (FaultGuard.isInstalled()) {
                show(file, "get", map -> lookUpAll(map));
            }
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

    /** What reads or writes many bytes at once. */
    private static final List<Operation> BULK = List.of(
            map -> map.find("nothing like it", 0),
            map -> map.rfind(new byte[] {1, 2, 3}, 0),
            map -> map.slice(0).length,
            map -> MMaps.count(map, Needle.of("7")),
            map -> MMaps.find(map, MultiNeedle.ofStrings("nothing", "like", "it"), 0) == null ? 0 : 1,
            map -> {
                map.move(0, SIZE / 2, SIZE / 2);
                return 0;
            },
            map -> {
                map.copyFrom(SIZE - 1000, new byte[1000]);
                return 0;
            });

    /** Four threads use one map after the other by all bulk operations until one of them has met the missing pages. */
    private static String soak(Path file, int rounds) throws Exception {
        int told = 0;
        for (int round = 0; round < rounds; round++) {
            Files.write(file, filled());
            try (MMap map = MMap.open(file.toString(), Access.WRITE)) {
                List<Callable<Boolean>> threads = new ArrayList<>();
                for (int thread = 0; thread < 4; thread++) {
                    int first = thread;
                    threads.add(() -> isTold(map, first));
                }
                try (ExecutorService executor = Executors.newFixedThreadPool(threads.size())) {
                    List<Future<Boolean>> results = threads.stream().map(executor::submit).toList();
                    Thread.sleep(round % 10);
                    truncate(file);
                    boolean all = true;
                    for (Future<Boolean> result : results) {
                        all &= result.get();
                    }
                    if (all) {
                        told++;
                    }
                }
            }
        }
        return "soak " + told + " of " + rounds + " told";
    }

    private static boolean isTold(MMap map, int first) throws Exception {
        for (int i = first; ; i++) {
            try {
                BULK.get(i % BULK.size()).run(map);
            } catch (Exception | InternalError thrown) {
                return thrown instanceof MMapFaultException;
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
