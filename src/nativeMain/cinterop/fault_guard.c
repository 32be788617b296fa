#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "fault_guard.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/*
 * | first    | the number is          | written by            |
 * |----------|------------------------|-----------------------|
 * | FREE     | nobody's               | kmmap_guard_release   |
 * | RESERVED | about to be registered | kmmap_guard_register  |
 * | else     | that of a range        | kmmap_guard_register  |
 */
struct range {
    _Atomic(uintptr_t) first; /* a page's first byte */
    _Atomic(uintptr_t) end;
};
enum { FREE, RESERVED };

/* Fixed, since the handler may look at any time: nothing here is ever moved or given back. */
static struct range ranges[KMMAP_GUARD_RANGES];
#define COUNTERS (KMMAP_GUARD_RANGES + KMMAP_GUARD_FLAGS / sizeof(uint64_t))
static _Atomic(uint64_t) counters[COUNTERS];
/* All numbers that were ever used are below. */
static atomic_int used = 1;
/* Where to begin to look for a free number. */
static atomic_int hint = 1;

enum { MISSING, INSTALLING, INSTALLED };
static atomic_int state = MISSING;
static uintptr_t page;

/* The number of the registered range that has the address, and where it ends; 0 if there is none. */
static int number_of(uintptr_t at, uintptr_t *end) {
    int count = atomic_load(&used);
    for (int number = 1; number < count; number++) {
        uintptr_t first = atomic_load(&ranges[number].first);
        if (first <= RESERVED || at < first) continue;
        *end = atomic_load(&ranges[number].end);
        /* Unless it is the end of another range, that has the number now. */
        if (at < *end && atomic_load(&ranges[number].first) == first) return number;
    }
    return 0;
}

/* Counts a fault of the range, and returns how many it has had. */
static uint64_t count_fault(int number) {
    const uint64_t flags = 0x0101010101010101;
    for (size_t i = KMMAP_GUARD_RANGES; i < COUNTERS; i++) atomic_store(&counters[i], flags);
    return atomic_fetch_add(&counters[number], 1) + 1;
}

#if defined(_WIN32)
#include "fault_guard_windows.h"
#else
#include "fault_guard_linux.h"
#endif

long long kmmap_guard_install(void) {
    for (;;) {
        int seen = MISSING;
        if (atomic_compare_exchange_strong(&state, &seen, INSTALLING)) {
            int result = install();
            atomic_store(&state, result == 0 ? INSTALLED : MISSING);
            if (result != 0) return result;
        } else if (seen == INSTALLED) {
            return (long long) counters;
        }
    }
}

long long kmmap_guard_problem(void) {
    return atomic_load(&state) == INSTALLED ? problem() : KMMAP_GUARD_MISSING;
}

static int is_taken(int number, uintptr_t first, uintptr_t end) {
    uintptr_t free_number = FREE;
    if (!atomic_compare_exchange_strong(&ranges[number].first, &free_number, RESERVED)) return 0;
    atomic_store(&ranges[number].end, end);
    int count = atomic_load(&used);
    while (count <= number && !atomic_compare_exchange_weak(&used, &count, number + 1)) {}
    /* Last: from now on the handler takes the range for registered. */
    atomic_store(&ranges[number].first, first);
    return 1;
}

long long kmmap_guard_register(long long address, long long length) {
    uintptr_t first = (uintptr_t) address & ~(page - 1);
    uintptr_t end = ((uintptr_t) address + (uintptr_t) length + page - 1) & ~(page - 1);
    if (!watch()) return 0;
    int begin = atomic_load(&hint);
    for (int i = 0; i < KMMAP_GUARD_RANGES; i++) {
        int number = (begin + i) % KMMAP_GUARD_RANGES;
        if (number == 0 || !is_taken(number, first, end)) continue;
        atomic_store(&hint, number + 1);
        return number;
    }
    return 0;
}

void kmmap_guard_release(long long number) {
    if (number <= 0) return;
    atomic_store(&ranges[number].first, FREE);
    /* Low numbers are used again first, so that the handler has few to look at. */
    if (number < atomic_load(&hint)) atomic_store(&hint, (int) number);
}
