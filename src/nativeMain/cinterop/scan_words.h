/* Eight bytes in an ordinary register, the one with the lowest address in the lowest bits. */

#define WORD_BYTES 8
#define ONE_PER_BYTE 0x0101010101010101u
#define HIGH_BITS 0x8080808080808080u
#define LOW_SEVEN 0x7f7f7f7f7f7f7f7fu

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

static inline int lowest_bit(uint64_t bits) {
    return __builtin_ctzll(bits);
}

static inline int highest_bit(uint64_t bits) {
    return 63 ^ __builtin_clzll(bits);
}
