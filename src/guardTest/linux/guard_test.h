#ifndef KMMAP_GUARD_TEST_H
#define KMMAP_GUARD_TEST_H

/* What the tests of the fault guard share. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "../../nativeMain/cinterop/fault_guard.h"

#include <stddef.h>
#include <stdint.h>

/* In a file of the tests. */
#define PAGES 256

extern size_t page;
extern _Atomic(uint64_t) *counters;

/* Aborts if it is not so. */
void check(int condition, const char *what);

int new_file(void);

/* Maps all of the file, filled with the byte 7. */
unsigned char *map(int descriptor);

void install(void);

/* A test in a process of its own, which ends well, or by SIGBUS. */
void passes(const char *name, void (*run)(void));

void ends_by_the_signal(const char *name, void (*run)(void));

/* Those of other_handlers_test.c. */
void test_other_handlers(void);

#endif
