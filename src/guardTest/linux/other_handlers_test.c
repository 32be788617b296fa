/*
 * Tests of the guard among handlers of other libraries, which are put over it, put back in its place, or kept by a
 * sigaction(3) that is not the C library's.
 */
#include "guard_test.h"

#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whether sigaction(3) is as libjsig has it: it keeps a handler, and leaves in the kernel what is there. */
static int keeps_handlers;
static struct sigaction kept;

/* In place of the C library's, for all of this program. */
int sigaction(int number, const struct sigaction *action, struct sigaction *old) {
    if (keeps_handlers && number == SIGBUS) {
        if (old != NULL) *old = kept;
        if (action != NULL) kept = *action;
        return 0;
    }
    int (*real)(int, const struct sigaction *, struct sigaction *) =
            (int (*)(int, const struct sigaction *, struct sigaction *)) dlsym(RTLD_NEXT, "sigaction");
    return real(number, action, old);
}

/* Of these maps all pages but the first are gone; one of them nobody guards. */
static int guarded_file;
static volatile unsigned char *guarded, *unguarded;
static long long number;

static volatile unsigned char *cut_map(int descriptor) {
    unsigned char *memory = map(descriptor);
    check(ftruncate(descriptor, (off_t) page) == 0, "truncation");
    return memory;
}

static long long guard(volatile unsigned char *memory) {
    long long given = kmmap_guard_register((long long) memory, (long long) (PAGES * page));
    check(given > 0, "a number");
    return given;
}

/* As if a map were opened: the guard has a look. */
static void look(void) {
    kmmap_guard_release(guard(unguarded));
}

static void begin(void) {
    install();
    guarded_file = new_file();
    guarded = cut_map(guarded_file);
    unguarded = cut_map(new_file());
    number = guard(guarded);
}

static void check_guarded(void) {
    /* The page that was replaced last time is gone again. */
    unsigned char *again = (unsigned char *) guarded + page;
    int flags = MAP_SHARED | MAP_FIXED;
    check(mmap(again, page, PROT_READ, flags, guarded_file, (off_t) page) == again, "a map");
    uint64_t before = counters[number];
    check(*(volatile unsigned char *) again == 0 && counters[number] == before + 1,
          "a page that is gone is replaced, and counted");
}

static void meet_unguarded(void) {
    (void) unguarded[page];
}

/* How often the first, the second, ... handler of a test was called, for the parent to see. */
static atomic_int *calls;

static void check_calls(int first, int second) {
    if (calls[0] != first || calls[1] != second) {
        fprintf(stderr, "%d and %d calls, not %d and %d\n", calls[0], calls[1], first, second);
        abort();
    }
    calls[0] = calls[1] = 0;
}

struct other {
    struct sigaction before;
    int number;
};
static struct other others[2];

static void call(const struct sigaction *action, int signal_number, siginfo_t *info, void *context) {
    if (action->sa_flags & SA_SIGINFO) {
        action->sa_sigaction(signal_number, info, context);
    } else if (action->sa_handler == SIG_DFL) {
        signal(signal_number, SIG_DFL);
    } else if (action->sa_handler != SIG_IGN) {
        action->sa_handler(signal_number);
    }
}

static void first_handler(int signal_number, siginfo_t *info, void *context) {
    calls[0]++;
    call(&others[0].before, signal_number, info, context);
}

static void second_handler(int signal_number, siginfo_t *info, void *context) {
    calls[1]++;
    call(&others[1].before, signal_number, info, context);
}

static void put(void (*handler)(int, siginfo_t *, void *), unsigned flags, struct sigaction *before) {
    struct sigaction action = {0};
    action.sa_sigaction = handler;
    action.sa_flags = (int) (SA_SIGINFO | SA_ONSTACK | flags);
    check(sigaction(SIGBUS, &action, before) == 0, "another handler");
}

/* One that keeps what it has found, and calls it. */
static void put_first(void) {
    put(first_handler, 0, &others[0].before);
}

static void put_second(void) {
    put(second_handler, 0, &others[1].before);
}

static void leave_by_exit(int signal_number, siginfo_t *info, void *context) {
    (void) signal_number, (void) info, (void) context;
    calls[0]++;
    _exit(0);
}

static void only_return(int signal_number, siginfo_t *info, void *context) {
    (void) signal_number, (void) info, (void) context;
    calls[0]++;
}

static sigjmp_buf elsewhere;

static void leave_by_jump(int signal_number, siginfo_t *info, void *context) {
    (void) info, (void) context;
    calls[0]++;
    siglongjmp(elsewhere, signal_number);
}

