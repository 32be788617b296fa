package dev.kmmap.internal.ffm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Copies between segments by loads and stores of compiled loops, and not by the JVM's copying routine. On Arm that
 * routine (JDK 25 and 26) ends the JVM when it meets a lost page; of a load or store the JVM makes an error. It takes
 * longer, so only maps without a guard are copied so.
 */
final class WordCopy {
    /** The switch: with {@code true} all JVMs copy so where there is no guard. */
    static final String PROPERTY = "dev.kmmap.wordCopy";

    /** Whether maps without a guard are to be copied here. */
    static final boolean IS_NEEDED = isNeeded(System.getProperty("os.arch"), Boolean.getBoolean(PROPERTY));

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private WordCopy() {
    }

    /** The processor is named as the system property {@code os.arch} has it. */
    static boolean isNeeded(String processor, boolean isAskedFor) {
        return isAskedFor || "aarch64".equals(processor);
    }

    /** Copies {@code count} bytes; the ranges may overlap. */
    static void copy(MemorySegment source, long from, MemorySegment destination, long to, long count) {
        check(source, from, destination, to, count);
        if (isBelow(source, from, destination, to)) {
            copyBackward(source, from, destination, to, count);
            return;
        }
        long i = 0;
        for (; count - i >= Long.BYTES; i += Long.BYTES) {
            destination.set(LONG, to + i, source.get(LONG, from + i));
        }
        for (; i < count; i++) {
            destination.set(ValueLayout.JAVA_BYTE, to + i, source.get(ValueLayout.JAVA_BYTE, from + i));
        }
    }

    /** Before anything is written. */
    private static void check(MemorySegment source, long from, MemorySegment destination, long to, long count) {
        Objects.checkFromIndexSize(from, count, source.byteSize());
        Objects.checkFromIndexSize(to, count, destination.byteSize());
    }

    /** If these overlap, bytes have to be read before they are overwritten: the last ones first. */
    private static boolean isBelow(MemorySegment source, long from, MemorySegment destination, long to) {
        return source.isNative() && destination.isNative() && source.address() + from < destination.address() + to;
    }

    private static void copyBackward(
            MemorySegment source, long from, MemorySegment destination, long to, long count) {
        long i = count;
        for (; i >= Long.BYTES; i -= Long.BYTES) {
            destination.set(LONG, to + i - Long.BYTES, source.get(LONG, from + i - Long.BYTES));
        }
        for (i--; i >= 0; i--) {
            destination.set(ValueLayout.JAVA_BYTE, to + i, source.get(ValueLayout.JAVA_BYTE, from + i));
        }
    }

    /** Copies {@code count} numbers of {@code size} bytes each, and reverses the bytes of each. */
    static void copyReversed(
            MemorySegment source, long from, MemorySegment destination, long to, int size, long count) {
        long end = count * size;
        check(source, from, destination, to, end);
        switch (size) {
            case Short.BYTES -> {
                for (long i = 0; i < end; i += Short.BYTES) {
                    destination.set(SHORT, to + i, Short.reverseBytes(source.get(SHORT, from + i)));
                }
            }
            case Integer.BYTES -> {
                for (long i = 0; i < end; i += Integer.BYTES) {
                    destination.set(INT, to + i, Integer.reverseBytes(source.get(INT, from + i)));
                }
            }
            default -> {
                for (long i = 0; i < end; i += Long.BYTES) {
                    destination.set(LONG, to + i, Long.reverseBytes(source.get(LONG, from + i)));
                }
            }
        }
    }
}
