"""Writes the report: report.py RESULTS GREP ABOUT OUTPUT.md. The charts go beside it, into files of the same name."""

import json
import sys
from math import exp, log
from pathlib import Path
from statistics import median

import chart

NAMES = {
    "native": "kmmap, linuxX64", "jvm": "kmmap, JVM", "portable": "kmmap, JVM without kernel",
    "read": "AVX2 reading only", "jvmread": "JVM reading only", "rust": "Rust memchr", "memmem": "glibc memmem",
    "fmmap": "fmmap's rfind", "python": "CPython mmap", "netty": "Netty", "naive": "JVM, naive loop",
}
JDK = {"reader": "BufferedReader", "file": "RandomAccessFile", "channel": "FileChannel"}
OWN = ("native", "jvm", "portable")
# Beside the ratios to these stands what reading alone reaches: no search can be faster than the machine's memory.
PEERS = ("rust", "memmem", "fmmap")
# Netty and the naive loop search less, because they are so slow; so they are compared by their speed.
SLOW = ("netty", "naive")
# In 64 bytes preparing the needle is most of the work, so searches with a prepared one are measured too.
TINY = ("find", "find-prepared", "rfind", "rfind-prepared")


class Results:
    def __init__(self, content):
        self.large, self.small = content["large"], content["small"]
        self.rows = {(r["driver"], r["operation"], r["case"], r["mib"]): r for r in content["rows"]}

    def cases(self, operation, groups, least=1):
        """Names of the cases, in the order in which they were made."""
        return list(dict.fromkeys(
            r["case"] for r in self.rows.values()
            if r["operation"] == operation and r["group"] in groups and r["needle"] >= least
        ))

    def row(self, driver, operation, case, mib=None):
        mib = mib or (self.small if driver in SLOW else self.large)
        return self.rows.get((driver, operation, case, mib))

    def speed(self, driver, operation, case, mib=None):
        """GB/s."""
        row = self.row(driver, operation, case, mib)
        return row and row["bytes"] / median(row["times"])

    def ratio(self, driver, other, operation, case, mib=None):
        """How many times as fast as the other: the median of the rounds, within which the ratio is taken."""
        one, two = self.row(driver, operation, case, mib), self.row(other, operation, case, mib)
        return median(b / a for a, b in zip(one["times"], two["times"]))

    def mean(self, driver, other, operation, cases):
        return geometric_mean(self.ratio(driver, other, operation, case) for case in cases)

    def nanoseconds(self, driver, operation, case):
        row = self.rows[driver, operation, case, self.small]
        return median(row["times"])


def geometric_mean(values):
    logarithms = [log(value) for value in values]
    return exp(sum(logarithms) / len(logarithms))


class Goals:
    def __init__(self):
        self.lines = ["| goal | reached | met? |", "|---|---|---|"]

    def at_least(self, goal, least, reached, remark="", unit=""):
        self.add(f"{goal} ≥ {least}{unit}", reached >= least, number(reached) + unit + remark)

    def at_most(self, goal, most, reached, remark="", unit=""):
        self.add(f"{goal} ≤ {most}{unit}", reached <= most, number(reached) + unit + remark)

    def add(self, goal, met, reached):
        self.lines.append(f"| {goal} | {reached} | {'yes' if met else '**no**'} |")


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def worst(values):
    """The lowest value of a dictionary, and whose it is."""
    name = min(values, key=values.get)
    return values[name], f" ({name})"


