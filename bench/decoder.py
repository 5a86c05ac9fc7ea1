"""Times garco's decoder beside its peers, interleaved, one thread, warm; prints tables in Markdown.

Started by bench/decoder, which makes the environments that hold the peers. A peer that is absent,
refuses a file or ends abnormally keeps its row, which says so.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import gzip
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

from importlib import metadata, util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/release"
COLUMNS, MEASURE, GARCO = BUILD / "bench/bench_columns", BUILD / "bench/bench_measure", BUILD / "cli/garco"
CRATE = ROOT / "build/bench-rinex-crate/release/rinex-crate"
TEC = ROOT / ".venv-bench-pygnss-tec/bin/python"
DATA = Path(os.environ.get("GARCO_TEST_DATA", ROOT.parent / "shared/data")) / "rinex"
LARGE, YORK = "ESBC00DNK_R_20201770000_01D_30S_MO", "york0440.15d"

# Both print "OBSERVATIONS SECONDS" without the imports; GeoRinex reads one code of one system.
PYGNSS_TEC = """
import sys, time
import gnss_tec, polars
start = time.perf_counter()
frame = gnss_tec.read_rinex_obs(sys.argv[1])[1].collect()
seconds = time.perf_counter() - start
print(frame.select(polars.selectors.float()).count().sum_horizontal()[0], seconds)
"""
GEORINEX = """
import sys, time
import georinex
start = time.perf_counter()
values = georinex.load(sys.argv[1], use='G', meas=[sys.argv[2]])[sys.argv[2]]
print(int(values.count()), time.perf_counter() - start)
"""


def own_clock(output):
    """Of "OBSERVATIONS SECONDS": the observations and the seconds."""
    count, seconds = output.split()
    return int(count), float(seconds)


def srnx_counts(output):
    """Of rinex_scan's table: the observations. It has no clock, and its exit code is always 0."""
    if "Error" in output:
        raise ValueError(next(line for line in output.splitlines() if "Error" in line).split(": ")[-1])
    return int(output.splitlines()[-1].split(",")[6]), None


class Job:
    """A program at one piece of work: its seconds by three clocks, its peak memory, what it found."""

    def __init__(self, name, command, figures=None, given=None, runs=None, absent=None):
        self.name, self.command, self.figures = name, [str(word) for word in command], figures
        self.given, self.runs, self.note = given, runs, absent
        self.inside, self.whole, self.processor, self.peak, self.count = [], [], [], 0.0, None

    def run(self):
        if self.note:
            return
        with tempfile.NamedTemporaryFile("r") as measured, open(self.given or os.devnull, "rb") as given:
            taken = subprocess.PIPE if self.figures else subprocess.DEVNULL
            done = subprocess.run([MEASURE, measured.name, *self.command], stdin=given, stdout=taken,
                                  stderr=subprocess.DEVNULL, text=True)
            measures = [float(word) for word in measured.read().split()]
        if done.returncode != 0:
            how = f"signal {done.returncode - 128}" if done.returncode > 128 else f"exit {done.returncode}"
            self.note = f"fails ({how})"
            return
        self.keep(done.stdout, *measures)

    def keep(self, output, whole, processor, kilobytes):
        try:
            self.count, inside = self.figures(output) if self.figures else (None, None)
        except ValueError as error:
            self.note = f"fails ({error})"
            return
        self.whole.append(whole)
        self.processor.append(processor)
        self.peak = max(self.peak, kilobytes / 1024)
        if inside is not None:
            self.inside.append(inside)

    def forget(self):
        self.inside, self.whole, self.processor = [], [], []

    def row(self):
        if self.note:
            return f"| {self.name} | {self.note} | | | | | |"
        inside = seconds(self.inside) if self.inside else ""
        return (f"| {self.name} | {inside} | {seconds(self.whole)} | {min(self.whole):.3f} to {max(self.whole):.3f} "
                f"| {seconds(self.processor)} | {self.peak:.0f} | {'' if self.count is None else f'{self.count:,}'} |")


