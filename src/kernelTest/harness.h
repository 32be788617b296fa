#ifndef KMMAP_KERNEL_TEST_HARNESS_H
#define KMMAP_KERNEL_TEST_HARNESS_H

/*
 * What tests of the search kernel share: a naive search as the oracle, and a comparison of everything the kernel does
 * with it. Haystacks, needles, scanners and what is collected begin or end exactly where memory does.
 */
static long long compared;
#define COMPARED(bytes) ((void) (compared += (bytes)))
#include "../nativeMain/cinterop/scan.c"

#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

#define HAYSTACK_MOST (1 << 20)
#define NEEDLE_MOST (1 << 19)

/* The oracle keeps so many occurrences: haystacks in which there may be more are only counted. */
#define OCCURRENCES_MOST (1 << 17)

static struct fenced haystacks, needles, scanners, collected;
static uint64_t seed, random_state;
static const char *current = "";
static long long current_case;

static void print_case(void) {
    fprintf(stderr, "FAILED: %s, case %lld, seed %llu\n", current, current_case, (unsigned long long) seed);
}

static void check(int condition, const char *what, long long got, long long expected) {
    if (condition) return;
    print_case();
    fprintf(stderr, "%s: %lld instead of %lld\n", what, got, expected);
    exit(1);
}

/* Not allowed to print here, strictly speaking; but there is nothing to lose. */
static void on_fault(int signal_number) {
    print_case();
    fprintf(stderr, "signal %d: touched memory that is not there\n", signal_number);
    _Exit(1);
}

/* G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators, 2014: SplitMix. */
static uint64_t next_random(void) {
    uint64_t bits = random_state += 0x9e3779b97f4a7c15u;
    bits = (bits ^ bits >> 30) * 0xbf58476d1ce4e5b9u;
    bits = (bits ^ bits >> 27) * 0x94d049bb133111ebu;
    return bits ^ bits >> 31;
}

/* From 0 to limit - 1. */
static long long below(long long limit) {
    return (long long) (next_random() % (uint64_t) limit);
}

static void fill(unsigned char *bytes, long long length, int alphabet) {
    uint64_t bits = 0;
    for (long long i = 0; i < length; i++) {
        if (i % 8 == 0) bits = next_random();
        const unsigned char byte = (unsigned char) bits;
        bytes[i] = alphabet == 256 ? byte : (unsigned char) "acgt"[byte % alphabet];
        bits >>= 8;
    }
}

/* Memory of that size at the end of the region, or at its beginning. */
static unsigned char *place(struct fenced region, long long size, int at_end) {
    return at_end ? region.start + region.size - size : region.start;
}

/* What is searched for: a needle, in either case if case is ignored, or one of the bytes of a set. */
enum kind { NEEDLE, ANY_CASE, SET };

struct wanted {
    const unsigned char *bytes;
    long long size;
    enum kind kind;
};

static struct kmmap_scanner *prepare(struct wanted wanted, int level) {
    const long long rounded = (kmmap_scan_size(wanted.size) + 7) / 8 * 8;
    void *memory = place(scanners, rounded, 1);
    memset(memory, 0xa5, (size_t) rounded);
    if (wanted.kind == SET) return kmmap_scan_prepare_set(memory, wanted.bytes, wanted.size, level);
    return kmmap_scan_prepare(memory, wanted.bytes, wanted.size, level, wanted.kind == ANY_CASE ? 1ll << 32 : 0);
}

static int levels(void) {
    const unsigned char byte = 0;
    const long long used = kmmap_scan_level(prepare((struct wanted) {&byte, 1, NEEDLE}, KMMAP_SCAN_WIDE));
    if (used != kmmap_scan_best_level()) {
        fprintf(stderr, "the best level is not the one that is used\n");
        abort();
    }
    return (int) used + 1;
}

static unsigned char small_letter(unsigned char byte) {
    return byte >= 'A' && byte <= 'Z' ? (unsigned char) (byte - 'A' + 'a') : byte;
}

static int is_at(struct wanted wanted, const unsigned char *at) {
    if (wanted.kind == SET) return memchr(wanted.bytes, at[0], (size_t) wanted.size) != NULL;
    if (wanted.kind == NEEDLE) return at[0] == wanted.bytes[0] && memcmp(at, wanted.bytes, (size_t) wanted.size) == 0;
    for (long long i = 0; i < wanted.size; i++)
        if (small_letter(at[i]) != small_letter(wanted.bytes[i])) return 0;
    return 1;
}

/* All occurrences, and of these the ones that do not overlap. */
struct oracle {
    long long count[2];
    long long indices[2][OCCURRENCES_MOST];
};

