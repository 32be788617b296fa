/*
 * The filter and the search around it, for one instruction set. It is included once for each, with these macros:
 *
 * NAME(x)           the name of x for this instruction set, NARROWER(x) that of the next smaller one
 * TARGET            the attribute of functions that use the instruction set
 * VECTOR, WIDTH     its vectors, and the bytes in one of them
 * LOAD(at)          the bytes from an address on, SPREAD(byte) the same byte in all places
 * COMPARE(a, b)     where two vectors are the same, JOIN(a, b) where two comparisons are both true
 * RESULT(a)         of joined comparisons, OR(a, b) of two results or of the bits of two vectors
 * MASK(a)           a result as bits in a word, one per byte that is the same, 1 << SHIFT bits apart
 * ADD(sums, a)      one more in each byte where the result is true, TOTAL(sums) the sum of all bytes
 *
 * and a function NAME(members)(set, bytes), the result of looking for bytes in a set.
 *
 * A step is four vectors of positions, and one branch: hits[0..3] are their masks, in the direction of the search.
 */

#define STEP (4 * WIDTH)
/* Four matches of each fit into the bytes that count them. */
#define STEPS_PER_TOTAL 63
#define EVERY_BIT (~(uint64_t) 0 >> (64 - (WIDTH << SHIFT)))

/* What the filter looks for: in registers, once everything is inlined. */
struct NAME(filter) {
    const unsigned char *probed[PROBES_MAX]; /* the haystack, moved by the offset of the probe */
    VECTOR probe[PROBES_MAX];
    VECTOR fold;
    const unsigned char *set;
};

TARGET static ALWAYS_INLINE struct NAME(filter) NAME(prepare)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, int comparison, int probes) {
    struct NAME(filter) filter;
#define PREPARE_PROBE(i) \
    if (probes > i) filter.probed[i] = haystack + scanner->offsets[i]; \
    if (probes > i || (comparison == FEW && i < FEW_MOST)) filter.probe[i] = SPREAD(scanner->bytes[i])
    PREPARE_PROBE(0);
    PREPARE_PROBE(1);
    PREPARE_PROBE(2);
    PREPARE_PROBE(3);
    PREPARE_PROBE(4);
    PREPARE_PROBE(5);
    PREPARE_PROBE(6);
    PREPARE_PROBE(7);
#undef PREPARE_PROBE
    filter.fold = SPREAD(CASE_BIT);
    filter.set = scanner->set;
    return filter;
}

/* Where all probes match, or the byte is in the set, at the positions from `at` on. */
TARGET static ALWAYS_INLINE VECTOR
NAME(match)(const struct NAME(filter) *filter, int comparison, int probes, long long at) {
    const VECTOR bytes = LOAD(filter->probed[0] + at);
    if (comparison == MANY) return NAME(members)(filter->set, bytes);
    if (comparison == FEW) {
        const VECTOR first = RESULT(COMPARE(bytes, filter->probe[0]));
        const VECTOR second = RESULT(COMPARE(bytes, filter->probe[1]));
        return OR(OR(first, second), RESULT(COMPARE(bytes, filter->probe[2])));
    }
#define FOLD(bytes) (comparison == FOLDED ? OR(bytes, filter->fold) : (bytes))
#define COMPARE_PROBE(i) COMPARE(FOLD(LOAD(filter->probed[i] + at)), filter->probe[i])
    VECTOR match = COMPARE(FOLD(bytes), filter->probe[0]);
    if (probes >= 2) match = JOIN(match, COMPARE_PROBE(1));
    if (probes >= 4) match = JOIN(match, JOIN(COMPARE_PROBE(2), COMPARE_PROBE(3)));
    if (probes >= 8) match = JOIN(match, JOIN(COMPARE_PROBE(4), COMPARE_PROBE(5)));
    if (probes >= 8) match = JOIN(match, JOIN(COMPARE_PROBE(6), COMPARE_PROBE(7)));
#undef FOLD
#undef COMPARE_PROBE
    return RESULT(match);
}

#define MATCH(position) NAME(match)(&filter, comparison, probes, position)

/*
 * The first step from `at` on that has hits, or `count` if none has. What is left at the end, less than a step, is
 * covered by vectors of which the last one overlaps the one before.
 *
 * This calls nothing, so all probes stay in registers. (GCC must not even be tempted to save vectors of 32 bytes on the
 * stack: on Windows it does not align it for them.)
 */
