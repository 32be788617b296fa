#ifndef KMMAP_FAULT_GUARD_H
#define KMMAP_FAULT_GUARD_H

/*
 * Keeps the process alive when a page of a mapped file is gone: the file was truncated by somebody else, its device
 * cannot read it, or a hole in it finds no space.
 *
 * On Linux touching such a page raises SIGBUS. The guard's handler puts a page of zeros in the place of the page,
 * counts, and lets the access be repeated. Whoever has accessed a registered range looks at its counter afterwards: if
 * it has changed, the bytes may be those zeros and not the file's, and what was written may be lost.
 *
 * On Windows it is the exception EXCEPTION_IN_PAGE_ERROR, and a page inside a view cannot be replaced. The handler
 * counts, and ends the call that kmmap_guard_call has made; all other accesses go on to the next handler.
 *
 * A fault anywhere else goes to the handler that was there before, the JVM's for instance. If others put a handler in
 * the guard's place, it gets on top again when the next range is registered, and theirs is one of those before it.
 */

/* Ranges that can be registered at once, more than a process can have mappings by default (vm.max_map_count). */
#define KMMAP_GUARD_RANGES 65536

/* A multiple of the size of a counter. */
#define KMMAP_GUARD_FLAGS 256

/*
 * Installs the handler, once in a process: later calls do nothing. Returns the address of the counters, unsigned 64-bit
 * numbers of which a range has that of its number, or the negated error code.
 *
 * Counters only grow, also when a number is used again. Number 0 is never given to a range, and its counter stays 0.
 * Behind the counters are KMMAP_GUARD_FLAGS bytes, all of them 0 until a page is found gone in any range, and then
 * none: as many as a byte has values, so that a program can make which one it reads depend on what it has read before.
 */
long long kmmap_guard_install(void);

/*
 * Guards the pages that the range touches, and returns the range's number, or 0 if all numbers are taken or the handler
 * cannot be put in its place. To be called after kmmap_guard_install, and before anybody touches the range. As
 * kmmap_guard_thread does, it sees to the calling thread.
 */
long long kmmap_guard_register(long long address, long long length);

/*
 * Has the calling thread take the signal that it may have blocked: Linux ends the process if a thread that does not
 * take it touches a page that is gone. On Windows it does nothing.
 */
void kmmap_guard_thread(void);

enum {
    KMMAP_GUARD_WORKS = 0,
    KMMAP_GUARD_MISSING = 1, /* it was not installed */
    KMMAP_GUARD_COVERED = 2, /* another handler is installed over it, or in its place */
    KMMAP_GUARD_BLOCKED = 3, /* the calling thread blocks the signal */
};

/* Why a page that is gone is not noticed here and now, as the system tells; one of the above. */
long long kmmap_guard_problem(void);

/*
 * The range is guarded no longer. To be called when nobody touches it any more, and before it is unmapped or moved:
 * what is mapped there next must not be replaced.
 */
void kmmap_guard_release(long long number);

/*
 * The result of run(arguments), a function that may be left at any place with a jump. If it meets a page of a
 * registered range that is gone it goes on with zeros (Linux), or ends at once with the result -1 (Windows).
 */
long long kmmap_guard_call(long long (*run)(void *), void *arguments);

#endif
