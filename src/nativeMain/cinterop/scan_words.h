/* Eight bytes in an ordinary register, the one with the lowest address in the lowest bits. */

#define WORD_BYTES 8
#define ONE_PER_BYTE 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u
#define LOW_SEVEN 0x7f7f7f7f7f7f7f7fu

/* What a small letter has and a capital one has not, in ASCII. */
#define CASE_BIT 0x20

static inline uint64_t load_word(const unsigned char *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t load_half_word(const unsigned char *at) {
    uint32_t half;
    memcpy(&half, at, sizeof half);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    half = __builtin_bswap32(half);
#endif
    return half;
}

/* 1 to 8 bytes, the rest of the word 0. Nothing is read beyond them: longer loads overlap instead. */
static inline uint64_t load_few(const unsigned char *at, long long count) {
    if (count == WORD_BYTES) return load_word(at);
    if (count >= 4) return load_half_word(at) | load_half_word(at + count - 4) << (8 * (count - 4));
    uint64_t word = at[0];
    if (count > 1) word |= (uint64_t) at[1] << 8;
    if (count > 2) word |= (uint64_t) at[2] << 16;
    return word;
}

/* The high bit of each byte of the word that is 0, and nothing else: no carry leaves its byte. */
static inline uint64_t zero_bytes(uint64_t word) {
    return ~(((word & LOW_SEVEN) + LOW_SEVEN) | word | LOW_SEVEN);
}

/* ASCII letters as small ones, everything else as it is. */
static inline unsigned char fold_byte(unsigned char byte) {
    return (unsigned char) (byte - 'A') < 26 ? byte | CASE_BIT : byte;
}

static inline uint64_t fold_word(uint64_t word) {
    const uint64_t low_seven = word & LOW_SEVEN;
    const uint64_t from_a = low_seven + ONE_PER_BYTE * (0x80 - 'A'), beyond_z = low_seven + ONE_PER_BYTE * (0x7f - 'Z');
    return word | (from_a & ~beyond_z & ~word & HIGH_BITS) >> 2;
}

/* Bytes of a haystack as they are compared with those of a needle, which is folded already where case is ignored. */
static ALWAYS_INLINE unsigned char given_byte(const unsigned char *at, int fold) {
    return fold ? fold_byte(*at) : *at;
}

static ALWAYS_INLINE uint64_t given_word(const unsigned char *at, int fold) {
    return fold ? fold_word(load_word(at)) : load_word(at);
}

static ALWAYS_INLINE uint64_t given_few(const unsigned char *at, long long count, int fold) {
    return fold ? fold_word(load_few(at, count)) : load_few(at, count);
}

static ALWAYS_INLINE int is_equal(const unsigned char *wanted, const unsigned char *given, long long length, int fold) {
    if (!fold) return memcmp(wanted, given, (size_t) length) == 0;
    for (; length > WORD_BYTES; length -= WORD_BYTES, wanted += WORD_BYTES, given += WORD_BYTES)
        if (given_word(given, 1) != load_word(wanted)) return 0;
    return length == 0 || given_few(given, length, 1) == load_few(wanted, length);
}

static inline int lowest_bit(uint64_t bits) {
    return __builtin_ctzll(bits);
}

static inline int highest_bit(uint64_t bits) {
    return 63 ^ __builtin_clzll(bits);
}

/* For processors that may have no instruction for it. */
static inline int count_bits(uint64_t bits) {
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (int) (bits * ONE_PER_BYTE >> 56);
}
