package dev.kmmap.benchmarks.drivers;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.search.AbstractSearchProcessorFactory;
import io.netty.buffer.search.SearchProcessorFactory;
import java.io.IOException;
import java.nio.file.Path;

/** Netty's search processors: bitap where it can, because it is the faster one, otherwise Knuth-Morris-Pratt. */
final class Netty implements Driver.Way {
    private static final int BITAP_LONGEST = 64;

    private final Segments segments = new Segments();

    @Override
    public Driver.Job job(String operation, Path file, byte[] needle) throws IOException {
        ByteBuf hay = Unpooled.wrappedBuffer(segments.of(file).asByteBuffer());
        return switch (operation) {
            case "find" -> () -> {
                int last = hay.forEachByte(searchFor(needle).newSearchProcessor());
                return last < 0 ? -1 : last - needle.length + 1;
            };
            case "rfind" -> () -> hay.forEachByteDesc(searchFor(reversed(needle)).newSearchProcessor());
            default -> throw Driver.unknown(operation);
        };
    }

    private static SearchProcessorFactory searchFor(byte[] needle) {
        return needle.length <= BITAP_LONGEST
                ? AbstractSearchProcessorFactory.newBitapSearchProcessorFactory(needle)
                : AbstractSearchProcessorFactory.newKmpSearchProcessorFactory(needle);
    }

    private static byte[] reversed(byte[] needle) {
        byte[] result = new byte[needle.length];
        for (int i = 0; i < needle.length; i++) result[i] = needle[needle.length - 1 - i];
        return result;
    }
}
