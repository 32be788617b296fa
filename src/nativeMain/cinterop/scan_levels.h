/* The instruction sets, and scan_filter.h for each of them. */

/* Whether the byte is in the set: bit `byte / 16 % 8` of a table, one for bytes below 128 and one for the others. */
static inline int is_member(const unsigned char *set, unsigned char byte) {
    return set[(byte & 15) | (byte >> 3 & 16)] >> (byte >> 4 & 7) & 1;
}

/* Returns how many different bytes there are, and notes them all if they are few. */
static int make_set(struct kmmap_scanner *scanner, const unsigned char *bytes, long long length) {
    int different = 0;
    memset(scanner->set, 0, SET_BYTES);
    for (long long i = 0; i < length; i++) {
        if (is_member(scanner->set, bytes[i])) continue;
        scanner->set[(bytes[i] & 15) | (bytes[i] >> 3 & 16)] |= (unsigned char) (1 << (bytes[i] >> 4 & 7));
        for (int place = different++; place < FEW_MOST; place++) scanner->bytes[place] = bytes[i];
    }
    return different;
}

/* The high bit of each byte of the word that is in the set. */
static NOINLINE uint64_t members_word(const unsigned char *set, uint64_t word) {
    uint64_t members = 0;
    for (int bit = 0; bit < 64; bit += 8) members |= (uint64_t) is_member(set, (unsigned char) (word >> bit)) << bit;
    return members << 7;
}

/* A high bit per position that all probes match, where there are fewer positions than bytes in a word. */
static inline uint64_t few_hits(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long count) {
    const uint64_t fold = scanner->comparison == FOLDED ? ONE_PER_BYTE * CASE_BIT : 0;
    uint64_t hits;
    if (scanner->comparison == FEW || scanner->comparison == MANY) {
        hits = members_word(scanner->set, load_few(haystack, count));
    } else {
        uint64_t differences = 0;
        for (int i = 0; i < scanner->probes; i++)
            differences |= (load_few(haystack + scanner->offsets[i], count) | fold) ^ ONE_PER_BYTE * scanner->bytes[i];
        hits = zero_bytes(differences);
    }
    return hits & HIGH_BITS >> 8 * (WORD_BYTES - count);
}

static void collect_few(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, struct harvest *harvest) {
    struct effort effort = start_effort(scanner);
    uint64_t bits = few_hits(scanner, haystack, length - scanner->length + 1);
    for (; bits != 0; bits &= bits - 1) {
        const long long position = lowest_bit(bits) / 8;
        if (position < harvest->next) continue;
        if (is_match(scanner, haystack + position, &effort) && take(harvest, position)) return;
    }
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

static long long count_few(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    return length == 0 ? 0 : count_bits(few_hits(scanner, haystack, length));
}

/* The sum of all bytes. */
static inline long long total_word(uint64_t bytes) {
    const uint64_t every_other = 0x00ff00ff00ff00ffu;
    return (long long) (((bytes & every_other) + (bytes >> 8 & every_other)) * 0x0001000100010001u >> 48);
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
#define ADD(sums, a) ((sums) + ((a) >> 7))
#define TOTAL(sums) total_word(sums)
#include "scan_filter.h"

#if defined(__x86_64__)

/* SSE2 has no table look-up. */
static inline __m128i members_vector(const unsigned char *set, __m128i bytes) {
    const uint64_t low = (uint64_t) _mm_cvtsi128_si64(bytes);
    const uint64_t high = (uint64_t) _mm_cvtsi128_si64(_mm_unpackhi_epi64(bytes, bytes));
    const __m128i members = _mm_set_epi64x((long long) members_word(set, high), (long long) members_word(set, low));
    return _mm_cmplt_epi8(members, _mm_setzero_si128());
}

/* The sum of all bytes. */
static inline long long total_vector(__m128i bytes) {
    const __m128i halves = _mm_sad_epu8(bytes, _mm_setzero_si128());
    return _mm_cvtsi128_si64(halves) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(halves, halves));
}

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
#define ADD(sums, a) _mm_sub_epi8(sums, a)
#define TOTAL(sums) total_vector(sums)
#include "scan_filter.h"

#define TARGET_WIDE __attribute__((target("avx2,bmi,popcnt")))

/* A look-up takes the low four bits of an index, or gives 0 if its high bit is set. */
TARGET_WIDE static ALWAYS_INLINE __m256i members_wide(const unsigned char *set, __m256i bytes) {
    const __m256i low = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) (const void *) set));
    const __m256i high = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *) (const void *) (set + 16)));
    const __m256i flipped = _mm256_xor_si256(bytes, _mm256_set1_epi8((char) 0x80));
    const __m256i row = _mm256_or_si256(_mm256_shuffle_epi8(low, bytes), _mm256_shuffle_epi8(high, flipped));
    const __m256i column = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i bit = _mm256_shuffle_epi8(_mm256_set1_epi64x((long long) ROW_BITS), column);
    return _mm256_cmpeq_epi8(_mm256_and_si256(row, bit), bit);
}

#define HAS_WIDE 1
#define NAME(x) x##_wide
#define NARROWER(x) x##_vector
#define TARGET TARGET_WIDE
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
#define ADD(sums, a) _mm256_sub_epi8(sums, a)
#define TOTAL(sums) (total_vector(_mm256_castsi256_si128(sums)) + total_vector(_mm256_extracti128_si256(sums, 1)))
#include "scan_filter.h"

#elif defined(__aarch64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__

/* There is no instruction that gathers a bit of each byte: bytes are narrowed to four bits, of which one is kept. */
static inline uint64_t narrowed(uint8x16_t bytes) {
    const uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(bytes), 4);
    return vget_lane_u64(vreinterpret_u64_u8(narrow), 0) & 0x8888888888888888u;
}

/* A look-up gives 0 for an index from 16 on. */
static inline uint8x16_t members_vector(const unsigned char *set, uint8x16_t bytes) {
    const uint8x16_t index = vandq_u8(bytes, vdupq_n_u8(0x8f));
    const uint8x16_t low = vqtbl1q_u8(vld1q_u8(set), index);
    const uint8x16_t high = vqtbl1q_u8(vld1q_u8(set + 16), veorq_u8(index, vdupq_n_u8(0x80)));
    const uint8x16_t row_bits = vreinterpretq_u8_u64(vdupq_n_u64(ROW_BITS));
    return vtstq_u8(vorrq_u8(low, high), vqtbl1q_u8(row_bits, vshrq_n_u8(bytes, 4)));
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
#define ADD(sums, a) vsubq_u8(sums, a)
#define TOTAL(sums) vaddlvq_u8(sums)
#include "scan_filter.h"
#endif

static int highest_level(void) {
#if defined(HAS_WIDE)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt"))
        return KMMAP_SCAN_WIDE;
#endif
#if defined(HAS_VECTOR)
    return KMMAP_SCAN_VECTOR;
#else
    return KMMAP_SCAN_PORTABLE;
#endif
}
