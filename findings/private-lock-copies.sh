#!/bin/sh
# Locking or populating a private map that can be written copies the whole file, though nobody writes.
#
# Versions: Linux 6.18.
#
# A private map shares the pages of the page cache until a page is written. mlock(2), and MAP_POPULATE, bring the pages
# of a mapping in by what its protection allows at most: for a private mapping with PROT_WRITE that is a write, which
# copies each page. So a file of 64 MiB that is only read costs 64 MiB of memory of the process, which only swap can take
# back; read-only, or shared, or populated first and made writable afterwards, it costs none.
#
# Seen (MiB of RssAnon):
#     private, read-only, MAP_POPULATE                     0
#     private, writable, MAP_POPULATE                     64
#     private, writable, mlock                            64
#     shared, writable, MAP_POPULATE and mlock             0
#     private, MAP_POPULATE read-only, then mprotect       0
#
# Surprising for whoever warms up or pins a file that is mapped copy-on-write "because that is free until we write": it
# doubles the memory at once, and the copies no longer follow the file.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
head -c 67108864 /dev/urandom >"$work/file"
python3 - "$work/file" <<'PYTHON'
import ctypes
import os
import sys

SIZE = 64 << 20
READ, WRITE = 1, 2
SHARED, PRIVATE, POPULATE = 0x01, 0x02, 0x8000
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
for name in ("mlock", "munmap"):
    getattr(libc, name).argtypes = [ctypes.c_void_p, ctypes.c_size_t]
libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
descriptor = os.open(sys.argv[1], os.O_RDWR)


def own():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))


def cost(protection, flags, *then):
    before = own()
    address = libc.mmap(None, SIZE, protection, flags, descriptor, 0)
    for call, *arguments in then:
        if call(address, SIZE, *arguments) != 0:
            sys.exit("%s: error %d" % (call.__name__, ctypes.get_errno()))
    mib = (own() - before + 512) // 1024
    libc.munmap(address, SIZE)
    return mib


seen = {
    "private, read-only, MAP_POPULATE": cost(READ, PRIVATE | POPULATE),
    "private, writable, MAP_POPULATE": cost(READ | WRITE, PRIVATE | POPULATE),
    "private, writable, mlock": cost(READ | WRITE, PRIVATE, (libc.mlock,)),
    "shared, writable, MAP_POPULATE and mlock": cost(READ | WRITE, SHARED | POPULATE, (libc.mlock,)),
    "private, MAP_POPULATE read-only, then mprotect": cost(READ, PRIVATE | POPULATE, (libc.mprotect, READ | WRITE)),
}
for name, mib in seen.items():
    print("%-50s %4d" % (name, mib))
sys.exit(list(seen.values()) != [0, 64, 64, 0, 0])
PYTHON
