#!/bin/sh
# Closing and deleting a file of a Lucene index leaves it mapped, and its disk space taken, while a file of the same
# segment is open.
#
# Versions: lucene-core 10.3.2, and 10.1.0, on JDK 25.
#
# MMapDirectory closes all maps of a segment together, since each end of a shared arena stops every thread for a moment.
# Which files belong together it takes from their names, the part before the first dot or the second underscore. So
# close() of an IndexInput unmaps nothing as long as another one of the same group is open, and a file that was deleted
# after it was closed stays on the disk. Of two files whose names have nothing in common the first is unmapped at once.
#
# Seen:
#     _0.vec closed and deleted, _0.tim open: mapped 16384 KiB, still on the disk
#     the same when _0.tim is closed, too: mapped 0 KiB
#     one.bin closed and deleted, two.bin open: mapped 0 KiB
#
# Surprising for whoever opens files through a Directory by himself, closes the large one as soon as he has what he
# wanted, and keeps a small one for years: df shows space that no file has, and close() has thrown nothing.
set -eu
java=
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
    if [ -x "$home/bin/javac" ] && "$home/bin/javac" --version 2>/dev/null | grep -qE '^javac (2[2-9]|[3-9][0-9])'; then
        java=$home/bin/java
    fi
done
[ -n "$java" ] || { echo "needs a JDK 22 or later, in JAVA_HOME" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for version in 10.3.2 10.1.0; do
    mvn -q -B -ntp -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$work" \
        -Dartifact=org.apache.lucene:lucene-core:$version >/dev/null
done

cat >"$work/Closed.java" <<'JAVA'
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.MMapDirectory;

public class Closed {
    public static void main(String[] words) throws Exception {
        try (MMapDirectory directory = new MMapDirectory(Files.createTempDirectory(Path.of(words[0]), "index"))) {
            for (String name : new String[] {"_0.vec", "_0.tim", "one.bin", "two.bin"}) {
                try (var output = directory.createOutput(name, IOContext.DEFAULT)) {
                    byte[] block = new byte[1 << 20];
                    for (int i = 0; i < 16; i++) output.writeBytes(block, block.length);
                }
            }
            var large = directory.openInput("_0.vec", IOContext.DEFAULT);
            var small = directory.openInput("_0.tim", IOContext.DEFAULT);
            large.close();
            directory.deleteFile("_0.vec");
            System.out.println("_0.vec closed and deleted, _0.tim open: mapped " + mapped("_0.vec"));
            small.close();
            System.out.println("the same when _0.tim is closed, too: mapped " + mapped("_0.vec"));
            large = directory.openInput("one.bin", IOContext.DEFAULT);
            small = directory.openInput("two.bin", IOContext.DEFAULT);
            large.close();
            directory.deleteFile("one.bin");
            System.out.println("one.bin closed and deleted, two.bin open: mapped " + mapped("one.bin"));
            small.close();
        }
    }

    static String mapped(String name) throws Exception {
        long bytes = 0;
        boolean deleted = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
            if (!line.contains("/" + name)) continue;
            String[] ends = line.substring(0, line.indexOf(' ')).split("-");
            bytes += Long.parseLong(ends[1], 16) - Long.parseLong(ends[0], 16);
            deleted |= line.endsWith("(deleted)");
        }
        return bytes / 1024 + " KiB" + (deleted ? ", still on the disk" : "");
    }
}
JAVA
expected="_0.vec closed and deleted, _0.tim open: mapped 16384 KiB, still on the disk
the same when _0.tim is closed, too: mapped 0 KiB
one.bin closed and deleted, two.bin open: mapped 0 KiB"
for version in 10.3.2 10.1.0; do
    seen=$("$java" --enable-native-access=ALL-UNNAMED -cp "$work/lucene-core-$version.jar" "$work/Closed.java" "$work" \
        2>/dev/null)
    printf 'lucene-core %s\n%s\n' "$version" "$seen"
    [ "$seen" = "$expected" ]
done
