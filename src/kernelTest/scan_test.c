/*
 * Tests of the search kernel: scan_test [random cases] [seed]. Everything is searched with every instruction set that
 * this processor has, and by Two-Way alone, and compared with a naive search. Haystacks, needles and scanners begin or
 * end exactly where memory does. Exit status: 0 passed, 1 failed.
 */
static long long compared;
#define COMPARED(bytes) ((void) (compared += (bytes)))
#include "../nativeMain/cinterop/scan.c"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"

#define HAYSTACK_MOST (4 << 20)
#define NEEDLE_MOST (2 << 20)

static struct fenced haystacks, needles, scanners;
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

static long long naive_forward(
        const unsigned char *hay, long long length, const unsigned char *needle, long long size) {
    for (long long at = 0; at + size <= length; at++)
        if (hay[at] == needle[0] && memcmp(hay + at, needle, (size_t) size) == 0) return at;
    return -1;
}

static long long naive_backward(
        const unsigned char *hay, long long length, const unsigned char *needle, long long size) {
    for (long long at = length - size; at >= 0; at--)
        if (hay[at] == needle[0] && memcmp(hay + at, needle, (size_t) size) == 0) return at;
    return -1;
}

/* Memory of that size at the end of the region, or at its beginning. */
static unsigned char *place(struct fenced region, long long size, int at_end) {
    return at_end ? region.start + region.size - size : region.start;
}

static struct kmmap_scanner *prepare(const unsigned char *needle, long long size, int level) {
    const long long rounded = (kmmap_scan_size(size) + 7) / 8 * 8;
    return kmmap_scan_prepare(place(scanners, rounded, 1), needle, size, level);
}

static int levels(void) {
    const unsigned char byte = 0;
    return kmmap_scan_level(prepare(&byte, 1, KMMAP_SCAN_WIDE)) + 1;
}

static const char *const forward_by[] = {"forward, portable", "forward", "forward, wide"};
static const char *const backward_by[] = {"backward, portable", "backward", "backward, wide"};

/* Searches in all ways, and returns how many there were. */
static int check_search(
        const unsigned char *hay, long long length, const unsigned char *needle, long long size,
        long long first, long long last) {
    const int count = levels();
    for (int level = 0; level < count; level++) {
        const struct kmmap_scanner *scanner = prepare(needle, size, level);
        check(kmmap_scan_level(scanner) == level, "level", kmmap_scan_level(scanner), level);
        const long long found = kmmap_scan_forward(scanner, hay, length);
        check(found == first, forward_by[level], found, first);
        const long long found_back = kmmap_scan_backward(scanner, hay, length);
        check(found_back == last, backward_by[level], found_back, last);
        if (level > 0) continue;
        const long long by_two_way = two_way_forward(scanner, hay, length);
        check(by_two_way == first, "Two-Way forward", by_two_way, first);
        const long long by_two_way_back = two_way_backward(scanner, hay, length);
        check(by_two_way_back == last, "Two-Way backward", by_two_way_back, last);
    }
    return 2 * count + 2;
}

/* All haystacks and needles of a and b up to a few bytes; for each haystack those needles that begin as it does. */
static void test_all_short_ones(void) {
    current = "all short haystacks of a and b";
    const int length_most = 11, size_most = 6;
    for (int length = 0; length <= length_most; length++) {
        for (int given = 0; given < 1 << length; given++) {
            unsigned char *hay = place(haystacks, length, 1);
            for (int i = 0; i < length; i++) hay[i] = (unsigned char) ('a' + (given >> i & 1));
            for (int size = 1; size <= size_most; size++) {
                for (int wanted = given & 1; wanted < 1 << size; wanted += 2) {
                    unsigned char *needle = place(needles, size, 1);
                    for (int i = 0; i < size; i++) needle[i] = (unsigned char) ('a' + (wanted >> i & 1));
                    current_case++;
                    check_search(hay, length, needle, size, naive_forward(hay, length, needle, size),
                        naive_backward(hay, length, needle, size));
                }
            }
        }
    }
}

