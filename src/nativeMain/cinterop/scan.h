#ifndef KMMAP_SCAN_H
#define KMMAP_SCAN_H

/*
 * Substring search in mapped memory, forward and backward, at the speed of reading it.
 *
 * A scanner is prepared once per needle and only read after that: any number of threads may search with it at once. A
 * search allocates nothing, never reads a byte outside of the haystack, and takes time linear in its length whatever
 * the bytes are.
 *
 * What others write into the haystack meanwhile, a search may see or not; it stays inside and ends all the same.
 * Memory that may disappear (a file that somebody else truncates) must be searched inside a fault guard. A search
 * that such a guard leaves with a jump leaves nothing behind.
 */
struct kmmap_scanner;

/* Instruction sets, each a superset of the one before. All of them find the same. */
enum kmmap_scan_level {
    KMMAP_SCAN_PORTABLE, /* 8 positions at a time in an ordinary register */
    KMMAP_SCAN_VECTOR,   /* 16, by what every processor of the kind has: SSE2, NEON */
    KMMAP_SCAN_WIDE      /* 32, where the processor has them: AVX2 */
};

/*
 * All of these take and return nothing but addresses and integers of 64 bits, so that whoever calls them from another
 * language needs no other types. A flag is true if it is not 0.
 */

/* Bytes that the scanner for a needle or a set of so many bytes takes. */
long long kmmap_scan_size(long long length);

/*
 * Prepares a scanner in memory of kmmap_scan_size bytes, aligned to 8, and returns it. The needle, of at least one
 * byte, is copied. The level is the highest one to use, and KMMAP_SCAN_WIDE the one to ask for: what the processor
 * does not have is not used. Where case is ignored, ASCII letters match in either case, and all other bytes as always.
 */
struct kmmap_scanner *kmmap_scan_prepare(
        void *memory, const unsigned char *needle, long long length, long long level, long long ignore_case);

/* The same for any one of the bytes of a set, at least one, in any order and also several times. */
struct kmmap_scanner *kmmap_scan_prepare_set(void *memory, const unsigned char *set, long long length, long long level);

/* The highest level that the processor has. */
long long kmmap_scan_best_level(void);

/* The level that the scanner uses. */
long long kmmap_scan_level(const struct kmmap_scanner *scanner);

/* Index of the first occurrence that lies completely in the haystack, or -1. */
long long kmmap_scan_forward(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length);

/* Index of the last occurrence, or -1. */
long long kmmap_scan_backward(const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length);

/*
 * Writes the indices of occurrences, ascending, until there is no room for more; how many. The next one begins where
 * the one before ends, or behind it; if they may overlap, a byte after the one before, or behind that.
 */
long long kmmap_scan_collect(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, long long overlapping,
        long long *indices, long long capacity);

/*
 * How many such occurrences there are. Sets `next` to where the next one may begin: the first position that was not
 * looked at, for want of bytes, or where the last occurrence ends, if that is behind it. Counting goes on from there.
 */
long long kmmap_scan_count(
        const struct kmmap_scanner *scanner, const unsigned char *haystack, long long length, long long overlapping,
        long long *next);

#endif
