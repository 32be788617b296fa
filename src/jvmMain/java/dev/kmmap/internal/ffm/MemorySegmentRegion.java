package dev.kmmap.internal.ffm;

import dev.kmmap.Endian;
import dev.kmmap.internal.base.Threads;
import dev.kmmap.internal.memory.FaultGuardJvm;
import dev.kmmap.internal.memory.RangeGuard;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A mapped range as a memory segment: the JVM's {@code Region}.
 *
 * <p>The segment belongs to a shared arena of its own that has nothing to clean up, so closing the arena only ends
 * access: any thread that touches the segment afterwards gets an {@link IllegalStateException}, and when
 * {@link #revoke()} returns no thread is inside an access. The memory is then safe to unmap or to move, which is the
 * caller's business. Readers pay nothing for this: the segment's liveness is a plain read that moves out of loops. A
 * region confined to one thread has a confined arena, which no other thread has to be asked about.
 *
 * <p>Public because a Kotlin {@code actual typealias} refuses less; the module does not export the package.
 */
public final class MemorySegmentRegion {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Of aligned numbers in the processor's order of bytes; apart, since making them takes a while. */
    private static final class Atomics {
        static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();
        static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
        static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    }

    private final Arena arena;
    private final MemorySegment segment;
    private final long guard;
    private final long faultsBefore;

    /** Whether the memory is the process's own, which never goes. */
    private final boolean isPrivate;

    /** Whether a page that is gone shows zeros. If not, the JVM throws an error, if it does not end. */
    private final boolean showsZeros;

    /** The {@code size} bytes from {@code address} on; an address of 0 is fine for no bytes. */
    public MemorySegmentRegion(long address, long size, boolean readOnly, boolean confined, RangeGuard guard) {
        arena = confined ? Arena.ofConfined() : Arena.ofShared();
        this.guard = guard.getNumber();
        faultsBefore = guard.getFaultsBefore();
        isPrivate = size == 0;
        showsZeros = isPrivate || FaultGuard.replacesPages(this.guard);
        MemorySegment writable = Linking.segment(address, size, arena);
        segment = readOnly ? writable.asReadOnly() : writable;
    }

    /** So many bytes of memory from an arena. */
    MemorySegmentRegion(long size, Arena arena) {
        this.arena = arena;
        guard = 0;
        faultsBefore = 0;
        isPrivate = true;
        showsZeros = true;
        segment = arena.allocate(size, Long.BYTES);
    }

    /** Length in bytes; stays readable after {@link #revoke()}. */
    public long size() {
        return segment.byteSize();
    }

    public boolean isReadOnly() {
        return segment.isReadOnly();
    }

    /** The range itself, for views of it: it dies with the region. */
    public MemorySegment segment() {
        return segment;
    }

    public byte get(long index) {
        return segment.get(ValueLayout.JAVA_BYTE, index);
    }

    public void put(long index, byte value) {
        segment.set(ValueLayout.JAVA_BYTE, index, value);
    }

    public short getShort(long index) {
        return segment.get(SHORT, index);
    }

    public int getInt(long index) {
        return segment.get(INT, index);
    }

    public long getLong(long index) {
        return segment.get(LONG, index);
    }

    public void putShort(long index, short value) {
        segment.set(SHORT, index, value);
    }

    public void putInt(long index, int value) {
        segment.set(INT, index, value);
    }

    public void putLong(long index, long value) {
        segment.set(LONG, index, value);
    }

    public int getIntVolatile(long index) {
        int value = (int) Atomics.INT.getVolatile(segment, index);
        awaitFault();
        return value;
    }

    public int getIntAcquire(long index) {
        int value = (int) Atomics.INT.getAcquire(segment, index);
        awaitFault();
        return value;
    }

    public void putIntVolatile(long index, int value) {
        Atomics.INT.setVolatile(segment, index, value);
        awaitFault();
    }

    public void putIntRelease(long index, int value) {
        Atomics.INT.setRelease(segment, index, value);
        awaitFault();
    }

    public int compareAndExchangeInt(long index, int expected, int newValue) {
        pageIn(index);
        int before = (int) Atomics.INT.compareAndExchange(segment, index, expected, newValue);
        awaitFault();
        return before;
    }

    public int getAndAddInt(long index, int delta) {
        pageIn(index);
        int before = (int) Atomics.INT.getAndAdd(segment, index, delta);
        awaitFault();
        return before;
    }

    public int getAndSetInt(long index, int newValue) {
        pageIn(index);
        int before = (int) Atomics.INT.getAndSet(segment, index, newValue);
        awaitFault();
        return before;
    }

    public long getLongVolatile(long index) {
        long value = (long) Atomics.LONG.getVolatile(segment, index);
        awaitFault();
        return value;
    }

    public long getLongAcquire(long index) {
        long value = (long) Atomics.LONG.getAcquire(segment, index);
        awaitFault();
        return value;
    }

    public void putLongVolatile(long index, long value) {
        Atomics.LONG.setVolatile(segment, index, value);
        awaitFault();
    }

    public void putLongRelease(long index, long value) {
        Atomics.LONG.setRelease(segment, index, value);
        awaitFault();
    }

    public long compareAndExchangeLong(long index, long expected, long newValue) {
        pageIn(index);
        long before = (long) Atomics.LONG.compareAndExchange(segment, index, expected, newValue);
        awaitFault();
        return before;
    }

    public long getAndAddLong(long index, long delta) {
        pageIn(index);
        long before = (long) Atomics.LONG.getAndAdd(segment, index, delta);
        awaitFault();
        return before;
    }

    public long getAndSetLong(long index, long newValue) {
        pageIn(index);
        long before = (long) Atomics.LONG.getAndSet(segment, index, newValue);
        awaitFault();
        return before;
    }

    public void copyTo(long index, byte[] destination, int startIndex, int count) {
        if (copiesByWords()) {
            copy(segment, index, MemorySegment.ofArray(destination), startIndex, count);
            return;
        }
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, index, destination, startIndex, count);
        awaitFault();
    }

    public void copyFrom(long index, byte[] source, int startIndex, int count) {
        if (copiesByWords()) {
            copy(MemorySegment.ofArray(source), startIndex, segment, index, count);
            return;
        }
        MemorySegment.copy(source, startIndex, segment, ValueLayout.JAVA_BYTE, index, count);
        awaitFault();
    }

    /** Copies {@code count} bytes to where the next ones of the buffer belong, whose position stays. */
    public void copyTo(long index, ByteBuffer destination, int count) {
        copy(segment, index, MemorySegment.ofBuffer(destination), 0, count);
    }

    /** Copies the next {@code count} bytes of the buffer, whose position stays. */
    public void copyFrom(long index, ByteBuffer source, int count) {
        copy(MemorySegment.ofBuffer(source), 0, segment, index, count);
    }

    public void copyElementsTo(
            long index, Object destination, int elementSize, Endian endian, int startIndex, int count) {
        if (copiesByWords()) {
            long start = (long) startIndex * elementSize;
            copyNumbers(segment, index, segmentOf(destination), start, elementSize, endian, count);
            return;
        }
        MemorySegment.copy(segment, layoutOf(destination, endian), index, destination, startIndex, count);
        awaitFault();
    }

    public void copyElementsFrom(
            long index, Object source, int elementSize, Endian endian, int startIndex, int count) {
        if (copiesByWords()) {
            long start = (long) startIndex * elementSize;
            copyNumbers(segmentOf(source), start, segment, index, elementSize, endian, count);
            return;
        }
        MemorySegment.copy(source, startIndex, segment, layoutOf(source, endian), index, count);
        awaitFault();
    }

    /** The layout of the elements of an array of numbers. */
    private static ValueLayout layoutOf(Object array, Endian endian) {
        ValueLayout layout = switch (array) {
            case short[] _ -> ValueLayout.JAVA_SHORT_UNALIGNED;
            case int[] _ -> ValueLayout.JAVA_INT_UNALIGNED;
            case long[] _ -> ValueLayout.JAVA_LONG_UNALIGNED;
            case float[] _ -> ValueLayout.JAVA_FLOAT_UNALIGNED;
            default -> ValueLayout.JAVA_DOUBLE_UNALIGNED;
        };
        return layout.withOrder(endian == Endian.BIG ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }

    /** An array of numbers as a segment. */
    private static MemorySegment segmentOf(Object array) {
        return switch (array) {
            case short[] numbers -> MemorySegment.ofArray(numbers);
            case int[] numbers -> MemorySegment.ofArray(numbers);
            case long[] numbers -> MemorySegment.ofArray(numbers);
            case float[] numbers -> MemorySegment.ofArray(numbers);
            default -> MemorySegment.ofArray((double[]) array);
        };
    }

    /** Between an array, in the processor's order of bytes, and the map, in any. */
    private void copyNumbers(
            MemorySegment from, long fromIndex, MemorySegment to, long toIndex, int size, Endian endian, long count) {
        if ((endian == Endian.BIG) == (ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN)) {
            WordCopy.copy(from, fromIndex, to, toIndex, count * size);
        } else {
            WordCopy.copyReversed(from, fromIndex, to, toIndex, size, count);
        }
        awaitFault();
    }

    /** The ranges may overlap: a copy between segments behaves as if through a buffer. */
    public void move(long destination, long source, long count) {
        copy(segment, source, segment, destination, count);
    }

    private void copy(MemorySegment from, long fromIndex, MemorySegment to, long toIndex, long count) {
        if (copiesByWords()) {
            WordCopy.copy(from, fromIndex, to, toIndex, count);
        } else {
            MemorySegment.copy(from, fromIndex, to, toIndex, count);
        }
        awaitFault();
    }

    private boolean copiesByWords() {
        return WordCopy.IS_NEEDED && !showsZeros;
    }

    /** Whether a page of the range was found gone, as far as the accesses of the calling thread go. */
    public boolean isPoisoned() {
        awaitFault();
        // The compiler moves no access behind the look at the counter.
        VarHandle.acquireFence();
        return FaultGuard.faults(guard) != faultsBefore;
    }

    /** The number of the guard, 0 if there is none. */
    public long guard() {
        return guard;
    }

    /** What the guard's counter shows as long as no page is gone. */
    public long faultsBefore() {
        return faultsBefore;
    }

    /** Whether native code may touch the bytes: a page that is gone would end the JVM, but for the fault guard. */
    boolean allowsNativeCode() {
        return guard != 0 || isPrivate;
    }

    /**
     * Whether scanners search copies of the bytes. In place of a byte whose page is gone compiled code can see garbage
     * (no value of a byte at all) for some instructions before the JVM throws, and what looks up a table by it ends the
     * JVM. A copy by the JVM's own means is safe.
     */
    public boolean isStaged() {
        return !allowsNativeCode();
    }

    /** A copy of {@code [from, to)}, which lives as long as anybody has it. */
    public MemorySegmentRegion staged(long from, long to) {
        var copy = new MemorySegmentRegion(to - from, Arena.ofAuto());
        copyTo(from, copy, to - from);
        return copy;
    }

    void copyTo(long index, MemorySegmentRegion destination, long count) {
        copy(segment, index, destination.segment, 0, count);
    }

    /**
     * The JVM throws the error for a page that is gone when the thread calls native code, or returns from a method: too
     * late for who is to tell of it. So this calls native code, any.
     */
    private void awaitFault() {
        if (!showsZeros) {
            Thread.holdsLock(this);
        }
    }

    /**
     * Throws what the JVM does if the page of that byte is gone, before it is read and written in one step: the JVM
     * itself does that, if the code is not compiled well, and ends if the page is gone.
     */
    private void pageIn(long index) {
        if (!showsZeros) {
            if (!FaultGuardJvm.canBeWritten(address(index))) {
                throw new InternalError("an unsafe memory access operation would meet a page that is gone");
            }
            Atomics.BYTE.getVolatile(segment, index);
            Thread.holdsLock(this);
        }
    }

    /** Where the byte at {@code index} is; mapped as long as the caller keeps it so. */
    long address(long index) {
        return segment.address() + index;
    }

    /**
     * Ends all access through this object; the memory itself stays mapped.
     *
     * <p>An arena refuses to close while something has acquired it: a foreign call that was given the segment, or
     * channel input or output on a buffer made from it. Our own operations have left through the gate by then, so this
     * can only be a caller's use of an exported view. Nothing may be unmapped under it, and such a use ends by itself:
     * hence this waits for it, however long that takes.
     *
     * <p>Once revoked, revoking again does nothing; meanwhile it waits for the first to be done, since the segment
     * calls itself dead before the last thread has left it.
     */
    public synchronized void revoke() {
        for (int attempt = 0; segment.scope().isAlive(); attempt++) {
            try {
                arena.close();
            } catch (IllegalStateException acquired) {
                Threads.backOff(attempt);
            }
        }
    }
}
