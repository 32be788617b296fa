/*
 * 1. Filter. Two bytes of the needle, the rarest, are compared at 16 or 32 consecutive positions at once, four times
 *    between two branches. Where both match is a candidate. Where candidates are frequent (DNA, say), 4 or 8 bytes.
 * 2. Verify. Candidates are compared with the needle, which is charged for.
 * 3. Budget. Once the charges exceed a fixed multiple of the positions passed, the rest of the haystack is searched by
 *    Two-Way. So no input takes more than linear time.
 *
 * Backward is the same in the mirror, from the end and as fast.
 *
 * | file           | what                                                 |
 * |----------------|------------------------------------------------------|
 * | scan_words.h   | eight bytes in an ordinary register                  |
 * | scan_probes.h  | which bytes of the needle the filter compares        |
 * | scan_two_way.h | the search that takes over                           |
 * | scan_filter.h  | filter and search, included per instruction set      |
 * | scan.c         | verification, budget, instruction sets, entry points |
 */
#include "scan.h"

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

struct kmmap_scanner {
    long long length;
    long long offsets[PROBES_MAX]; /* of the probes in the needle, the best first */
    uint64_t head;                 /* the first bytes of the needle, as load_few gives them */
    unsigned char bytes[PROBES_MAX];
    uint8_t level;
    uint8_t probes;      /* to begin with */
    uint8_t probes_most; /* where these do not suffice */
    unsigned char needle[];
};

/* What a search has spent so far. */
struct effort {
    long long charged;
    long long candidates; /* since there are as many probes as now */
    long long since;      /* the positions passed by then */
    int probes;
};

#include "scan_words.h"
#include "scan_probes.h"
#include "scan_two_way.h"

static inline struct effort start_effort(const struct kmmap_scanner *scanner) {
    return (struct effort) {0, 0, 0, scanner->probes};
}

/* Whether the needle is where a candidate is. Charged is what has been compared, not what could have been. */
static inline int is_match(const struct kmmap_scanner *scanner, const unsigned char *at, struct effort *effort) {
    const long long length = scanner->length;
    effort->candidates++;
    effort->charged += CANDIDATE_COST;
    COMPARED(CANDIDATE_COST);
    if (length <= WORD_BYTES) return load_few(at, length) == scanner->head;
    if (load_word(at) != scanner->head) return 0;
    for (long long from = WORD_BYTES; from < length; from += PIECE) {
        const long long piece = length - from < PIECE ? length - from : PIECE;
        effort->charged += piece / BYTES_PER_CHARGE;
        COMPARED(piece);
        if (memcmp(at + from, scanner->needle + from, (size_t) piece) != 0) return 0;
    }
    return 1;
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

/* A high bit per position that both probes match, where there are fewer positions than bytes in a word. */
static inline uint64_t few_hits(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long count) {
    uint64_t differences = load_few(haystack + scanner->offsets[0], count) ^ ONE_PER_BYTE * scanner->bytes[0];
    if (scanner->probes > 1)
        differences |= load_few(haystack + scanner->offsets[1], count) ^ ONE_PER_BYTE * scanner->bytes[1];
    return zero_bytes(differences) & HIGH_BITS >> 8 * (WORD_BYTES - count);
}

static long long forward_few(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    struct effort effort = start_effort(scanner);
    uint64_t bits = few_hits(scanner, haystack, length - scanner->length + 1);
    for (; bits != 0; bits &= bits - 1) {
        const long long position = lowest_bit(bits) / 8;
        if (is_match(scanner, haystack + position, &effort)) return position;
    }
    return -1;
}

static long long backward_few(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    struct effort effort = start_effort(scanner);
    uint64_t bits = few_hits(scanner, haystack, length - scanner->length + 1);
    while (bits != 0) {
        const int highest = highest_bit(bits);
        if (is_match(scanner, haystack + highest / 8, &effort)) return highest / 8;
        bits ^= (uint64_t) 1 << highest;
    }
    return -1;
}

/* Differences are joined as words, and only then looked through for zero bytes. */
#define NAME(x) x##_word
#define NARROWER(x) x##_few
#define TARGET
#define VECTOR uint64_t
#define WIDTH 8
#define LOAD(at) load_word(at)
#define SPREAD(byte) (ONE_PER_BYTE * (byte))
#define COMPARE(a, b) ((a) ^ (b))
#define JOIN(a, b) ((a) | (b))
#define RESULT(a) zero_bytes(a)
#define OR(a, b) ((a) | (b))
#define MASK(a) (a)
#define SHIFT 3
#include "scan_filter.h"

#if defined(__x86_64__)
#define HAS_VECTOR 1
#define NAME(x) x##_vector
#define NARROWER(x) x##_word
#define TARGET
#define VECTOR __m128i
#define WIDTH 16
#define LOAD(at) _mm_loadu_si128((const __m128i *) (const void *) (at))
#define SPREAD(byte) _mm_set1_epi8((char) (byte))
#define COMPARE(a, b) _mm_cmpeq_epi8(a, b)
#define JOIN(a, b) _mm_and_si128(a, b)
#define RESULT(a) (a)
#define OR(a, b) _mm_or_si128(a, b)
#define MASK(a) ((uint64_t) (uint32_t) _mm_movemask_epi8(a))
#define SHIFT 0
#include "scan_filter.h"

#define HAS_WIDE 1
#define NAME(x) x##_wide
#define NARROWER(x) x##_vector
#define TARGET __attribute__((target("avx2")))
#define VECTOR __m256i
#define WIDTH 32
#define LOAD(at) _mm256_loadu_si256((const __m256i *) (const void *) (at))
#define SPREAD(byte) _mm256_set1_epi8((char) (byte))
#define COMPARE(a, b) _mm256_cmpeq_epi8(a, b)
#define JOIN(a, b) _mm256_and_si256(a, b)
#define RESULT(a) (a)
#define OR(a, b) _mm256_or_si256(a, b)
#define MASK(a) ((uint64_t) (uint32_t) _mm256_movemask_epi8(a))
#define SHIFT 0
#include "scan_filter.h"

#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* There is no instruction that gathers a bit of each byte: bytes are narrowed to four bits, of which one is kept. */
static inline uint64_t narrowed(uint8x16_t bytes) {
    const uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0) & 0x8888888888888888u;
}

