/*
 * All C of kmmap as one shared library: what the JVM calls. The headers' functions are exported, and nothing else; on
 * Windows, where no declaration says otherwise, every function that is not static, which is the same.
 *
 * On Linux it names no other library to be loaded with it: what it needs of the C library the process has already,
 * whichever one that is.
 */
#pragma GCC visibility push(default)
#include "fault_guard.h"
#include "guarded_scan.h"
#include "scan.h"
#pragma GCC visibility pop

#include "fault_guard.c"
#include "guarded_scan.c"
#include "scan.c"
