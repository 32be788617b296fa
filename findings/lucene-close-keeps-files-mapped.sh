#!/bin/bash
# Tried: org.apache.lucene:lucene-core 10.3.1 on OpenJDK 25 (Temurin), Linux 6.18.
#
# Closing an IndexInput of MMapDirectory does not unmap its file while any other file of the "segment" is open, and a
# segment is what the name says: all files that begin with the same "_x". Each open and close in the meantime leaves
# one more map behind. A file that was closed and deleted keeps its space on the disk. A file whose name does not
# begin with an underscore is unmapped by close.
#
# Seen (maps of the process; _0.idx stays open):
#   _0.dat opened and closed once:             1 map of it is left
#   _0.dat opened and closed 100 times more:   101 maps
#   _0.dat deleted:                            101 maps of a deleted file; its 4 MiB are not free
#   other.dat opened and closed:               0 maps
#   _0.idx closed:                             0 maps
#
# Who is surprised: whoever uses Lucene's directories for files beside an index's, or opens files of a live segment
# now and then (to copy them, to look at a checksum) and closes them like a good citizen.
# Why it matters: Linux allows a process 65,530 maps by default, and disk space comes back only when the segment's
# reader goes. Reading from the closed IndexInput throws AlreadyClosedException, so it looks well closed.
#
# Documentation: the Javadoc of MMapDirectory speaks of grouping as a hint for the handling of resources, and has
# NO_GROUPING to turn it off; it does not say that close waits for the group.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/disk" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT
java=
for candidate in /usr/lib/jvm/*25*/bin/java; do
    [ -x "$candidate" ] && java=$candidate
done
[ -n "$java" ] || { echo "no JDK 25 under /usr/lib/jvm" >&2; exit 2; }
mvn -q -B -ntp org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact=org.apache.lucene:lucene-core:10.3.1 -DoutputDirectory="$tmp" > "$tmp/log" 2>&1 ||
    { cat "$tmp/log" >&2; exit 2; }

cat > "$tmp/Close.java" <<'J'
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.MMapDirectory;

class Close {
    static final int SIZE = 4 << 20;

    static void maps(String what, String name) throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/maps"))) {
            System.out.println(what + ": " + lines.filter(it -> it.contains("/" + name)).count() + " maps");
        }
    }

    public static void main(String[] args) throws IOException {
        var folder = Path.of(args[0]);
        try (var directory = new MMapDirectory(folder)) {
            for (var name : new String[] {"_0.dat", "_0.idx", "other.dat"}) {
                try (var output = directory.createOutput(name, IOContext.DEFAULT)) {
                    output.writeBytes(new byte[SIZE], SIZE);
                }
            }
            try (var kept = directory.openInput("_0.idx", IOContext.DEFAULT)) {
                var input = directory.openInput("_0.dat", IOContext.DEFAULT);
                input.close();
                maps("closed once", "_0.dat");
                try {
                    input.readByte();
                } catch (AlreadyClosedException e) {
                    System.out.println("reading: AlreadyClosedException");
                }
                for (int i = 0; i < 100; i++) directory.openInput("_0.dat", IOContext.DEFAULT).close();
                maps("closed 100 times more", "_0.dat");
                directory.openInput("other.dat", IOContext.DEFAULT).close();
                maps("other.dat closed", "other.dat");
                long before = folder.toFile().getUsableSpace();
                directory.deleteFile("_0.dat");
                maps("deleted", "_0.dat");
                System.out.println("freed by deleting: " + (folder.toFile().getUsableSpace() - before) / SIZE);
            }
            maps("_0.idx closed", "_0.");
        }
    }
}
J
mkdir "$tmp/disk"
mount -t tmpfs -o size=64M tmpfs "$tmp/disk"
"$java" --version | head -n 1
"$java" --enable-native-access=ALL-UNNAMED -cp "$tmp/lucene-core-10.3.1.jar" "$tmp/Close.java" "$tmp/disk" \
    2> "$tmp/errors" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S' || { cat "$tmp/errors" >&2; exit 1; }
closed once: 1 maps
reading: AlreadyClosedException
closed 100 times more: 101 maps
other.dat closed: 0 maps
deleted: 101 maps
freed by deleting: 0
_0.idx closed: 0 maps
S
