/*
 * Tests of fault_guard.c and guarded_scan.c on Windows. A page that was made inaccessible stands for one that is gone:
 * no test can have a disk fail. Run by build/native/kernel; aborts at the first thing that is wrong.
 */
#include "../../nativeMain/cinterop/fault_guard.h"
#include "../../nativeMain/cinterop/guarded_scan.h"
#include "../../nativeMain/cinterop/scan.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define PAGE 4096
#define PAGES 256
#define ROUNDS 1000
#define THREADS 4

static _Atomic(uint64_t) *counters;
static atomic_int seen_by_others;

static void check(int condition, const char *what) {
    if (condition) return;
    fprintf(stderr, "not so: %s\n", what);
    abort();
}

static unsigned char *memory_of_sevens(void) {
    unsigned char *memory = VirtualAlloc(NULL, PAGES * PAGE, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    check(memory != NULL, "memory");
    memset(memory, 7, PAGES * PAGE);
    return memory;
}

static void forbid(unsigned char *memory, size_t number_of_page, DWORD protection) {
    DWORD before;
    check(VirtualProtect(memory + number_of_page * PAGE, PAGE, protection, &before) != 0, "protection");
}

/* A handler behind the guard's: makes the page accessible, as the JVM would throw an error. */
static LONG CALLBACK other_handler(EXCEPTION_POINTERS *exception) {
    DWORD before;
    if (exception->ExceptionRecord->ExceptionCode != (DWORD) EXCEPTION_ACCESS_VIOLATION) {
        return EXCEPTION_CONTINUE_SEARCH;
    }
    atomic_fetch_add(&seen_by_others, 1);
    void *page = (void *) (exception->ExceptionRecord->ExceptionInformation[1] & ~(uintptr_t) (PAGE - 1));
    VirtualProtect(page, PAGE, PAGE_READWRITE, &before);
    return EXCEPTION_CONTINUE_EXECUTION;
}

static long long prepared(const char *needle) {
    long long length = (long long) strlen(needle);
    void *memory = malloc((size_t) kmmap_scan_size(length));
    return (long long) kmmap_scan_prepare(memory, (const unsigned char *) needle, length, KMMAP_SCAN_WIDE, 0);
}

static DWORD WINAPI search_and_fail(void *unused) {
    unsigned char *memory = memory_of_sevens();
    long long number = kmmap_guard_register((long long) memory, PAGES * PAGE);
    long long scanner = prepared("nothing like it");
    uint64_t before = counters[number];
    check(number > 0, "a number");
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        check(kmmap_guarded_forward(scanner, (long long) memory, PAGES * PAGE) == -1, "nothing is found");
        check(counters[number] == before, "nothing is counted while all is there");
        size_t gone = (size_t) rand() % PAGES;
        long long next = 0, indices[4];
        forbid(memory, gone, PAGE_NOACCESS);
        check(kmmap_guarded_forward(scanner, (long long) memory, PAGES * PAGE) == -1, "a search ends");
        check(counters[number] == before + 1, "and is counted");
        check(kmmap_guarded_backward(scanner, (long long) memory, PAGES * PAGE) == -1, "backward too");
        check(kmmap_guarded_count(scanner, (long long) memory, PAGES * PAGE, 0, (long long) &next) == -1, "counting");
        check(kmmap_guarded_collect(scanner, (long long) memory, PAGES * PAGE, 0, (long long) indices, 4) == -1,
              "collecting");
        before += 4;
        check(counters[number] == before, "each was counted");
        forbid(memory, gone, PAGE_READWRITE);
    }
    kmmap_guard_release(number);
    VirtualFree(memory, 0, MEM_RELEASE);
    return unused == NULL ? 0 : 1;
}

static void many_threads(void) {
    HANDLE threads[THREADS];
    for (int i = 0; i < THREADS; i++) threads[i] = CreateThread(NULL, 0, search_and_fail, NULL, 0, NULL);
    check(WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE) == WAIT_OBJECT_0, "all threads end");
    check(seen_by_others == 0, "no other handler has seen any of it");
    printf("searches end where a page is gone\n");
}

static void what_is_not_ours(void) {
    volatile unsigned char *memory = memory_of_sevens();
    long long number = kmmap_guard_register((long long) memory, PAGE);
    uint64_t before = counters[number];
    forbid((unsigned char *) memory, 1, PAGE_NOACCESS);
    check(memory[PAGE] == 7 && seen_by_others == 1, "a fault beside a range goes to the next handler");
    check(counters[number] == before, "and is not counted");
    forbid((unsigned char *) memory, 0, PAGE_NOACCESS);
    check(memory[0] == 7 && seen_by_others == 2, "so does an access outside of a guarded call");
    check(counters[number] == before + 1, "but it is counted");
    printf("other handlers get what is not ours\n");
}

int main(void) {
    AddVectoredExceptionHandler(0, other_handler);
    long long installed = kmmap_guard_install();
    check(installed > 0 && kmmap_guard_install() == installed, "the guard can be installed, once");
    counters = (_Atomic(uint64_t) *) installed;
    many_threads();
    what_is_not_ours();
    return 0;
}
