package dev.kmmap.internal.io;

import dev.kmmap.MMap;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Objects;

/** Bytes of a map up to {@code end}, as far as there are any when they are read. */
public final class MapInputStream extends InputStream {
    private final MMap map;
    private final long end;
    private long next;
    private long marked;
    private boolean isClosed;

    public MapInputStream(MMap map, long start, long end) {
        this.map = map;
        this.end = end;
        next = start;
        marked = start;
    }

    @Override
    public int read() throws IOException {
        if (left() == 0) {
            return -1;
        }
        try {
            return map.get(next++) & 0xff;
        } catch (IndexOutOfBoundsException e) {
            // The map has become shorter in between.
            next--;
            return -1;
        }
    }

    @Override
    public int read(byte[] destination, int offset, int length) throws IOException {
        requireOpen();
        int count = Transfers.copyAtMost(map, next, end, destination, offset, end(destination, offset, length));
        next += count;
        return count == 0 && length > 0 ? -1 : count;
    }

    /** Without the array growing, as it would in the inherited one. */
    @Override
    public byte[] readNBytes(int length) throws IOException {
        if (length < 0) {
            throw new IllegalArgumentException("length must not be negative: " + length);
        }
        byte[] bytes = new byte[(int) Math.min(length, left())];
        int count = Math.max(read(bytes), 0);
        return count == bytes.length ? bytes : Arrays.copyOf(bytes, count);
    }

    @Override
    public long skip(long count) throws IOException {
        long skipped = Math.max(Math.min(count, left()), 0);
        next += skipped;
        return skipped;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(left(), Integer.MAX_VALUE);
    }

    @Override
    public boolean markSupported() {
        return true;
    }

    @Override
    public void mark(int readLimit) {
        marked = next;
    }

    @Override
    public void reset() throws IOException {
        requireOpen();
        next = marked;
    }

    @Override
    public void close() {
        isClosed = true;
    }

    private long left() throws IOException {
        requireOpen();
        return Transfers.bytesBefore(end, next, map.size());
    }

    private void requireOpen() throws IOException {
        if (isClosed) {
            throw new IOException("stream is closed");
        }
    }

    private static int end(byte[] array, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, array.length);
        return offset + length;
    }
}
