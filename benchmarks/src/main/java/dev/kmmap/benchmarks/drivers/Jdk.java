package dev.kmmap.benchmarks.drivers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lines by BufferedReader; the walk by RandomAccessFile and by FileChannel. */
final class Jdk implements Driver.Way {
    private final String name;

    Jdk(String name) {
        this.name = name;
    }

    @Override
    public Driver.Job job(String operation, Path file, byte[] needle) throws IOException {
        return switch (name + " " + operation) {
            case "reader lines" -> () -> countLines(file);
            case "file walk" -> {
                RandomAccessFile opened = new RandomAccessFile(file.toFile(), "r");
                yield () -> walk(opened);
            }
            case "channel walk" -> {
                FileChannel opened = FileChannel.open(file);
                yield () -> walk(opened);
            }
            default -> throw Driver.unknown(operation);
        };
    }

    private static long countLines(Path file) throws IOException {
        long count = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            while (reader.readLine() != null) count++;
        }
        return count;
    }

    private static long walk(RandomAccessFile file) throws IOException {
        long sum = 0;
        file.seek(0);
        while (file.getFilePointer() < Walk.END) {
            file.seek(file.getFilePointer() + Walk.FORWARD);
            sum += file.readByte();
            file.seek(file.getFilePointer() - Walk.BACK);
            sum += file.readByte();
        }
        return sum;
    }

    private static long walk(FileChannel channel) throws IOException {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        long sum = 0;
        long position = 0;
        while (position < Walk.END) {
            position += Walk.FORWARD;
            sum += readByte(channel, one, position++);
            position -= Walk.BACK;
            sum += readByte(channel, one, position++);
        }
        return sum;
    }

    private static byte readByte(FileChannel channel, ByteBuffer one, long position) throws IOException {
        one.clear();
        channel.read(one, position);
        return one.get(0);
    }
}
