"""Days into windows of 30 days, by garco and by TileDB-Py in turn, each on a copy of bench/store's array.

Started by bench/consolidate, which makes the environment. Both join the same fragments: those whose
cells lie in one window of 30 days since 1970-01-01. Afterwards both arrays are asked the same and must
agree with the store. The figures are of a whole process each, TileDB-Py's with its imports.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GARCO = ROOT / "build/release/cli/garco"
SPAN = 30 * 86_400_000

# What a user of TileDB-Py runs.
TILEDB = f"""
import collections, sys, tiledb
windows = collections.defaultdict(list)
for fragment in tiledb.FragmentInfoList(sys.argv[1]):
    first, last = fragment.nonempty_domain[0]
    if first // {SPAN} == last // {SPAN}:
        windows[first // {SPAN}].append(fragment.uri.rsplit("/", 1)[1])
for window in sorted(windows):
    if len(windows[window]) > 1:
        tiledb.consolidate(sys.argv[1], fragment_uris=windows[window])
"""


def run(words):
    """Seconds by the clock, seconds of processor, MB at the most."""
    began = time.monotonic()
    child = subprocess.Popen([str(w) for w in words], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{words}: {status}")
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def answer(array):
    words = ["stats", array, "--agg", "count,mean,min,max", "--field", "snr,range", "--by", "day"]
    return subprocess.run([GARCO, *words], capture_output=True, check=True).stdout


def size_of(array):
    """Bytes of the data files of fragments that were made."""
    made = [f for f in (array / "__fragments").iterdir() if (f / "t.tdb").exists()]
    return len(made), sum(p.stat().st_size for f in made for p in f.iterdir() if not p.name.startswith("__"))


def main():
    parser = argparse.ArgumentParser(prog="bench/consolidate", description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=90, help="days of the store that is made (90; 440 for the table)")
    parser.add_argument("--runs", type=int, default=3, help="of each (3)")
    parser.add_argument("--memory", default="256M", help="that garco is told to keep to (256M)")
    parser.add_argument("store", nargs="?", type=Path, help="folder of a store (build/bench-store-DAYS)")
    options = parser.parse_args()
    folder = options.store or ROOT / f"build/bench-store-{options.days}"
    subprocess.run([sys.executable, ROOT / "bench/store.py", "--days", str(options.days), "--no-parquet", folder],
                   check=True)
    ways = {"garco consolidate": [GARCO, "consolidate", "--span", "30d", "--memory", options.memory],
            "TileDB-Py": [sys.executable, "-c", TILEDB]}
    figures, sizes = {way: [] for way in ways}, {}
    wanted = answer(folder / "store.tdb")
    with tempfile.TemporaryDirectory(dir=folder) as work:
        array = Path(work) / "a.tdb"
        for _ in range(options.runs):
            for way, words in ways.items():
                shutil.copytree(folder / "store.tdb", array)
                figures[way].append(run([*words, array]))
                sizes[way] = size_of(array)
                if answer(array) != wanted:
                    sys.exit(f"{way}: the array answers otherwise than before")
                shutil.rmtree(array)
    print(f"\nload average {os.getloadavg()[0]:.0f}, median of {options.runs}; both answer as the store does\n")
    print("| work | seconds | processor seconds | peak memory, MB | fragments | bytes |\n|---|---|---|---|---|---|")
    for way, runs in figures.items():
        clock, processor, memory = (statistics.median(column) for column in zip(*runs))
        count, size = sizes[way]
        print(f"| {way} | {clock:.1f} | {processor:.1f} | {memory:.0f} | {count} | {size:,} |")
    times = [statistics.median(r[i] for r in figures["TileDB-Py"]) / statistics.median(r[i] for r in figures[
        "garco consolidate"]) for i in range(2)]
    print(f"\n{times[0]:.1f} times as fast by the clock, {times[1]:.1f} by processor seconds")


if __name__ == "__main__":
    main()