TARGET static ALWAYS_INLINE long long NAME(next_by)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count,
        uint64_t *hits, int comparison, int probes) {
    const struct NAME(filter) filter = NAME(prepare)(scanner, haystack, comparison, probes);
    const long long last_step = count - STEP;
    for (; at <= last_step; at += STEP) {
        prefetch(filter.probed[0] + at + PREFETCH_DISTANCE, STEP);
        const VECTOR match0 = MATCH(at), match1 = MATCH(at + WIDTH);
        const VECTOR match2 = MATCH(at + 2 * WIDTH), match3 = MATCH(at + 3 * WIDTH);
        if (LIKELY(MASK(OR(OR(match0, match1), OR(match2, match3))) == 0)) continue;
        hits[0] = MASK(match0);
        hits[1] = MASK(match1);
        hits[2] = MASK(match2);
        hits[3] = MASK(match3);
        return at;
    }
    uint64_t any = 0;
    for (int group = 0; group < 4; group++) {
        const long long start = at + group * WIDTH;
        hits[group] = 0;
        if (start >= count) continue;
        const long long from = start < count - WIDTH ? start : count - WIDTH;
        hits[group] = MASK(MATCH(from)) >> ((start - from) << SHIFT);
        any |= hits[group];
    }
    return any != 0 ? at : count;
}

/* In the mirror: positions from `at` on are settled. The end of the next step that has hits, or 0. */
TARGET static ALWAYS_INLINE long long NAME(previous_by)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, uint64_t *hits,
        int comparison, int probes) {
    const struct NAME(filter) filter = NAME(prepare)(scanner, haystack, comparison, probes);
    for (; at >= STEP; at -= STEP) {
        prefetch(filter.probed[0] + at - STEP - PREFETCH_DISTANCE, STEP);
        const VECTOR match0 = MATCH(at - WIDTH), match1 = MATCH(at - 2 * WIDTH);
        const VECTOR match2 = MATCH(at - 3 * WIDTH), match3 = MATCH(at - 4 * WIDTH);
        if (LIKELY(MASK(OR(OR(match0, match1), OR(match2, match3))) == 0)) continue;
        hits[0] = MASK(match0);
        hits[1] = MASK(match1);
        hits[2] = MASK(match2);
        hits[3] = MASK(match3);
        return at;
    }
    uint64_t any = 0;
    for (int group = 0; group < 4; group++) {
        const long long end = at - group * WIDTH;
        hits[group] = 0;
        if (end <= 0) continue;
        const long long from = end > WIDTH ? end - WIDTH : 0;
        hits[group] = MASK(MATCH(from)) << ((from + WIDTH - end) << SHIFT) & EVERY_BIT;
        any |= hits[group];
    }
    return any != 0 ? at : 0;
}

/* How many positions match, of at least as many as a vector has. */
TARGET static ALWAYS_INLINE long long NAME(count_by)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, int comparison) {
    const int probes = 1;
    const struct NAME(filter) filter = NAME(prepare)(scanner, haystack, comparison, probes);
    long long count = 0, at = 0;
    while (at <= length - STEP) {
        VECTOR sums = SPREAD(0);
        for (int left = STEPS_PER_TOTAL; left > 0 && at <= length - STEP; left--, at += STEP) {
            prefetch(filter.probed[0] + at + PREFETCH_DISTANCE, STEP);
            /* A loop, so that the tables of a set stay in registers. */
            for (int from = 0; from < STEP; from += 2 * WIDTH)
                sums = ADD(ADD(sums, MATCH(at + from)), MATCH(at + from + WIDTH));
        }
        count += (long long) TOTAL(sums);
    }
    for (; at < length; at += WIDTH) {
        const long long from = at < length - WIDTH ? at : length - WIDTH;
        count += count_bits(MASK(MATCH(from)) >> ((at - from) << SHIFT));
    }
    return count;
}

