package dev.kmmap.internal.ffm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.kmmap.internal.search.scan.Scanner;
import dev.kmmap.internal.search.scan.Tally;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.util.function.Supplier;

/**
 * The search of scan.c, by SIMD instructions. It reads the bytes where they are, which only guarded ranges and copies
 * allow; {@link StagedScan} makes these.
 *
 * <p>Who searches is inside the gate, so the range stays mapped; a region that is revoked meanwhile, since a page is
 * gone, keeps its memory too.
 */
public final class KernelScan implements Scanner {
    /** The switch: with {@code false} searches stay in the JVM. */
    public static final String PROPERTY = "dev.kmmap.kernel";

    private final long scanner;

    /** Makes a scanner for a range that is not guarded, since more maps are open than the guard has numbers. */
    private final Supplier<Scanner> portable;

    /** Holds the memory of the scanner, which is freed some time after nobody has this object any more. */
    private final Arena arena = Arena.ofAuto();

    private KernelScan(byte[] bytes, Preparation preparation, Supplier<Scanner> portable) {
        MemorySegment copy = arena.allocate(bytes.length).copyFrom(MemorySegment.ofArray(bytes));
        MemorySegment memory = arena.allocate(Functions.size(bytes.length), Long.BYTES);
        scanner = preparation.prepare(memory, copy);
        this.portable = portable;
    }

    private interface Preparation {
        long prepare(MemorySegment memory, MemorySegment bytes);
    }

    /** Searches for a needle; {@code null} where there is no kernel. */
    public static Scanner of(byte[] needle, boolean ignoreCase, Supplier<Scanner> portable) {
        return isOfferedOrTold()
                ? new KernelScan(needle, (memory, copy) -> Functions.prepare(memory, copy, ignoreCase), portable)
                : null;
    }

    /** Searches for any one of the bytes; {@code null} where there is no kernel. */
    public static Scanner ofSet(byte[] set, Supplier<Scanner> portable) {
        return isOfferedOrTold() ? new KernelScan(set, Functions::prepareSet, portable) : null;
    }

    /** Whether there is a kernel. */
    public static boolean isOffered() {
        return NativeLibrary.offers(PROPERTY);
    }

    /** The instructions it uses, as a level of scan.h. Only to be asked where it is offered. */
    public static long level() {
        return Functions.level();
    }

    private static boolean isOfferedOrTold() {
        if (isOffered()) {
            return true;
        }
        Missing.tell();
        return false;
    }

    @Override
    public long first(MemorySegmentRegion region, long from, long to) {
        if (!region.allowsNativeCode()) {
            return portable.get().first(region, from, to);
        }
        try {
            long found = (long) Functions.FORWARD.invokeExact(scanner, region.address(from), to - from);
            return found < 0 ? -1 : from + found;
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(thrown);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public long last(MemorySegmentRegion region, long from, long to) {
        if (!region.allowsNativeCode()) {
            return portable.get().last(region, from, to);
        }
        try {
            long found = (long) Functions.BACKWARD.invokeExact(scanner, region.address(from), to - from);
            return found < 0 ? -1 : from + found;
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(thrown);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public int collect(MemorySegmentRegion region, long from, long to, boolean overlapping, long[] indices) {
        if (!region.allowsNativeCode()) {
            return portable.get().collect(region, from, to, overlapping, indices);
        }
        // Not the array itself: the collector of garbage would wait for a call that has it.
        try (Arena call = Arena.ofConfined()) {
            MemorySegment collected = call.allocate(JAVA_LONG, indices.length);
            int count = (int) (long) Functions.COLLECT.invokeExact(scanner, region.address(from), to - from,
                    flag(overlapping), collected.address(), (long) indices.length);
            for (int i = 0; i < count; i++) {
                indices[i] = from + collected.getAtIndex(JAVA_LONG, i);
            }
            return count;
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(thrown);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public void count(MemorySegmentRegion region, long to, boolean overlapping, Tally tally) {
        long from = tally.getNext();
        if (from >= to) {
            return;
        }
        if (!region.allowsNativeCode()) {
            portable.get().count(region, to, overlapping, tally);
            return;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment next = call.allocate(JAVA_LONG);
            long count = (long) Functions.COUNT.invokeExact(
                    scanner, region.address(from), to - from, flag(overlapping), next.address());
            tally.setCount(tally.getCount() + count);
            tally.setNext(from + next.get(JAVA_LONG, 0));
        } catch (Throwable thrown) {
            throw NativeLibrary.impossible(thrown);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static long flag(boolean condition) {
        return condition ? 1 : 0;
    }

    /** Apart, to be linked only where there is a kernel. */
    private static final class Functions {
        /** KMMAP_SCAN_WIDE. */
        private static final long BEST_LEVEL = 2;

        private static final FunctionDescriptor SEARCH =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        private static final MethodHandle SIZE =
                NativeLibrary.handle("kmmap_scan_size", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        private static final MethodHandle LEVEL =
                NativeLibrary.handle("kmmap_scan_best_level", FunctionDescriptor.of(JAVA_LONG));
        private static final MethodHandle PREPARE = NativeLibrary.handle("kmmap_scan_prepare",
                FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        private static final MethodHandle PREPARE_SET = NativeLibrary.handle("kmmap_scan_prepare_set",
                FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG));
        static final MethodHandle FORWARD = NativeLibrary.handle("kmmap_guarded_forward", SEARCH);
        static final MethodHandle BACKWARD = NativeLibrary.handle("kmmap_guarded_backward", SEARCH);
        static final MethodHandle COLLECT = NativeLibrary.handle("kmmap_guarded_collect",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
        static final MethodHandle COUNT = NativeLibrary.handle("kmmap_guarded_count",
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

        static long size(long length) {
            try {
                return (long) SIZE.invokeExact(length);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static long level() {
            try {
                return (long) LEVEL.invokeExact();
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static long prepare(MemorySegment memory, MemorySegment needle, boolean ignoreCase) {
            try {
                return (long) PREPARE.invokeExact(memory, needle, needle.byteSize(), BEST_LEVEL, flag(ignoreCase));
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static long prepareSet(MemorySegment memory, MemorySegment set) {
            try {
                return (long) PREPARE_SET.invokeExact(memory, set, set.byteSize(), BEST_LEVEL);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }
    }
}
