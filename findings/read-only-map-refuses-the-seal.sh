#!/bin/bash
# Tried: Linux 6.18, memfd_create(2), Debian 12, gcc 12.
#
# F_SEAL_WRITE fails with EBUSY while a shared map of the memfd exists that can only be read, if that map was made by
# a descriptor that may write, as the one of memfd_create may. fcntl(2) says that a writable map is in the way. Once
# the seal is there, the very same call of mmap(2) with the very same descriptor works. mprotect(2) to PROT_READ does
# not help, as the map had no other right before. A map made by a descriptor that was opened for reading alone, by
# /proc/self/fd, is not in the way.
#
# Seen (seal F_SEAL_WRITE with a PROT_READ, MAP_SHARED map in place):
#   map by the memfd's own descriptor:     EBUSY, also after mprotect to PROT_READ
#   the same after munmap:                 sealed; the same mmap then works, mprotect to write gives EACCES
#   map by a descriptor opened O_RDONLY:   sealed
#
# Who is surprised: whoever maps first and seals then. A process that keeps a read-only view of what it hands out has
# to unmap it, seal, and map again, or to open the memfd once more for the view.
# Why it matters: one looks for a writable map, as the manual says, and there is none.
#
# Documentation: fcntl(2) has EBUSY for "a writable, shared mapping". The kernel counts maps that could become
# writable.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

cat > "$tmp/seal.c" <<'C'
#define _GNU_SOURCE
#include <errno.h>
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

static int sealable(void) {
    int fd = memfd_create("sealed", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    if (fd < 0 || ftruncate(fd, 4096)) fail("memfd_create");
    return fd;
}

static void *map(int fd) {
    return mmap(0, 4096, PROT_READ, MAP_SHARED, fd, 0);
}

static const char *said(int result) {
    return result ? strerrorname_np(errno) : "ok";
}

int main(void) {
    int fd = sealable();
    void *view = map(fd);
    if (view == MAP_FAILED) fail("mmap");
    printf("sealed under a read-only map: %s\n", said(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
    printf("again after mprotect to PROT_READ: %s", said(mprotect(view, 4096, PROT_READ)));
    printf(", %s\n", said(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
    munmap(view, 4096);
    printf("after munmap: %s", said(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
    view = map(fd);
    printf(", the same mmap again: %s", said(view == MAP_FAILED));
    printf(", mprotect to write: %s\n", said(mprotect(view, 4096, PROT_READ | PROT_WRITE)));

    fd = sealable();
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int reader = open(path, O_RDONLY);
    if (reader < 0 || map(reader) == MAP_FAILED) fail("mmap");
    printf("sealed under a map by a descriptor for reading: %s\n", said(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)));
}
C
gcc -O1 -Wall -o "$tmp/seal" "$tmp/seal.c"
uname -r
"$tmp/seal" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
sealed under a read-only map: EBUSY
again after mprotect to PROT_READ: ok, EBUSY
after munmap: ok, the same mmap again: ok, mprotect to write: EACCES
sealed under a map by a descriptor for reading: ok
S