/* Takes all positions that match up to the last whole step, and returns where that ends, or -1 if it is full. */
TARGET static ALWAYS_INLINE long long NAME(collect_by)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count,
        struct harvest *harvest, int comparison) {
    const int probes = 1;
    const struct NAME(filter) filter = NAME(prepare)(scanner, haystack, comparison, probes);
    for (; at <= count - STEP; at += STEP) {
        prefetch(filter.probed[0] + at + PREFETCH_DISTANCE, STEP);
        const VECTOR match0 = MATCH(at), match1 = MATCH(at + WIDTH);
        const VECTOR match2 = MATCH(at + 2 * WIDTH), match3 = MATCH(at + 3 * WIDTH);
        if (MASK(OR(OR(match0, match1), OR(match2, match3))) == 0) continue;
        if (SHIFT == 0) {
            if (take_all(harvest, MASK(match0) | MASK(match1) << WIDTH, at, 0)) return -1;
            if (take_all(harvest, MASK(match2) | MASK(match3) << WIDTH, at + 2 * WIDTH, 0)) return -1;
            continue;
        }
        if (take_all(harvest, MASK(match0), at, SHIFT)) return -1;
        if (take_all(harvest, MASK(match1), at + WIDTH, SHIFT)) return -1;
        if (take_all(harvest, MASK(match2), at + 2 * WIDTH, SHIFT)) return -1;
        if (take_all(harvest, MASK(match3), at + 3 * WIDTH, SHIFT)) return -1;
    }
    return at;
}
#undef MATCH

#define DEFINE_FILTERS(name, comparison, probes) \
    TARGET static NOINLINE long long NAME(next_##name)( \
            const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count, \
            uint64_t *hits) { \
        return NAME(next_by)(scanner, haystack, at, count, hits, comparison, probes); \
    } \
    TARGET static NOINLINE long long NAME(previous_##name)( \
            const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, uint64_t *hits) { \
        return NAME(previous_by)(scanner, haystack, at, hits, comparison, probes); \
    }
#define DEFINE_CERTAIN(name, comparison) \
    TARGET static NOINLINE long long NAME(collect_##name)( \
            const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count, \
            struct harvest *harvest) { \
        return NAME(collect_by)(scanner, haystack, at, count, harvest, comparison); \
    } \
    TARGET static NOINLINE long long NAME(count_##name)( \
            const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) { \
        return NAME(count_by)(scanner, haystack, length, comparison); \
    }
DEFINE_FILTERS(exact1, EXACT, 1)
DEFINE_FILTERS(exact2, EXACT, 2)
DEFINE_FILTERS(exact4, EXACT, 4)
DEFINE_FILTERS(exact8, EXACT, 8)
DEFINE_FILTERS(folded2, FOLDED, 2)
DEFINE_FILTERS(folded4, FOLDED, 4)
DEFINE_FILTERS(folded8, FOLDED, 8)
DEFINE_FILTERS(few, FEW, 1)
DEFINE_FILTERS(many, MANY, 1)
DEFINE_CERTAIN(exact1, EXACT)
DEFINE_CERTAIN(few, FEW)
DEFINE_CERTAIN(many, MANY)
#undef DEFINE_FILTERS
#undef DEFINE_CERTAIN

static ALWAYS_INLINE long long NAME(next)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count,
        uint64_t *hits, int probes) {
    switch (scanner->comparison + probes) {
        case EXACT + 1: return NAME(next_exact1)(scanner, haystack, at, count, hits);
        case EXACT + 2: return NAME(next_exact2)(scanner, haystack, at, count, hits);
        case EXACT + 4: return NAME(next_exact4)(scanner, haystack, at, count, hits);
        case EXACT + 8: return NAME(next_exact8)(scanner, haystack, at, count, hits);
        case FOLDED + 2: return NAME(next_folded2)(scanner, haystack, at, count, hits);
        case FOLDED + 4: return NAME(next_folded4)(scanner, haystack, at, count, hits);
        case FOLDED + 8: return NAME(next_folded8)(scanner, haystack, at, count, hits);
        case FEW + 1: return NAME(next_few)(scanner, haystack, at, count, hits);
        default: return NAME(next_many)(scanner, haystack, at, count, hits);
    }
}

