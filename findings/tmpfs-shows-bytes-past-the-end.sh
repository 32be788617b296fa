#!/bin/bash
# Tried: Linux 6.18, tmpfs, ext4 and XFS (loop devices), xfsprogs 6.1 (Debian 12), gcc 12.
#
# Bytes that were stored through a map past the end of the file, in what is left of its last page, are part of the
# file as soon as it grows, on tmpfs, which is where POSIX shared memory lives, by any of three calls that make it
# grow. On ext4 and XFS the same file grows by zeros.
#
# Seen (a file of "abc", "HIDDEN" stored through a map at 3, then grown to 100 or more bytes; what is read at 3):
#              tmpfs     ext4    xfs
#   truncate   HIDDEN    zeros   zeros
#   pwrite     HIDDEN    zeros   zeros
#   fallocate  HIDDEN    zeros   zeros
#
# Who is surprised: whoever relies on zeros after making a file longer, as every format with a zero for "nothing here"
# does: it worked on the disk, in /dev/shm a stray byte of an earlier writer becomes a record.
# Why it matters: an overrun by less than a page does no harm until, maybe much later, somebody else resizes.
#
# Documentation: mmap(2) says that the rest of the last page is zeroed when mapped and that changes to it are not
# written to the file; ftruncate(2) that the extended part reads as zeros. tmpfs keeps neither.
set -eu
tmp=$(mktemp -d)
cleanup() {
    for kind in tmpfs ext4 xfs; do
        umount "$tmp/$kind" 2>/dev/null || true
    done
    rm -rf "$tmp"
}
trap cleanup EXIT
if ! command -v mkfs.xfs > /dev/null; then
    apt-get -qq update
    apt-get -qq -y --no-install-recommends install xfsprogs=6.1.0-1 > /dev/null
fi
mkdir "$tmp/tmpfs" "$tmp/ext4" "$tmp/xfs"
mount -t tmpfs -o size=16M tmpfs "$tmp/tmpfs"
truncate -s 64M "$tmp/ext4.image"
mkfs.ext4 -q "$tmp/ext4.image"
mount -o loop "$tmp/ext4.image" "$tmp/ext4"
truncate -s 320M "$tmp/xfs.image"
mkfs.xfs -q "$tmp/xfs.image"
mount -o loop "$tmp/xfs.image" "$tmp/xfs"

cat > "$tmp/grow.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    exit(2);
}

int main(int count, char **argument) {
    const char *path = argument[count - 1];
    for (int how = 0; how < 3; how++) {
        int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
        if (fd < 0 || write(fd, "abc", 3) != 3) fail("write");
        char *map = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED) fail("mmap");
        memcpy(map + 3, "HIDDEN", 6);
        munmap(map, 4096);
        if (how == 0 && ftruncate(fd, 100)) fail("ftruncate");
        if (how == 1 && pwrite(fd, "d", 1, 9999) != 1) fail("pwrite");
        if (how == 2 && posix_fallocate(fd, 0, 100)) fail("posix_fallocate");
        char bytes[7] = "";
        if (pread(fd, bytes, 6, 3) != 6) fail("pread");
        printf(" %s", *bytes ? bytes : "zeros");
        close(fd);
    }
    puts("");
}
C
gcc -O1 -Wall -o "$tmp/grow" "$tmp/grow.c"
uname -r
for kind in tmpfs ext4 xfs; do
    echo "$kind:$("$tmp/grow" "$tmp/$kind/file")"
done | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
tmpfs: HIDDEN HIDDEN HIDDEN
ext4: zeros zeros zeros
xfs: zeros zeros zeros
S
