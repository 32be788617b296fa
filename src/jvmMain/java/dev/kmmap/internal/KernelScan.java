package dev.kmmap.internal;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;

/**
 * The search of scan.c, by SIMD instructions. It reads the mapped bytes themselves, which only a guarded range allows:
 * in any other one the portable scanner searches.
 *
 * <p>Who searches is inside the gate, so the range stays mapped; a region that is revoked meanwhile, since a page is
 * gone, keeps its memory too.
 */
final class KernelScan implements Scanner {
    /** The switch: with {@code false} searches stay in the JVM. */
    static final String PROPERTY = "dev.kmmap.kernel";

    /** KMMAP_SCAN_WIDE. */
    private static final int BEST_LEVEL = 2;

    private final MemorySegment prepared;
    private final long scanner;
    private final int length;
    private final Scanner portable;

    private KernelScan(byte[] needle) {
        // Kept as long as this object, and freed some time after it.
        Arena arena = Arena.ofAuto();
        MemorySegment copy = arena.allocate(needle.length).copyFrom(MemorySegment.ofArray(needle));
        prepared = arena.allocate(Functions.size(needle.length), Long.BYTES);
        scanner = Functions.prepare(prepared, copy, needle.length);
        length = needle.length;
        portable = new PortableScan(needle);
    }

    /** {@code null} where there is no kernel. */
    static Scanner of(byte[] needle) {
        return isOffered() ? new KernelScan(needle) : null;
    }

    private static boolean isOffered() {
        return NativeLibrary.offers(PROPERTY) && FaultGuard.isInstalled();
    }

    @Override
    public long first(MemorySegmentRegion region, long from, long to) {
        if (!region.isGuarded()) {
            return portable.first(region, from, to);
        }
        return index(from, Functions.search(Functions.FORWARD, this, region.address(from), to - from));
    }

    @Override
    public long last(MemorySegmentRegion region, long from, long to) {
        if (!region.isGuarded()) {
            return portable.last(region, from, to);
        }
        return index(from, Functions.search(Functions.BACKWARD, this, region.address(from), to - from));
    }

    @Override
    public int collect(MemorySegmentRegion region, long from, long to, boolean overlapping, long[] indices) {
        return ScannerKt.collectOneByOne(this, region, from, to, overlapping ? 1 : length, indices);
    }

    private static long index(long from, long found) {
        return found < 0 ? -1 : from + found;
    }

    private static final class Functions {
        private static final FunctionDescriptor SEARCH =
                FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        private static final MethodHandle SIZE =
                NativeLibrary.handle("kmmap_scan_size", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
        private static final MethodHandle PREPARE = NativeLibrary.handle(
                "kmmap_scan_prepare", FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT));
        static final MethodHandle FORWARD = NativeLibrary.handle("kmmap_scan_forward", SEARCH);
        static final MethodHandle BACKWARD = NativeLibrary.handle("kmmap_scan_backward", SEARCH);

        static long size(long needleLength) {
            try {
                return (long) SIZE.invokeExact(needleLength);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static long prepare(MemorySegment memory, MemorySegment needle, long needleLength) {
            try {
                return (long) PREPARE.invokeExact(memory, needle, needleLength, BEST_LEVEL);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            }
        }

        static long search(MethodHandle function, KernelScan scan, long haystack, long length) {
            try {
                return (long) function.invokeExact(scan.scanner, haystack, length);
            } catch (Throwable thrown) {
                throw NativeLibrary.impossible(thrown);
            } finally {
                Reference.reachabilityFence(scan);
            }
        }
    }
}
