"""Runs random operations on CPython's own mmap and prints each with what came of it, one a line, for PythonStreamSpec.

    python3 streams.py SEED OPERATIONS [CHECK_EVERY]

The same arguments give the same lines with CPython 3.11, 3.12 and 3.13. Left out is what CPython does differently from
version to version, or where docs/semantics.md decides otherwise in a way that would let the two maps drift apart.
The comments below name those rows. After CHECK_EVERY operations (200) all bytes of map and file are compared.

A line is `map KIND SIZE OFFSET BEHIND :UNIT` (a new map of SIZE bytes from OFFSET on of a file that goes on for BEHIND
bytes and repeats UNIT), or `OPERATION ARGUMENTS = RESULT`. Bytes begin with `:`, in results longer ones with `#`.
"""
import mmap
import random
import sys
import tempfile
import zlib

PAGE = mmap.PAGESIZE
GRANULE = mmap.ALLOCATIONGRANULARITY
KINDS = ["WRITE", "COPY", "READ", "SHARED_MEMORY", "PRIVATE_MEMORY"]
SIZES = [1, 2, 10, 300, PAGE - 1, PAGE, PAGE + 1, 2 * PAGE - 1, 2 * PAGE, 2 * PAGE + 1, 3 * PAGE + 5]
LARGE = [16 * PAGE - 1, 16 * PAGE, 16 * PAGE + 1, 100_000]
ALPHABET = b"ab\nc"
MOST_OPERATIONS_OF_A_MAP = 400


def quoted(data):
    """Letters as they are, other bytes as % and two digits."""
    return "".join(chr(b) if 97 <= b <= 122 else "%%%02x" % b for b in data)


def shown(result):
    """A result as text."""
    if result is None:
        return ""
    if isinstance(result, int):
        return str(result)
    if len(result) <= 40:
        return ":" + quoted(result)
    return "#%d:%d" % (len(result), zlib.adler32(result))


