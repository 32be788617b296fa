#ifndef KMMAP_GUARDED_SCAN_H
#define KMMAP_GUARDED_SCAN_H

/*
 * The searches of scan.h in ranges that the fault guard watches, over addresses and integers of 64 bits only. If a page
 * is gone, which the range's counter tells, the result means nothing, and nothing else has happened.
 */

long long kmmap_guarded_forward(long long scanner, long long haystack, long long length);

long long kmmap_guarded_backward(long long scanner, long long haystack, long long length);

/* `indices` is the address of an array. */
long long kmmap_guarded_collect(
        long long scanner, long long haystack, long long length, long long overlapping, long long indices,
        long long capacity);

/* `next` is the address of one number. */
long long kmmap_guarded_count(
        long long scanner, long long haystack, long long length, long long overlapping, long long next);

#endif