#define HAS_VECTOR 1
#define NAME(x) x##_vector
#define NARROWER(x) x##_word
#define TARGET
#define VECTOR uint8x16_t
#define WIDTH 16
#define LOAD(at) vld1q_u8(at)
#define SPREAD(byte) vdupq_n_u8(byte)
#define COMPARE(a, b) vceqq_u8(a, b)
#define JOIN(a, b) vandq_u8(a, b)
#define RESULT(a) (a)
#define OR(a, b) vorrq_u8(a, b)
#define MASK(a) narrowed(a)
#define SHIFT 2
#include "scan_filter.h"
#endif

static int highest_level(void) {
#if defined(HAS_WIDE)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) return KMMAP_SCAN_WIDE;
#endif
#if defined(HAS_VECTOR)
    return KMMAP_SCAN_VECTOR;
#else
    return KMMAP_SCAN_PORTABLE;
#endif
}

long long kmmap_scan_size(long long needle_length) {
    return (long long) sizeof(struct kmmap_scanner) + needle_length;
}

struct kmmap_scanner *kmmap_scan_prepare(
        void *memory, const unsigned char *needle, long long needle_length, int level) {
    struct kmmap_scanner *const scanner = memory;
    const int highest = highest_level();
    scanner->length = needle_length;
    scanner->level = (uint8_t) (level < highest ? level : highest);
    scanner->head = load_few(needle, needle_length < WORD_BYTES ? needle_length : WORD_BYTES);
    scanner->probes = needle_length >= 2 ? 2 : 1;
    scanner->probes_most = needle_length >= PROBES_MAX ? PROBES_MAX : needle_length >= 4 ? 4 : scanner->probes;
    pick_probes(needle, needle_length, scanner->probes_most, scanner->offsets);
    for (int i = 0; i < scanner->probes_most; i++) scanner->bytes[i] = needle[scanner->offsets[i]];
    memcpy(scanner->needle, needle, (size_t) needle_length);
    return scanner;
}

int kmmap_scan_level(const struct kmmap_scanner *scanner) {
    return scanner->level;
}

long long kmmap_scan_forward(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    if (length < scanner->length) return -1;
    switch (scanner->level) {
#if defined(HAS_WIDE)
        case KMMAP_SCAN_WIDE: return forward_wide(scanner, haystack, length);
#endif
#if defined(HAS_VECTOR)
        case KMMAP_SCAN_VECTOR: return forward_vector(scanner, haystack, length);
#endif
        default: return forward_word(scanner, haystack, length);
    }
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
