"""The files that are searched, and the needles. All follow from fixed seeds: every run searches the same bytes."""

import json
import mmap
import random
from collections import Counter, namedtuple
from pathlib import Path

import text

MIB = 1 << 20

# The ends of a file that have a needle for themselves: no other bytes of the file are like them.
MARGIN = 1024

LENGTHS = (2, 4, 8, 16, 64, 256, 1024)
LINES = 1_000_000
WALKED = 20_000_000

# group: what the case is averaged with; kind: where the needle is (absent, end, begin); at: the offset to be found.
Case = namedtuple("Case", "name group file needle kind at operations")


def data_set(folder, mib):
    """The cases of the files of `mib` MiB in `folder`, which are made if they are not there yet."""
    folder = Path(folder) / f"{mib}MiB"
    listed = folder / "cases.json"
    if not listed.exists():
        (folder / "needles").mkdir(parents=True, exist_ok=True)
        cases = [case for make in (texts, randoms, dna, pathological, tiny) for case in make(folder, mib * MIB)]
        listed.write_text(json.dumps(cases))
    return [Case(*case) for case in json.loads(listed.read_text())]


def lines_file(folder):
    file = Path(folder) / "lines.txt"
    if not file.exists():
        whole = b"".join(text.text(LINES * 64, seed=5))
        file.write_bytes(b"".join(line + b"\n" for line in whole.split(b"\n")[:LINES]))
    return file


def walked_file(folder):
    file = Path(folder) / "walked.bin"
    if not file.exists():
        file.write_bytes(random.Random(6).randbytes(WALKED))
    return file


class Maker:
    """Makes one file and the needles that are looked for in it."""

    def __init__(self, folder, group, pieces, seed):
        self.folder, self.group, self.rng = folder, group, random.Random(seed)
        self.file = folder / f"{group}.bin"
        with open(self.file, "wb") as out:
            for piece in pieces:
                out.write(piece)
        self.cases = []
        with open(self.file, "r+b") as file:
            self.map = mmap.mmap(file.fileno(), 0)

    def margins(self, alphabet):
        begin, end = (bytes(self.rng.choices(alphabet, k=MARGIN)) for _ in range(2))
        self.map[:MARGIN], self.map[-MARGIN:] = begin, end

    def absent(self, name, needle):
        assert self.map.find(needle, 0) < 0, name
        self.add(name, needle, "absent", -1, ("find", "rfind"))

    def ends(self, name, length):
        self.add(f"{name}{length}e", self.map[-length:], "end", len(self.map) - length, ("find",))
        self.add(f"{name}{length}b", self.map[:length], "begin", 0, ("rfind",))

    def add(self, name, needle, kind, at, operations):
        file = self.folder / "needles" / name
        file.write_bytes(needle)
        self.cases.append(Case(name, self.group, str(self.file), str(file), kind, at, operations))

    def absent_of(self, make):
        """The first needle that `make` makes and that the file does not have."""
        while True:
            needle = make()
            if needle and self.map.find(needle, 0) < 0:
                return needle


def texts(folder, size):
    maker = Maker(folder, "text", text.text(size, seed=1), seed=2)
    maker.margins(b"etaoinshrdlu_ (),;.")
    sample = maker.map[MARGIN:16 * MIB - MARGIN]
    counts = Counter(sample)
    common = bytes(byte for byte, _ in counts.most_common(10) if byte != 10)
    rare = [byte for byte, count in counts.items() if 100 <= count <= 20_000 and byte != 10]

    def near_miss(length, first_bytes):
        """A piece of the text that begins with one of `first_bytes`, its last byte changed for another common one."""
        first = maker.rng.choice(first_bytes)
        at = sample.find(first, maker.rng.randrange(len(sample) - 2 * length))
        piece = sample[at:at + length]
        if at < 0 or len(piece) < length or (length <= 64 and b"\n" in piece):
            return None
        return piece[:-1] + bytes([maker.rng.choice(common)])

    maker.absent("t1a", b"\x01")
    maker.absent("t2r", b"$\r")
    for length in LENGTHS[1:]:
        maker.absent(f"t{length}c", maker.absent_of(lambda: near_miss(length, common[:5])))
        maker.absent(f"t{length}r", maker.absent_of(lambda: near_miss(length, rare)))
    for length in (8, 64):
        maker.ends("t", length)
    return maker.cases


def randoms(folder, size):
    rng = random.Random(42)
    maker = Maker(folder, "random", (rng.randbytes(MIB) for _ in range(size // MIB)), seed=3)
    for length in LENGTHS[1:]:
        maker.absent(f"r{length}", maker.absent_of(lambda: maker.rng.randbytes(length)))
    maker.ends("r", 64)
    return maker.cases


def dna(folder, size):
    rng = random.Random(43)
    letters = bytes(b"ACGT"[byte & 3] for byte in range(256))
    maker = Maker(folder, "dna", (rng.randbytes(MIB).translate(letters) for _ in range(size // MIB)), seed=4)
    maker.absent("d8n", b"ACGTTCGN")
    for length in LENGTHS[3:]:
        maker.absent(f"d{length}", maker.absent_of(lambda: bytes(maker.rng.choices(b"ACGT", k=length))))
    maker.ends("d", 64)
    return maker.cases


def pathological(folder, size):
    all_a = Maker(folder, "a", (b"a" * MIB for _ in range(size // MIB)), seed=0)
    for length in (2, 8, 64, 1024):
        all_a.absent(f"p{length}ab", b"a" * (length - 1) + b"b")
    for length in (8, 64, 1024):
        all_a.absent(f"p{length}ba", b"b" + b"a" * (length - 1))
    period = b"a" * 1023 + b"b"
    periodic = Maker(folder, "period", (period * 1024 for _ in range(size // MIB)), seed=0)
    periodic.absent("q1024", b"a" * 1024)
    two = bytearray(period * 2)
    two[512] = ord("b")
    periodic.absent("q2048", bytes(two))
    return [case._replace(group="pathological") for case in all_a.cases + periodic.cases]


def tiny(folder, _):
    maker = Maker(folder, "tiny", [b"The quick brown fox jumps over the lazy dog, then it sleeps all d"[:64]], seed=0)
    maker.absent("s8c", b"the laxy")
    maker.absent("s4r", b"zy d"[::-1])
    maker.add("s8e", maker.map[-8:], "end", 56, ("find",))
    maker.add("s8b", maker.map[:8], "begin", 0, ("rfind",))
    return [case._replace(operations=[f"{o}{how}" for o in case.operations for how in ("", "-prepared")])
            for case in maker.cases]


def walk(file):
    """What the walk finds: forward, read a byte, some way back, read a byte, and so on; see Walk.java."""
    content = file.read_bytes()
    total = position = 0
    while position < 10_000_000:
        for step in (64, -32):
            position += step
            total += content[position] - 256 * (content[position] > 127)
            position += 1
    return total
