package dev.kmmap.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * The haystack: 64 MiB of letters about as frequent as in English text. The needles that are present lie in its first
 * and in its last {@link #MARGIN} bytes only. Can be run as it stands: {@code java TextFile.java FILE}.
 */
final class TextFile {
    static final int SIZE = 64 << 20;
    static final int MARGIN = 64;

    private static final byte[] LETTERS = " etaoinshrdlcumwfgypbvk,.\n".getBytes(US_ASCII);

    private TextFile() {
    }

    public static void main(String[] arguments) throws IOException {
        create(Path.of(arguments[0]));
    }

    /** Makes the file, if it is not there already: always the same one. */
    static void create(Path file) throws IOException {
        if (Files.exists(file)) return;
        Random random = new Random(42);
        byte[] text = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            text[i] = LETTERS[(int) Math.min(LETTERS.length - 1, Math.abs(8 * random.nextGaussian()))];
        }
        byte[] margin = "Zebra crossing, t aeZo, and so on: the needles that are found ..".getBytes(US_ASCII);
        System.arraycopy(margin, 0, text, 0, MARGIN);
        System.arraycopy(margin, 0, text, SIZE - MARGIN, MARGIN);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        Files.write(part, text);
        Files.move(part, file);
    }
}
