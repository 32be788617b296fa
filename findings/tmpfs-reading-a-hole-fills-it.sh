#!/bin/bash
# Tried: Linux 6.18, tmpfs of 64 MiB; CPython 3.11's mmap and OpenJDK 25's MappedByteBuffer.load().
#
# On tmpfs (/dev/shm, every memfd), reading a hole through a map allocates it: a sparse file that is merely read through
# a map takes up all of its length, st_blocks grows, SEEK_DATA says that the holes are data, and the file system is full
# for everybody. read(2) of the same holes allocates nothing, and neither does a map of a sparse file on ext4.
#
# Seen (KiB allocated of a file of 32 MiB that is one hole):
#   tmpfs: read by read() 0, read by a map 32768, loaded by the JDK 32768; SEEK_DATA none before, 0 after
#   ext4:  read by read() 0, read by a map 0, loaded by the JDK 0
#
# Who is surprised: whoever takes reading for free of side effects, such as a search over a large sparse file in /dev/shm,
# a reader without the right to write (a map of a descriptor opened for reading allocates, too), or a call of load().
# Why it matters: memory of the machine is used up, not to be evicted without swap, by looking at nothing; a
# reader can make the writer's next store fail for lack of space.
#
# Documentation: tmpfs(5) and the kernel's tmpfs.rst do not mention it; mmap(2) neither.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/tmpfs" 2>/dev/null || true
    umount "$tmp/ext4" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT
java=
for candidate in /usr/lib/jvm/*25*/bin/java; do
    [ -x "$candidate" ] && java=$candidate
done
[ -n "$java" ] || { echo "no JDK 25 under /usr/lib/jvm" >&2; exit 2; }

mkdir "$tmp/tmpfs" "$tmp/ext4"
mount -t tmpfs -o size=64M tmpfs "$tmp/tmpfs"
truncate -s 64M "$tmp/image"
mkfs.ext4 -q "$tmp/image"
mount -o loop "$tmp/image" "$tmp/ext4"

cat > "$tmp/read.py" <<'P'
import errno, mmap, os, sys

def allocated(path):
    return os.stat(path).st_blocks // 2

def first_data(path):
    with open(path, "rb") as file:
        try:
            return os.lseek(file.fileno(), 0, os.SEEK_DATA)
        except OSError as e:
            assert e.errno == errno.ENXIO
            return None

path = sys.argv[1]
with open(path, "wb") as file:
    file.truncate(32 << 20)
with open(path, "rb") as file:
    while file.read(1 << 20):
        pass
read, before = allocated(path), first_data(path)
with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as map:
    assert not any(map[i] for i in range(0, len(map), mmap.PAGESIZE))
print(read, allocated(path), before, first_data(path))
P
cat > "$tmp/Load.java" <<'J'
import java.nio.channels.FileChannel;
import java.nio.file.Path;

class Load {
    public static void main(String[] args) throws Exception {
        try (var channel = FileChannel.open(Path.of(args[0]))) {
            channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size()).load();
        }
    }
}
J
uname -r
for kind in tmpfs ext4; do
    seen=$(python3 "$tmp/read.py" "$tmp/$kind/sparse")
    rm "$tmp/$kind/sparse"
    truncate -s 32M "$tmp/$kind/sparse"
    "$java" "$tmp/Load.java" "$tmp/$kind/sparse"
    loaded=$(($(stat -c %b "$tmp/$kind/sparse") / 2))
    rm "$tmp/$kind/sparse"
    echo "$kind: KiB after read(), KiB after reading a map, SEEK_DATA before and after: $seen; KiB after load(): $loaded"
    case "$kind $seen $loaded" in
        "tmpfs 0 32768 None 0 32768" | "ext4 0 0 None None 0") ;;
        *) exit 1 ;;
    esac
done
