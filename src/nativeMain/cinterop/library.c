/*
 * All C of kmmap as one shared library: what the JVM calls. The headers' functions are exported, and nothing else.
 *
 * It names no other library to be loaded with it: what it needs of the C library the process has already, whichever
 * one that is.
 */
#pragma GCC visibility push(default)
#include "fault_guard.h"
#include "scan.h"
#pragma GCC visibility pop

#include "fault_guard.c"
#include "scan.c"
