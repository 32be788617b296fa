/*
 * The Two-Way algorithm: at most a few comparisons per byte of the haystack, in constant space. It takes over where the
 * filter has met too many candidates that were none.
 *
 * The needle is cut in two at a critical factorisation. A position is compared right of the cut first, then left of it.
 *
 * | what differs            | the needle moves by                        | known to match then                |
 * |-------------------------|--------------------------------------------|------------------------------------|
 * | its last byte           | the distance of what is there from its end | nothing                            |
 * | a byte right of the cut | the bytes compared                         | nothing                            |
 * | a byte left of the cut  | the period, or a lower bound of a long one | all but a period, if that is known |
 *
 * The first row is a shortcut, taken only where nothing is known to match: what it would move by might be less.
 *
 * Backward is the same in the mirror: needle and haystack are read from their ends. `step` is 1 or -1, the i-th byte of
 * either is origin[step * i], and everything is inlined into one function per direction. Where case is ignored, the
 * needle has been folded before.
 *
 * M. Crochemore, D. Perrin, Two-way string-matching, Journal of the ACM 38 (3), 1991.
 */

struct suffix {
    long long start;
    long long period;
};

struct factorisation {
    long long cut;      /* bytes left of the cut */
    long long move;     /* after a difference left of it */
    long long remember; /* bytes at the start that are known to match after such a move */
};

/* Where the bytes with the indices [from, from + length) begin in memory. */
static ALWAYS_INLINE const unsigned char *range(
        const unsigned char *origin, int step, long long from, long long length) {
    return step > 0 ? origin + from : origin - (from + length - 1);
}

/* How many bytes from the first ones on are as wanted. */
static ALWAYS_INLINE long long count_equal(
        const unsigned char *wanted, const unsigned char *given, int step, long long length, int fold) {
    long long i = 0;
    for (; length - i >= WORD_BYTES; i += WORD_BYTES) {
        const uint64_t differences =
                load_word(range(wanted, step, i, WORD_BYTES)) ^ given_word(range(given, step, i, WORD_BYTES), fold);
        if (differences == 0) continue;
        return i + (step > 0 ? lowest_bit(differences) : 63 - highest_bit(differences)) / 8;
    }
    while (i < length && wanted[step * i] == given_byte(given + step * i, fold)) i++;
    return i;
}

/* The suffix of the needle that is greatest in the order of its bytes, or in the opposite order if falling. */
static ALWAYS_INLINE struct suffix greatest_suffix(
        const unsigned char *origin, int step, long long length, int falling) {
    struct suffix best = {0, 1};
    long long challenger = 1, matched = 0;
    while (challenger + matched < length) {
        const int challenging = origin[step * (challenger + matched)], holding = origin[step * (best.start + matched)];
        if (challenging == holding) {
            /* One more byte repeats with the period; a whole period is skipped at once. */
            if (++matched < best.period) continue;
            challenger += best.period;
        } else if ((challenging < holding) != falling) {
            challenger += matched + 1;
            best.period = challenger - best.start;
        } else {
            best.start = challenger++;
            best.period = 1;
        }
        matched = 0;
    }
    return best;
}

static ALWAYS_INLINE struct factorisation factorise(const unsigned char *origin, int step, long long length) {
    const struct suffix rising = greatest_suffix(origin, step, length, 0);
    const struct suffix falling = greatest_suffix(origin, step, length, 1);
    const struct suffix suffix = rising.start > falling.start ? rising : falling;
    const long long cut = suffix.start, rest = length - cut;
    const unsigned char *const left = range(origin, step, 0, cut);
    const int periodic = memcmp(left, range(origin, step, suffix.period, cut), (size_t) cut) == 0;
    if (periodic) return (struct factorisation) {cut, suffix.period, length - suffix.period};
    return (struct factorisation) {cut, (cut > rest ? cut : rest) + 1, 0};
}

/*
 * Takes the occurrences in haystack[0, length) that begin, in the direction of the search, at the index `at` or behind.
 */
static ALWAYS_INLINE void two_way(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long length,
        struct harvest *harvest, int step, int fold) {
    const long long size = scanner->length, last_at = length - size;
    if (at > last_at) return;
    const unsigned char *const wanted = step > 0 ? scanner->needle : scanner->needle + size - 1;
    const unsigned char *const given = step > 0 ? haystack : haystack + length - 1;
    const struct factorisation parts = factorise(wanted, step, size);
    long long distances[256]; /* of the last occurrence of each byte from the needle's end */
    for (int byte = 0; byte < 256; byte++) distances[byte] = size;
    for (long long i = 0; i < size; i++) distances[wanted[step * i]] = size - 1 - i;
    const unsigned char wanted_end = wanted[step * (size - 1)], wanted_at_cut = wanted[step * parts.cut];
    long long known = 0;
    while (at <= last_at) {
        if (known == 0) {
            /* The likeliest outcomes by branches, which the processor foresees where the data is regular. */
            COMPARED(2);
            const unsigned char end = given_byte(given + step * (at + size - 1), fold);
            if (end != wanted_end) {
                at += distances[end];
                continue;
            }
            if (given_byte(given + step * (at + parts.cut), fold) != wanted_at_cut) {
                at++;
                continue;
            }
        }
        const long long from = known > parts.cut ? known : parts.cut;
        const long long equal = count_equal(wanted + step * from, given + step * (at + from), step, size - from, fold);
        COMPARED(equal + 1);
        if (equal < size - from) {
            at += from + equal - parts.cut + 1;
            known = 0;
            continue;
        }
        const long long left = parts.cut - known;
        COMPARED(left > 0 ? left : 0);
        const int matches = left <= 0 ||
                is_equal(range(wanted, step, known, left), range(given, step, at + known, left), left, fold);
        if (matches && take(harvest, step > 0 ? at : last_at - at)) return;
        at += parts.move;
        known = parts.remember;
        if (at >= harvest->next) continue;
        at = harvest->next;
        known = 0;
    }
}

/* Once per search at most, and rare: not worth the registers and the stack of the callers. */
static NOINLINE void two_way_forward(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long length,
        struct harvest *harvest) {
    if (scanner->comparison == FOLDED) two_way(scanner, haystack, at, length, harvest, 1, 1);
    else two_way(scanner, haystack, at, length, harvest, 1, 0);
}

/* From the end of haystack[0, length). */
static NOINLINE long long two_way_backward(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    long long index;
    struct harvest harvest = start_harvest(&index, 1, 1);
    if (scanner->comparison == FOLDED) two_way(scanner, haystack, 0, length, &harvest, -1, 1);
    else two_way(scanner, haystack, 0, length, &harvest, -1, 0);
    return harvest.count > 0 ? index : -1;
}