def seconds(values):
    return f"{statistics.median(values):.3f}"


def python_peer(name, python, code, file, *words, runs=None, absent=None):
    return Job(name, [python, "-W", "ignore", "-c", code, file, *words], own_clock, runs=runs, absent=absent)


def peers(file, options):
    """Those that read a file into memory, each row absent with its reason where the program is."""
    no_srnx = None if options.srnx else "not measured: no `--srnx PATH`"
    no_crate = None if CRATE.is_file() else "not measured: no `cargo`, or it does not build"
    return [
        Job("srnx (scan: counts, keeps nothing)", [options.srnx, file], srnx_counts, absent=no_srnx),
        Job("`rinex` crate", [CRATE, file], own_clock, absent=no_crate),
        python_peer("pygnss-tec", TEC, PYGNSS_TEC, file),
    ]


def garco_rows(file):
    return [
        Job("garco (columns)", [COLUMNS, file], own_clock),
        Job("garco (counts, keeps nothing)", [COLUMNS, "--count", file], own_clock),
    ]


def works(plain, hatanaka, york_z, york, options):
    """The issue's rows: a title, and the programs that do that work."""
    crx2rnx = Path(util.find_spec("hatanaka").origin).parent / "bin/crx2rnx"
    convert = subprocess.run([GARCO, "convert", "--help"], capture_output=True).returncode == 0
    slow = python_peer("GeoRinex (one code of GPS)", sys.executable, GEORINEX, plain, "S1C", runs=options.runs,
                       absent=None if options.slow else "not measured: no `--slow`")
    return {
        "plain": (f"RINEX 3 text ({plain.name}) to columns", [*garco_rows(plain), *peers(plain, options), slow]),
        "hatanaka": (f"Hatanaka 3 text ({hatanaka.name}) to columns",
                     [*garco_rows(hatanaka), *peers(hatanaka, options)]),
        "text": ("Hatanaka 3 to plain text, thrown away", [
            Job("`garco convert`", [GARCO, "convert", hatanaka, "--to", "rinex", "-o", "-"],
                absent=None if convert else "not measured: `garco` has no `convert` yet"),
            Job("`crx2rnx`", [crx2rnx, "-"], given=hatanaka)]),
        "york": (f"{york_z.name} to columns (peers that read no `.Z` are given {york.name})", [
            *garco_rows(york_z), *peers(york, options),
            python_peer("GeoRinex (one code of GPS)", sys.executable, GEORINEX, york_z, "S1"),
            Job("`crx2rnx` (to text, thrown away)", [crx2rnx, "-"], given=york)]),
    }


