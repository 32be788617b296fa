/*
 * A file that is to grow beyond the process's limit (RLIMIT_FSIZE) gives an error, EFBIG, and a signal besides,
 * SIGXFSZ, which ends a process that has made no arrangements for it. The error is enough: the thread holds the signal
 * back while it makes a file longer, and then forgets it. Whoever has blocked the signal is left alone.
 */
#ifndef KMMAP_SIZE_SIGNAL_H
#define KMMAP_SIZE_SIGNAL_H

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

struct kmmap_size_signal {
    sigset_t signal;
    sigset_t before;
};

static inline void kmmap_hold_size_signal(struct kmmap_size_signal *held) {
    sigemptyset(&held->signal);
    sigaddset(&held->signal, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &held->signal, &held->before);
}

static inline void kmmap_forget_size_signal(const struct kmmap_size_signal *held) {
    if (sigismember(&held->before, SIGXFSZ)) return;
    const struct timespec at_once = {0, 0};
    sigtimedwait(&held->signal, NULL, &at_once);
    pthread_sigmask(SIG_SETMASK, &held->before, NULL);
}

#endif
