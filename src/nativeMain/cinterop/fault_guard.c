#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "fault_guard.h"

#include <errno.h>

#if defined(__linux__)

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

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

/*
 * One fault takes microseconds, and each page replaced may become a mapping of its own, of which a process can have
 * about as many as there are numbers. So every so many faults the rest of the range is replaced at once.
 */
#define FAULTS_UNTIL_REST 16

/* Fixed, since the handler may look at any time: nothing here is ever moved or given back. */
static struct range ranges[KMMAP_GUARD_RANGES];
static _Atomic(uint64_t) counters[KMMAP_GUARD_RANGES];
/* All numbers that were ever used are below. */
static atomic_int used = 1;
/* Where to begin to look for a free number. */
static atomic_int hint = 1;

static enum { MISSING, INSTALLING, INSTALLED } _Atomic state;
static struct sigaction previous;
static uintptr_t page;

/* What would have happened without the guard. */
static void pass_on(int signal_number, siginfo_t *info, void *context) {
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal_number, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal_number);
    } else {
        struct sigaction by_default = {0};
        by_default.sa_handler = SIG_DFL;
        sigaction(signal_number, &by_default, NULL);
        /* An access is repeated, and ends the process now; a signal that was sent has to be sent again. */
        if (info->si_code <= 0) raise(signal_number);
    }
}

/* Counts before the zeros become visible: whoever reads them finds the counter changed. */
static int replace(int number, uintptr_t at, uintptr_t end) {
    uint64_t faults = atomic_fetch_add(&counters[number], 1) + 1;
    uintptr_t from = at & ~(page - 1);
    size_t length = faults % FAULTS_UNTIL_REST == 0 ? end - from : page;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    /* Not mmap(3), in whose place others may have put more than a signal handler can do. */
    return syscall(SYS_mmap, from, length, PROT_READ | PROT_WRITE, flags, -1, 0) == (long) from;
}

static int is_replaced(uintptr_t at) {
    int count = atomic_load(&used);
    for (int number = 1; number < count; number++) {
        uintptr_t first = atomic_load(&ranges[number].first);
        if (first <= RESERVED || at < first) continue;
        uintptr_t end = atomic_load(&ranges[number].end);
        /* Unless it is the end of another range, that has the number now. */
        if (at < end && atomic_load(&ranges[number].first) == first) return replace(number, at, end);
    }
    return 0;
}

static void handle(int signal_number, siginfo_t *info, void *context) {
    int saved = errno;
    /* Neither a misaligned access nor broken memory (BUS_ADRALN, BUS_MCEERR_AR) is about a file's page. */
    if (info->si_code != BUS_ADRERR || !is_replaced((uintptr_t) info->si_addr)) {
        pass_on(signal_number, info, context);
    }
    errno = saved;
}

static int install(void) {
    page = (uintptr_t) sysconf(_SC_PAGESIZE);
    /* Known before the first signal can arrive. */
    if (sigaction(SIGBUS, NULL, &previous) != 0) return -errno;
    struct sigaction action = {0};
    action.sa_sigaction = handle;
    /* NODEFER, since an earlier handler may leave with a jump that does not restore the mask. */
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, NULL) == 0 ? 0 : -errno;
}

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

static int is_taken(int number, uintptr_t first, uintptr_t end) {
    uintptr_t free_number = FREE;
    if (!atomic_compare_exchange_strong(&ranges[number].first, &free_number, RESERVED)) return 0;
    atomic_store(&ranges[number].end, end);
    int count = atomic_load(&used);
    while (count <= number && !atomic_compare_exchange_weak(&used, &count, number + 1)) { }
    /* Last: from now on the handler takes the range for registered. */
    atomic_store(&ranges[number].first, first);
    return 1;
}

long long kmmap_guard_register(long long address, long long length) {
    uintptr_t first = (uintptr_t) address & ~(page - 1);
    uintptr_t end = ((uintptr_t) address + (uintptr_t) length + page - 1) & ~(page - 1);
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

#else

/* Windows lets nobody shorten a file that is mapped, and cannot replace a page in the middle of one. */
long long kmmap_guard_install(void) {
    return -ENOSYS;
}

long long kmmap_guard_register(long long address, long long length) {
    (void) address, (void) length;
    return 0;
}

void kmmap_guard_release(long long number) {
    (void) number;
}

#endif
