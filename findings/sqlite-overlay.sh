#!/bin/sh
# SQLite reads stale data for ever from a database on overlayfs, once `PRAGMA mmap_size` is set.
#
# Versions: sqlite-jdbc 3.50.3.0 (SQLite 3.50.3), overlayfs of Linux 6.18.
#
# Two connections of one process read a database that lies in the lower layer of an overlay, as every file of an image
# does. One of them has mmap_size 16 MiB, the other 0. Another process then changes each row, and commits. The
# connection without a map sees the change, the one with a map goes on to sum up the old rows, in every later
# transaction as well: the writer's first write has copied the file up, and a map stays with the file that it was made
# of, while read(2) on the same descriptor goes to the copy. A connection that is opened afterwards sees the change. On
# any other file system all three do.
#
# Seen:
#     plain folder: 1000 1000, another process commits: without a map 2000, with a map 2000, opened later 2000
#     overlay:      1000 1000, another process commits: without a map 2000, with a map 1000, opened later 2000
#
# Surprising for whoever turned mmap_size on for its speed: the transaction is isolated and committed, nothing fails,
# and "a reader sees the last commit" holds in tests on a developer's disk and not in a container.
set -eu
work=$(mktemp -d)
trap 'umount "$work/merged" 2>/dev/null || :; umount "$work/upper" 2>/dev/null || :; rm -rf "$work"' EXIT
mvn -q -B -ntp -Dstyle.color=never org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -DoutputDirectory="$work" \
    -Dartifact=org.xerial:sqlite-jdbc:3.50.3.0 >/dev/null

cat >"$work/Sums.java" <<'JAVA'
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Properties;

public class Sums {
    public static void main(String[] words) throws Exception {
        String file = words[1];
        switch (words[0]) {
            case "make" -> {
                change(file, "create table rows (value integer)");
                change(file, "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
                        + " insert into rows select 1 from n");
            }
            case "write" -> change(file, "update rows set value = 2");
            case "read" -> {
                Connection plain = open(file, 0);
                Connection mapped = open(file, 1 << 24);
                System.out.print(sum(plain) + " " + sum(mapped) + ", another process commits: ");
                new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
                        "-cp", System.getProperty("java.class.path"), words[2], "write", file)
                        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
                System.out.println("without a map " + sum(plain) + ", with a map " + sum(mapped)
                        + ", opened later " + sum(open(file, 1 << 24)));
            }
        }
    }

    static Connection open(String file, int mapped) throws Exception {
        Properties readOnly = new Properties();
        readOnly.setProperty("open_mode", "1");
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file, readOnly);
        connection.createStatement().execute("pragma mmap_size = " + mapped);
        return connection;
    }

    static long sum(Connection connection) throws Exception {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("select sum(value) from rows")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    static void change(String file, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            connection.createStatement().execute(sql);
        }
    }
}
JAVA
sums() { java -cp "$work/sqlite-jdbc-3.50.3.0.jar" "$work/Sums.java" "$@" "$work/Sums.java" 2>/dev/null; }

mkdir "$work/plain" "$work/lower" "$work/upper" "$work/merged"
sums make "$work/plain/db"
cp "$work/plain/db" "$work/lower/db"
mount -t tmpfs none "$work/upper"
mkdir "$work/upper/files" "$work/upper/scratch"
mount -t overlay overlay -o "lowerdir=$work/lower,upperdir=$work/upper/files,workdir=$work/upper/scratch" "$work/merged"

plain="plain folder: $(sums read "$work/plain/db")"
overlay="overlay:      $(sums read "$work/merged/db")"
printf '%s\n' "$plain" "$overlay"
commits="1000 1000, another process commits: without a map 2000,"
[ "$plain" = "plain folder: $commits with a map 2000, opened later 2000" ]
[ "$overlay" = "overlay:      $commits with a map 1000, opened later 2000" ]