/* Each length up to three steps of the widest vectors, with the byte at each end and nowhere. */
static void test_single_bytes(void) {
    current = "single bytes";
    for (long long length = 0; length <= 400; length++) {
        for (int at_end = 0; at_end < 2; at_end++) {
            unsigned char *hay = place(haystacks, length, at_end);
            const unsigned char needle = (unsigned char) length;
            memset(hay, needle ^ 0x80, (size_t) length);
            current_case = length;
            check_search(hay, length, &needle, 1, -1, -1);
            if (length == 0) continue;
            hay[length - 1] = needle;
            check_search(hay, length, &needle, 1, length - 1, length - 1);
            hay[0] = needle;
            check_search(hay, length, &needle, 1, 0, length - 1);
            hay[length - 1] ^= 0x80;
            const long long only = length == 1 ? -1 : 0;
            check_search(hay, length, &needle, 1, only, only);
        }
    }
}

/* The definition, step by step: again and again the offset with the lowest rank, equal bytes one range worse. */
static void test_probes(void) {
    current = "probes";
    for (current_case = 0; current_case < 2000; current_case++) {
        random_state = seed + (uint64_t) current_case;
        unsigned char *needle = needles.start;
        const long long size = 1 + below(600);
        fill(needle, size, current_case % 4 == 3 ? 256 : 1 << current_case % 4);
        /* Bytes of which two and two have the same rank. */
        for (long long i = 0; current_case % 8 == 3 && i < size; i++)
            needle[i] = (unsigned char) "\0 2\xff"[needle[i] % 4];
        const struct kmmap_scanner *scanner = prepare(needle, size, KMMAP_SCAN_WIDE);
        unsigned char taken[600] = {0};
        int occurrences[256] = {0};
        for (int probe = 0; probe < scanner->probes_most; probe++) {
            long long best = -1;
            int best_rank = 0;
            for (long long offset = 0; offset < size; offset++) {
                const int rank = byte_rank[needle[offset]] + 256 * occurrences[needle[offset]];
                if (taken[offset] || (best >= 0 && rank >= best_rank)) continue;
                best = offset;
                best_rank = rank;
            }
            taken[best] = 1;
            occurrences[needle[best]]++;
            check(scanner->offsets[probe] == best, "offset of a probe", scanner->offsets[probe], best);
        }
    }
}

static void test_random(long long cases) {
    current = "random";
    long long searches = 0, found = 0;
    for (current_case = 0; current_case < cases; current_case++) {
        random_state = seed + (uint64_t) current_case * 0x632be59bd9b4e019u;
        const int alphabet = (int[]) {1, 2, 4, 256}[current_case % 4];
        const long long length = current_case % 2000 < 4 ? below(100001) : below(701);
        unsigned char *hay = place(haystacks, length, (int) below(2));
        fill(hay, length, alphabet);
        long long size = below(3) == 0 ? 1 + below(12) : 1 + below(400);
        if (below(50) == 0) size += length;
        unsigned char *needle = place(needles, size, (int) below(2));
        fill(needle, size, alphabet);
        if (below(2) == 0 && size <= length) memcpy(needle, hay + below(length - size + 1), (size_t) size);
        /* A byte that differs makes a near miss of it. */
        if (below(4) == 0) needle[below(size)] ^= (unsigned char) (1 + below(3));
        const long long first = naive_forward(hay, length, needle, size);
        searches += check_search(hay, length, needle, size, first, naive_backward(hay, length, needle, size));
        found += first >= 0;
    }
    printf("%lld random cases (%lld with an occurrence), %lld searches\n", cases, found, searches);
}

/* What no input may exceed: all that may be compared within the budget, one candidate beyond it, and Two-Way. */
static long long compared_most(long long length, long long size) {
    const long long charges = ALLOWANCE * length + ALLOWANCE_BASE;
    const long long last_candidate = CANDIDATE_COST * BYTES_PER_CHARGE + size + PIECE;
    return charges * BYTES_PER_CHARGE + last_candidate + 5 * length;
}

static long long worst_share;

static void check_linear(long long length, const unsigned char *needle, long long size, const char *name) {
    current = name;
    const unsigned char *hay = haystacks.start;
    const long long most = compared_most(length, size);
    for (int level = 0; level < levels(); level++) {
        const struct kmmap_scanner *scanner = prepare(needle, size, level);
        compared = 0;
        const long long first = kmmap_scan_forward(scanner, hay, length);
        check(compared <= most, "bytes compared forward", compared, most);
        if (compared * 100 / most > worst_share) worst_share = compared * 100 / most;
        compared = 0;
        const long long last = kmmap_scan_backward(scanner, hay, length);
        check(compared <= most, "bytes compared backward", compared, most);
        if (compared * 100 / most > worst_share) worst_share = compared * 100 / most;
        compared = 0;
        check(two_way_forward(scanner, hay, length) == first, "Two-Way forward", 0, first);
        check(compared <= 5 * length, "bytes compared by Two-Way forward", compared, 5 * length);
        compared = 0;
        check(two_way_backward(scanner, hay, length) == last, "Two-Way backward", 0, last);
        check(compared <= 5 * length, "bytes compared by Two-Way backward", compared, 5 * length);
    }
}

