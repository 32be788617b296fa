#!/bin/bash
# Tried: Linux 6.18, Debian 12, gcc 12.
#
# mlock(2) of a private map that may be written copies every page of it at once: a file of 16 MiB becomes 16 MiB of
# anonymous memory, although nothing has been written. From then on the map no longer follows the file. mlockall(2)
# does the same to all such maps of the process, and MAP_POPULATE at mmap(2), which calls it read-ahead. A private map
# that may only be read is locked in the page cache, and so is a writable one that is locked by mlock2(2) with
# MLOCK_ONFAULT.
#
# Seen (16 MiB; rounded KiB of anonymous memory that the call added; whether a later write to the file is seen in the
# map):
#   mlock of a private map, read only:                0, seen
#   mlock of a private map, read and write:           16384, not seen
#   mlock2 ONFAULT, read and write, then read:        0, seen
#   mlockall, private, read and write:                16384, not seen
#   MAP_POPULATE, private, read and write:            16384, not seen
#
# Who is surprised: whoever locks or prefaults a copy-on-write map to keep page faults away, thinking that the pages
# are shared with the page cache until they are written.
# Why it matters: memory for the whole file, in each process that does so, where one page cache would do for all; and
# when the kernel takes its snapshot of the file depends on the lock.
#
# Documentation: mmap(2) says of MAP_POPULATE that it causes read-ahead on the file; mlock(2) that pages are made
# resident. Neither speaks of copies.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cat > "$tmp/lock.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define SIZE ((size_t)16 << 20)

static int fd;

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static long anonymous(void) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long size = -1;
    while (file && fgets(line, sizeof line, file)) sscanf(line, "RssAnon: %ld", &size);
    if (size < 0) fail("/proc/self/status");
    fclose(file);
    return size;
}

enum how { LOCK, ON_FAULT, LOCK_ALL, POPULATE };

static void show(const char *what, int protection, enum how how) {
    if (pwrite(fd, "a", 1, 0) != 1) fail("pwrite");
    long before = anonymous();
    volatile char *map = mmap(0, SIZE, protection, MAP_PRIVATE | (how == POPULATE ? MAP_POPULATE : 0), fd, 0);
    if (map == MAP_FAILED) fail("mmap");
    if (how == LOCK && mlock((void *)map, SIZE)) fail("mlock");
    if (how == ON_FAULT && mlock2((void *)map, SIZE, MLOCK_ONFAULT)) fail("mlock2");
    if (how == LOCK_ALL && mlockall(MCL_CURRENT)) fail("mlockall");
    int sum = 0;
    for (size_t i = 0; i < SIZE; i += 4096) sum += map[i];
    long added = anonymous() - before;
    if (pwrite(fd, "b", 1, 0) != 1) fail("pwrite");
    printf("%s: %ld MiB copied, later write %s\n", what, (added + 512) / 1024, map[0] == 'b' ? "seen" : "not seen");
    munlockall();
    munmap((void *)map, SIZE);
    if (!sum) exit(2);
}

int main(int count, char **argument) {
    struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    setrlimit(RLIMIT_MEMLOCK, &none);
    fd = open(argument[count - 1], O_RDWR | O_CREAT, 0600);
    char *bytes = malloc(SIZE);
    memset(bytes, 'a', SIZE);
    if (fd < 0 || write(fd, bytes, SIZE) != (ssize_t)SIZE) fail("write");
    free(bytes);
    show("mlock, read only", PROT_READ, LOCK);
    show("mlock, writable", PROT_READ | PROT_WRITE, LOCK);
    show("mlock2 on fault, writable", PROT_READ | PROT_WRITE, ON_FAULT);
    show("mlockall, writable", PROT_READ | PROT_WRITE, LOCK_ALL);
    show("MAP_POPULATE, writable", PROT_READ | PROT_WRITE, POPULATE);
}
C
gcc -O1 -Wall -o "$tmp/lock" "$tmp/lock.c"
uname -r
"$tmp/lock" "$tmp/file" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
mlock, read only: 0 MiB copied, later write seen
mlock, writable: 16 MiB copied, later write not seen
mlock2 on fault, writable: 0 MiB copied, later write seen
mlockall, writable: 16 MiB copied, later write not seen
MAP_POPULATE, writable: 16 MiB copied, later write not seen
S
