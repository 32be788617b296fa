package dev.kmmap.internal.ffm;

import dev.kmmap.LineIndex;
import dev.kmmap.MMap;
import dev.kmmap.MMaps;
import dev.kmmap.MultiNeedle;
import dev.kmmap.Needle;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import kotlin.sequences.SequencesKt;

/**
 * The program of {@link VirtualThreadTest}, run with one carrier for all virtual threads: shows for each operation how
 * often another virtual thread got to run while it went on.
 */
public final class VirtualThreadProgram {
    /** Eight windows of a search. */
    private static final long SIZE = 8L << 22;

    private static final Needle NOWHERE = Needle.of("nowhere");
    private static final MultiNeedle NEEDLES = MultiNeedle.ofStrings("nowhere", "never");

    private static volatile long steps;
    private static volatile boolean isOver;

    private VirtualThreadProgram() {
    }

    private interface Operation {
        Object run(MMap map) throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        try (MMap map = MMap.anonymous(SIZE)) {
            // Searches would pass a hole in one step.
            for (long page = 0; page < SIZE; page += MMap.pageSize()) {
                map.set(page + 1, (byte) 3);
            }
            show("find of bytes", map, it -> it.find(new byte[] {1, 2}));
            show("find", map, it -> it.find("nowhere"));
            show("rfind", map, it -> it.rfind("nowhere"));
            show("find of a needle", map, it -> MMaps.find(it, NOWHERE));
            show("indexOfAny", map, it -> MMaps.indexOfAny(it, new byte[] {1, 2}));
            show("count", map, it -> MMaps.count(it, NOWHERE));
            show("findAll", map, it -> SequencesKt.count(MMaps.findAll(it, NOWHERE)));
            show("findAll of what is everywhere", map, it ->
                    SequencesKt.count(MMaps.findAll(it, Needle.of(new byte[1]), 0, 10_000)));
            show("find of many", map, it -> MMaps.find(it, NEEDLES));
            show("rfind of many", map, it -> MMaps.rfind(it, NEEDLES));
            show("count of many", map, it -> MMaps.count(it, NEEDLES));
            show("findAll of many", map, it -> SequencesKt.count(MMaps.findAll(it, NEEDLES)));
            show("lines", map, it -> SequencesKt.count(MMaps.lines(it)));
            show("linesBackward", map, it -> SequencesKt.count(MMaps.linesBackward(it)));
            show("LineIndex", map, it -> LineIndex.of(it).lineCount());
            show("matches", map, it -> MMaps.matches(it, Pattern.compile("nowhere")).count());
            show("prefetch", map, it -> {
                MMaps.prefetch(it);
                return null;
            });
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                show("findAsync", map, it -> MMaps.findAsync(it, NOWHERE, 0, SIZE, executor).get());
            }
        }
    }

    private static void show(String name, MMap map, Operation operation) throws Exception {
        // Once for what is loaded and prepared at its first use.
        operation.run(map);
        steps = 0;
        isOver = false;
        Thread other = Thread.ofVirtual().unstarted(() -> {
            while (!isOver) {
                steps++;
                Thread.yield();
            }
        });
        Exception[] failure = new Exception[1];
        Thread.ofVirtual().start(() -> {
            other.start();
            try {
                operation.run(map);
            } catch (Exception e) {
                failure[0] = e;
            }
            long stepsMeanwhile = steps;
            isOver = true;
            System.out.println(name + " " + stepsMeanwhile);
        }).join();
        other.join();
        if (failure[0] != null) {
            throw failure[0];
        }
    }
}
