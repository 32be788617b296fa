/* The part of fault_guard.c that is Linux's: a handler of the signal SIGBUS, and its place among other handlers. */

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/*
 * One fault takes microseconds, and each page replaced may become a mapping of its own, of which a process can have
 * about as many as there are numbers. So every so many faults the rest of the range is replaced at once, which is what
 * loops upwards need, and more rarely all of it: in whatever order pages are met, they stay a few hundred mappings.
 */
#define FAULTS_UNTIL_REST 16
#define FAULTS_UNTIL_ALL 256

/*
 * What the kernel knows of a handler. The guard asks and tells the kernel itself, since sigaction(3) may be another
 * library's: libjsig, for one, keeps a handler for itself and leaves the JVM's where it is.
 */
struct action {
    uintptr_t handler;
    unsigned long flags;
    uintptr_t restorer;
    uint64_t mask;
};

#define NO_ACTION ((uintptr_t) SIG_DFL)
#define IGNORED ((uintptr_t) SIG_IGN)

/* NODEFER, since an earlier handler may leave with a jump that does not restore the mask. */
#define GUARD_FLAGS ((unsigned long) (SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART))

static long kernel_action(const struct action *new, struct action *old) {
    return syscall(SYS_rt_sigaction, SIGBUS, new, old, sizeof new->mask);
}

/*
 * Signals that are put off while the handler runs, which is not long, and which nobody else would choose: by
 * them guards know each other, of which a process has several if it has several copies of this code.
 */
#define GUARD_MASK (1ull << 56 | 1ull << 57 | 1ull << 59 | 1ull << 62)

#if defined(__x86_64__)
#define WITH_RESTORER 0x04000000ul /* SA_RESTORER, which headers of C libraries leave out */

/* An endbr64 in front would hide from debuggers what this is. */
#if defined(__CET__)
#define PLAIN __attribute__((naked, used, nocf_check))
#else
#define PLAIN __attribute__((naked, used))
#endif

/* Where a handler returns to, in exactly these instructions, by which debuggers and unwinders know it. */
PLAIN static void restore(void) {
    __asm__("movq $15, %rax\n\tsyscall"); /* rt_sigreturn */
}
#else
#define WITH_RESTORER 0ul

/* The kernel has its own place to return to, but keeps what it is told: an address that is this guard's alone. */
static void restore(void) {
}
#endif

static struct action action_of(uintptr_t handler) {
    return (struct action) {handler, GUARD_FLAGS | WITH_RESTORER, (uintptr_t) restore, GUARD_MASK};
}

/*
 * Others may put their handlers over the guard's, or put back what they had saved. The guard then gets on top again,
 * and what it finds there becomes a link of its chain: it is called for what is not the guard's. That handler may call
 * the guard's in turn, which it had found below itself. So each link has an entry of its own for the kernel to call:
 * who calls an entry wants what was below it, and a handler that was put back by somebody else still knows its place.
 *
 * Links and entries have the same numbers. Nothing is removed: somebody may have saved an entry at any time.
 */
#define LINKS 16

struct link {
    _Atomic(uintptr_t) handler;
    _Atomic(unsigned long) flags;
    _Atomic(uintptr_t) guard; /* what tells another guard from all others, or 0 */
};
static struct link links[LINKS];
/* Links in use. */
static atomic_int depth;
/* One thread at a time changes the chain. */
static atomic_flag changing = ATOMIC_FLAG_INIT;

static void handle(int entry, int signal_number, siginfo_t *info, void *context);

#define ENTRY(n) \
    static void entry_##n(int signal_number, siginfo_t *info, void *context) { \
        handle(n, signal_number, info, context); \
    }
/* clang-format off */
ENTRY(0) ENTRY(1) ENTRY(2) ENTRY(3) ENTRY(4) ENTRY(5) ENTRY(6) ENTRY(7)
ENTRY(8) ENTRY(9) ENTRY(10) ENTRY(11) ENTRY(12) ENTRY(13) ENTRY(14) ENTRY(15)

static void (*const entries[LINKS])(int, siginfo_t *, void *) = {
    entry_0, entry_1, entry_2, entry_3, entry_4, entry_5, entry_6, entry_7,
    entry_8, entry_9, entry_10, entry_11, entry_12, entry_13, entry_14, entry_15,
};
/* clang-format on */

/* The entry that the kernel calls, or -1. */
static int entry_of(const struct action *action) {
    for (int entry = 0; entry < LINKS; entry++) {
        if (action->handler == (uintptr_t) entries[entry]) return entry;
    }
    return -1;
}

