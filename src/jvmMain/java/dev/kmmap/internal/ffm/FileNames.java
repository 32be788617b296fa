package dev.kmmap.internal.ffm;

import dev.kmmap.internal.system.FilePath;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The names of files as bytes, as the JDK itself has them.
 *
 * <p>A text becomes the name that {@code java.io.File} gives the system, in the encoding of the locale. What has no
 * form in that encoding, which {@code File} cannot name at all, is UTF-8, as on Kotlin/Native: in the locale {@code C},
 * that of containers, all but ASCII.
 */
final class FileNames {
    private static final Charset ENCODING = encoding(System.getProperty("sun.jnu.encoding"));

    private FileNames() {
    }

    static byte[] encoded(FilePath path) {
        byte[] bytes = path.getBytes();
        return bytes == null ? encoded(path.getText(), ENCODING) : bytes;
    }

    static byte[] encoded(String text, Charset encoding) {
        if (!encoding.equals(StandardCharsets.UTF_8) && encoding.canEncode()) {
            try {
                ByteBuffer encoded = encoding.newEncoder().encode(CharBuffer.wrap(text));
                return Arrays.copyOf(encoded.array(), encoded.limit());
            } catch (CharacterCodingException e) {
                // Has no form in it.
            }
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static Charset encoding(String name) {
        try {
            return name == null ? StandardCharsets.UTF_8 : Charset.forName(name);
        } catch (IllegalArgumentException e) {
            return StandardCharsets.UTF_8;
        }
    }
}
