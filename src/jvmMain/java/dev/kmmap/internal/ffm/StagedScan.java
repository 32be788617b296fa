package dev.kmmap.internal.ffm;

import dev.kmmap.internal.search.scan.Scanner;
import dev.kmmap.internal.search.scan.Tally;
import java.lang.foreign.Arena;

/**
 * Searches copies of the bytes, a stage at a time, by another scanner for occurrences of one size: see
 * {@link MemorySegmentRegion#isStaged()}.
 */
public final class StagedScan implements Scanner {
    /** So many positions at a time: their bytes stay in the processor's cache. */
    private static final long STAGE = 64 << 10;

    private final Scanner scanner;
    private final int size;

    public StagedScan(Scanner scanner, int size) {
        this.scanner = scanner;
        this.size = size;
    }

    @Override
    public long first(MemorySegmentRegion region, long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegmentRegion copy = copyFor(to - from, arena);
            for (long start = from; to - start >= size; start += STAGE) {
                long count = Math.min(to - start, STAGE + size - 1);
                region.copyTo(start, copy, count);
                long found = scanner.first(copy, 0, count);
                if (found >= 0) {
                    return start + found;
                }
            }
            return -1;
        }
    }

    @Override
    public long last(MemorySegmentRegion region, long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegmentRegion copy = copyFor(to - from, arena);
            for (long end = to; end - from >= size; end -= STAGE) {
                long count = Math.min(end - from, STAGE + size - 1);
                region.copyTo(end - count, copy, count);
                long found = scanner.last(copy, 0, count);
                if (found >= 0) {
                    return end - count + found;
                }
            }
            return -1;
        }
    }

    @Override
    public int collect(MemorySegmentRegion region, long from, long to, boolean overlapping, long[] indices) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegmentRegion copy = copyFor(to - from, arena);
            int collected = 0;
            long start = from;
            while (collected < indices.length && to - start >= size) {
                long count = Math.min(to - start, STAGE + size - 1);
                region.copyTo(start, copy, count);
                long[] found = new long[indices.length - collected];
                int number = scanner.collect(copy, 0, count, overlapping, found);
                for (int i = 0; i < number; i++) {
                    indices[collected++] = start + found[i];
                }
                long next = number == 0 ? start : indices[collected - 1] + (overlapping ? 1 : size);
                start = Math.max(next, start + count - size + 1);
            }
            return collected;
        }
    }

    @Override
    public void count(MemorySegmentRegion region, long to, boolean overlapping, Tally tally) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegmentRegion copy = copyFor(to - tally.getNext(), arena);
            while (to - tally.getNext() >= size) {
                long start = tally.getNext();
                long count = Math.min(to - start, STAGE + size - 1);
                region.copyTo(start, copy, count);
                Tally part = new Tally(0);
                scanner.count(copy, count, overlapping, part);
                tally.setCount(tally.getCount() + part.getCount());
                tally.setNext(start + part.getNext());
            }
        }
    }

    /** Room for one stage of a search of so many bytes. */
    private MemorySegmentRegion copyFor(long length, Arena arena) {
        return new MemorySegmentRegion(Math.clamp(length, 0, STAGE + size - 1), arena);
    }
}
