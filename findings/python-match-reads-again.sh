#!/bin/bash
# Tried: CPython 3.11 (Debian 12's python3), modules re and mmap.
#
# A match of a regular expression in a map holds two numbers, not what it matched: group() reads the map anew each
# time. When the file is written after the match, by anybody, the same Match object has another group(), and its repr
# says match=b'...' of bytes that the expression does not match. Once the map is closed, the old match raises
# TypeError that speaks of a "string or bytes-like object". The match holds nothing open: close() does not complain
# about it.
#
# Seen (re.search(rb"id=\d+", map), then "XX" written into the file over the digits, by its descriptor):
#   group() before: b'id=42'
#   group() after:  b'id=XX', which the expression does not match
#   after close():  TypeError
#
# Who is surprised: whoever keeps matches in a list and looks at them later, or validates by a match and then uses
# group(): it is a check and a use of two different contents. With str and bytes a match cannot change.
# Why it matters: the result of a search in a map is a view for as long as it is kept.
#
# Documentation: re says that group() returns the subgroups of the match; nothing of content that changes.
set -eu
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)
cat > "$tmp/match.py" <<'P'
import mmap, os, re, sys

pattern = re.compile(rb"id=\d+")
with open(sys.argv[1], "w+b") as file:
    file.write(b"some id=42 here")
    file.flush()
    map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    match = pattern.search(map)
    print("before:", match.group())
    os.pwrite(file.fileno(), b"XX", 8)
    print("after:", match.group(), repr(match), "matches:", pattern.fullmatch(match.group()) is not None)
    map.close()
    try:
        print("closed:", match.group())
    except Exception as e:
        print("closed:", type(e).__name__)
P
"$python" --version
"$python" "$tmp/match.py" "$tmp/file" | tee "$tmp/seen"
diff - "$tmp/seen" <<'S'
before: b'id=42'
after: b'id=XX' <re.Match object; span=(5, 10), match=b'id=XX'> matches: False
closed: TypeError
S
