package dev.kmmap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Numbers in a map, as a Java programmer writes it. */
class MMapNumbersJavaTest {
    @Test
    void numbersAreWhatByteBuffersMakeOfTheSameBytes() throws IOException {
        try (MMap map = MMap.anonymous(100)) {
            byte[] bytes = new byte[8];
            MMaps.setDouble(map, 3, Math.PI, Endian.BIG);
            map.copyTo(3, bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            assertEquals(Math.PI, buffer.getDouble(0));
            assertEquals(buffer.getLong(0), MMaps.getLong(map, 3, Endian.BIG));
            assertEquals(buffer.getInt(0), MMaps.getInt(map, 3, Endian.BIG));
            assertEquals(buffer.getShort(0), MMaps.getShort(map, 3, Endian.BIG));
            assertEquals(buffer.getFloat(0), MMaps.getFloat(map, 3, Endian.BIG));
            buffer.order(ByteOrder.LITTLE_ENDIAN);
            assertEquals(buffer.getDouble(0), MMaps.getDouble(map, 3, Endian.LITTLE));
            MMaps.setShort(map, 0, (short) 1, Endian.LITTLE);
            MMaps.setInt(map, 0, 1, Endian.LITTLE);
            MMaps.setLong(map, 0, 1, Endian.LITTLE);
            MMaps.setFloat(map, 0, 1, Endian.LITTLE);
            assertThrows(IndexOutOfBoundsException.class, () -> MMaps.getLong(map, 93, Endian.BIG));
        }
    }

    @Test
    void arraysAreCopiedWholeAndInPart() throws IOException {
        try (MMap map = MMap.anonymous(100)) {
            MMaps.copyFrom(map, 1, new short[] {1, 2}, Endian.BIG);
            MMaps.copyFrom(map, 5, new int[] {3, 4}, Endian.BIG);
            MMaps.copyFrom(map, 13, new long[] {5, 6}, Endian.BIG, 1);
            MMaps.copyFrom(map, 21, new float[] {7, 8}, Endian.BIG, 0, 1);
            MMaps.copyFrom(map, 25, new double[] {9}, Endian.BIG);
            short[] shorts = new short[2];
            MMaps.copyTo(map, 1, shorts, Endian.BIG);
            assertArrayEquals(new short[] {1, 2}, shorts);
            int[] ints = new int[2];
            MMaps.copyTo(map, 5, ints, Endian.BIG, 1);
            assertArrayEquals(new int[] {0, 3}, ints);
            long[] longs = new long[1];
            MMaps.copyTo(map, 13, longs, Endian.BIG);
            assertArrayEquals(new long[] {6}, longs);
            float[] floats = new float[1];
            MMaps.copyTo(map, 21, floats, Endian.BIG, 0, 1);
            assertArrayEquals(new float[] {7}, floats);
            double[] doubles = new double[1];
            MMaps.copyTo(map, 25, doubles, Endian.BIG);
            assertArrayEquals(new double[] {9}, doubles);
        }
    }

    @Test
    void atomicNumbersAreLikeThoseOfTheJdk() throws IOException {
        try (MMap map = MMap.anonymous(100)) {
            MMaps.setIntVolatile(map, 4, 1);
            MMaps.setIntRelease(map, 4, MMaps.getIntVolatile(map, 4) + 1);
            assertEquals(2, MMaps.getIntAcquire(map, 4));
            assertTrue(MMaps.compareAndSetInt(map, 4, 2, 3));
            assertEquals(3, MMaps.compareAndExchangeInt(map, 4, 2, 4));
            assertEquals(3, MMaps.getAndAddInt(map, 4, 5));
            assertEquals(8, MMaps.getAndSetInt(map, 4, 0));
            MMaps.setLongVolatile(map, 8, 1);
            MMaps.setLongRelease(map, 8, MMaps.getLongVolatile(map, 8) + 1);
            assertEquals(2, MMaps.getLongAcquire(map, 8));
            assertFalse(MMaps.compareAndSetLong(map, 8, 1, 3));
            assertEquals(2, MMaps.compareAndExchangeLong(map, 8, 2, 4));
            assertEquals(4, MMaps.getAndAddLong(map, 8, 5));
            assertEquals(9, MMaps.getAndSetLong(map, 8, 0));
            assertThrows(IllegalArgumentException.class, () -> MMaps.getLongVolatile(map, 4));
        }
    }
}