/* Patterns that lead naive searches, filters and incomplete forms of Two-Way to compare the same bytes ever again. */
static void test_linear(long long length) {
    unsigned char *hay = haystacks.start, *needle = needles.start;
    for (current_case = 8; current_case <= length / 2; current_case *= 4) {
        const long long size = current_case;
        memset(hay, 'a', (size_t) length);
        memset(needle, 'a', (size_t) size);
        needle[size - 1] = 'b';
        check_linear(length, needle, size, "a..ab in a..a");
        needle[size / 2] = 'b';
        check_linear(length, needle, size, "a..aba..ab in a..a");
        memset(needle, 'a', (size_t) size);
        needle[0] = 'b';
        check_linear(length, needle, size, "ba..a in a..a");
        for (long long at = size - 1; at < length; at += size) hay[at] = 'b';
        memset(needle, 'a', (size_t) size);
        check_linear(length, needle, size, "a..a in (a..ab)*");
        for (int period = 2; period <= 32; period += period / 2) {
            for (long long at = 0; at < length; at++) hay[at] = at % period == 0 ? 'b' : 'a';
            memcpy(needle, hay, (size_t) size);
            for (int defect = 0; defect < 3; defect++) {
                const long long at = (long long[]) {0, size / 2, size - 1}[defect];
                needle[at] ^= 'a' ^ 'b';
                check_linear(length, needle, size, "a period with a defect");
                needle[at] ^= 'a' ^ 'b';
            }
            for (long long at = size + period; at < length; at += size + 1) hay[at] ^= 'a' ^ 'b';
            check_linear(length, needle, size, "a period in a defective one");
        }
        /* Fibonacci words: every piece occurs again soon, but for its end. */
        long long known = 2, before = 1;
        hay[0] = 'a', hay[1] = 'b';
        while (known < length) {
            const long long more = before < length - known ? before : length - known;
            memcpy(hay + known, hay, (size_t) more);
            before = known;
            known += more;
        }
        memcpy(needle, hay + size / 3, (size_t) size);
        needle[size - 1] ^= 'a' ^ 'b';
        check_linear(length, needle, size, "Fibonacci");
        needle[size - 1] ^= 'a' ^ 'b';
        needle[0] ^= 'a' ^ 'b';
        check_linear(length, needle, size, "Fibonacci, backward");
    }
    printf("pathological haystacks of %lld bytes, at most %lld %% of the bound\n", length, worst_share);
}

/* A scanner that several threads use must not be written, and that it is not is visible with one. */
static void test_read_only_scanner(void) {
    current = "read-only scanner";
    random_state = seed;
    fill(haystacks.start, 1 << 20, 2);
    fill(needles.start, 64, 2);
    for (int level = 0; level < levels(); level++) {
        const struct kmmap_scanner *scanner = prepare(needles.start, 64, level);
        make_read_only(scanners);
        kmmap_scan_forward(scanner, haystacks.start, 1 << 20);
        kmmap_scan_backward(scanner, haystacks.start, 1 << 20);
        make_writable(scanners);
    }
}

int main(int count, char **arguments) {
    const long long cases = count > 1 ? atoll(arguments[1]) : 100000;
    seed = count > 2 ? strtoull(arguments[2], NULL, 10) : 1;
    signal(SIGSEGV, on_fault);
#if defined(SIGBUS)
    signal(SIGBUS, on_fault);
#endif
    setvbuf(stdout, NULL, _IONBF, 0);
    haystacks = fenced_memory(HAYSTACK_MOST);
    needles = fenced_memory(NEEDLE_MOST);
    scanners = fenced_memory(NEEDLE_MOST + 4096);
    printf("seed %llu, levels 0 to %d\n", (unsigned long long) seed, levels() - 1);
    test_all_short_ones();
    test_single_bytes();
    test_probes();
    test_read_only_scanner();
    test_linear(256 * 1024);
    if (cases > 100000) test_linear(HAYSTACK_MOST);
    test_random(cases);
    return 0;
}