def search_goals(results, goals):
    usual, dna = {}, {}
    for operation in ("find", "rfind"):
        usual[operation] = results.cases(operation, ("text", "random"), least=2)
        dna[operation] = results.cases(operation, ("dna",), least=16)

    def mean(driver, other, operation, cases, least, what):
        reached = results.mean(driver, other, operation, cases[operation])
        limit = results.mean("read", other, operation, cases[operation]) if other in PEERS else None
        remark = f" (reading: {number(limit)}x)" if limit else ""
        goals.at_least(f"{what}, {operation} / {NAMES[other]}, geometric mean", least, reached, remark, "x")

    def every(driver, other, operation, least, what):
        reached = {case: results.ratio(driver, other, operation, case) for case in usual[operation]}
        goals.at_least(f"{what}, {operation} / {NAMES[other]}, every case", least, *worst(reached), unit="x")

    what = "linuxX64, text and random"
    mean("native", "rust", "find", usual, 1, what)
    mean("native", "read", "find", usual, 0.85, what)
    every("native", "memmem", "find", 1, what)
    mean("native", "memmem", "find", usual, 3, what)
    mean("native", "rust", "rfind", usual, 5, what)
    every("native", "fmmap", "rfind", 0.9, what)
    mean("native", "fmmap", "rfind", usual, 2, what)
    what = "linuxX64, DNA, needle ≥ 16"
    mean("native", "rust", "find", dna, 5, what)
    mean("native", "memmem", "find", dna, 4, what)
    mean("native", "rust", "rfind", dna, 25, what)
    mean("native", "fmmap", "rfind", dna, 10, what)
    for operation in ("find", "rfind"):
        mean("jvm", "native", operation, usual, 0.9, "JVM, text and random")
        mean("jvm", "native", operation, dna, 0.9, "JVM, DNA, needle ≥ 16")
    for operation, least in (("find", 0.5), ("rfind", 0.4)):
        mean("portable", "read", operation, usual, least, "JVM without kernel, text and random")
        mean("portable", "jvmread", operation, usual, least, "JVM without kernel, text and random")


def other_goals(results, goals):
    for driver in OWN:
        speeds, growth = {}, {}
        for operation in ("find", "rfind"):
            for case in results.cases(operation, ("pathological",)):
                # Small files may fit in a cache, so it is the share of what reading reaches that must not fall.
                shares = (results.ratio(driver, "read", operation, case, mib) for mib in (results.large, results.small))
                speeds[f"{operation} {case}"] = results.speed(driver, operation, case)
                growth[f"{operation} {case}"] = next(shares) / next(shares)
        slowest, case = worst(speeds)
        goals.at_least(f"{NAMES[driver]}, pathological, every case", 0.25, slowest, case, " GB/s")
        if results.large > results.small:
            what = f"share of the speed of reading in {results.large} MiB / in {results.small} MiB"
            goals.at_least(f"{NAMES[driver]}, pathological, {what}", 0.5, *worst(growth), unit="x")
    for driver, most in (("native", 30), ("jvm", 60), ("portable", 60)):
        for operation in TINY:
            times = {c: results.nanoseconds(driver, operation, c) for c in results.cases(operation, ("tiny",))}
            slowest = max(times, key=times.get)
            goals.at_most(
                f"{NAMES[driver]}, {operation} in 64 bytes, every case", most, times[slowest], f" ({slowest})", " ns"
            )

    def pair(driver, operation, other, other_operation, case, least, what):
        one, two = results.rows[driver, operation, case, 16], results.rows[other, other_operation, case, 16]
        reached = median(b / a for a, b in zip(one["times"], two["times"]))
        goals.at_least(what, least, reached, unit="x")

    for operation, what in (("lines", "as strings"), ("ranges", "as ranges")):
        pair("jvm", operation, "reader", "lines", "lines", 1.5, f"JVM, 1,000,000 lines {what} / BufferedReader")
        for driver in ("jvm", "native"):
            what_of = f"{NAMES[driver]}, 1,000,000 lines {what} / CPython's mmap.readline"
            pair(driver, operation, "python", "lines", "lines", 2.5, what_of)
    pair("jvm", "walk", "file", "walk", "walk", 50, "JVM, walk / RandomAccessFile")
    pair("jvm", "walk", "channel", "walk", "walk", 20, "JVM, walk / FileChannel")


def grep_goals(grep, goals):
    for job in grep["jobs"]:
        for other in [name for name in job["times"] if not name.startswith("kmmap")]:
            for clock in ("wall", "processor"):
                own = job["times"]["kmmap, linuxX64"]
                reached = median(b[clock] / a[clock] for a, b in zip(own, job["times"][other]))
                goals.at_least(f"{job['what']} / {other}, {clock} time", 1, reached, unit="x")


def speed_table(results, operation, group):
    drivers = [d for d in NAMES if any(results.row(d, operation, c) for c in results.cases(operation, (group,)))]
    yield "| case | needle | " + " | ".join(NAMES[driver] for driver in drivers) + " |"
    yield "|---|---|" + "---|" * len(drivers)
    for case in results.cases(operation, (group,)):
        length = next(r["needle"] for key, r in results.rows.items() if key[2] == case)
        speeds = [results.speed(driver, operation, case) for driver in drivers]
        yield f"| {case} | {length} | " + " | ".join(number(s) if s else "-" for s in speeds) + " |"