/* signal(3) puts a handler back without what it needs. */
static int is_ours(const struct action *action) {
    return entry_of(action) >= 0 && (action->flags & GUARD_FLAGS) == GUARD_FLAGS;
}

/* Whether it is told where the fault is, and so can tell others. */
static int is_told(uintptr_t handler, unsigned long flags) {
    return handler <= IGNORED || (flags & SA_SIGINFO) != 0;
}

static int is_told_link(int number) {
    return is_told(atomic_load(&links[number].handler), atomic_load(&links[number].flags));
}

static uintptr_t guard_of(const struct action *action) {
    return action->mask == GUARD_MASK && (action->flags & GUARD_FLAGS) == GUARD_FLAGS ? action->restorer : 0;
}

/*
 * The link that is this action, or -1. There must be no untold handler from there on: what it calls has to be below it,
 * by which is_informed knows. For another guard any of its entries will do: this one and that one get on top by turns.
 */
static int present_link(const struct action *action, int count) {
    uintptr_t guard = guard_of(action);
    for (int number = count - 1; number >= 0 && is_told_link(number); number--) {
        if (guard != 0 && atomic_load(&links[number].guard) == guard) return number;
        if (atomic_load(&links[number].handler) == action->handler) return number;
    }
    return -1;
}

/* The number of a link to this action, a new one if need be. Where there is no room the last one makes way. */
static int link_to(const struct action *action) {
    int entry = entry_of(action);
    if (entry >= 0) return entry;
    int count = atomic_load(&depth);
    int number = present_link(action, count);
    if (number >= 0) return number;
    number = count < LINKS ? count : LINKS - 1;
    atomic_store(&links[number].guard, guard_of(action));
    atomic_store(&links[number].flags, action->flags);
    atomic_store(&links[number].handler, action->handler);
    if (number == count) atomic_store(&depth, count + 1);
    return number;
}

/* Puts the guard on top, of what is there. Returns 0 or a negated error. */
static int change_chain(void) {
    struct action now;
    if (kernel_action(NULL, &now) != 0) return -errno;
    while (!is_ours(&now)) {
        struct action replaced;
        struct action ours = action_of((uintptr_t) entries[link_to(&now)]);
        if (kernel_action(&ours, &replaced) != 0) return -errno;
        if (replaced.handler == now.handler || entry_of(&replaced) >= 0) return 0;
        /* Somebody else was faster, and belongs into the chain as well. */
        now = replaced;
    }
    return 0;
}

static int get_on_top(void) {
    while (atomic_flag_test_and_set(&changing)) sched_yield();
    int result = change_chain();
    atomic_flag_clear(&changing);
    return result;
}

/*
 * Whether the kernel, or a handler that it has told, has told this entry what has happened. One that was installed
 * without SA_SIGINFO is told nothing, and calls others with nothing.
 */
static int is_informed(int entry) {
    struct action now;
    if (kernel_action(NULL, &now) != 0) return 0;
    int top = entry_of(&now);
    if (!is_told(now.handler, now.flags)) return 0;
    int end = top < 0 ? atomic_load(&depth) : top + 1;
    for (int number = entry + 1; number < end; number++) {
        if (!is_told_link(number)) return 0;
    }
    return 1;
}

/* An access is repeated, and ends the process now; a signal that was sent has to be sent again. */
static void end_by_default(int was_sent) {
    struct action by_default = action_of(NO_ACTION);
    kernel_action(&by_default, NULL);
    if (was_sent) raise(SIGBUS);
}

/* What would have happened without the guard. */
static void call_link(int number, int signal_number, siginfo_t *info, void *context) {
    int was_sent = info->si_code <= 0;
    if (number < 0) {
        end_by_default(was_sent);
        return;
    }
    unsigned long flags = atomic_load(&links[number].flags);
    uintptr_t handler = atomic_load(&links[number].handler);
    /* Such a handler returns, and relies on the access to end the process when it is repeated. */
    if (flags & SA_RESETHAND) atomic_store(&links[number].handler, NO_ACTION);
    if (handler == NO_ACTION || (handler == IGNORED && !was_sent)) {
        end_by_default(was_sent);
    } else if (handler != IGNORED) {
        /* One that takes the number alone does not see the others. */
        ((void (*)(int, siginfo_t *, void *)) handler)(signal_number, info, context);
    }
}

