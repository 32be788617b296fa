/*
 * Tests of fault_guard.c, by processes whose files are truncated under their maps. Run by build/native/kernel; prints
 * what has passed, and aborts at the first thing that has not.
 */
#include "guard_test.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

size_t page;
_Atomic(uint64_t) *counters;

void check(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

int new_file(void) {
    FILE *file = tmpfile();
    check(file != NULL, "a temporary file");
    int descriptor = dup(fileno(file));
    fclose(file);
    check(ftruncate(descriptor, (off_t) (PAGES * page)) == 0, "a file of many pages");
    return descriptor;
}

unsigned char *map(int descriptor) {
    unsigned char *memory = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    check(memory != MAP_FAILED, "a map");
    memset(memory, 7, PAGES * page);
    return memory;
}

static void unmap(unsigned char *memory, long long number) {
    kmmap_guard_release(number);
    check(munmap(memory, PAGES * page) == 0, "unmapping");
}

/* Runs in a process of its own, whose status it returns. Nothing here takes so long, unless it hangs. */
static int status_of(void (*run)(void)) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(300);
        run();
        _exit(0);
    }
    int status = 0;
    check(waitpid(child, &status, 0) == child, "a child");
    return status;
}

void install(void) {
    long long result = kmmap_guard_install();
    check(result > 0, "the guard can be installed");
    check(kmmap_guard_install() == result, "once only");
    counters = (_Atomic(uint64_t) *) result;
    check(counters[0] == 0, "number 0 counts nothing");
}

static void reads_and_writes(void) {
    install();
    int descriptor = new_file();
    unsigned char *memory = map(descriptor);
    long long number = kmmap_guard_register((long long) memory, (long long) (PAGES * page));
    check(number > 0, "a number");
    check(memory[3 * page] == 7 && counters[number] == 0, "what is there is read without a fault");
    check(ftruncate(descriptor, (off_t) (2 * page)) == 0, "truncation");
    check(memory[2 * page - 1] == 7 && counters[number] == 0, "pages that are left are read without a fault");
    volatile unsigned char *bytes = memory;
    check(bytes[2 * page] == 0 && counters[number] == 1, "a page that is gone is read as zeros, and counted");
    check(bytes[2 * page + 1] == 0 && counters[number] == 1, "once");
    bytes[3 * page] = 1;
    check(bytes[3 * page] == 1 && counters[number] == 2, "a page that is gone can be written");
    check(memchr(memory + 2 * page, 9, (PAGES - 2) * page) == NULL, "the C library reads them too");
    check(counters[number] == 16, "after 16 faults the rest is replaced at once");
    unmap(memory, number);
    close(descriptor);
}

/* Lines of /proc/self/maps that begin inside the range. */
static int mappings(uintptr_t first, uintptr_t end) {
    FILE *file = fopen("/proc/self/maps", "r");
    check(file != NULL, "the list of mappings");
    int count = 0;
    char line[512];
    while (fgets(line, sizeof line, file) != NULL) {
        uintptr_t start = (uintptr_t) strtoull(line, NULL, 16);
        if (start >= first && start < end) count++;
    }
    fclose(file);
    return count;
}

/* Fifteen pages upwards, and one from the end downwards, which leaves all between them as it was. */
static void pages_in_any_order(void) {
    install();
    const size_t pages = 8192;
    int descriptor = new_file();
    check(ftruncate(descriptor, (off_t) (pages * page)) == 0, "a longer file");
    volatile unsigned char *memory = mmap(NULL, pages * page, PROT_READ, MAP_SHARED, descriptor, 0);
    check(memory != MAP_FAILED, "a map");
    long long number = kmmap_guard_register((long long) memory, (long long) (pages * page));
    check(ftruncate(descriptor, 0) == 0, "truncation");
    int most = 0;
    for (size_t low = 0, high = pages - 1; low < high;) {
        for (int i = 0; i < 15 && low < high; i++) check(memory[page * low++] == 0, "zeros");
        check(memory[page * high--] == 0, "zeros");
        int now = mappings((uintptr_t) memory, (uintptr_t) memory + pages * page);
        if (now > most) most = now;
    }
    check(counters[number] >= 256, "many faults");
    check(most <= 600, "a few hundred mappings at the most");
    kmmap_guard_release(number);
    close(descriptor);
}

/* The pool of huge pages may be empty: then no page can be had, and only a whole one can be replaced. */
static void huge_pages(void) {
    install();
    const size_t size = 4 << 20;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_NORESERVE;
    volatile unsigned char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, flags, -1, 0);
    if (memory == MAP_FAILED) {
        printf("no huge pages here\n");
        return;
    }
    long long number = kmmap_guard_register((long long) memory, (long long) size);
    check(memory[size / 2 + 4096] == 0, "zeros");
    memory[5000] = 1;
    check(memory[5000] == 1, "a store");
    kmmap_guard_release(number);
    check(munmap((void *) memory, size) == 0, "unmapping");
}

