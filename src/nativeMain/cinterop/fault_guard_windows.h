/* The part of fault_guard.c that is Windows's: a vectored exception handler. */

#include <windows.h>

/* Where kmmap_guard_call goes on, if what it has called meets a page that is gone: the three words that
 * __builtin_setjmp keeps, and two that it may use. */
struct way_back {
    void *frame;
    void *code;
    void *stack;
    void *unused[2];
};

/* The way back of the call that the thread is in. */
static DWORD way_back_key = TLS_OUT_OF_INDEXES;

/* Wine tells of a file that was truncated under it as of memory that is not there. */
static int is_about_a_page(const EXCEPTION_RECORD *record) {
    return (record->ExceptionCode == (DWORD) EXCEPTION_IN_PAGE_ERROR ||
            record->ExceptionCode == (DWORD) EXCEPTION_ACCESS_VIOLATION) &&
            record->NumberParameters >= 2;
}

static LONG CALLBACK handle(EXCEPTION_POINTERS *exception) {
    if (!is_about_a_page(exception->ExceptionRecord)) return EXCEPTION_CONTINUE_SEARCH;
    uintptr_t end;
    int number = number_of((uintptr_t) exception->ExceptionRecord->ExceptionInformation[1], &end);
    if (number == 0) return EXCEPTION_CONTINUE_SEARCH;
    count_fault(number);
    const struct way_back *back = TlsGetValue(way_back_key);
    if (back == NULL) return EXCEPTION_CONTINUE_SEARCH;
    CONTEXT *context = exception->ContextRecord;
    context->Rbp = (DWORD64) back->frame;
    context->Rsp = (DWORD64) back->stack;
    context->Rip = (DWORD64) back->code;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static int install(void) {
    SYSTEM_INFO system;
    GetSystemInfo(&system);
    page = system.dwPageSize;
    if (way_back_key == TLS_OUT_OF_INDEXES) way_back_key = TlsAlloc();
    if (way_back_key == TLS_OUT_OF_INDEXES) return -(int) GetLastError();
    /* Before the JVM's own, which takes such an exception in native code for the end. */
    return AddVectoredExceptionHandler(1, handle) != NULL ? 0 : -(int) GetLastError();
}

/* A vectored handler is in nobody's way, and no thread can refuse an exception. */
static int watch(void) {
    return 1;
}

static long long problem(void) {
    return KMMAP_GUARD_WORKS;
}

void kmmap_guard_thread(void) {
}

/* Everything that is kept over the jump is read from memory again: the registers are lost. */
__attribute__((noinline)) long long kmmap_guard_call(long long (*run)(void *), void *arguments) {
    struct way_back back;
    void *volatile outer = TlsGetValue(way_back_key);
    if (__builtin_setjmp((void **) &back) != 0) {
        TlsSetValue(way_back_key, outer);
        return -1;
    }
    TlsSetValue(way_back_key, &back);
    long long result = run(arguments);
    TlsSetValue(way_back_key, outer);
    return result;
}
