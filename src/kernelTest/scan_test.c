/*
 * Tests of the search kernel: scan_test [random cases] [seed]. Everything is searched with every instruction set that
 * this processor has, and by Two-Way alone, and compared with a naive search. Exit status: 0 passed, 1 failed.
 */
#include "harness.h"

#include <signal.h>

/* All haystacks and needles of a and b up to a few bytes; for each haystack those needles that begin as it does. */
static void test_all_short_ones(void) {
    current = "all short haystacks of a and b";
    const int length_most = 10, size_most = 6;
    for (int length = 0; length <= length_most; length++) {
        for (int given = 0; given < 1 << length; given++) {
            unsigned char *hay = place(haystacks, length, 1);
            for (int i = 0; i < length; i++) hay[i] = (unsigned char) ('a' + (given >> i & 1));
            for (int size = 1; size <= size_most; size++) {
                for (int wanted = given & 1; wanted < 1 << size; wanted += 2) {
                    unsigned char *needle = place(needles, size, 1);
                    for (int i = 0; i < size; i++) needle[i] = (unsigned char) ('a' + (wanted >> i & 1));
                    current_case++;
                    check_search(hay, length, (struct wanted) {needle, size, NEEDLE});
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
            const struct wanted wanted = {&needle, 1, NEEDLE};
            memset(hay, needle ^ 0x80, (size_t) length);
            current_case = length;
            check_search(hay, length, wanted);
            if (length == 0) continue;
            hay[length - 1] = needle;
            check_search(hay, length, wanted);
            hay[0] = needle;
            check_search(hay, length, wanted);
            hay[length - 1] ^= 0x80;
            check_search(hay, length, wanted);
            memset(hay, needle, (size_t) length);
            check_search(hay, length, wanted);
        }
    }
}

/* Each byte as a needle in either case, and as one of sets, in a haystack that has all of them. */
static void test_each_byte(void) {
    current = "each byte";
    unsigned char *const hay = place(haystacks, 1024, 1);
    for (int i = 0; i < 1024; i++) hay[i] = (unsigned char) (i * 5);
    for (current_case = 0; current_case < 256; current_case++) {
        unsigned char *const set = place(needles, 256, 0);
        for (int i = 0; i < 256; i++) set[i] = (unsigned char) (current_case + i);
        check_search(hay, 1024, (struct wanted) {set, 1, ANY_CASE});
        unsigned char pair[] = {set[0], 'Q'};
        for (int at = 0; at < 256; at++) {
            unsigned char *const near = place(haystacks, 64, 0);
            memset(near, '-', 64);
            near[31] = (unsigned char) at;
            near[32] = 'q';
            check_search(near, 64, (struct wanted) {pair, 2, ANY_CASE});
        }
        for (int size = 1; size <= 256; size += size < 5 ? 1 : 83)
            check_search(hay, 1024, (struct wanted) {set, size, SET});
    }
}

/* The definition, step by step: again and again the offset with the lowest rank, equal bytes one range worse. */
static void test_probes(void) {
    current = "probes";
    for (current_case = 0; current_case < 2000; current_case++) {
        random_state = seed + (uint64_t) current_case;
        unsigned char *needle = needles.start;
        const long long size = 2 + below(600);
        fill(needle, size, current_case % 4 == 3 ? 256 : 1 << current_case % 4);
        /* Bytes of which two and two have the same rank. */
        for (long long i = 0; current_case % 8 == 3 && i < size; i++)
            needle[i] = (unsigned char) "\0 2\xff"[needle[i] % 4];
        const struct kmmap_scanner *scanner = prepare((struct wanted) {needle, size, NEEDLE}, KMMAP_SCAN_WIDE);
        unsigned char taken[601] = {0};
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

/* Changes the case of some letters, and the bit in which cases differ of some bytes that are none. */
static void change_cases(unsigned char *bytes, long long length) {
    for (long long i = 0; i < length; i++) {
        const int is_letter = small_letter(bytes[i]) >= 'a' && small_letter(bytes[i]) <= 'z';
        if (below(is_letter ? 3 : 30) == 0) bytes[i] ^= CASE_BIT;
    }
}

static void test_random(long long cases) {
    current = "random";
    long long found = 0;
    searches = 0;
    for (current_case = 0; current_case < cases; current_case++) {
        random_state = seed + (uint64_t) current_case * 0x632be59bd9b4e019u;
        const int alphabet = (int[]) {1, 2, 4, 256}[current_case % 4];
        const enum kind kind = (enum kind[]) {NEEDLE, ANY_CASE, NEEDLE, SET, ANY_CASE}[current_case % 5];
        const long long length = current_case % 2000 < 4 ? below(100001) : below(701);
        unsigned char *hay = place(haystacks, length, (int) below(2));
        fill(hay, length, alphabet);
        long long size = kind == SET ? 1 + below(below(2) == 0 ? 5 : 300) : 1 + below(below(3) == 0 ? 12 : 400);
        if (below(50) == 0) size += length;
        unsigned char *needle = place(needles, size, (int) below(2));
        fill(needle, size, alphabet);
        if (below(2) == 0 && size <= length) memcpy(needle, hay + below(length - size + 1), (size_t) size);
        if (kind == ANY_CASE) change_cases(needle, size);
        if (kind == ANY_CASE && below(2) == 0) change_cases(hay, length);
        /* A byte that differs makes a near miss of it. */
        if (below(4) == 0) needle[below(size)] ^= (unsigned char) (1 + below(3));
        found += check_search(hay, length, (struct wanted) {needle, size, kind}) >= 0;
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

static void check_compared(long long most, const char *what) {
    check(compared <= most, what, compared, most);
    if (compared * 100 / most > worst_share) worst_share = compared * 100 / most;
    compared = 0;
}

static void check_linear(long long length, const unsigned char *needle, long long size, const char *name) {
    current = name;
    const unsigned char *hay = haystacks.start;
    const long long most = compared_most(length, size);
    long long first, last, next, counts[2] = {-1, -1};
    for (int run = 0; run < 2 * levels(); run++) {
        const struct wanted wanted = {needle, size, run % 2 == 0 ? NEEDLE : ANY_CASE};
        const struct kmmap_scanner *scanner = prepare(wanted, run / 2);
        compared = 0;
        first = kmmap_scan_forward(scanner, hay, length);
        check_compared(most, "bytes compared forward");
        last = kmmap_scan_backward(scanner, hay, length);
        check_compared(most, "bytes compared backward");
        check(two_way_backward(scanner, hay, length) == last, "Two-Way backward", 0, last);
        check_compared(5 * length, "bytes compared by Two-Way backward");
        for (int overlapping = 0; overlapping < 2; overlapping++) {
            const long long count = kmmap_scan_count(scanner, hay, length, overlapping, &next);
            check_compared(most, "bytes compared by counting");
            if (run == 0) counts[overlapping] = count;
            check(count == counts[overlapping], "counted", count, counts[overlapping]);
            check((count > 0) == (first >= 0), "counted", count, first);
            struct harvest harvest = start_harvest(NULL, LLONG_MAX, overlapping ? 1 : size);
            two_way_forward(scanner, hay, 0, length, &harvest);
            check(harvest.count == count, "counted by Two-Way", harvest.count, count);
            check_compared(5 * length, "bytes compared by Two-Way forward");
        }
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
        needle[0] = 'a';
        check_linear(length, needle, size, "a..a in a..a");
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
    fill(haystacks.start, HAYSTACK_MOST, 2);
    fill(needles.start, 64, 2);
    for (enum kind kind = NEEDLE; kind <= SET; kind++) {
        for (int level = 0; level < levels(); level++) {
            const struct kmmap_scanner *scanner = prepare((struct wanted) {needles.start, 64, kind}, level);
            long long next;
            make_read_only(scanners);
            kmmap_scan_forward(scanner, haystacks.start, HAYSTACK_MOST);
            kmmap_scan_backward(scanner, haystacks.start, HAYSTACK_MOST);
            kmmap_scan_count(scanner, haystacks.start, HAYSTACK_MOST, 1, &next);
            make_writable(scanners);
        }
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
    collected = fenced_memory(OCCURRENCES_MOST * sizeof(long long));
    printf("seed %llu, levels 0 to %d\n", (unsigned long long) seed, levels() - 1);
    test_all_short_ones();
    test_single_bytes();
    test_each_byte();
    test_probes();
    test_read_only_scanner();
    test_linear(256 * 1024);
    if (cases > 100000) test_linear(HAYSTACK_MOST);
    test_random(cases);
    return 0;
}