static ALWAYS_INLINE long long NAME(previous)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, uint64_t *hits, int probes) {
    switch (scanner->comparison + probes) {
        case EXACT + 1: return NAME(previous_exact1)(scanner, haystack, at, hits);
        case EXACT + 2: return NAME(previous_exact2)(scanner, haystack, at, hits);
        case EXACT + 4: return NAME(previous_exact4)(scanner, haystack, at, hits);
        case EXACT + 8: return NAME(previous_exact8)(scanner, haystack, at, hits);
        case FOLDED + 2: return NAME(previous_folded2)(scanner, haystack, at, hits);
        case FOLDED + 4: return NAME(previous_folded4)(scanner, haystack, at, hits);
        case FOLDED + 8: return NAME(previous_folded8)(scanner, haystack, at, hits);
        case FEW + 1: return NAME(previous_few)(scanner, haystack, at, hits);
        default: return NAME(previous_many)(scanner, haystack, at, hits);
    }
}

/* The same up to the end. */
static NOINLINE void NAME(collect_certain)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long count, struct harvest *harvest) {
    long long at = 0;
    switch (scanner->comparison) {
        case EXACT: at = NAME(collect_exact1)(scanner, haystack, at, count, harvest); break;
        case FEW: at = NAME(collect_few)(scanner, haystack, at, count, harvest); break;
        default: at = NAME(collect_many)(scanner, haystack, at, count, harvest);
    }
    uint64_t hits[4];
    if (at < 0 || NAME(next)(scanner, haystack, at, count, hits, 1) >= count) return;
    for (int group = 0; group < 4; group++)
        if (take_all(harvest, hits[group], at + group * WIDTH, SHIFT)) return;
}

/* Where each hit is an occurrence. */
static NOINLINE long long
NAME(count)(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    if (length < WIDTH) return NARROWER(count)(scanner, haystack, length);
    switch (scanner->comparison) {
        case EXACT: return NAME(count_exact1)(scanner, haystack, length);
        case FEW: return NAME(count_few)(scanner, haystack, length);
        default: return NAME(count_many)(scanner, haystack, length);
    }
}

/* The haystack is at least as long as the needle. */
static NOINLINE void NAME(collect)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, struct harvest *harvest) {
    const long long count = length - scanner->length + 1;
    if (count < WIDTH) {
        NARROWER(collect)(scanner, haystack, length, harvest);
        return;
    }
    if (is_certain(scanner) && harvest->capacity > 1) {
        NAME(collect_certain)(scanner, haystack, count, harvest);
        return;
    }
    struct effort effort = start_effort(scanner);
    uint64_t hits[4];
    long long at = 0;
    while ((at = NAME(next)(scanner, haystack, at, count, hits, effort.probes)) < count) {
        for (int group = 0; group < 4; group++) {
            for (uint64_t bits = hits[group]; bits != 0; bits &= bits - 1) {
                const long long position = at + group * WIDTH + (lowest_bit(bits) >> SHIFT);
                if (position < harvest->next) continue;
                if (is_match(scanner, haystack + position, &effort) && take(harvest, position)) return;
                if (LIKELY(!is_overspent(&effort, position))) continue;
                const long long rest = position + 1 > harvest->next ? position + 1 : harvest->next;
                two_way_forward(scanner, haystack, rest, length, harvest);
                return;
            }
        }
        at += STEP;
        adapt(scanner, &effort, at);
    }
}

/* In the mirror, the first that is found. */
static NOINLINE long long NAME(backward)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    const long long count = length - scanner->length + 1;
    if (count < WIDTH) return NARROWER(backward)(scanner, haystack, length);
    struct effort effort = start_effort(scanner);
    uint64_t hits[4];
    long long at = count;
    while ((at = NAME(previous)(scanner, haystack, at, hits, effort.probes)) > 0) {
        for (int group = 0; group < 4; group++) {
            for (uint64_t bits = hits[group]; bits != 0;) {
                const int highest = highest_bit(bits);
                bits ^= (uint64_t) 1 << highest;
                const long long position = at - (group + 1) * WIDTH + (highest >> SHIFT);
                if (is_match(scanner, haystack + position, &effort)) return position;
                if (LIKELY(!is_overspent(&effort, count - position))) continue;
                return two_way_backward(scanner, haystack, position + scanner->length - 1);
            }
        }
        at -= STEP;
        adapt(scanner, &effort, count - at);
    }
    return -1;
}

#undef STEP
#undef EVERY_BIT
#undef NAME
#undef NARROWER
#undef TARGET
#undef VECTOR
#undef WIDTH
#undef LOAD
#undef SPREAD
#undef COMPARE
#undef JOIN
#undef RESULT
#undef OR
#undef MASK
#undef SHIFT
#undef ADD
#undef TOTAL
