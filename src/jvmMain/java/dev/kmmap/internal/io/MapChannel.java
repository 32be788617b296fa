package dev.kmmap.internal.io;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/** A map as a channel. */
public final class MapChannel implements SeekableByteChannel {
    private final MMap map;
    private long position;
    private volatile boolean isClosed;

    public MapChannel(MMap map) {
        this.map = map;
    }

    @Override
    public synchronized int read(ByteBuffer destination) throws IOException {
        requireOpen();
        if (destination.isReadOnly()) {
            throw new IllegalArgumentException("the buffer is read-only");
        }
        int count = BufferTransfers.copyAtMost(map, position, destination);
        position += count;
        return count == 0 && destination.hasRemaining() ? -1 : count;
    }

    @Override
    public synchronized int write(ByteBuffer source) throws IOException {
        requireWritable();
        int count = source.remaining();
        try {
            BufferTransfers.copyFrom(map, position, source);
        } catch (IndexOutOfBoundsException e) {
            throw new EOFException("a map does not grow by itself: " + e.getMessage());
        }
        position += count;
        return count;
    }

    @Override
    public synchronized long position() throws IOException {
        requireOpen();
        map.size();
        return position;
    }

    @Override
    public synchronized SeekableByteChannel position(long newPosition) throws IOException {
        requireOpen();
        map.size();
        requireNotNegative("position", newPosition);
        position = newPosition;
        return this;
    }

    @Override
    public long size() throws IOException {
        requireOpen();
        return map.size();
    }

    @Override
    public synchronized SeekableByteChannel truncate(long size) throws IOException {
        requireWritable();
        requireNotNegative("size", size);
        if (size < map.size()) {
            map.resize(size);
        }
        position = Math.min(position, size);
        return this;
    }

    @Override
    public boolean isOpen() {
        return !isClosed && !map.isClosed();
    }

    @Override
    public void close() {
        isClosed = true;
    }

    private void requireOpen() throws ClosedChannelException {
        if (isClosed) {
            throw new ClosedChannelException();
        }
    }

    private void requireWritable() throws ClosedChannelException {
        requireOpen();
        map.size();
        if (map.access() == Access.READ) {
            throw new NonWritableChannelException();
        }
    }

    private static void requireNotNegative(String name, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must not be negative: " + value);
        }
    }
}
