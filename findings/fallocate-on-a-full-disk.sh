#!/bin/bash
# Tried: Linux 6.18 with ext4, XFS and tmpfs (loop devices), glibc 2.36, xfsprogs 6.1 (Debian 12).
#
# posix_fallocate(3) on a disk with too little space does what one expects on tmpfs alone.
# - On ext4 a call that fails with ENOSPC has taken all the space there was: the file is longer than before, by what
#   fitted, all of it allocated, and nothing is left for anybody else. XFS and tmpfs leave everything as it was.
# - On XFS a call for a range of which every block is allocated and written already, so that there is nothing to do,
#   fails with ENOSPC as well if the range is longer than the free space. ext4 and tmpfs return success.
#
# Seen:
#           twice the free space, on an empty file    16 MiB that are there already, on a full disk
#   ext4    ENOSPC, file has it all, none is free     ok
#   xfs     ENOSPC, file is empty, all is free        ENOSPC
#   tmpfs   ENOSPC, file is empty, all is free        ok
#
# Who is surprised: whoever allocates before mapping so that nothing can fail later. On ext4 the program that only asked
# has filled the disk for its neighbors; on XFS one that makes sure of its space each time it opens its file does not
# start any more, though it needs nothing.
# Why it matters: on failure the file has to be truncated to its old size; and a range that the file has is better left
# out of the call.
#
# Documentation: fallocate(2) and posix_fallocate(3) have ENOSPC, and neither what a failed call leaves behind nor that
# space is asked for again. A report to coreutils of 2012 shows the first on the ext4 of that time.
set -eu
tmp=$(mktemp -d)
cleanup() {
    for kind in ext4 xfs tmpfs; do
        umount "$tmp/$kind" 2>/dev/null || true
    done
    rm -rf "$tmp"
}
trap cleanup EXIT
if ! command -v mkfs.xfs > /dev/null; then
    apt-get -qq update
    apt-get -qq -y --no-install-recommends install xfsprogs=6.1.0-1 > /dev/null
fi
mkdir "$tmp/ext4" "$tmp/xfs" "$tmp/tmpfs"
truncate -s 64M "$tmp/ext4.image"
mkfs.ext4 -q -b 4096 "$tmp/ext4.image"
mount -o loop "$tmp/ext4.image" "$tmp/ext4"
truncate -s 320M "$tmp/xfs.image"
mkfs.xfs -q "$tmp/xfs.image"
mount -o loop "$tmp/xfs.image" "$tmp/xfs"
mount -t tmpfs -o size=64M tmpfs "$tmp/tmpfs"

cat > "$tmp/allocate.py" <<'P'
import errno, os, sys

kind, folder = sys.argv[1:]
SIZE = 16 << 20

def free():
    s = os.statvfs(folder)
    return s.f_bavail * s.f_frsize

def allocate(fd, size):
    try:
        os.posix_fallocate(fd, 0, size)
        return "ok"
    except OSError as e:
        return errno.errorcode[e.errno]

def create(name):
    return os.open(folder + "/" + name, os.O_RDWR | os.O_CREAT)

def fill(fd):
    for size in 1 << 20, 1 << 16, 1 << 12:
        try:
            while True:
                os.write(fd, bytes(size))
        except OSError as e:
            assert e.errno == errno.ENOSPC
        os.fsync(fd)

fd, before = create("empty"), free()
said, file, after = allocate(fd, 2 * before), os.fstat(fd), free()
def part(n):
    return "none" if n == 0 else "all" if n > before * 0.9 else str(n)
print(f"{kind}, too much: {said}, length {part(file.st_size)}, blocks {part(file.st_blocks * 512)}, free {part(after)}")
os.ftruncate(fd, 0)

fd = create("written")
assert allocate(fd, SIZE) == "ok" and os.pwrite(fd, b"x" * SIZE, 0) == SIZE
os.fsync(fd)
fill(create("rest"))
assert os.fstat(fd).st_blocks * 512 >= SIZE and free() < SIZE / 100
print(f"{kind}, what is there already: {allocate(fd, SIZE)}")
P
uname -r
for kind in ext4 xfs tmpfs; do
    python3 "$tmp/allocate.py" $kind "$tmp/$kind"
done | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
ext4, too much: ENOSPC, length all, blocks all, free none
ext4, what is there already: ok
xfs, too much: ENOSPC, length none, blocks none, free all
xfs, what is there already: ENOSPC
tmpfs, too much: ENOSPC, length none, blocks none, free all
tmpfs, what is there already: ok
S
