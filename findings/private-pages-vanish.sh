#!/bin/bash
# Tried: Linux 6.18 with ext4 (4 KiB blocks, loop device), Debian 12, gcc 12.
#
# A page of a MAP_PRIVATE map that has been written is a copy of the process's own, yet others can take it away by
# what they do to the file: a truncation that reaches it throws the copy away, for good, also when the file has its
# old size back a moment later. FALLOC_FL_COLLAPSE_RANGE and FALLOC_FL_INSERT_RANGE do so for all pages behind the
# place, though the file still covers them. FALLOC_FL_PUNCH_HOLE and FALLOC_FL_ZERO_RANGE, which destroy the same
# bytes of the file, leave the copies alone.
#
# Seen (a file of 1 MiB of 'f', the process wrote 'p' at 0 and at 512 KiB of its private map; then another did):
#   hole punched over all of it:         p p
#   all of it zeroed:                    p p
#   one block cut out at 256 KiB:        p f
#   one block put in at 256 KiB:         p f
#   truncated to 4 KiB and lengthened:   p 0
#
# Who is surprised: whoever opens a file copy-on-write so as to be independent of it: editors, patchers, loaders that
# relocate. No signal and no error: the byte read is that of the file again, and what was written is lost.
# Why it matters: it is silent loss of the process's own data, by an action of another process on the file.
#
# Documentation: mmap(2) says that updates of a private map are not visible to others, and leaves open whether changes
# of the file are seen; it does not say that a written page can become the file's again.
set -eu
tmp=$(mktemp -d)
cleanup() {
    umount "$tmp/mount" 2>/dev/null || true
    rm -rf "$tmp"
}
trap cleanup EXIT

cat > "$tmp/private.c" <<'C'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const size_t SIZE = 1 << 20;
static const off_t MIDDLE = 512 << 10, PLACE = 256 << 10, BLOCK = 4096;

static void fail(const char *what) {
    perror(what);
    exit(2);
}

static void show(const char *path, const char *what, int mode, off_t offset, off_t length) {
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (fd < 0) fail("open");
    char *bytes = malloc(SIZE);
    memset(bytes, 'f', SIZE);
    if (write(fd, bytes, SIZE) != (ssize_t)SIZE || fsync(fd)) fail("write");
    volatile char *map = mmap(0, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED) fail("mmap");
    map[0] = map[MIDDLE] = 'p';
    if (mode >= 0 && fallocate(fd, mode, offset, length)) fail(what);
    if (mode < 0 && (ftruncate(fd, BLOCK) || ftruncate(fd, (off_t)SIZE))) fail(what);
    printf("%s: %c %c\n", what, map[0], map[MIDDLE] ? map[MIDDLE] : '0');
    munmap((void *)map, SIZE);
    free(bytes);
    close(fd);
}

int main(int count, char **argument) {
    const char *path = argument[count - 1];
    show(path, "punched", FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)SIZE);
    show(path, "zeroed", FALLOC_FL_ZERO_RANGE, 0, (off_t)SIZE);
    show(path, "a block cut out before the middle", FALLOC_FL_COLLAPSE_RANGE, PLACE, BLOCK);
    show(path, "a block put in before the middle", FALLOC_FL_INSERT_RANGE, PLACE, BLOCK);
    show(path, "truncated and lengthened", -1, 0, 0);
}
C
gcc -O1 -Wall -o "$tmp/private" "$tmp/private.c"
truncate -s 64M "$tmp/image"
mkfs.ext4 -q -b 4096 "$tmp/image"
mkdir "$tmp/mount"
mount -o loop "$tmp/image" "$tmp/mount"
uname -r
"$tmp/private" "$tmp/mount/file" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
punched: p p
zeroed: p p
a block cut out before the middle: p f
a block put in before the middle: p f
truncated and lengthened: p 0
S
