package dev.kmmap.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the JVM promises of a region: after it was revoked every access throws, in every thread. */
@Timeout(60)
class MemorySegmentRegionTest {
    private static final long SIZE = 10_000;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate(SIZE);

    @AfterEach
    void free() {
        arena.close();
    }

    private MemorySegmentRegion region(boolean readOnly) {
        return new MemorySegmentRegion(memory.address(), SIZE, readOnly);
    }

    private static Map<String, Runnable> accesses(MemorySegmentRegion region) {
        byte[] array = new byte[100];
        return Map.of(
                "get", () -> region.get(SIZE - 1),
                "put", () -> region.put(0, (byte) 1),
                "getLong", () -> region.getLong(3),
                "copyTo", () -> region.copyTo(0, array, 0, array.length),
                "copyFrom", () -> region.copyFrom(0, array, 0, array.length),
                "move", () -> region.move(10, 0, 100));
    }

    @Test
    void everyAccessToARevokedRegionThrows() {
        MemorySegmentRegion region = region(false);
        accesses(region).values().forEach(Runnable::run);
        region.revoke();
        accesses(region).forEach((name, access) -> assertThrows(IllegalStateException.class, access::run, name));
        assertEquals(SIZE, region.size());
    }

    @Test
    void aRevokedRegionLeavesItsMemoryAndOtherRegionsAlone() {
        MemorySegmentRegion first = region(false);
        MemorySegmentRegion second = region(false);
        first.put(7, (byte) 42);
        first.revoke();
        assertEquals(42, second.get(7));
        second.revoke();
    }

    @Test
    void revokingAgainDoesNothing() {
        MemorySegmentRegion region = region(false);
        region.revoke();
        region.revoke();
        assertThrows(IllegalStateException.class, () -> region.get(0));
    }

    @Test
    void aReadOnlyRegionRefusesEveryWrite() {
        MemorySegmentRegion region = region(true);
        assertEquals(0, region.get(0));
        Map<String, Runnable> accesses = accesses(region);
        for (String name : List.of("put", "copyFrom", "move")) {
            assertThrows(RuntimeException.class, accesses.get(name)::run, name);
        }
    }

    @Test
    void threadsInTheMiddleOfAccessesSeeTheRegionRevokedAndNothingElse() throws Exception {
        List<String> names = List.copyOf(accesses(region(false)).keySet());
        try (ExecutorService threads = Executors.newFixedThreadPool(names.size())) {
            for (int round = 0; round < 20; round++) {
                MemorySegmentRegion region = region(false);
                Map<String, Runnable> accesses = accesses(region);
                AtomicInteger running = new AtomicInteger();
                List<Future<?>> ends = new ArrayList<>();
                for (String name : names) {
                    ends.add(threads.submit(() -> {
                        Runnable access = accesses.get(name);
                        access.run();
                        running.incrementAndGet();
                        while (true) access.run();
                    }));
                }
                while (running.get() < names.size()) Thread.onSpinWait();
                region.revoke();
                for (Future<?> end : ends) {
                    Throwable cause = assertThrows(Exception.class, () -> end.get(30, TimeUnit.SECONDS)).getCause();
                    assertEquals(IllegalStateException.class, cause.getClass());
                }
            }
        }
    }

    @Test
    void revokingWaitsForInputIntoAViewOfTheRegion() throws Exception {
        MemorySegmentRegion region = region(false);
        Pipe pipe = Pipe.open();
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<Integer> input = threads.submit(() -> pipe.source().read(region.segment().asByteBuffer()));
            Thread.sleep(200);
            Future<?> revocation = threads.submit(region::revoke);
            Thread.sleep(200);
            assertFalse(revocation.isDone());
            assertEquals(0, region.get(0));
            pipe.sink().write(ByteBuffer.wrap(new byte[] {42}));
            assertEquals(1, input.get(30, TimeUnit.SECONDS));
            revocation.get(30, TimeUnit.SECONDS);
            assertThrows(IllegalStateException.class, () -> region.get(0));
            assertEquals(42, memory.get(ValueLayout.JAVA_BYTE, 0));
        } finally {
            pipe.sink().close();
            pipe.source().close();
        }
    }

    @Test
    void aRegionOfNoBytesNeedsNoAddress() {
        MemorySegmentRegion region = new MemorySegmentRegion(0, 0, false);
        assertEquals(0, region.size());
        region.copyTo(0, new byte[0], 0, 0);
        assertThrows(IndexOutOfBoundsException.class, () -> region.get(0));
        region.revoke();
        assertThrows(IllegalStateException.class, () -> region.copyTo(0, new byte[0], 0, 0));
    }
}
