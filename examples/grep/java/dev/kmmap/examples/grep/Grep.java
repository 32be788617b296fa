package dev.kmmap.examples.grep;

import dev.kmmap.Access;
import dev.kmmap.MMap;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Prints the offsets and lines of a fixed string in a file of any size: the Java twin of Grep.kt. */
public final class Grep {
    private static final byte LINE_FEED = '\n';

    /** A line longer than this (binary files have such) is shown only around the match. */
    private static final long SHOWN_AROUND = 200;

    private Grep() {}

    public static void main(String[] arguments) throws IOException {
        boolean onlyMatch = arguments.length > 0 && arguments[0].equals("-o");
        int first = onlyMatch ? 1 : 0;
        if (arguments.length != first + 2 || arguments[first].isEmpty()) {
            System.err.println("usage: Grep [-o] NEEDLE FILE");
            System.exit(2);
        }
        try (MMap map = MMap.open(arguments[first + 1], Access.READ);
                OutputStream output = new BufferedOutputStream(System.out, 1 << 16)) {
            System.exit(grep(map, arguments[first], onlyMatch, output) ? 0 : 1);
        } catch (IOException e) {
            System.err.println("grep: " + e.getMessage());
            System.exit(2);
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

    private static byte[] lineAround(MMap map, long match, long matchEnd) {
        long earliest = Math.max(match - SHOWN_AROUND, 0);
        long latest = Math.min(matchEnd + SHOWN_AROUND, map.size());
        long lineFeedBefore = map.rfind(LINE_FEED, earliest, match);
        long lineFeedAfter = map.find(LINE_FEED, matchEnd, latest);
        return map.slice(lineFeedBefore < 0 ? earliest : lineFeedBefore + 1, lineFeedAfter < 0 ? latest : lineFeedAfter);
    }
}
