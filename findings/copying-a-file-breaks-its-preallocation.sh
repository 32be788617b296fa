#!/bin/bash
# Tried: Linux 6.18 with XFS (loop device), GNU coreutils 9.1, glibc 2.36, xfsprogs 6.1 (Debian 12).
#
# A file whose space has been allocated, written and synced can be overwritten on a full disk. Not so on XFS once
# somebody has copied it: `cp` makes a reflink there by default (coreutils since 9.0), both files share their blocks,
# and each overwrite of the ORIGINAL needs a new block. On the full disk pwrite(2) to it fails with ENOSPC, and so
# does faulting its pages in for stores through a map (MADV_POPULATE_WRITE, which shows by an error what a store would
# meet as SIGBUS). posix_fallocate(3) of the whole file after the copy returns success and changes nothing;
# FALLOC_FL_UNSHARE_RANGE is what helps. All that the copying program needs is the right to read.
#
# Seen (64 MiB allocated and written; what follows; then the disk is filled and the original overwritten):
#   nothing:                       pwrite ok, populate for writing ok
#   `cp a b`:                      pwrite ENOSPC, populate for writing EFAULT
#   `cp a b`, posix_fallocate ok:  pwrite ENOSPC, populate for writing EFAULT
#   `cp a b`, unshare ok:          pwrite ok, populate for writing ok
#
# Who is surprised: whoever allocates a file so that stores through a map cannot fail, and does not know who copies
# it: a backup, a support engineer, a container build.
# Why it matters: the store fails (SIGBUS) in the program that did everything right.
#
# Documentation: fallocate(2) says that later writes into the range are guaranteed not to fail for lack of disk
# space. The GNU C library's manual warns that deduplication and copy-on-write may undo that; cp(1) does not.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/mount" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT
if ! command -v mkfs.xfs > /dev/null; then
    apt-get -qq update
    apt-get -qq -y --no-install-recommends install xfsprogs=6.1.0-1 > /dev/null
fi

cat > "$tmp/overwrite.c" <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SIZE ((size_t)64 << 20)

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static const char *said(int error) {
    return error ? strerrorname_np(error) : "ok";
}

static const char *overwrite(int fd) {
    for (off_t at = 0; at < (off_t)SIZE; at += 4096)
        if (pwrite(fd, "b", 1, at) != 1) return said(errno);
    return "ok";
}

int main(int count, char **argument) {
    const char *what = argument[1];
    int fd = open(argument[count - 1], O_RDWR | O_CREAT, 0600);
    if (fd < 0) fail("open");
    if (!strcmp(what, "make")) {
        char *bytes = malloc(SIZE);
        memset(bytes, 'a', SIZE);
        if (posix_fallocate(fd, 0, (off_t)SIZE) || write(fd, bytes, SIZE) != (ssize_t)SIZE || fsync(fd)) fail("write");
    } else if (!strcmp(what, "allocate")) {
        printf("posix_fallocate %s, ", said(posix_fallocate(fd, 0, (off_t)SIZE)));
    } else if (!strcmp(what, "unshare")) {
        printf("unshare %s, ", said(fallocate(fd, 0x40 /* FALLOC_FL_UNSHARE_RANGE */, 0, (off_t)SIZE) ? errno : 0));
    } else {
        printf("pwrite %s", overwrite(fd));
        void *map = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (map == MAP_FAILED) fail("mmap");
        printf(", populate for writing %s\n", said(madvise(map, SIZE, MADV_POPULATE_WRITE) ? errno : 0));
    }
}
C
gcc -O1 -Wall -o "$tmp/overwrite" "$tmp/overwrite.c"
mkdir "$tmp/mount"
uname -r
cp --version | head -n 1
for what in nothing copy copy-allocate copy-unshare; do
    rm -f "$tmp/image"
    truncate -s 320M "$tmp/image"
    mkfs.xfs -q "$tmp/image"
    mount -o loop "$tmp/image" "$tmp/mount"
    "$tmp/overwrite" make "$tmp/mount/a"
    printf '%s: ' $what
    case $what in copy*) cp "$tmp/mount/a" "$tmp/mount/b" ;; esac
    case $what in copy-*) "$tmp/overwrite" "${what#copy-}" "$tmp/mount/a" ;; esac
    for size in 1M 64K 4K; do
        dd if=/dev/zero of="$tmp/mount/fill$size" bs=$size status=none 2> /dev/null || true
        sync -f "$tmp/mount"
    done
    "$tmp/overwrite" overwrite "$tmp/mount/a"
    umount "$tmp/mount"
done | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
nothing: pwrite ok, populate for writing ok
copy: pwrite ENOSPC, populate for writing EFAULT
copy-allocate: posix_fallocate ok, pwrite ENOSPC, populate for writing EFAULT
copy-unshare: unshare ok, pwrite ok, populate for writing ok
S
