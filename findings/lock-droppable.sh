#!/bin/sh
# mlock(2) of memory that is MAP_DROPPABLE succeeds and locks nothing.
#
# Versions: Linux 6.18; MAP_DROPPABLE is there since 6.11.
#
# The kernel may throw away a page of such a mapping at any time, after which it reads as zeros. mlock(2) of it returns
# 0 and brings all pages in, as for any other memory, but the mapping does not become locked: no "lo" among its flags,
# VmLck as before, so it may still be dropped. A program cannot tell by the result. That the two exclude each other the
# kernel says only in mmap(2), which refuses MAP_DROPPABLE together with MAP_LOCKED.
#
# Seen:
#     private:              mlock 0, VmLck +4096 kB, VmRSS grew: yes, flag lo: yes
#     droppable:            mlock 0, VmLck +0 kB, VmRSS grew: yes, flag lo: no
#     droppable MAP_LOCKED: EINVAL
#
# Surprising for whoever keeps a cache that may be dropped and pins the part that may not: success of mlock(2) means
# everywhere else that the pages stay, and every check of its result passes.
set -eu
python3 - <<'PYTHON'
import ctypes
import errno
import sys

SIZE = 4 << 20
PRIVATE, DROPPABLE, ANONYMOUS, LOCKED = 0x02, 0x08, 0x20, 0x2000
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t] + [ctypes.c_int] * 3 + [ctypes.c_long]
libc.mlock.argtypes = [ctypes.c_void_p, ctypes.c_size_t]


def count(name):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(name + ":"))


def flags(address):
    with open("/proc/self/smaps") as smaps:
        inside = False
        for line in smaps:
            if line.startswith("%x-" % address):
                inside = True
            if inside and line.startswith("VmFlags:"):
                return line.split()[1:]


def new(kind):
    address = libc.mmap(None, SIZE, 3, kind | ANONYMOUS, -1, 0)
    return None if address == ctypes.c_void_p(-1).value else address


seen = []
for name, kind in (("private:", PRIVATE), ("droppable:", DROPPABLE)):
    address = new(kind) or sys.exit("this kernel makes no such mapping: " + errno.errorcode[ctypes.get_errno()])
    locked, resident = count("VmLck"), count("VmRSS")
    result = libc.mlock(address, SIZE)
    grew = "yes" if count("VmRSS") - resident > SIZE // 2048 else "no"
    lo = "yes" if "lo" in flags(address) else "no"
    locked = count("VmLck") - locked
    seen.append("%-21s mlock %d, VmLck +%d kB, VmRSS grew: %s, flag lo: %s" % (name, result, locked, grew, lo))
refused = new(DROPPABLE | LOCKED) is None
seen.append("droppable MAP_LOCKED: " + (errno.errorcode[ctypes.get_errno()] if refused else "mapped"))
print("\n".join(seen))
sys.exit(seen != [
    "private:              mlock 0, VmLck +4096 kB, VmRSS grew: yes, flag lo: yes",
    "droppable:            mlock 0, VmLck +0 kB, VmRSS grew: yes, flag lo: no",
    "droppable MAP_LOCKED: EINVAL",
])
PYTHON