/* The earlier handler is the kernel's, and the program's sigaction(3) tells of none. */
static void handlers_are_kept(void) {
    put(leave_by_exit, 0, NULL);
    keeps_handlers = 1;
    begin();
    check(kept.sa_sigaction == NULL, "the guard does not ask sigaction(3)");
    check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "the guard works");
    check_guarded();
    put(second_handler, 0, NULL);
    check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "the guard works still");
    check_guarded();
    meet_unguarded();
    check(0, "the earlier handler of the kernel is called");
}

static void restored(void) {
    struct sigaction saved;
    check(kmmap_guard_problem() == KMMAP_GUARD_MISSING, "there is no guard yet");
    check(sigaction(SIGBUS, NULL, &saved) == 0, "an action is saved");
    begin();
    for (int round = 0; round < 50; round++) {
        check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "the guard works");
        check_guarded();
        check(sigaction(SIGBUS, &saved, NULL) == 0, "it is put back");
        check(kmmap_guard_problem() == KMMAP_GUARD_COVERED, "that is noticed");
        look();
    }
    meet_unguarded();
}

static void over_and_calling(void) {
    begin();
    put_first();
    check(kmmap_guard_problem() == KMMAP_GUARD_COVERED, "that is noticed");
    check_guarded();
    check_calls(1, 0);
    look();
    check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "the guard works again");
    check_guarded();
    check_calls(0, 0);
    meet_unguarded();
}

static void over_and_not_calling(void) {
    begin();
    put(leave_by_jump, 0, NULL);
    look();
    check_guarded();
    check_calls(0, 0);
    for (int round = 1; round <= 3; round++) {
        int caught = sigsetjmp(elsewhere, 0);
        if (caught == 0) {
            meet_unguarded();
            check(0, "what is not the guard's goes to that handler");
        }
        check(caught == SIGBUS && calls[0] == round, "each time, also after it has left by a jump");
    }
    check_guarded();
}

/* The handler was there first, and puts itself over the guard again and again: each finds the other below. */
static void over_again_and_again(void) {
    put_first();
    begin();
    for (int round = 0; round < 50; round++) {
        put_first();
        look();
        check_guarded();
        check_calls(0, 0);
    }
    meet_unguarded();
}

static void two_by_turns(void) {
    begin();
    for (int round = 0; round < 25; round++) {
        put_first();
        look();
        check_guarded();
        put_second();
        look();
        check_guarded();
    }
    check_calls(0, 0);
    meet_unguarded();
}

/* The JVM's, for one, lies below and has to get what it handles itself, whoever has come over the guard. */
static void below_all(void) {
    put(leave_by_exit, 0, NULL);
    begin();
    put_first();
    look();
    put_second();
    look();
    put_second();
    look();
    check_guarded();
    meet_unguarded();
    check(0, "the first handler of all is called");
}

static void taken_away_again(void) {
    begin();
    put_first();
    look();
    struct sigaction top;
    check(sigaction(SIGBUS, &others[0].before, &top) == 0, "the other one takes itself away");
    check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "what it had found was the guard");
    check_guarded();
    meet_unguarded();
}

static void (*found_by_signal)(int);

static void untold(int signal_number) {
    calls[0]++;
    if (found_by_signal != SIG_DFL && found_by_signal != SIG_IGN) found_by_signal(signal_number);
}

/* signal(3) installs handlers that learn the number alone, and can hand on no more. */
static void over_by_signal(void) {
    begin();
    for (int round = 0; round < 3; round++) {
        found_by_signal = signal(SIGBUS, untold);
        check_guarded();
        check_calls(1, 0);
        check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "an access is enough for the guard to get on top");
        check_guarded();
        check_calls(0, 0);
    }
    meet_unguarded();
}

static void restored_by_signal(void) {
    begin();
    for (int round = 0; round < 30; round++) {
        check(signal(SIGBUS, signal(SIGBUS, untold)) == untold, "another handler for a moment");
        check(kmmap_guard_problem() == KMMAP_GUARD_COVERED, "what was put back lacks something");
        if (round % 2 == 0) look();
        check_guarded();
        check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "the guard is whole again");
    }
    check_calls(0, 0);
    meet_unguarded();
}

static void once_only(void) {
    put(only_return, SA_RESETHAND, NULL);
    begin();
    check_guarded();
    meet_unguarded();
}

static void ignored(void) {
    signal(SIGBUS, SIG_IGN);
    begin();
    raise(SIGBUS);
    check_guarded();
    check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "a signal that is ignored changes nothing");
    meet_unguarded();
}

/* Those of second_guard.c. */
long long second_guard_install(void);
long long second_guard_register(long long address, long long length);
void second_guard_release(long long number);
long long second_guard_problem(void);