class Stream:
    """One map, and operations on it."""

    def __init__(self, choose):
        self.choose = choose
        self.kind = choose.choice(KINDS)
        self.size = choose.choice(LARGE) if choose.random() < 0.1 else choose.choice(SIZES)
        self.in_file = not self.kind.endswith("MEMORY")
        self.offset = choose.choice([0, 0, GRANULE, 2 * GRANULE]) if self.in_file else 0
        self.behind = choose.choice([0, 0, 7, PAGE]) if self.in_file else 0
        unit = bytes(choose.choice(ALPHABET) for _ in range(choose.choice([1, 7, 30])))
        print("map", self.kind, self.size, self.offset, self.behind, ":" + quoted(unit))
        if self.in_file:
            self.file = tempfile.NamedTemporaryFile()
            length = self.offset + self.size + self.behind
            self.file.write((unit * (length // len(unit) + 1))[:length])
            self.file.flush()
            access = getattr(mmap, "ACCESS_" + self.kind)
            self.map = mmap.mmap(self.file.fileno(), self.size, access=access, offset=self.offset)
        elif self.kind == "SHARED_MEMORY":
            self.map = mmap.mmap(-1, self.size)
        else:
            self.map = mmap.mmap(-1, self.size, flags=mmap.MAP_PRIVATE)

    # What to do, by chance.

    def index(self):
        if self.choose.random() < 0.85:
            return self.choose.randrange(self.size)
        size = self.size
        return self.choose.choice([
            0, size - 1, size, size + 1, -1, -size, -size - 1, 4095, 4096, 4097, 2**31 - 1, 2**31, -2**31, 2**32,
            2**62, -2**62, 2**63 - 1, -2**63,
        ])

    def length(self):
        if self.choose.random() < 0.9:
            return self.choose.randrange(40)
        return self.choose.choice([0, 1, self.size, self.size // 2, 5000, -1, 2**31])

    def data(self, length):
        unit = bytes(self.choose.choice(ALPHABET) for _ in range(min(length, 8)))
        return (unit * (length // 8 + 1))[:length]

    def some_data(self):
        return self.data(self.choose.choice([5000, self.size]) if self.choose.random() < 0.03
                         else self.choose.randrange(40))

    def needle(self, start):
        length = self.choose.choice([0, 1, 1, 2, 2, 3, 5, 20])
        # "Empty needle: the rules of 3.15": older versions find it at the end for a start behind the end.
        return self.data(length or (1 if start > self.size else 0))

    def range(self):
        """Mostly of a few bytes."""
        start = self.index()
        if self.choose.random() < 0.3:
            return start, self.index()
        return start, max(-2**63, min(start + self.length(), 2**63 - 1))

    def fitting(self, indices):
        """Data for as many places as that, mostly."""
        count = len(indices)
        return self.data(count if self.choose.random() < 0.8 else count + 1)

    def bound(self):
        return None if self.choose.random() < 0.3 else self.index()

    def step(self):
        return self.choose.choice([1, 2, 3, 7, 1000, 2**31, 2**63 - 1, -1, -2, -3, -1000, -2**31, -2**63, 0])

    def new_size(self):
        # "`resize(0)` fails, and on Linux a file has been cut by then", so never 0.
        sizes = [self.size, max(1, self.size - 1), -1, -2**63] + SIZES
        if self.choose.random() < 0.1:
            sizes = LARGE + [2**62]
        size = self.choose.choice(sizes)
        # "shared anonymous memory cannot grow on Linux": in 3.11 it does, and faults.
        return min(size, self.size) if self.kind == "SHARED_MEMORY" else size

    def operation(self):
        """Its name, its arguments, and what does it."""
        m = self.map
        choose = self.choose
        at = choose.randrange(100)
        if at < 10:
            index = self.index()
            return "get", [index], lambda: m[index]
        if at < 18:
            index, value = self.index(), choose.choice([0, 10, 97, 98, 128, 255])
            if -self.size <= index < 0:
                index = 0  # "`m[-1]` is the last byte": get tells, set would write.
            return "set", [index, value], lambda: m.__setitem__(index, value)
        if at < 26:
            start, end = self.range()
            return "slice", [start, end], lambda: m[start:end]
        if at < 33:
            start, end = self.range()
            data = self.fitting(range(*slice(start, end).indices(self.size)))
            return "set_slice", [start, end, data], lambda: m.__setitem__(slice(start, end), data)
        if at < 37:
            start, end, step = self.bound(), self.bound(), self.step()
            return "slice_step", [start, end, step], lambda: m[start:end:step]
        if at < 41:
            start, end, step = self.bound(), self.bound(), self.step()
            data = self.fitting(range(*slice(start, end, step).indices(self.size)) if step else [])
            return "set_slice_step", [start, end, step, data], lambda: m.__setitem__(slice(start, end, step), data)
        if at < 47:
            count = self.length() if choose.random() < 0.9 else self.index()
            return "read", [count], lambda: m.read(count)
        if at < 52:
            data = self.some_data()
            return "write", [data], lambda: m.write(data)
        if at < 60:
            whence = choose.choice([0, 0, 0, 1, 2])
            offset = self.index() if whence == 0 else choose.choice([-self.length(), self.length(), self.index()])
            # Before 3.13 it returns nothing.
            return "seek", [offset, whence], lambda: (m.seek(offset, whence), m.tell())[1]
        if at < 63:
            return "read_byte", [], m.read_byte
        if at < 66:
            value = choose.choice(ALPHABET)
            return "write_byte", [value], lambda: m.write_byte(value)
        if at < 70:
            return "read_line", [], m.readline
        if at < 82:
            # "`end` is ignored when `start` is `None`", so an end comes with a start.
            bounds = list(self.range())[:choose.choice([0, 1, 2])]
            needle = self.needle(bounds[0] if bounds else m.tell())
            name = choose.choice(["find", "rfind"])
            return name, bounds + [needle], lambda: getattr(m, name)(needle, *bounds)
        if at < 85:
            start, end = self.range()
            needle = self.needle(start)
            # "`count` is one of bytes objects, not of maps".
            return "count", [start, end, needle], lambda: m[:].count(needle, start, end)
        if at < 90:
            count = self.length()
            destination, source = self.index(), self.index()
            if choose.random() < 0.5:
                destination, source = (max(0, min(i, self.size - count)) for i in (destination, source))
            return "move", [destination, source, count], lambda: m.move(destination, source, count)
        if at < 92:
            size = self.new_size()
            return "resize", [size], lambda: self.resize(size)
        if at < 94:
            return "size", [], lambda: len(m)
        if at < 97:
            return "position", [], m.tell
        if at < 98 and choose.random() < 0.3:
            # A length of -1 is out of range before 3.15, and so is an offset alone.
            offset, length = self.index(), max(0, self.length())
            return "flush", [offset, length], lambda: m.flush(offset, length)
        # Before 3.15 memory has no file size.
        return ("file_size", [], m.size) if self.in_file else ("size", [], lambda: len(m))

    def resize(self, size):
        if self.kind == "PRIVATE_MEMORY" and 0 < size < self.size:
            # "private memory that has shrunk and grows again inside a page shows its old bytes".
            self.map[size:] = bytes(self.size - size)
        self.map.resize(size)

    # Doing it.

    def run(self, name, arguments, action):
        try:
            result = shown(action())
        except Exception as error:
            # Subclasses of OSError tell nothing here.
            result = "OSError" if isinstance(error, OSError) else type(error).__name__
        words = [name]
        for argument in arguments:
            if isinstance(argument, bytes):
                unit = argument[:8] if len(argument) > 40 else argument
                words.append(":" + quoted(unit) + ("*%d" % len(argument) if len(argument) > 40 else ""))
            else:
                words.append("_" if argument is None else str(argument))
        print(*words, "=", result)

    def check(self):
        self.run("all", [], lambda: self.map[:])
        if self.in_file:
            with open(self.file.name, "rb") as file:
                self.run("file", [], file.read)

    def close(self):
        self.run("close", [], self.map.close)
        # "`ValueError: mmap closed or invalid`".
        for name, action in [("size", lambda: len(self.map)), ("read_byte", self.map.read_byte),
                             ("read_line", self.map.readline), ("position", self.map.tell)]:
            self.run(name, [], action)
        if self.in_file:
            with open(self.file.name, "rb") as file:
                self.run("file", [], file.read)
            self.file.close()


def main(seed, operations, check_every):
    choose = random.Random(seed)
    while operations > 0:
        stream = Stream(choose)
        count = min(operations, choose.randrange(1, MOST_OPERATIONS_OF_A_MAP))
        for number in range(1, count + 1):
            stream.run(*stream.operation())
            stream.size = len(stream.map)
            if number % check_every == 0:
                stream.check()
        stream.check()
        stream.close()
        operations -= count


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 200)
