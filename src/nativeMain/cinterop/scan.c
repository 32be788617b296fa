/*
 * 1. Filter. Two bytes of the needle, the rarest, are compared at 16 or 32 consecutive positions at once, four times
 *    between two branches. Where both match is a candidate. Where candidates are frequent (DNA, say), 4 or 8 bytes.
 * 2. Verify. Candidates are compared with the needle, which is charged for.
 * 3. Budget. Once the charges exceed a fixed multiple of the positions passed, the rest of the haystack is searched by
 *    Two-Way. So no input takes more than linear time.
 *
 * Backward is the same in the mirror, from the end and as fast. Where case is ignored, the filter sets the bit in which
 * cases differ, and verification folds what it compares. What a set or a single byte lets pass is an occurrence.
 *
 * | file           | what                                                                  |
 * |----------------|-----------------------------------------------------------------------|
 * | scan_words.h   | eight bytes in an ordinary register                                   |
 * | scan_probes.h  | which bytes of the needle the filter compares                         |
 * | scan_two_way.h | the search that takes over                                            |
 * | scan_filter.h  | filter, search and count, included per instruction set                |
 * | scan_levels.h  | the instruction sets                                                  |
 * | scan.c         | what is prepared; verification, budget, what is found; entry points   |
 */
#include "scan.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <arm_neon.h>
#endif

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))
#define LIKELY(condition) __builtin_expect(condition, 1)

/* Tests count the bytes that are compared outside of the filter. */
#ifndef COMPARED
#define COMPARED(bytes) ((void) 0)
#endif

/* Bytes of a table of sets, scan_levels.h. */
#define SET_BYTES 32
#define ROW_BITS 0x8040201008040201u

/* Sets of so many bytes are searched by comparing with each. */
#define FEW_MOST 3

/* So far ahead memory is asked for: by itself the processor does not keep up with a filter of many probes. */
#define PREFETCH_DISTANCE 1024
#define CACHE_LINE 64

/* Of the positions of random DNA, eight let one in 65536 pass: a ninth would have nothing left to do. */
#define PROBES_MAX 8

/* Twice as many probes where a candidate comes oftener than that: they cost about what it costs to verify one. */
#define DENSE_RUN 512

/* Candidates that say nothing yet: a step may hold several by chance. */
#define DENSE_SLACK 16

/* What is compared is charged for by the piece of so many bytes, a vector. */
#define BYTES_PER_CHARGE 16

/* What a candidate costs, whatever is compared: a branch that the processor did not foresee. */
#define CANDIDATE_COST 8

/* At most so many bytes are compared at once: what lies behind a difference is neither read nor charged for. */
#define PIECE 1024

/* Charges per position passed. Where they exceed this (every other position a candidate), Two-Way is faster. */
#define ALLOWANCE 4

/* Allowed on top, so that a few bad lines at the start do not spoil the filter for all of the haystack. */
#ifndef ALLOWANCE_BASE
#define ALLOWANCE_BASE (64 * 1024)
#endif

/* How the filter compares. Numbers of probes are added to these to choose an instance of it. */
enum comparison {
    EXACT = 0,
    FOLDED = 16, /* with the bit of the case set on both sides */
    FEW = 32,    /* with each byte of a small set */
    MANY = 48    /* by a table of the set */
};

struct kmmap_scanner {
    long long length;              /* of an occurrence */
    long long offsets[PROBES_MAX]; /* of the probes in the needle, the best first */
    uint64_t head;                 /* the first bytes of the needle, as load_few gives them */
    unsigned char bytes[PROBES_MAX]; /* the probes, or the FEW_MOST bytes of a small set, with repetitions */
    uint8_t level;
    uint8_t comparison;
    uint8_t probes;      /* to begin with */
    uint8_t probes_most; /* where these do not suffice */
    unsigned char set[SET_BYTES];
    unsigned char needle[]; /* folded, if case is ignored */
};

/* What a search has spent so far. */
struct effort {
    long long charged;
    long long candidates; /* that were none, since there are as many probes as now */
    long long since;      /* the positions passed by then */
    int probes;
};

/* A hint: no address is wrong. */
static ALWAYS_INLINE void prefetch(const unsigned char *at, int length) {
    for (int line = 0; line < length; line += CACHE_LINE) __builtin_prefetch(at + line);
}