/* What uc_link says of this signal: whose the note is, how many calls there were in all, which links were called. */
#define ONE_CALL ((uintptr_t) 1 << LINKS)
#define MOST_CALLS ((uintptr_t) 64 << LINKS)
#define ALL_CALLS ((uintptr_t) 255 << LINKS)
#define OWNER_SHIFT (LINKS + 8)

/*
 * Calls what is below the entry, but none a second time: if two handlers have each found the other below them, the
 * chain still ends. So it does among several guards, which count together. The note in uc_link, which the kernel clears
 * for each signal and nobody uses, is also right if a handler leaves with a jump.
 */
static void pass_on(int entry, int signal_number, siginfo_t *info, void *context) {
    const uintptr_t owner = (uintptr_t) links >> 4 << OWNER_SHIFT;
    ucontext_t *frame = context;
    void *const before = frame->uc_link;
    uintptr_t note = (uintptr_t) before;
    if ((note >> OWNER_SHIFT << OWNER_SHIFT) != owner) note = owner | (note & ALL_CALLS);
    int number = entry;
    while (number >= 0 && (note >> number & 1)) number--;
    if ((note & ALL_CALLS) >= MOST_CALLS) number = -1;
    if (number >= 0) note |= (uintptr_t) 1 << number;
    frame->uc_link = (void *) (note + ONE_CALL);
    call_link(number, signal_number, info, context);
    frame->uc_link = before;
}

/* Not by mmap(3), in whose place others may have put more than a signal handler can do. */
static int put_zeros(uintptr_t from, uintptr_t end) {
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    return syscall(SYS_mmap, from, end - from, PROT_READ | PROT_WRITE, flags, -1, 0) == (long) from;
}

/* Counts before the zeros become visible: whoever reads them finds the counter changed. */
static int replace(int number, uintptr_t at, uintptr_t end) {
    uint64_t faults = count_fault(number);
    uintptr_t from = at & ~(page - 1);
    uintptr_t first = atomic_load(&ranges[number].first);
    if (first <= RESERVED) return 0;
    if (faults % FAULTS_UNTIL_ALL != 0) {
        uintptr_t until = faults % FAULTS_UNTIL_REST == 0 ? end : from + page;
        if (put_zeros(from, until)) return 1;
        /* A part of a huge page, which cannot be replaced. */
    }
    return put_zeros(first, end);
}

static int is_replaced(uintptr_t at) {
    uintptr_t end;
    int number = number_of(at, &end);
    return number != 0 && replace(number, at, end);
}

/*
 * Called with nothing: the guard gets on top, and the access, which is repeated, calls it with all. If it is on top, it
 * has called a handler of its chain, which has called this entry: that is the end.
 */
static void handle_uninformed(void) {
    struct action now;
    if (kernel_action(NULL, &now) != 0 || is_ours(&now)) {
        end_by_default(0);
    } else if (!atomic_flag_test_and_set(&changing)) {
        change_chain();
        atomic_flag_clear(&changing);
    }
}

static void handle(int entry, int signal_number, siginfo_t *info, void *context) {
    int saved = errno;
    if (info == NULL || context == NULL || !is_informed(entry)) {
        handle_uninformed();
    } else if (info->si_code != BUS_ADRERR || !is_replaced((uintptr_t) info->si_addr)) {
        /* Neither a misaligned access nor broken memory (BUS_ADRALN, BUS_MCEERR_AR) is about a file's page. */
        pass_on(entry, signal_number, info, context);
    }
    errno = saved;
}

static int install(void) {
    page = (uintptr_t) sysconf(_SC_PAGESIZE);
    return get_on_top();
}

#define SIGBUS_ALONE (1ull << (SIGBUS - 1))

void kmmap_guard_thread(void) {
    const uint64_t set = SIGBUS_ALONE;
    syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof set);
}

/* Whether the next fault in this thread, or another, gets to the guard first. */
static int watch(void) {
    struct action now;
    kmmap_guard_thread();
    return (kernel_action(NULL, &now) == 0 && is_ours(&now)) || get_on_top() == 0;
}

static long long problem(void) {
    struct action now;
    if (kernel_action(NULL, &now) != 0 || !is_ours(&now)) return KMMAP_GUARD_COVERED;
    uint64_t blocked = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof blocked);
    return blocked & SIGBUS_ALONE ? KMMAP_GUARD_BLOCKED : KMMAP_GUARD_WORKS;
}

long long kmmap_guard_call(long long (*run)(void *), void *arguments) {
    return run(arguments);
}
