#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#endif

#include "memory.h"

/* A multiple of the page size of every system. */
#define FENCE 65536

static void require(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "%s failed\n", what);
    exit(2);
}

#if defined(_WIN32)

struct fenced fenced_memory(size_t size) {
    size = (size + FENCE - 1) / FENCE * FENCE;
    unsigned char *reserved = VirtualAlloc(NULL, size + 2 * FENCE, MEM_RESERVE, PAGE_NOACCESS);
    require(reserved != NULL, "VirtualAlloc");
    require(VirtualAlloc(reserved + FENCE, size, MEM_COMMIT, PAGE_READWRITE) != NULL, "VirtualAlloc");
    return (struct fenced) {reserved + FENCE, size};
}

static void protect(struct fenced memory, DWORD protection) {
    DWORD before;
    require(VirtualProtect(memory.start, memory.size, protection, &before), "VirtualProtect");
}

void make_read_only(struct fenced memory) {
    protect(memory, PAGE_READONLY);
}

void make_writable(struct fenced memory) {
    protect(memory, PAGE_READWRITE);
}

#else

struct fenced fenced_memory(size_t size) {
    size = (size + FENCE - 1) / FENCE * FENCE;
    unsigned char *reserved = mmap(NULL, size + 2 * FENCE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    require(reserved != MAP_FAILED, "mmap");
    require(mprotect(reserved + FENCE, size, PROT_READ | PROT_WRITE) == 0, "mprotect");
    return (struct fenced) {reserved + FENCE, size};
}

void make_read_only(struct fenced memory) {
    require(mprotect(memory.start, memory.size, PROT_READ) == 0, "mprotect");
}

void make_writable(struct fenced memory) {
    require(mprotect(memory.start, memory.size, PROT_READ | PROT_WRITE) == 0, "mprotect");
}

#endif
