/*
 * Which bytes of the needle the filter looks for: those that occur least in usual data, since each place where they do
 * occur has to be looked at more closely.
 */

/*
 * How common each byte is, 0 the rarest: its rank in 16 MiB of programs, manuals and markup. Two bytes are corrected,
 * which text has not and other data is full of: 0 and 255. On data of another kind searching is slower, never wrong.
 */
/* clang-format off */
static const uint8_t byte_rank[256] = {
    255,  60,  59,  58,  57,  56,  55,  54,  53, 196, 245,  52,  89,  51,  50,  49,
     48,  47,  46,  45,  44,  43,  42,  41,  40,  39,  38,  37,  36,  35,  34,  33,
    255, 161, 231, 207, 163, 170, 169, 206, 234, 235, 222, 171, 241, 227, 228, 210,
    226, 220, 212, 205, 199, 204, 197, 193, 194, 201, 233, 191, 172, 203, 178, 160,
    164, 224, 188, 219, 198, 229, 195, 192, 182, 216, 167, 185, 215, 200, 218, 214,
    211, 168, 217, 237, 225, 189, 186, 187, 190, 175, 165, 184, 181, 183, 157, 246,
    173, 248, 223, 243, 242, 254, 240, 230, 232, 250, 174, 213, 244, 236, 251, 247,
    239, 177, 249, 252, 253, 238, 208, 202, 209, 221, 176, 180, 166, 179, 156,  32,
    153, 127, 140, 115, 152, 119, 147, 126, 146, 114,  99,  81, 145,  90, 113,  97,
     94, 136, 108, 148, 154, 118, 151, 130, 135, 137, 112, 117, 133, 141, 116, 125,
    132, 134, 100, 106, 143, 129, 124, 128,  96, 149,  95,  86,  92,  91, 123, 102,
     98, 139, 105, 101, 122, 111, 121, 144, 138, 110, 107, 120, 131, 103, 109, 104,
     31,  30,  93, 142,  85,  83,  29,  28,  27,  26,  25,  24,  23,  22, 159, 155,
    162, 158,  78,  21,  20,  19,  77,  80,  79,  76,  18,  17,  16,  15,  14,  13,
     87,  68, 150,  84,  75,  74,  82,  67,  73,  66,  72,  65,  71,  70,  64,  69,
     88,  12,  11,  10,   9,   8,  63,   7,   6,   5,   4,   3,   2,   1,   0, 212,
};
/* clang-format on */

/*
 * Picks the offsets of `count` bytes, the best first, out of the whole needle: who looked only at its beginning would
 * miss the one b of aa...ab. Different bytes come before equal ones: for each occurrence of a byte to the left of an
 * offset, the offset is one full range of ranks worse. Among equals the lowest offset wins.
 *
 * One pass, which keeps the best ones so far in order.
 */
static void pick_probes(const unsigned char *needle, long long length, int count, long long *offsets) {
    int ranks[PROBES_MAX];
    uint8_t seen[256] = {0};
    int picked = 0;
    for (long long offset = 0; offset < length; offset++) {
        const unsigned char byte = needle[offset];
        if (seen[byte] == count) continue;
        const int rank = byte_rank[byte] + 256 * seen[byte]++;
        if (picked == count && rank >= ranks[count - 1]) continue;
        int place = picked < count ? picked++ : count - 1;
        for (; place > 0 && ranks[place - 1] > rank; place--) {
            ranks[place] = ranks[place - 1];
            offsets[place] = offsets[place - 1];
        }
        ranks[place] = rank;
        offsets[place] = offset;
    }
}