/* Guards of two libraries, both of which open maps all the time, and a handler that is put over them once. */
static void two_guards(void) {
    put(leave_by_exit, 0, NULL);
    begin();
    check(second_guard_install() > 0, "another guard can be installed");
    volatile unsigned char *memory = cut_map(new_file());
    for (size_t round = 1; round <= 60; round++) {
        long long second = second_guard_register((long long) memory, (long long) (PAGES * page));
        check(second > 0 && second_guard_problem() == KMMAP_GUARD_WORKS, "the other guard works");
        check(memory[round * page] == 0, "it replaces a page that is gone");
        check_guarded();
        look();
        check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "this guard works");
        check(memory[round * page + page] == 0, "the other one replaces a page still");
        check_guarded();
        second_guard_release(second);
        if (round == 20) put_first();
    }
    look();
    atomic_store(&calls[0], 0);
    meet_unguarded();
    check(0, "the first handler of all is called");
}

static void block_all(void) {
    sigset_t all;
    sigfillset(&all);
    check(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0, "a mask");
}

static void *read_guarded(void *unused) {
    block_all();
    check(kmmap_guard_problem() == KMMAP_GUARD_BLOCKED, "that is noticed");
    kmmap_guard_thread();
    check(kmmap_guard_problem() == KMMAP_GUARD_WORKS, "the thread takes the signal");
    check_guarded();
    sigset_t mask;
    pthread_sigmask(SIG_BLOCK, NULL, &mask);
    check(sigismember(&mask, SIGUSR1) == 1 && sigismember(&mask, SIGBUS) == 0, "and no other");
    return unused;
}

static void blocked(void) {
    block_all();
    begin();
    check_guarded();
    block_all();
    look();
    check_guarded();
    pthread_t thread;
    check(pthread_create(&thread, NULL, read_guarded, NULL) == 0, "a thread");
    pthread_join(thread, NULL);
}

#define THREADS 4
#define ROUNDS 300

static atomic_int done;

static void *open_and_read(void *unused) {
    for (int round = 0; round < ROUNDS; round++) {
        int descriptor = new_file();
        volatile unsigned char *memory = cut_map(descriptor);
        long long given = guard(memory);
        uint64_t before = counters[given];
        check(memory[page] == 0 && counters[given] > before, "a page that is gone is replaced, and counted");
        kmmap_guard_release(given);
        munmap((void *) memory, PAGES * page);
        close(descriptor);
    }
    atomic_fetch_add(&done, 1);
    return unused;
}

/* Handlers that call what they found, put over the guard while others open maps and meet pages that are gone. */
static void among_threads(void) {
    begin();
    put_first();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) check(pthread_create(&threads[i], NULL, open_and_read, NULL) == 0, "a thread");
    while (atomic_load(&done) < THREADS) {
        struct sigaction unused;
        put(first_handler, 0, &unused);
        usleep(100);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
}

static void passes_once(const char *name, void (*run)(void), int first, int second) {
    passes(name, run);
    check_calls(first, second);
}

static void ends_once(const char *name, void (*run)(void), int first, int second) {
    ends_by_the_signal(name, run);
    check_calls(first, second);
}

static void test_chains(void) {
    passes_once("a sigaction that keeps handlers to itself hides nothing", handlers_are_kept, 1, 0);
    ends_once("an action that was saved before and put back after is the end of what is not ours", restored, 0, 0);
    ends_once("a handler put over ours that calls ours is called once, and then it ends", over_and_calling, 1, 0);
    passes_once("a handler put over ours that does not call ours gets what is not ours", over_and_not_calling, 3, 0);
    ends_once("a handler that is put over ours again and again ends", over_again_and_again, 1, 0);
    ends_once("two handlers that are put over ours by turns are called once each", two_by_turns, 1, 1);
    passes_once("the handler below all gets what is not ours", below_all, 2, 1);
    passes_once("two guards in one process leave each other in place", two_guards, 1, 0);
    ends_once("a handler that is taken away again is called no more", taken_away_again, 0, 0);
    ends_once("a handler put over ours by signal(3) does not take the guard away", over_by_signal, 1, 0);
    ends_once("the guard put back by signal(3) works", restored_by_signal, 0, 0);
    ends_once("an earlier handler for one time is called one time", once_only, 1, 0);
    ends_once("a signal that is ignored is not, for an access", ignored, 0, 0);
}

void test_other_handlers(void) {
    calls = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(calls != MAP_FAILED, "memory of both processes");
#if !defined(__SANITIZE_THREAD__) /* It has a sigaction(3) of its own, which calls and tells of what it has kept. */
    test_chains();
#else
    (void) test_chains;
#endif
    passes("a thread that blocks the signal takes it again", blocked);
    passes("handlers put over ours while threads open maps", among_threads);
}