/* What a search has found so far. */
struct harvest {
    long long *indices; /* null if they are only counted */
    long long capacity;
    long long count;
    long long step; /* from an occurrence to where the next one may begin */
    long long next; /* where it may begin */
};

static inline struct harvest start_harvest(long long *indices, long long capacity, long long step) {
    return (struct harvest) {indices, capacity, 0, step, 0};
}

/* Whether this was the last one. */
static inline int take(struct harvest *harvest, long long position) {
    if (harvest->indices != NULL) harvest->indices[harvest->count] = position;
    harvest->next = position + harvest->step;
    return ++harvest->count == harvest->capacity;
}

#include "scan_words.h"
#include "scan_probes.h"
#include "scan_two_way.h"

/*
 * One for each bit of a mask, each a byte long: these cannot overlap. As long as there is room, four at a time, also
 * where there are fewer, since how many there are is nothing that a processor foresees.
 */
static ALWAYS_INLINE int take_all(struct harvest *harvest, uint64_t bits, long long start, int shift) {
    long long *const indices = harvest->indices;
    if (harvest->capacity - harvest->count <= 64) {
        for (; bits != 0; bits &= bits - 1)
            if (take(harvest, start + (lowest_bit(bits) >> shift))) return 1;
        return 0;
    }
    long long at = harvest->count;
    harvest->count += count_bits(bits);
    while (bits != 0) {
        for (int i = 0; i < 4; i++, bits &= bits - 1) indices[at++] = start + (lowest_bit(bits | 1ull << 63) >> shift);
    }
    return 0;
}

/* Whether what the filter lets pass is an occurrence: one byte, out of one or several. */
static inline int is_certain(const struct kmmap_scanner *scanner) {
    return scanner->probes == 1;
}

static inline struct effort start_effort(const struct kmmap_scanner *scanner) {
    return (struct effort) {0, 0, 0, scanner->probes};
}

/* Whether the needle is there, charged by what has been compared, not what could have been. */
static inline int is_needle(const struct kmmap_scanner *scanner, const unsigned char *at, struct effort *effort) {
    const long long length = scanner->length;
    const int fold = scanner->comparison == FOLDED;
    if (length <= WORD_BYTES) return given_few(at, length, fold) == scanner->head;
    if (given_word(at, fold) != scanner->head) return 0;
    for (long long from = WORD_BYTES; from < length; from += PIECE) {
        const long long piece = length - from < PIECE ? length - from : PIECE;
        effort->charged += 1 + piece / BYTES_PER_CHARGE;
        COMPARED(piece);
        if (!is_equal(scanner->needle + from, at + from, piece, fold)) return 0;
    }
    return 1;
}

/* Whether a candidate is an occurrence. */
static inline int is_match(const struct kmmap_scanner *scanner, const unsigned char *at, struct effort *effort) {
    if (is_certain(scanner) || is_needle(scanner, at, effort)) return 1;
    effort->candidates++;
    effort->charged += CANDIDATE_COST;
    COMPARED(CANDIDATE_COST);
    return 0;
}

static inline int is_overspent(const struct effort *effort, long long passed) {
    return effort->charged > ALLOWANCE * passed + ALLOWANCE_BASE;
}

/* More probes where candidates are frequent. There is no way back: data is seldom of two kinds. */
static inline void adapt(const struct kmmap_scanner *scanner, struct effort *effort, long long passed) {
    if (effort->probes == scanner->probes_most || effort->candidates <= DENSE_SLACK) return;
    if (effort->candidates * DENSE_RUN <= passed - effort->since) return;
    effort->probes *= 2;
    effort->candidates = 0;
    effort->since = passed;
}

#include "scan_levels.h"

long long kmmap_scan_size(long long length) {
    return (long long) sizeof(struct kmmap_scanner) + length;
}

static void set_level(struct kmmap_scanner *scanner, long long level) {
    const int highest = highest_level();
    scanner->level = (uint8_t) (level < highest ? level : highest);
}

