"""What Python's mmap does. The protocol is that of all drivers: see ../README.md."""

import mmap
import sys
import time

maps = {}


def mapped(path):
    if path not in maps:
        with open(path, "rb") as file:
            maps[path] = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_SHARED | mmap.MAP_POPULATE, prot=mmap.PROT_READ)
    return maps[path]


def count_lines(hay, _):
    hay.seek(0)
    lines = 0
    while hay.readline():
        lines += 1
    return lines


operations = {
    "find": lambda hay, needle: hay.find(needle, 0),
    "rfind": lambda hay, needle: hay.rfind(needle, 0),
    "lines": count_lines,
}
for request in sys.stdin:
    name, file, needle_file, repeats = request.split()
    operation, hay, needle = operations[name], mapped(file), mapped(needle_file)[:]
    start = time.thread_time_ns()
    for _ in range(int(repeats)):
        result = operation(hay, needle)
    print(time.thread_time_ns() - start, result, flush=True)
