/*
 * The filter and the search around it, for one instruction set. It is included once for each, with these macros:
 *
 * NAME(x)        the name of x for this instruction set, NARROWER(x) that of the next smaller one
 * TARGET         the attribute of functions that use the instruction set
 * VECTOR, WIDTH  its vectors, and the bytes in one of them
 * LOAD(at)       the bytes from an address on, SPREAD(byte) the same byte in all places
 * COMPARE(a, b)  where two vectors are the same, JOIN(a, b) where two comparisons are both true
 * RESULT(a)      of joined comparisons, OR(a, b) of two results
 * MASK(a)        a result as bits in a word, one per byte that is the same, 1 << SHIFT bits apart
 *
 * A step is four vectors of positions, and one branch: hits[0..3] are their masks, in the direction of the search.
 */

#define STEP (4 * WIDTH)
#define EVERY_BIT (~(uint64_t) 0 >> (64 - (WIDTH << SHIFT)))

/* Where all probes match, at the positions from `at` on. */
TARGET static ALWAYS_INLINE VECTOR NAME(match)(
        const unsigned char *const *probed, const VECTOR *probe, int probes, long long at) {
#define COMPARE_PROBE(i) COMPARE(LOAD(probed[i] + at), probe[i])
    VECTOR match = COMPARE_PROBE(0);
    if (probes >= 2) match = JOIN(match, COMPARE_PROBE(1));
    if (probes >= 4) match = JOIN(match, JOIN(COMPARE_PROBE(2), COMPARE_PROBE(3)));
    if (probes >= 8) match = JOIN(match, JOIN(COMPARE_PROBE(4), COMPARE_PROBE(5)));
    if (probes >= 8) match = JOIN(match, JOIN(COMPARE_PROBE(6), COMPARE_PROBE(7)));
#undef COMPARE_PROBE
    return RESULT(match);
}

/*
 * The first step from `at` on that has hits, or `count` if none has. What is left at the end, less than a step, is
 * covered by vectors of which the last one overlaps the one before.
 *
 * This calls nothing, so all probes stay in registers. (GCC must not even be tempted to save vectors of 32 bytes on the
 * stack: on Windows it does not align it for them.)
 */
TARGET static ALWAYS_INLINE long long NAME(next_by)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count,
        uint64_t *hits, int probes) {
    const unsigned char *probed[PROBES_MAX];
    VECTOR probe[PROBES_MAX];
#define PREPARE_PROBE(i) \
    if (probes > i) probed[i] = haystack + scanner->offsets[i], probe[i] = SPREAD(scanner->bytes[i])
#define MATCH(position) NAME(match)(probed, probe, probes, position)
    PREPARE_PROBE(0);
    PREPARE_PROBE(1);
    PREPARE_PROBE(2);
    PREPARE_PROBE(3);
    PREPARE_PROBE(4);
    PREPARE_PROBE(5);
    PREPARE_PROBE(6);
    PREPARE_PROBE(7);
    const long long last_step = count - STEP;
    for (; at <= last_step; at += STEP) {
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
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, uint64_t *hits, int probes) {
    const unsigned char *probed[PROBES_MAX];
    VECTOR probe[PROBES_MAX];
    PREPARE_PROBE(0);
    PREPARE_PROBE(1);
    PREPARE_PROBE(2);
    PREPARE_PROBE(3);
    PREPARE_PROBE(4);
    PREPARE_PROBE(5);
    PREPARE_PROBE(6);
    PREPARE_PROBE(7);
    for (; at >= STEP; at -= STEP) {
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
#undef PREPARE_PROBE
#undef MATCH
    return any != 0 ? at : 0;
}

#define DEFINE_FILTERS(probes) \
    TARGET static NOINLINE long long NAME(next##probes)(const struct kmmap_scanner *scanner, \
            const unsigned char *haystack, long long at, long long count, uint64_t *hits) { \
        return NAME(next_by)(scanner, haystack, at, count, hits, probes); \
    } \
    TARGET static NOINLINE long long NAME(previous##probes)(const struct kmmap_scanner *scanner, \
            const unsigned char *haystack, long long at, uint64_t *hits) { \
        return NAME(previous_by)(scanner, haystack, at, hits, probes); \
    }
DEFINE_FILTERS(1)
DEFINE_FILTERS(2)
DEFINE_FILTERS(4)
DEFINE_FILTERS(8)
#undef DEFINE_FILTERS

static ALWAYS_INLINE long long NAME(next)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, long long count,
        uint64_t *hits, int probes) {
    switch (probes) {
        case 1: return NAME(next1)(scanner, haystack, at, count, hits);
        case 2: return NAME(next2)(scanner, haystack, at, count, hits);
        case 4: return NAME(next4)(scanner, haystack, at, count, hits);
        default: return NAME(next8)(scanner, haystack, at, count, hits);
    }
}

static ALWAYS_INLINE long long NAME(previous)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long at, uint64_t *hits, int probes) {
    switch (probes) {
        case 1: return NAME(previous1)(scanner, haystack, at, hits);
        case 2: return NAME(previous2)(scanner, haystack, at, hits);
        case 4: return NAME(previous4)(scanner, haystack, at, hits);
        default: return NAME(previous8)(scanner, haystack, at, hits);
    }
}

/* The haystack is at least as long as the needle. */
static NOINLINE long long NAME(forward)(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length) {
    const long long count = length - scanner->length + 1;
    if (count < WIDTH) return NARROWER(forward)(scanner, haystack, length);
    struct effort effort = start_effort(scanner);
    uint64_t hits[4];
    long long at = 0;
    while ((at = NAME(next)(scanner, haystack, at, count, hits, effort.probes)) < count) {
        for (int group = 0; group < 4; group++) {
            for (uint64_t bits = hits[group]; bits != 0; bits &= bits - 1) {
                const long long position = at + group * WIDTH + (lowest_bit(bits) >> SHIFT);
                if (is_match(scanner, haystack + position, &effort)) return position;
                if (LIKELY(!is_overspent(&effort, position))) continue;
                const long long rest = position + 1;
                const long long found = two_way_forward(scanner, haystack + rest, length - rest);
                return found < 0 ? -1 : rest + found;
            }
        }
        at += STEP;
        adapt(scanner, &effort, at);
    }
    return -1;
}

/* In the mirror. */
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
