"""Measures everything: schedule.py DATA RESULTS short|full NAME=COMMAND...

Each driver is a process that does one job after the other and says what it took. In a round each job is done once by
each driver that can do it, in an order that is drawn anew each time, and only one process works at a time: so whatever
else the machine does meets all of them alike, and times of one round can be compared.
"""

import json
import random
import shlex
import subprocess
import sys
from pathlib import Path

import cases

ROUNDS = {"short": 7, "full": 9}

# MiB: what all drivers search, and what those search that would take minutes for more.
LARGE = {"short": 16, "full": 256}
SMALL = 16

# A request lasts at least so long, in nanoseconds, so that the clock costs nothing; and a job that takes longer than
# TOO_LONG is done once only.
REQUEST = {"short": 5_000_000, "full": 20_000_000}
TOO_LONG = 2_000_000_000

# What a driver in a JVM does of each job before it is measured, so that the JVM's compiler has seen all of it.
WARM_UP = 100_000_000

SEARCHES = ("find", "rfind")

# With a needle prepared once: measured where preparing it is most of the work.
PREPARED = ("find-prepared", "rfind-prepared")
KMMAP = ("native", "jvm", "portable")
OPERATIONS = {
    "native": (*SEARCHES, *PREPARED, "lines", "ranges", "walk"),
    "jvm": (*SEARCHES, *PREPARED, "lines", "ranges", "walk"),
    "portable": (*SEARCHES, *PREPARED, "lines", "ranges"),
    "read": SEARCHES,
    "jvmread": SEARCHES,
    "memmem": ("find",),
    "fmmap": ("rfind",),
    "rust": SEARCHES,
    "python": (*SEARCHES, "lines"),
    "naive": SEARCHES,
    "netty": SEARCHES,
    "reader": ("lines",),
    "file": ("walk",),
    "channel": ("walk",),
}
READERS = ("read", "jvmread")

# Those that the pathological cases do not make hours of.
LINEAR = (*KMMAP, "memmem", "fmmap", "rust", "netty")
SLOW = ("naive", "netty")
JVMS = ("jvm", "portable", "jvmread", "naive", "netty", "reader", "file", "channel")


class Driver:
    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def request(self, operation, case, repeats):
        """Nanoseconds of processor time for all repeats."""
        self.process.stdin.write(f"{operation} {case.file} {case.needle} {repeats}\n")
        answer = self.process.stdout.readline().split()
        if len(answer) != 2:
            sys.exit(f"{self.name} has no answer to {operation} {case.name}: see above")
        if self.name not in READERS and int(answer[1]) != case.at:
            sys.exit(f"{self.name}: {operation} {case.name} gives {answer[1]}, not {case.at}")
        return int(answer[0])

    def repeats(self, operation, case, least):
        """How often to repeat so that a request takes `least` nanoseconds; and what the first one took."""
        first = taken = self.request(operation, case, 1)
        repeats = 1
        while taken < least:
            repeats *= 2
            taken = self.request(operation, case, repeats)
        return repeats, first


def others(data):
    """The cases that are no searches."""
    lines, walked = cases.lines_file(data), cases.walked_file(data)
    return [
        cases.Case("lines", "lines", str(lines), __file__, "", cases.LINES, ("lines", "ranges")),
        cases.Case("walk", "walk", str(walked), __file__, "", cases.walk(walked), ("walk",)),
    ]


def wanted(driver, case, mib, large):
    """Whether a driver does a case of the files of `mib` MiB: once, or in both sizes where it shows what is linear."""
    if case.group in ("lines", "walk", "tiny"):
        return mib == SMALL and not (case.group == "tiny" and driver in (*READERS, "naive"))
    if case.group == "pathological":
        return driver in (*KMMAP, "read") or mib == SMALL and driver in LINEAR
    return mib == (SMALL if driver in SLOW else large)


def main(data, results, form, *commands):
    large = LARGE[form]
    drivers = {}
    for command in commands:
        name, words = command.split("=", 1)
        drivers[name] = Driver(name, words)
    jobs = [(SMALL, case) for case in cases.data_set(data, SMALL) + others(data)]
    if large != SMALL:
        jobs += [(large, case) for case in cases.data_set(data, large)]

    rows = {}
    for mib, case in jobs:
        for operation in case.operations:
            doing = [name for name in drivers if operation in OPERATIONS[name] and wanted(name, case, mib, large)]
            for name in doing:
                if name in JVMS:
                    drivers[name].repeats(operation, case, WARM_UP)
                repeats, first = drivers[name].repeats(operation, case, REQUEST[form])
                rows[mib, case.name, operation, name] = {
                    "driver": name, "operation": operation, "case": case.name, "group": case.group, "mib": mib,
                    "bytes": Path(case.file).stat().st_size, "needle": Path(case.needle).stat().st_size,
                    "repeats": repeats, "times": [first] if first > TOO_LONG else [],
                }
        print(f"warmed up: {mib} MiB {case.name}", end="   \r", file=sys.stderr)

    rng = random.Random(1)
    jobs = [(mib, case, operation) for mib, case in jobs for operation in case.operations]
    for number in range(1, ROUNDS[form] + 1):
        print(f"round {number} of {ROUNDS[form]}" + 20 * " ", file=sys.stderr)
        for mib, case, operation in rng.sample(jobs, len(jobs)):
            for name in rng.sample(list(drivers), len(drivers)):
                row = rows.get((mib, case.name, operation, name))
                if row and not (row["times"] and row["times"][0] > TOO_LONG):
                    row["times"].append(drivers[name].request(operation, case, row["repeats"]) / row["repeats"])
    Path(results).write_text(json.dumps({"large": large, "small": SMALL, "rows": list(rows.values())}))


main(*sys.argv[1:])
