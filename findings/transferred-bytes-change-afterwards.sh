#!/bin/bash
# Tried: OpenJDK 25 (Temurin) on Linux 6.18, a TCP connection over the loopback device.
#
# FileChannel.transferTo(...) to a socket returns 8192, "transferred"; a store through a map of the file after that
# still changes what the other end receives. The JDK uses sendfile(2), and the kernel sends the pages of the page
# cache themselves, not copies. SocketChannel.write of a buffer mapped from the same file copies, and so does
# transferTo to a Pipe: there the other end gets the bytes as they were.
#
# Seen (a file of 'a'; transferred, then 'b' stored at 0 and 5000 by the map; then the other end reads):
#   transferTo to a socket:      returned 8192, received b b
#   write of the mapped buffer:  returned 8192, received a a
#   transferTo to a pipe:        returned 8192, received a a
#
# Who is surprised: whoever reuses a region of a mapped file (a ring buffer, a slab, a log that is cut and written
# anew) as soon as transferTo says that it was sent. Java has no call that tells when the region is free again.
# Why it matters: the receiver gets a mixture of two records, and no checksum of TCP notices.
#
# Documentation: sendfile(2) asks callers to leave the file alone until the reader has consumed the data. The Javadoc
# of transferTo says that bytes may go directly from the file-system cache, and nothing of later changes.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
java=
for candidate in /usr/lib/jvm/*25*/bin/java; do
    [ -x "$candidate" ] && java=$candidate
done
[ -n "$java" ] || { echo "no JDK 25 under /usr/lib/jvm" >&2; exit 2; }

cat > "$tmp/Transfer.java" <<'J'
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

class Transfer {
    static final int SIZE = 8192;

    interface Sending {
        long send() throws IOException;
    }

    static void show(String what, MappedByteBuffer map, ReadableByteChannel end, Sending sending) throws IOException {
        for (int i = 0; i < SIZE; i++) map.put(i, (byte) 'a');
        long sent = sending.send();
        map.put(0, (byte) 'b').put(5000, (byte) 'b');
        var received = ByteBuffer.allocate(SIZE);
        while (received.hasRemaining() && end.read(received) >= 0) { }
        System.out.println(what + ": returned " + sent + ", received " + (char) received.get(0) + " "
            + (char) received.get(5000));
    }

    public static void main(String[] args) throws Exception {
        var pipe = Pipe.open();
        try (var file = FileChannel.open(Path.of(args[0]), StandardOpenOption.CREATE, StandardOpenOption.READ,
                 StandardOpenOption.WRITE);
             var server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
             var near = SocketChannel.open(server.getLocalAddress());
             var far = server.accept();
             var source = pipe.source();
             var sink = pipe.sink()) {
            var map = file.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
            show("transferTo to a socket", map, far, () -> file.transferTo(0, SIZE, near));
            show("write of the mapped buffer", map, far, () -> near.write(map.duplicate().clear()));
            show("transferTo to a pipe", map, source, () -> file.transferTo(0, SIZE, sink));
        }
    }
}
J
"$java" --version | head -n 1
uname -r
"$java" "$tmp/Transfer.java" "$tmp/file" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
transferTo to a socket: returned 8192, received b b
write of the mapped buffer: returned 8192, received a a
transferTo to a pipe: returned 8192, received a a
S