def measure(jobs, runs):
    """A round that only warms, then the rounds that count; every program once a round."""
    for job in jobs:
        if job.runs is None:
            job.run()
            job.forget()
    for round_ in range(runs):
        print(f"round {round_ + 1} of {runs}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        for job in jobs:
            job.run()


def print_works(table):
    for title, jobs in table.values():
        print(f"\n{title}:\n")
        print("| program | in process, s | whole process, s | lowest to highest | processor, s | peak, MB "
              "| observations |")
        print("|---|---|---|---|---|---|---|")
        for job in jobs:
            print(job.row())


def ratio(job, peer):
    """How many times as fast as the peer: inside where both have that clock, and by processor."""
    if job.note or peer.note:
        return "not measured", "not measured"
    clocks = (job.inside, peer.inside) if job.inside and peer.inside else (job.whole, peer.whole)
    clock = statistics.median(clocks[1]) / statistics.median(clocks[0])
    processor = statistics.median(peer.processor) / statistics.median(job.processor)
    return f"{clock:.2g}×", f"{processor:.2g}×"


def print_targets(table):
    plain, hatanaka, text, york = (table[key][1] for key in ("plain", "hatanaka", "text", "york"))
    crx2rnx = text[1]
    rows = [
        ("text to columns, beside srnx's scan", plain[0], plain[2], "1×"),
        ("text counted, beside srnx's scan", plain[1], plain[2], ""),
        ("text to columns, beside the `rinex` crate", plain[0], plain[3], "10×"),
        ("Hatanaka to columns, beside srnx's scan", hatanaka[0], hatanaka[2], "1×"),
        ("Hatanaka counted, beside srnx's scan", hatanaka[1], hatanaka[2], ""),
        ("Hatanaka to columns, beside `crx2rnx`", hatanaka[0], crx2rnx, "6×"),
        ("Hatanaka to text, beside `crx2rnx`", text[0], crx2rnx, "4×"),
    ]
    print("\n| garco's speed | to reach | by the clock | by processor seconds |\n|---|---|---|---|")
    for name, job, peer, target in rows:
        clock, processor = ratio(job, peer)
        print(f"| {name} | {target} | {clock} | {processor} |")
    inside, whole = (1e3 * statistics.median(clock) for clock in (york[0].inside, york[0].whole))
    print(f"| `{YORK}.Z` to columns | 15 ms | {inside:.1f} ms in process, {whole:.1f} ms whole "
          f"| {1e3 * statistics.median(york[0].processor):.1f} ms whole |")
    memory = max(plain[1].peak, hatanaka[1].peak, york[1].peak)
    print(f"| memory of the reader (nothing kept) | 32 MB | {memory:.1f} MB | |")


def print_machine(runs, load):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    tec = subprocess.run([TEC, "-c", "from importlib.metadata import version; print(version('pygnss-tec'))"],
                         capture_output=True, text=True, check=True).stdout.strip()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} × {model}, every program on one of them. "
          f"pygnss-tec {tec}, GeoRinex {metadata.version('georinex')}, crx2rnx of hatanaka "
          f"{metadata.version('hatanaka')}, `rinex` 0.22.0. "
          f"Median of {runs} rounds after one to warm, interleaved. "
          f"Load average {load:.1f} before, {os.getloadavg()[0]:.1f} after; the benchmark itself is 1 of it.")


def prepare(folder):
    """The four files that are read: those that are compressed or Hatanaka, undone once."""
    hatanaka, plain, york = folder / f"{LARGE}.crx", folder / f"{LARGE}.rnx", folder / YORK
    crx2rnx = Path(util.find_spec("hatanaka").origin).parent / "bin/crx2rnx"
    hatanaka.write_bytes(gzip.decompress((DATA / f"{LARGE}.crx.gz").read_bytes()))
    york.write_bytes(subprocess.check_output(["gzip", "-dc", DATA / f"{YORK}.Z"]))
    with open(hatanaka, "rb") as given, open(plain, "wb") as taken:
        subprocess.run([crx2rnx, "-"], stdin=given, stdout=taken, check=True)
    return plain, hatanaka, DATA / f"{YORK}.Z", york


def main():
    parser = argparse.ArgumentParser(prog="bench/decoder", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--slow", action="store_true", help="also GeoRinex on the large file, half a minute a round")
    parser.add_argument("--srnx", metavar="PATH", default=os.environ.get("GARCO_BENCH_SRNX"),
                        help="the built rinex_scan (default: GARCO_BENCH_SRNX); see the head of bench/decoder")
    options = parser.parse_args()
    if options.srnx and not shutil.which(options.srnx):
        sys.exit(f"{options.srnx}: no program")
    if not (DATA / f"{YORK}.Z").is_file():
        sys.exit(f"{DATA}: no {YORK}.Z; GARCO_TEST_DATA names the folder of real files")
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # one thread, whatever a library would start
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        table = works(*prepare(Path(folder)), options)
        measure([job for _, jobs in table.values() for job in jobs], options.runs)
    found = [[job.count for job in table[key][1][:2]] for key in ("plain", "hatanaka", "york")]
    if None in sum(found, []) or len(set(found[0] + found[1])) > 1 or len(set(found[2])) > 1:
        sys.exit(f"garco fails, or its counts of one file do not agree: {found}")
    print_machine(options.runs, load)
    print_targets(table)
    print_works(table)


if __name__ == "__main__":
    main()
