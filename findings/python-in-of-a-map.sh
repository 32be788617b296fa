#!/bin/bash
# Tried: CPython 3.11 (Debian 12's python3), module mmap.
#
# `b"needle" in map` is False for every needle that is not exactly one byte long, also when map.find(b"needle") finds
# it. The class has no __contains__, so `in` walks the map byte by byte and compares each, as a bytes object of length
# 1, with the needle. For the same reason 110 in map is False where 110 in bytes is True, although map[0] is 110. And
# find, which does look for needles, starts at the file position: after read(5) it no longer finds what is before, nor
# does rfind.
#
# Seen (content b"needle and more"):
#                       bytes   bytearray   mmap
#   b"needle" in x      True    True        False
#   110 in x            True    True        False
#   x[0], first of x    110 110 110 110     110 b'n'
#   x.find(b"needle")   0       0           0, after read(5): -1, rfind as well
#
# Who is surprised: whoever puts a map in the place of bytes, as the documentation invites to: the check is not an
# error, it just never holds, and it goes through the file byte by byte.
# Why it matters: `if MAGIC in map` passes over every file in silence; after a read(), `if map.find(MAGIC) >= 0` does
# so for some.
#
# Documentation: promises something between a bytearray and a file, and says that find takes its bounds as a slice
# does. Neither `in` nor the file position is mentioned there. A report of 2025 has the case of 110, and is open.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)
cat > "$tmp/contains.py" <<'P'
import mmap, sys

content = b"needle and more"
with open(sys.argv[1], "w+b") as file:
    file.write(content)
    file.flush()
    with mmap.mmap(file.fileno(), 0) as map:
        for kind, x in ("bytes", content), ("bytearray", bytearray(content)), ("mmap", map):
            print(f"{kind}: {b'needle' in x} {110 in x} {x[0]} {next(iter(x))} {x.find(b'needle')}")
        map.read(5)
        print("after read(5):", map.find(b"needle"), map.rfind(b"needle"), map.find(b"needle", 0))
P
"$python" --version
"$python" "$tmp/contains.py" "$tmp/file" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
bytes: True True 110 110 0
bytearray: True True 110 110 0
mmap: False False 110 b'n' 0
after read(5): -1 -1 0
S
