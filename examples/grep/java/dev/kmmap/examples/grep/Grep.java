package dev.kmmap.examples.grep;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import dev.kmmap.MMaps;
import dev.kmmap.Needle;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Prints the offsets and lines of a fixed string in a file of any size: the Java twin of Grep.kt. */
public final class Grep {
    private static final byte LINE_FEED = '\n';

    /** A line longer than this (binary files have such) is shown only around the match. */
    private static final long SHOWN_AROUND = 200;

    private static final int FOUND = 0;
    private static final int NOT_FOUND = 1;
    private static final int FAILED = 2;

    private Grep() {}

    public static void main(String[] arguments) {
        // Unlike System.out it tells of a device that is full.
        System.exit(run(arguments, new FileOutputStream(FileDescriptor.out), System.err));
    }

    /** Does what the command line asks for, and returns the status with which the program ends, which is grep's. */
    static int run(String[] arguments, OutputStream out, PrintStream errors) {
        String option = arguments.length > 0 && List.of("-c", "-o").contains(arguments[0]) ? arguments[0] : "";
        int first = option.isEmpty() ? 0 : 1;
        if (arguments.length != first + 2 || arguments[first].isEmpty()) {
            errors.println("usage: grep-java [-c | -o] NEEDLE FILE");
            return FAILED;
        }
        try (MMap map = MMap.open(arguments[first + 1], Access.READ)) {
            OutputStream output = new BufferedOutputStream(out, 1 << 16);
            boolean found = option.equals("-c")
                    ? printCount(map, arguments[first], output)
                    : grep(map, arguments[first], option.equals("-o"), output);
            return found ? FOUND : NOT_FOUND;
        } catch (IOException | IllegalArgumentException e) {
            errors.println("grep-java: " + e.getMessage());
            return FAILED;
        }
    }

    /** Writes the occurrences of {@code needle}, and says whether there were any. */
    static boolean grep(MMap map, String needle, boolean onlyMatch, OutputStream output) throws IOException {
        byte[] bytes = needle.getBytes(StandardCharsets.UTF_8);
        long match = map.find(bytes, 0);
        boolean found = match >= 0;
        while (match >= 0) {
            long end = match + bytes.length;
            output.write((match + ":").getBytes(StandardCharsets.US_ASCII));
            output.write(onlyMatch ? bytes : lineAround(map, match, end));
            output.write(LINE_FEED);
            match = map.find(bytes, end);
        }
        output.flush();
        return found;
    }

    private static boolean printCount(MMap map, String needle, OutputStream output) throws IOException {
        long count = countLines(map, needle);
        output.write((count + "\n").getBytes(StandardCharsets.US_ASCII));
        output.flush();
        return count > 0;
    }

    /** How many lines have {@code needle} in them: behind an occurrence the search goes on with the next line. */
    static long countLines(MMap map, String needle) {
        Needle wanted = Needle.of(needle);
        Needle lineFeed = Needle.of("\n");
        long count = 0;
        long match = MMaps.find(map, wanted, 0);
        while (match >= 0) {
            count++;
            long lineEnd = MMaps.find(map, lineFeed, match + wanted.length());
            match = lineEnd < 0 ? -1 : MMaps.find(map, wanted, lineEnd + 1);
        }
        return count;
    }

    private static byte[] lineAround(MMap map, long match, long matchEnd) {
        long earliest = Math.max(match - SHOWN_AROUND, 0);
        long latest = Math.min(matchEnd + SHOWN_AROUND, map.size());
        long lineFeedBefore = map.rfind(LINE_FEED, earliest, match);
        long lineFeedAfter = map.find(LINE_FEED, matchEnd, latest);
        return map.slice(lineFeedBefore < 0 ? earliest : lineFeedBefore + 1, lineFeedAfter < 0 ? latest : lineFeedAfter);
    }
}