static void numbers(void) {
    install();
    long long first = kmmap_guard_register(0x10000, 1);
    long long second = kmmap_guard_register(0x20000, 1);
    check(first > 0 && second > 0 && first != second, "numbers differ");
    kmmap_guard_release(first);
    check(kmmap_guard_register(0x30000, 1) == first, "a number is used again");
    int given = 2;
    while (kmmap_guard_register(0x40000, 1) > 0) given++;
    check(given == KMMAP_GUARD_RANGES - 1, "all numbers but 0 are given");
    kmmap_guard_release(second);
    check(kmmap_guard_register(0x50000, 1) == second, "the only free number is found");
    kmmap_guard_release(0);
}

static sigjmp_buf elsewhere;

static void leave(int signal_number) {
    siglongjmp(elsewhere, signal_number);
}

static void leave_with_information(int signal_number, siginfo_t *info, void *context) {
    (void) context;
    siglongjmp(elsewhere, info->si_addr != NULL ? signal_number : -1);
}

static void other_ranges(int with_information) {
    struct sigaction action = {0};
    if (with_information) {
        action.sa_sigaction = leave_with_information;
        action.sa_flags = SA_SIGINFO;
    } else {
        action.sa_handler = leave;
    }
    check(sigaction(SIGBUS, &action, NULL) == 0, "an earlier handler");
    install();
    int descriptor = new_file();
    volatile unsigned char *memory = map(descriptor);
    long long number = kmmap_guard_register((long long) memory, (long long) page);
    check(ftruncate(descriptor, 0) == 0, "truncation");
    for (int round = 0; round < 3; round++) {
        int caught = sigsetjmp(elsewhere, 1);
        if (caught == 0) {
            (void) memory[page];
            check(0, "a fault beside a range is not handled");
        }
        check(caught == SIGBUS, "it goes to the earlier handler");
    }
    check(counters[number] == 0, "and is not counted");
    check(memory[0] == 0 && counters[number] == 1, "a fault in the range is handled all the same");
}

static void earlier_handler(void) {
    other_ranges(0);
}

static void earlier_handler_with_information(void) {
    other_ranges(1);
}

static void released_range(void) {
    install();
    int descriptor = new_file();
    volatile unsigned char *memory = map(descriptor);
    kmmap_guard_release(kmmap_guard_register((long long) memory, (long long) (PAGES * page)));
    check(ftruncate(descriptor, 0) == 0, "truncation");
    (void) memory[0];
}

static void signal_that_was_sent(void) {
    install();
    raise(SIGBUS);
}

#define THREADS 4
#define ROUNDS 200

static unsigned char *shared;
static pthread_barrier_t round_begins, round_ends;

static void *read_all(void *unused) {
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&round_begins);
        unsigned sum = 0;
        for (size_t at = 0; at < PAGES * page; at += 64) sum += ((volatile unsigned char *) shared)[at];
        check(sum <= 7 * PAGES * page / 64, "only zeros and the file's own bytes are read");
        pthread_barrier_wait(&round_ends);
    }
    return unused;
}

static void many_threads(void) {
    install();
    pthread_t threads[THREADS];
    pthread_barrier_init(&round_begins, NULL, THREADS + 1);
    pthread_barrier_init(&round_ends, NULL, THREADS + 1);
    for (int i = 0; i < THREADS; i++) check(pthread_create(&threads[i], NULL, read_all, NULL) == 0, "a thread");
    for (int round = 0; round < ROUNDS; round++) {
        int descriptor = new_file();
        shared = map(descriptor);
        long long number = kmmap_guard_register((long long) shared, (long long) (PAGES * page));
        uint64_t before = counters[number];
        pthread_barrier_wait(&round_begins);
        check(ftruncate(descriptor, (off_t) (page * ((size_t) rand() % PAGES))) == 0, "truncation");
        pthread_barrier_wait(&round_ends);
        for (size_t at = 0; at < PAGES * page; at += page) (void) ((volatile unsigned char *) shared)[at];
        check(counters[number] > before, "somebody has met a page that is gone");
        unmap(shared, number);
        close(descriptor);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

void passes(const char *name, void (*run)(void)) {
    check(status_of(run) == 0, name);
    printf("%s\n", name);
}

void ends_by_the_signal(const char *name, void (*run)(void)) {
    int status = status_of(run);
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, name);
    printf("%s\n", name);
}

int main(void) {
    page = (size_t) sysconf(_SC_PAGESIZE);
    passes("reads and writes", reads_and_writes);
    passes("pages that are met in any order stay a few mappings", pages_in_any_order);
    passes("a huge page that the pool lacks is replaced as a whole", huge_pages);
    passes("numbers", numbers);
    passes("an earlier handler gets what is not ours", earlier_handler);
    passes("an earlier handler with information gets what is not ours", earlier_handler_with_information);
    ends_by_the_signal("a range that was released ends the process, as without the guard", released_range);
    ends_by_the_signal("a signal that was sent ends the process", signal_that_was_sent);
    passes("many threads", many_threads);
    test_other_handlers();
    return 0;
}
