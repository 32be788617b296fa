/* The part of fault_guard.c that is Linux's: a handler of the signal SIGBUS. */

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * One fault takes microseconds, and each page replaced may become a mapping of its own, of which a process can have
 * about as many as there are numbers. So every so many faults the rest of the range is replaced at once.
 */
#define FAULTS_UNTIL_REST 16

static struct sigaction previous;

/* What would have happened without the guard. */
static void pass_on(int signal_number, siginfo_t *info, void *context) {
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal_number, info, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal_number);
    } else {
        struct sigaction by_default = {0};
        by_default.sa_handler = SIG_DFL;
        sigaction(signal_number, &by_default, NULL);
        /* An access is repeated, and ends the process now; a signal that was sent has to be sent again. */
        if (info->si_code <= 0) raise(signal_number);
    }
}

/* Counts before the zeros become visible: whoever reads them finds the counter changed. */
static int replace(int number, uintptr_t at, uintptr_t end) {
    uint64_t faults = count_fault(number);
    uintptr_t from = at & ~(page - 1);
    size_t length = faults % FAULTS_UNTIL_REST == 0 ? end - from : page;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE;
    /* Not mmap(3), in whose place others may have put more than a signal handler can do. */
    return syscall(SYS_mmap, from, length, PROT_READ | PROT_WRITE, flags, -1, 0) == (long) from;
}

static int is_replaced(uintptr_t at) {
    uintptr_t end;
    int number = number_of(at, &end);
    return number != 0 && replace(number, at, end);
}

static void handle(int signal_number, siginfo_t *info, void *context) {
    int saved = errno;
    /* Neither a misaligned access nor broken memory (BUS_ADRALN, BUS_MCEERR_AR) is about a file's page. */
    if (info->si_code != BUS_ADRERR || !is_replaced((uintptr_t) info->si_addr)) {
        pass_on(signal_number, info, context);
    }
    errno = saved;
}

static int install(void) {
    page = (uintptr_t) sysconf(_SC_PAGESIZE);
    /* Known before the first signal can arrive. */
    if (sigaction(SIGBUS, NULL, &previous) != 0) return -errno;
    struct sigaction action = {0};
    action.sa_sigaction = handle;
    /* NODEFER, since an earlier handler may leave with a jump that does not restore the mask. */
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(SIGBUS, &action, NULL) == 0 ? 0 : -errno;
}

long long kmmap_guard_call(long long (*run)(void *), void *arguments) {
    return run(arguments);
}
