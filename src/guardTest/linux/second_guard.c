/* The guard once more, as another library of the same process may have it. */
#define kmmap_guard_install second_guard_install
#define kmmap_guard_register second_guard_register
#define kmmap_guard_release second_guard_release
#define kmmap_guard_problem second_guard_problem
#define kmmap_guard_thread second_guard_thread
#define kmmap_guard_call second_guard_call
#include "../../nativeMain/cinterop/fault_guard.c"
