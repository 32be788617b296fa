#!/bin/bash
# Tried: Linux 6.18 with ext4, XFS and tmpfs (loop devices), glibc 2.36, xfsprogs 6.1 (Debian 12).
#
# posix_fallocate(3) that fails with ENOSPC on ext4 has taken all the space there was: the file is longer than before,
# by what fitted, all of it allocated, and nothing is left for anybody else. XFS and tmpfs refuse the same call and
# leave the file and the free space as they were.
#
# Seen (a file system with some free space, an empty file, posix_fallocate of twice the free space):
#   ext4:  ENOSPC, the file then has the free space's length and blocks, 0 free
#   xfs:   ENOSPC, the file is empty, all free
#   tmpfs: ENOSPC, the file is empty, all free
#
# Who is surprised: whoever allocates before mapping so that nothing can fail later, and takes the error for "nothing
# has happened". The program that only asked has filled the disk, and its neighbors fail.
# Why it matters: the caller has to truncate the file to its old size when the call fails, or the disk stays full.
#
# Documentation: fallocate(2) and posix_fallocate(3) have ENOSPC, and not what a failed call leaves behind. A report
# to coreutils of 2012 shows it on the ext4 of that time.
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
def free():
    s = os.statvfs(folder)
    return s.f_bavail * s.f_frsize
fd = os.open(folder + "/file", os.O_RDWR | os.O_CREAT)
before, said = free(), "ok"
try:
    os.posix_fallocate(fd, 0, 2 * before)
except OSError as e:
    said = errno.errorcode[e.errno]
file = os.fstat(fd)
def part(n):
    return "none" if n == 0 else "all" if n > before * 0.9 else str(n)
print(f"{kind}: {said}, of the free space the file's length is {part(file.st_size)}, "
      f"its blocks are {part(file.st_blocks * 512)}, and free is {part(free())}")
P
uname -r
for kind in ext4 xfs tmpfs; do
    python3 "$tmp/allocate.py" $kind "$tmp/$kind"
done | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
ext4: ENOSPC, of the free space the file's length is all, its blocks are all, and free is none
xfs: ENOSPC, of the free space the file's length is none, its blocks are none, and free is all
tmpfs: ENOSPC, of the free space the file's length is none, its blocks are none, and free is all
S