struct kmmap_scanner *kmmap_scan_prepare_set(
        void *memory, const unsigned char *set, long long length, long long level) {
    struct kmmap_scanner *const scanner = memory;
    set_level(scanner, level);
    scanner->length = scanner->probes = scanner->probes_most = 1;
    scanner->offsets[0] = 0;
    const int different = make_set(scanner, set, length);
    scanner->comparison = different == 1 ? EXACT : different <= FEW_MOST ? FEW : MANY;
    return scanner;
}

struct kmmap_scanner *kmmap_scan_prepare(
        void *memory, const unsigned char *needle, long long length, long long level, long long ignore_case) {
    struct kmmap_scanner *const scanner = memory;
    memcpy(scanner->needle, needle, (size_t) length);
    int letters = 0;
    for (long long i = 0; ignore_case && i < length; i++) {
        scanner->needle[i] = fold_byte(needle[i]);
        letters |= (unsigned char) (scanner->needle[i] - 'a') < 26;
    }
    if (length == 1) {
        const unsigned char cases[] = {scanner->needle[0], scanner->needle[0] ^ CASE_BIT};
        return kmmap_scan_prepare_set(memory, cases, letters ? 2 : 1, level);
    }
    set_level(scanner, level);
    scanner->length = length;
    scanner->comparison = letters ? FOLDED : EXACT;
    scanner->head = load_few(scanner->needle, length < WORD_BYTES ? length : WORD_BYTES);
    scanner->probes = 2;
    scanner->probes_most = length >= PROBES_MAX ? PROBES_MAX : length >= 4 ? 4 : 2;
    pick_probes(scanner->needle, length, scanner->probes_most, scanner->offsets);
    for (int i = 0; i < scanner->probes_most; i++)
        scanner->bytes[i] = scanner->needle[scanner->offsets[i]] | (letters ? CASE_BIT : 0);
    return scanner;
}

long long kmmap_scan_best_level(void) {
    return highest_level();
}

long long kmmap_scan_level(const struct kmmap_scanner *scanner) {
    return scanner->level;
}

static void collect(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, struct harvest *harvest) {
    if (length < scanner->length || harvest->capacity <= 0) return;
    switch (scanner->level) {
#if defined(HAS_WIDE)
        case KMMAP_SCAN_WIDE: collect_wide(scanner, haystack, length, harvest); break;
#endif
#if defined(HAS_VECTOR)
        case KMMAP_SCAN_VECTOR: collect_vector(scanner, haystack, length, harvest); break;
#endif
        default: collect_word(scanner, haystack, length, harvest);
    }
}

long long kmmap_scan_forward(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    long long index;
    struct harvest harvest = start_harvest(&index, 1, 1);
    collect(scanner, haystack, length, &harvest);
    return harvest.count > 0 ? index : -1;
}

long long kmmap_scan_backward(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    if (length < scanner->length) return -1;
    switch (scanner->level) {
#if defined(HAS_WIDE)
        case KMMAP_SCAN_WIDE: return backward_wide(scanner, haystack, length);
#endif
#if defined(HAS_VECTOR)
        case KMMAP_SCAN_VECTOR: return backward_vector(scanner, haystack, length);
#endif
        default: return backward_word(scanner, haystack, length);
    }
}

long long kmmap_scan_collect(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, long long overlapping,
        long long *indices, long long capacity) {
    struct harvest harvest = start_harvest(indices, capacity, overlapping ? 1 : scanner->length);
    collect(scanner, haystack, length, &harvest);
    return harvest.count;
}

static long long count_certain(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    switch (scanner->level) {
#if defined(HAS_WIDE)
        case KMMAP_SCAN_WIDE: return count_wide(scanner, haystack, length);
#endif
#if defined(HAS_VECTOR)
        case KMMAP_SCAN_VECTOR: return count_vector(scanner, haystack, length);
#endif
        default: return count_word(scanner, haystack, length);
    }
}

long long kmmap_scan_count(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, long long overlapping,
        long long *next) {
    struct harvest harvest = start_harvest(NULL, LLONG_MAX, overlapping ? 1 : scanner->length);
    if (is_certain(scanner)) harvest.count = count_certain(scanner, haystack, length);
    else collect(scanner, haystack, length, &harvest);
    const long long settled = length - scanner->length + 1;
    *next = settled > harvest.next ? settled : harvest.next;
    return harvest.count;
}
