package dev.kmmap.internal.io;

import dev.kmmap.MMap;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/** Writes into a map. */
public final class MapOutputStream extends OutputStream {
    private final MMap map;
    private long next;
    private boolean isClosed;

    public MapOutputStream(MMap map, long index) {
        this.map = map;
        next = index;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        requireOpen();
        try {
            map.copyFrom(next, source, offset, offset + length);
        } catch (IndexOutOfBoundsException e) {
            throw new EOFException("a map does not grow by itself: " + e.getMessage());
        }
        next += length;
    }

    @Override
    public void flush() throws IOException {
        requireOpen();
        map.size();
    }

    @Override
    public void close() {
        isClosed = true;
    }

    private void requireOpen() throws IOException {
        if (isClosed) {
            throw new IOException("stream is closed");
        }
    }
}
