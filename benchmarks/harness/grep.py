"""Counts in a large file by whole programs: grep.py DATA MIB ROUNDS RESULTS KIND=NAME=COMMAND...

The commands get the needle and the file behind them; what they print must agree within a kind. The order of the
programs is drawn anew in every round.
"""

import json
import os
import random
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import text


def large_file(data, mib):
    """The file, and what is looked for: what is in none, in few and in many of its lines."""
    file = Path(data) / f"grep-{mib}MiB.txt"
    if not file.exists():
        with open(file, "wb") as out:
            out.writelines(text.text(mib << 20, seed=7))
    sample = file.read_bytes()[:1 << 20].decode(errors="ignore").split()
    words = sorted(word for word in set(sample) if len(word) == 8 and word.isalpha() and sample.count(word) == 3)
    return file, {"absent": "never written", "rare": words[0], "frequent": "value"}


def run(command):
    """What it printed, and the times it took."""
    with tempfile.TemporaryFile() as out:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        out.seek(0)
        printed = out.read().decode().strip()
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{command} failed")
    return int(printed or 0), {"wall": wall, "user": usage.ru_utime, "processor": usage.ru_utime + usage.ru_stime}


def measure(rng, what, needle, file, rounds, commands):
    times = {name: [] for name in commands}
    counts = {name: run([*command, needle, file])[0] for name, command in commands.items()}
    if len(set(counts.values())) > 1:
        sys.exit(f"{what}: {counts}")
    for _ in range(rounds):
        for name in rng.sample(list(commands), len(commands)):
            times[name].append(run([*commands[name], needle, file])[1])
    print(f"{what}: {counts}", file=sys.stderr)
    return {"what": what, "needle": needle, "count": counts[name], "times": times}


def main(data, mib, rounds, results, *commands):
    file, needles = large_file(data, int(mib))
    jobs = {}
    for command in commands:
        kind, name, words = command.split("=", 2)
        jobs.setdefault(kind, {})[name] = shlex.split(words)
    rng = random.Random(1)
    measured = [
        measure(rng, f"{kind}, {frequency} needle", needle, str(file), int(rounds), programs)
        for kind, programs in jobs.items() for frequency, needle in needles.items()
    ]
    Path(results).write_text(json.dumps({"mib": mib, "jobs": measured}))


main(*sys.argv[1:])
