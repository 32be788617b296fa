#!/bin/bash
# Tried: Linux 6.18, overlayfs over ext4 (loop device), Debian 12, gcc 12.
#
# On overlayfs, which the files of most containers are on, two system calls that take a file descriptor look at a
# page cache that is always empty, since the pages belong to the file underneath, and succeed all the same:
# - cachestat(2) says 0 pages in the cache and 0 dirty, while mincore(2) says that all of them are there;
# - sync_file_range(2) returns 0 and writes nothing: all pages are as dirty as before.
# mincore(2) and msync(2) of a map of the same file do their work, since the map is one of the file underneath.
#
# Seen (a file of 1 MiB, 256 pages, just written):
#   cachestat of the overlay's file:     0 cached, 0 dirty; mincore 256; of the file underneath: 256 cached, 256 dirty
#   sync_file_range by the overlay:      0, then 256 dirty
#   sync_file_range by the one below:    0, then 0 dirty
#   msync of a map of the overlay's:     0, then 0 dirty
#
# Who is surprised: whoever limits dirty pages by sync_file_range, as databases do to keep fsync short, or looks into
# the cache by cachestat: on the developer's machine both work, in the container neither does, and nothing tells.
# Why it matters: write-back that was meant to go on in the background is put off until fsync, all of it at once.
#
# Documentation: nothing of it was found in the manual pages, nor in overlayfs.rst of the kernel.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/merged" 2>/dev/null || true
    umount "$tmp/mount" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT

cat > "$tmp/cache.c" <<'C'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SIZE (1 << 20)
#define PAGES (SIZE / 4096)

struct range { uint64_t offset, length; };
struct cache { uint64_t cached, dirty, writeback, evicted, recently_evicted; };

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static struct cache cache(int fd) {
    struct range all = {0, 0};
    struct cache result;
    if (syscall(451 /* cachestat */, fd, &all, &result, 0)) fail("cachestat");
    return result;
}

static void dirty(int fd) {
    static char bytes[SIZE];
    memset(bytes, bytes[0] + 1, SIZE);
    if (pwrite(fd, bytes, SIZE, 0) != SIZE) fail("pwrite");
}

int main(int count, char **argument) {
    int flush = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    int over = open(argument[count - 2], O_RDWR | O_CREAT, 0600), under = open(argument[count - 1], O_RDWR);
    if (over < 0 || under < 0) fail("open");
    dirty(over);
    void *map = mmap(0, SIZE, PROT_READ, MAP_SHARED, over, 0);
    unsigned char resident[PAGES];
    if (map == MAP_FAILED || mincore(map, SIZE, resident)) fail("mincore");
    int in_core = 0;
    for (int i = 0; i < PAGES; i++) in_core += resident[i] & 1;
    printf("cachestat: %lu cached, %lu dirty; mincore %d; underneath: %lu cached, %lu dirty\n", cache(over).cached,
           cache(over).dirty, in_core, cache(under).cached, cache(under).dirty);
    int result = sync_file_range(over, 0, 0, flush);
    printf("sync_file_range: %d, then %lu dirty\n", result, cache(under).dirty);
    result = sync_file_range(under, 0, 0, flush);
    printf("sync_file_range underneath: %d, then %lu dirty\n", result, cache(under).dirty);
    dirty(over);
    result = msync(map, SIZE, MS_SYNC);
    printf("msync: %d, then %lu dirty\n", result, cache(under).dirty);
}
C
gcc -O1 -Wall -o "$tmp/cache" "$tmp/cache.c"
truncate -s 64M "$tmp/image"
mkfs.ext4 -q -b 4096 "$tmp/image"
mkdir "$tmp/mount" "$tmp/merged"
mount -o loop "$tmp/image" "$tmp/mount"
mkdir "$tmp/mount/lower" "$tmp/mount/upper" "$tmp/mount/work"
mount -t overlay overlay "$tmp/merged" \
    -o "lowerdir=$tmp/mount/lower,upperdir=$tmp/mount/upper,workdir=$tmp/mount/work"
: > "$tmp/merged/file"
uname -r
"$tmp/cache" "$tmp/merged/file" "$tmp/mount/upper/file" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
cachestat: 0 cached, 0 dirty; mincore 256; underneath: 256 cached, 256 dirty
sync_file_range: 0, then 256 dirty
sync_file_range underneath: 0, then 0 dirty
msync: 0, then 0 dirty
S
