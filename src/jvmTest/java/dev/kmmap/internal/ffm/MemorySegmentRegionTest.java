package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kmmap.internal.memory.RangeGuard;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
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
        return new MemorySegmentRegion(memory.address(), SIZE, readOnly, false, RangeGuard.Companion.getNONE());
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

    /** The foreign call is qsort, which stays inside until its comparison, a Java method, is told to go on. */
    @Test
    void revokingWaitsForAForeignCallThatWasGivenTheSegment() throws Exception {
        MemorySegmentRegion region = region(false);
        Comparison comparison = new Comparison(new CountDownLatch(1), new CountDownLatch(1));
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            Future<?> call = threads.submit(() -> sort(region.segment(), comparison));
            comparison.begun().await();
            Future<?> revocation = threads.submit(region::revoke);
            Thread.sleep(100);
            assertFalse(revocation.isDone());
            assertEquals(0, region.get(0));
            comparison.mayEnd().countDown();
            call.get(30, TimeUnit.SECONDS);
            revocation.get(30, TimeUnit.SECONDS);
            assertThrows(IllegalStateException.class, () -> region.get(0));
        }
    }

    /** How qsort compares two elements: it says that it has begun, and waits. */
    record Comparison(CountDownLatch begun, CountDownLatch mayEnd) {
        int compare(MemorySegment first, MemorySegment second) throws InterruptedException {
            begun.countDown();
            mayEnd.await();
            return 0;
        }
    }

    @SuppressWarnings("restricted")
    private static Void sort(MemorySegment segment, Comparison comparison) throws Exception {
        try (Arena stubs = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            MethodHandle compare = MethodHandles.lookup().bind(comparison, "compare",
                    MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
            MemorySegment stub =
                    linker.upcallStub(compare, FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS), stubs);
            MethodHandle sort = linker.downcallHandle(linker.defaultLookup().findOrThrow("qsort"),
                    FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS));
            sort.invokeExact(segment, 2L, 1L, stub);
            return null;
        } catch (Exception | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void aRegionOfNoBytesNeedsNoAddress() {
        MemorySegmentRegion region = new MemorySegmentRegion(0, 0, false, false, RangeGuard.Companion.getNONE());
        assertEquals(0, region.size());
        region.copyTo(0, new byte[0], 0, 0);
        assertThrows(IndexOutOfBoundsException.class, () -> region.get(0));
        region.revoke();
        assertThrows(IllegalStateException.class, () -> region.copyTo(0, new byte[0], 0, 0));
    }
}
