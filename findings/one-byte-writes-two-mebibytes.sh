#!/bin/bash
# Tried: Linux 6.18 with ext4 (4 KiB blocks, loop device), Debian 12, gcc 12.
#
# One byte stored through a shared map makes ext4 write 2 MiB to the disk, where pwrite(2) of the same byte writes 4
# KiB. The page cache holds a file that was written in large pieces in folios of up to 2 MiB (ext4 since 6.16). A page
# fault for a store marks the whole folio dirty, all its blocks, and write-back then writes all of them. pwrite knows
# which bytes change and marks their block alone. msync of one page writes the whole folio as well. With the cache
# dropped and the page read again under MADV_RANDOM, so that no large folio is made, the same store writes 4 KiB. XFS
# writes 2 MiB, too, tried by hand.
#
# Seen (KiB written to the device):
#   pwrite of one byte, fdatasync:                4
#   store of one byte, fdatasync:                 2048
#   store of one byte, msync of its page:         2048
#   the same with the page read by MADV_RANDOM:   4
#
# Who is surprised: whoever counts dirty pages of 4 KiB, such as a database that updates records in place through a
# map.
# Why it matters: 512 times the writes, in wear of the disk and in the time that flushing takes. What a store costs
# depends on how the file came into the cache, which the program that stores cannot see.
#
# Documentation: mmap(2) and msync(2) speak of pages; neither says that a store dirties more than its page.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/mount" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT

cat > "$tmp/store.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static const long SIZE = 16 << 20;
static dev_t device;

static void fail(const char *what) {
    perror(what);
    exit(2);
}

/* KiB written to the device since it was set up */
static long written(void) {
    char path[64];
    long value[7];
    snprintf(path, sizeof path, "/sys/dev/block/%u:%u/stat", major(device), minor(device));
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    for (int i = 0; i < 7; i++)
        if (fscanf(file, "%ld", &value[i]) != 1) fail(path);
    fclose(file);
    return value[6] / 2;
}

int main(int count, char **argument) {
    int fd = open(argument[count - 1], O_RDWR | O_CREAT, 0600);
    if (fd < 0) fail("open");
    char *bytes = malloc((size_t)SIZE);
    memset(bytes, 'a', (size_t)SIZE);
    if (write(fd, bytes, (size_t)SIZE) != SIZE) fail("write");
    struct stat stat;
    if (fstat(fd, &stat)) fail("fstat");
    device = stat.st_dev;
    syncfs(fd);
    sleep(1);

    long before = written();
    if (pwrite(fd, "b", 1, 5 << 20) != 1 || fdatasync(fd)) fail("pwrite");
    long by_pwrite = written() - before;

    volatile char *map = mmap(0, (size_t)SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) fail("mmap");
    before = written();
    map[7 << 20] = 'b';
    if (fdatasync(fd)) fail("fdatasync");
    long by_store = written() - before;

    before = written();
    map[9 << 20] = 'b';
    if (msync((void *)(map + (9 << 20)), 4096, MS_SYNC)) fail("msync");
    long by_msync = written() - before;

    munmap((void *)map, (size_t)SIZE);
    posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    map = mmap(0, (size_t)SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED || madvise((void *)map, (size_t)SIZE, MADV_RANDOM)) fail("madvise");
    before = written();
    map[11 << 20] = 'b';
    if (fdatasync(fd)) fail("fdatasync");
    long by_small = written() - before;

    printf("KiB written: pwrite of one byte %ld, store of one byte %ld, with msync of its page %ld, "
           "read by MADV_RANDOM %ld\n", by_pwrite, by_store, by_msync, by_small);
    /* how large a folio is depends on free memory, so ask for an eighth of it */
    return !(by_pwrite <= 16 && by_store >= 256 && by_msync >= 256 && by_small <= 64);
}
C
gcc -O1 -Wall -o "$tmp/store" "$tmp/store.c"
truncate -s 128M "$tmp/image"
mkfs.ext4 -q -b 4096 -E lazy_itable_init=0,lazy_journal_init=0 "$tmp/image"
mkdir "$tmp/mount"
mount -o loop "$tmp/image" "$tmp/mount"
uname -r
"$tmp/store" "$tmp/mount/file"
