#!/bin/bash
# Tried: org.jetbrains.kotlinx:kotlinx-io-core-jvm 0.9.0 and com.squareup.okio:okio-jvm 3.16.0 on OpenJDK 25
# (Temurin).
#
# Reading n bytes through Source.peek() (kotlinx-io) or BufferedSource.peek() (Okio) takes time that grows by the
# square of n. A peeked source keeps its place as a number, and for each piece of 8 KiB walks the chain of buffered
# segments from its head to that place. Reading the same bytes without peeking is linear.
#
# Seen (ms of the thread's time; figures differ from run to run, the growth does not):
#   MiB    kotlinx-io read    peek    okio read    peek
#     8                0.4     2.4          0.3     5.2
#    16                0.6     6.5          0.9    12.1
#    32                1.2    28.8          1.3    41.0
#    64                2.7   160.0          2.7   137.2
#
# Who is surprised: whoever looks ahead in a large file for the end of a record or a magic word, or hashes the content
# before parsing it: what peek() is for. Twice the look-ahead takes about four times as long.
# Why it matters: at 1 MiB nobody sees it; at 64 MiB peeking takes some fifty times as long as reading.
#
# Documentation: of both: that the peeked source does not consume, that what it reads is buffered, and that it becomes
# invalid. Nothing about time.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
java=
for candidate in /usr/lib/jvm/*25*/bin/java; do
    [ -x "$candidate" ] && java=$candidate
done
[ -n "$java" ] || { echo "no JDK 25 under /usr/lib/jvm" >&2; exit 2; }
cat > "$tmp/pom.xml" <<'X'
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>findings</groupId>
  <artifactId>peek</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.jetbrains.kotlinx</groupId>
      <artifactId>kotlinx-io-core-jvm</artifactId>
      <version>0.9.0</version>
    </dependency>
    <dependency>
      <groupId>com.squareup.okio</groupId>
      <artifactId>okio-jvm</artifactId>
      <version>3.16.0</version>
    </dependency>
  </dependencies>
</project>
X
mvn -q -B -ntp -f "$tmp/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
    -DoutputDirectory="$tmp/jars" > "$tmp/log" 2>&1 || { cat "$tmp/log" >&2; exit 2; }

cat > "$tmp/Peek.java" <<'J'
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;

class Peek {
    interface Reading {
        int read(byte[] bytes) throws IOException;
    }

    static Reading kotlinx(byte[] content, boolean peek) {
        var raw = kotlinx.io.JvmCoreKt.asSource(new ByteArrayInputStream(content));
        var source = kotlinx.io.CoreKt.buffered(raw);
        var read = peek ? source.peek() : source;
        return bytes -> read.readAtMostTo(bytes, 0, bytes.length);
    }

    static Reading okio(byte[] content, boolean peek) {
        var source = okio.Okio.buffer(okio.Okio.source(new ByteArrayInputStream(content)));
        var read = peek ? source.peek() : source;
        return bytes -> read.read(bytes);
    }

    /** Nanoseconds of the thread's own time, of the fastest of three. */
    static long time(byte[] content, boolean peek, boolean kotlinx) throws IOException {
        var clock = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        var bytes = new byte[8192];
        for (int i = 0; i < 3; i++) {
            var reading = kotlinx ? kotlinx(content, peek) : okio(content, peek);
            long start = clock.getCurrentThreadCpuTime();
            long all = 0;
            for (int n; (n = reading.read(bytes)) > 0; ) all += n;
            best = Math.min(best, clock.getCurrentThreadCpuTime() - start);
            if (all != content.length) throw new AssertionError(all);
        }
        return best;
    }

    public static void main(String[] args) throws IOException {
        boolean grows = true;
        for (boolean kotlinx : new boolean[] {true, false}) {
            for (int i = 0; i < 20; i++) {
                time(new byte[1 << 20], i % 2 == 0, kotlinx);
            }
            long[] peeks = new long[4];
            for (int i = 0; i < 4; i++) {
                var content = new byte[8 << 20 << i];
                long read = time(content, false, kotlinx);
                peeks[i] = time(content, true, kotlinx);
                System.out.printf("%s, %d MiB: read %.1f ms, peek %.1f ms%n", kotlinx ? "kotlinx-io" : "okio", 8 << i,
                    read / 1e6, peeks[i] / 1e6);
                grows &= i < 3 || peeks[i] > 10 * read;
            }
            /* linear would be 8 times, the square 64 times */
            grows &= peeks[3] > 14 * peeks[0];
        }
        System.out.println(grows ? "the time of peeking grows by the square" : "the time of peeking does not grow so");
        if (!grows) System.exit(1);
    }
}
J
"$java" --version | head -n 1
"$java" -Xms1g -Xmx1g -cp "$tmp/jars/*" "$tmp/Peek.java"