def pathological_table(results, operation):
    columns = [(d, mib) for d in OWN for mib in dict.fromkeys((results.large, results.small))]
    columns += [(d, results.small) for d in NAMES if d not in OWN]
    columns = [c for c in columns if results.row(c[0], operation, "p8ab", c[1])]
    yield "| case | " + " | ".join(f"{NAMES[driver]}, {mib} MiB" for driver, mib in columns) + " |"
    yield "|---|" + "---|" * len(columns)
    for case in results.cases(operation, ("pathological",)):
        speeds = [results.speed(driver, operation, case, mib) for driver, mib in columns]
        yield f"| {case} | " + " | ".join(number(s) if s else "-" for s in speeds) + " |"


def tiny_table(results):
    drivers = [driver for driver in NAMES if results.row(driver, "find", "s8c", results.small)]
    yield "| search | " + " | ".join(NAMES[driver] for driver in drivers) + " |"
    yield "|---|" + "---|" * len(drivers)
    for operation in TINY:
        for case in results.cases(operation, ("tiny",)):
            rows = [results.row(driver, operation, case, results.small) for driver in drivers]
            times = [number(median(row["times"])) if row else "-" for row in rows]
            yield f"| {operation} {case} | " + " | ".join(times) + " |"


def job_table(results):
    jobs = {"lines": "1,000,000 lines", "ranges": "1,000,000 lines as ranges", "walk": "the walk"}
    yield from ("| job | by | ms |", "|---|---|---|")
    for operation, what in jobs.items():
        for row in results.rows.values():
            if row["operation"] == operation:
                yield f"| {what} | {(NAMES | JDK)[row['driver']]} | {median(row['times']) / 1e6:.1f} |"


def grep_table(grep):
    yield from ("| job | by | wall, ms | user, ms | processor, ms | count |", "|---|---|---|---|---|---|")
    for job in grep["jobs"]:
        for by, times in job["times"].items():
            medians = [1000 * median(time[clock] for time in times) for clock in ("wall", "user", "processor")]
            yield f"| {job['what']} | {by} | {' | '.join(f'{value:.0f}' for value in medians)} | {job['count']} |"


def bars(results, operation):
    for group, title in (("text", "Text"), ("random", "Random bytes"), ("dna", "DNA: four letters")):
        cases = results.cases(operation, (group,), least=2)
        drivers = [d for d in NAMES if all(results.row(d, operation, c) for c in cases)]
        speeds = {d: geometric_mean(results.speed(d, operation, c) for c in cases) for d in drivers}
        yield title, [(NAMES[d], speed, d in OWN) for d, speed in sorted(speeds.items(), key=lambda item: -item[1])]


def main(results_file, grep_file, about_file, output):
    results = Results(json.loads(Path(results_file).read_text()))
    grep = json.loads(Path(grep_file).read_text())
    output = Path(output)
    goals = Goals()
    search_goals(results, goals)
    other_goals(results, goals)
    grep_goals(grep, goals)
    lines = [Path(about_file).read_text().rstrip(), "", *goals.lines, ""]
    for operation in ("find", "rfind"):
        picture = output.with_name(f"{output.stem}-{operation}.svg")
        picture.write_text(chart.bars(f"{operation}: GB/s, geometric mean over the needles", bars(results, operation)))
        lines += [f"![{operation}]({picture.name})", ""]
    titles = {"text": "text", "random": "random bytes", "dna": "DNA"}
    for group, title in titles.items():
        for operation in ("find", "rfind"):
            lines += [f"## {operation} in {title}, GB/s", "", *speed_table(results, operation, group), ""]
    for operation in ("find", "rfind"):
        lines += [f"## {operation}, pathological, GB/s", "", *pathological_table(results, operation), ""]
    lines += ["## 64 bytes, ns", "", *tiny_table(results), "", "## Lines and the walk", "", *job_table(results), ""]
    lines += [f"## Counting in a file of {grep['mib']} MiB", "", *grep_table(grep)]
    output.write_text("\n".join(lines) + "\n")


main(*sys.argv[1:])
