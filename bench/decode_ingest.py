"""Times decode and ingest beside GeoRinex and crx2rnx, interleaved, and prints a table in Markdown.

Started by bench/decode_ingest, which makes the environment that holds the peers.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata, util
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GARCO = ROOT / "build/release/cli/garco"
MEASURE = ROOT / "build/release/bench/bench_measure"
DATA = Path(os.environ.get("GARCO_TEST_DATA", ROOT.parent / "shared/data")) / "rinex"
FILES = ["ESBC00DNK_R_20201770000_01D_30S_MO.crx.gz", "york0440.15d.Z"]
SELECT = ["--system", "G", "--obs-code", "1C"]

# What the demo notebook does with a file; RINEX 3 calls S1 of GPS L1 C/A S1C. Prints the seconds that
# it took without the imports, and the mean.
GEORINEX = """
import sys, time
import georinex, numpy
start = time.perf_counter()
values = georinex.load(sys.argv[1], use='G', meas=[sys.argv[2]])[sys.argv[2]]
mean = float(values.mean())
print(time.perf_counter() - start, mean)
"""


class Job:
    """A command that is run several times: its seconds, and its peak memory in MB."""

    def __init__(self, name, command, runs, before=None, own_clock=False):
        self.name, self.command, self.runs = name, [str(word) for word in command], runs
        self.before, self.own_clock = before, own_clock
        self.seconds, self.peak, self.output = [], 0.0, ""

    def run(self):
        if self.before:
            self.before()
        with tempfile.NamedTemporaryFile("r") as figures:
            command = [MEASURE, figures.name, *self.command]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            if done.returncode != 0:
                sys.exit(f"{shlex.join(self.command)}: exit {done.returncode}")
            seconds, kilobytes = figures.read().split()
        self.output = done.stdout
        self.seconds.append(float(self.output.split()[0] if self.own_clock else seconds))
        self.peak = max(self.peak, int(kilobytes) / 1024)

    @property
    def median(self):
        return statistics.median(self.seconds)


def jobs_of(file, array, runs, georinex_runs):
    crx2rnx = Path(util.find_spec("hatanaka").origin).parent / "bin/crx2rnx"
    signal = "S1C" if ".crx" in file.name or ".rnx" in file.name else "S1"
    stats = ["--agg", "mean", "--field", "snr", *SELECT, "--format", "csv"]
    text = f"gzip -dc {shlex.quote(str(file))} | {shlex.quote(str(crx2rnx))} - >/dev/null"

    def fresh():
        shutil.rmtree(array, ignore_errors=True)

    return [
        Job("garco info", [GARCO, "info", file], runs),
        Job("garco stats (decode, mean of GPS 1C snr)", [GARCO, "stats", file, *stats], runs),
        Job("garco ingest (decode, array on disk)", [GARCO, "ingest", file, array], runs, fresh),
        Job("crx2rnx (to text, thrown away)", ["sh", "-c", text], runs),
        Job("GeoRinex (decode, mean of GPS 1C snr)", [sys.executable, "-W", "ignore", "-c", GEORINEX, file, signal],
            georinex_runs, own_clock=True),
    ]


def print_machine(jobs):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} × {model}; GeoRinex "
          f"{metadata.version('georinex')}, crx2rnx of hatanaka {metadata.version('hatanaka')}. "
          f"Median of {jobs[0].runs} runs ({jobs[-1].runs} of GeoRinex, its imports not counted), interleaved.\n")


def print_table(file, jobs):
    peer = jobs[-1].median
    print(f"`{file.name}`, {file.stat().st_size / 1e6:.1f} MB\n")
    print("| work | seconds | lowest to highest | peak memory, MB | times as fast as GeoRinex |")
    print("|---|---|---|---|---|")
    for job in jobs:
        span = f"{min(job.seconds):.3f} to {max(job.seconds):.3f}"
        print(f"| {job.name} | {job.median:.3f} | {span} | {job.peak:.0f} | {peer / job.median:.1f} |")
    means = [jobs[1].output.split()[-1].split(",")[-1], jobs[-1].output.split()[-1]]
    print(f"\nThe means: garco {means[0]}, GeoRinex {means[1]}.\n")
    if abs(float(means[0]) - float(means[1])) > 1e-4:
        sys.exit("the means do not agree")


def main():
    parser = argparse.ArgumentParser(prog="bench/decode_ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--georinex-runs", type=int, help="default: as --runs; half a minute each on a large file")
    parser.add_argument("files", nargs="*", type=Path, default=[DATA / name for name in FILES])
    options = parser.parse_args()
    for index, file in enumerate(options.files):
        if not file.is_file():
            sys.exit(f"{file}: no such file; GARCO_TEST_DATA names the folder of real files")
        with tempfile.TemporaryDirectory() as folder:
            jobs = jobs_of(file, Path(folder) / "bench.tdb", options.runs, options.georinex_runs or options.runs)
            for round_ in range(max(job.runs for job in jobs)):
                for job in jobs:
                    if round_ < job.runs:
                        job.run()
        if index == 0:
            print_machine(jobs)
        print_table(file, jobs)


if __name__ == "__main__":
    main()
