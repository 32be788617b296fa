#include "guarded_scan.h"

#include "fault_guard.h"
#include "scan.h"

struct search {
    const struct kmmap_scanner *scanner;
    const unsigned char *haystack;
    long long length;
    long long overlapping;
    long long *out;
    long long capacity;
};

static struct search new_search(long long scanner, long long haystack, long long length) {
    return (struct search) {
        .scanner = (const struct kmmap_scanner *) scanner,
        .haystack = (const unsigned char *) haystack,
        .length = length,
    };
}

static long long run_forward(void *arguments) {
    const struct search *s = arguments;
    return kmmap_scan_forward(s->scanner, s->haystack, s->length);
}

static long long run_backward(void *arguments) {
    const struct search *s = arguments;
    return kmmap_scan_backward(s->scanner, s->haystack, s->length);
}

static long long run_collect(void *arguments) {
    const struct search *s = arguments;
    return kmmap_scan_collect(s->scanner, s->haystack, s->length, s->overlapping, s->out, s->capacity);
}

static long long run_count(void *arguments) {
    const struct search *s = arguments;
    return kmmap_scan_count(s->scanner, s->haystack, s->length, s->overlapping, s->out);
}

long long kmmap_guarded_forward(long long scanner, long long haystack, long long length) {
    struct search s = new_search(scanner, haystack, length);
    return kmmap_guard_call(run_forward, &s);
}

long long kmmap_guarded_backward(long long scanner, long long haystack, long long length) {
    struct search s = new_search(scanner, haystack, length);
    return kmmap_guard_call(run_backward, &s);
}

long long kmmap_guarded_collect(
        long long scanner, long long haystack, long long length, long long overlapping, long long indices,
        long long capacity) {
    struct search s = new_search(scanner, haystack, length);
    s.overlapping = overlapping;
    s.out = (long long *) indices;
    s.capacity = capacity;
    return kmmap_guard_call(run_collect, &s);
}

long long kmmap_guarded_count(
        long long scanner, long long haystack, long long length, long long overlapping, long long next) {
    struct search s = new_search(scanner, haystack, length);
    s.overlapping = overlapping;
    s.out = (long long *) next;
    return kmmap_guard_call(run_count, &s);
}