static struct oracle oracle;

static void ask_oracle(const unsigned char *hay, long long length, struct wanted wanted) {
    const long long size = wanted.kind == SET ? 1 : wanted.size;
    long long next = 0;
    oracle.count[0] = oracle.count[1] = 0;
    for (long long at = 0; at + size <= length; at++) {
        if (!is_at(wanted, hay + at)) continue;
        oracle.indices[1][oracle.count[1]++] = at;
        if (at < next) continue;
        oracle.indices[0][oracle.count[0]++] = at;
        next = at + size;
    }
}

static const char *level_name;

static void check_level(int condition, const char *what, long long got, long long expected) {
    if (!condition) fprintf(stderr, "%s: ", level_name);
    check(condition, what, got, expected);
}

/* With room for exactly so many. */
static void check_collect(
        const struct kmmap_scanner *scanner, const unsigned char *hay, long long length, int overlapping,
        long long capacity) {
    long long *indices = (long long *) (void *) place(collected, capacity * (long long) sizeof *indices, 1);
    const long long total = oracle.count[overlapping], expected = capacity < total ? capacity : total;
    const long long count = kmmap_scan_collect(scanner, hay, length, overlapping, indices, capacity);
    check_level(count == expected, overlapping ? "collected, overlapping" : "collected", count, expected);
    for (long long i = 0; i < count; i++)
        check_level(indices[i] == oracle.indices[overlapping][i], "index", indices[i], oracle.indices[overlapping][i]);
}

/* Counted at once, and in windows, each of which goes on where the one before says. */
static void check_count(
        const struct kmmap_scanner *scanner, const unsigned char *hay, long long length, int overlapping,
        long long window) {
    const long long expected = oracle.count[overlapping], size = scanner->length;
    long long next = -1;
    const long long count = kmmap_scan_count(scanner, hay, length, overlapping, &next);
    check_level(count == expected, overlapping ? "counted, overlapping" : "counted", count, expected);
    long long settled = length < size ? 0 : length - size + 1;
    if (!overlapping && expected > 0 && oracle.indices[0][expected - 1] + size > settled)
        settled = oracle.indices[0][expected - 1] + size;
    check_level(next == settled, "where counting goes on", next, settled);
    long long sum = 0;
    for (long long at = 0; at + size <= length; at += next) {
        const long long rest = length - at, piece = rest < window + size - 1 ? rest : window + size - 1;
        sum += kmmap_scan_count(scanner, hay + at, piece, overlapping, &next);
    }
    check_level(sum == expected, "counted in windows", sum, expected);
}

static long long searches;

/* Searches in all ways, and returns the index of the first occurrence. */
static long long check_search(const unsigned char *hay, long long length, struct wanted wanted) {
    static const char *const names[] = {"portable", "vectors", "wide vectors"};
    const int count = levels();
    ask_oracle(hay, length, wanted);
    const long long all = oracle.count[1];
    const long long first = all > 0 ? oracle.indices[1][0] : -1, last = all > 0 ? oracle.indices[1][all - 1] : -1;
    for (int level = 0; level < count; level++) {
        level_name = names[level];
        const struct kmmap_scanner *scanner = prepare(wanted, level);
        check_level(kmmap_scan_level(scanner) == level, "level", kmmap_scan_level(scanner), level);
        const long long found = kmmap_scan_forward(scanner, hay, length);
        check_level(found == first, "forward", found, first);
        const long long found_back = kmmap_scan_backward(scanner, hay, length);
        check_level(found_back == last, "backward", found_back, last);
        for (int overlapping = 0; overlapping < 2; overlapping++) {
            check_collect(scanner, hay, length, overlapping, all + 1);
            check_collect(scanner, hay, length, overlapping, all / 2);
            check_count(scanner, hay, length, overlapping, 1 + (length + all) % 67);
            searches += 4;
        }
        searches += 2;
        if (level > 0 || is_certain(scanner)) continue;
        level_name = "Two-Way";
        for (int overlapping = 0; overlapping < 2; overlapping++) {
            struct harvest harvest = start_harvest(NULL, LLONG_MAX, overlapping ? 1 : scanner->length);
            two_way_forward(scanner, hay, 0, length, &harvest);
            check_level(harvest.count == oracle.count[overlapping], "count", harvest.count, oracle.count[overlapping]);
        }
        const long long by_two_way_back = two_way_backward(scanner, hay, length);
        check_level(by_two_way_back == last, "backward", by_two_way_back, last);
        searches += 3;
    }
    return first;
}

#endif
