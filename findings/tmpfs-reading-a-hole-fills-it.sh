#!/bin/bash
# Tried: Linux 6.18, tmpfs of 64 MiB; CPython 3.11's mmap and OpenJDK 25's MappedByteBuffer.load().
#
# On tmpfs, which /dev/shm is, reading a hole through a map allocates it: a sparse file that is merely read through a
# map, by a descriptor opened for reading, takes up all of its length, st_blocks grows, SEEK_DATA says that the holes
# are data, and writers find the file system full. read(2) of the same holes allocates nothing, and neither does a map
# of a sparse file on ext4.
#
# Seen (KiB allocated of a file of 48 MiB that is one hole, then 32 MiB are written to another; tmpfs has 64 MiB):
#   tmpfs: read by read() 0, read by a map 49152, loaded by the JDK 49152; SEEK_DATA none before, 0 after; then ENOSPC
#   ext4:  read by read() 0, read by a map 0, loaded by the JDK 0; SEEK_DATA none before and after; then written
#
# Who is surprised: whoever takes reading for free of side effects: a search over a large sparse file in /dev/shm, a
# call of load(). The reader needs no right to write.
# Why it matters: memory is used up by looking at nothing, and a reader makes the writers fail for lack of space.
#
# Documentation: tmpfs(5) and mmap(2) do not mention it. Kernel developers have discussed to map a page of zeros
# instead (linux-mm, January 2022).
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
truncate -s 96M "$tmp/image"
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
    file.truncate(48 << 20)
with open(path, "rb") as file:
    while file.read(1 << 20):
        pass
read, before = allocated(path), first_data(path)
with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as map:
    assert not any(map[i] for i in range(0, len(map), mmap.PAGESIZE))
said = "written"
try:
    with open(path + ".other", "wb") as file:
        file.write(bytes(32 << 20))
except OSError as e:
    said = errno.errorcode[e.errno]
os.remove(path + ".other")
print(read, allocated(path), before, first_data(path), said)
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
    truncate -s 48M "$tmp/$kind/sparse"
    "$java" "$tmp/Load.java" "$tmp/$kind/sparse"
    loaded=$(($(stat -c %b "$tmp/$kind/sparse") / 2))
    rm "$tmp/$kind/sparse"
    echo "$kind: KiB after read(), after reading a map, SEEK_DATA before, after, then writing: $seen;" \
        "KiB after load(): $loaded"
    case "$kind $seen $loaded" in
        "tmpfs 0 49152 None 0 ENOSPC 49152" | "ext4 0 0 None None written 0") ;;
        *) exit 1 ;;
    esac
done
