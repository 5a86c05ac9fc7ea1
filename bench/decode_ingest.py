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
TIMED_OUT = 124  # what timeout(1) ends with
GEORINEX_JOB = 4  # the one that ratios are of
SELECT = ["--system", "G", "--obs-code", "1C"]

# What the demo notebook does with a file; RINEX 3 calls S1 of GPS L1 C/A S1C. Prints its seconds
# and processor seconds without the imports, and the mean.
# With "all" it reads every observation instead, and gives their number.
GEORINEX = """
import sys, time
import georinex
start, cpu = time.perf_counter(), time.process_time()
if sys.argv[2] == 'all':
    data = georinex.load(sys.argv[1])
    answer = sum(int(data[name].notnull().sum()) for name in data if not name.endswith(('lli', 'ssi')))
else:
    answer = float(georinex.load(sys.argv[1], use='G', meas=[sys.argv[2]])[sys.argv[2]].mean())
print(time.perf_counter() - start, time.process_time() - cpu, answer)
"""


class Job:
    """A command that is run several times: its seconds, and its peak memory in MB."""

    def __init__(self, name, command, runs, before=None, own_clock=False):
        self.name, self.command, self.runs = name, [str(word) for word in command], runs
        self.before, self.own_clock = before, own_clock
        self.over = ""
        self.seconds, self.cpu, self.peak, self.output = [], [], 0.0, ""

    def run(self):
        if self.before:
            self.before()
        with tempfile.NamedTemporaryFile("r") as figures:
            command = [MEASURE, figures.name, *self.command]
            done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
            if done.returncode == TIMED_OUT:
                self.over, done.returncode, done.stdout = " (stopped)", 0, ""
            if done.returncode != 0:
                sys.exit(f"{shlex.join(self.command)}: exit {done.returncode}")
            seconds, cpu, kilobytes = figures.read().split()
        self.output = done.stdout
        if self.own_clock and done.stdout:
            seconds, cpu = self.output.split()[:2]
        self.seconds.append(float(seconds))
        self.cpu.append(float(cpu))
        self.peak = max(self.peak, int(kilobytes) / 1024)

    def ratio(self, other):
        """How many times as fast as the other: by the clock, and by processor seconds."""
        clock = statistics.median(other.seconds) / statistics.median(self.seconds)
        cpu = statistics.median(other.cpu) / statistics.median(self.cpu)
        return f"{clock:.3g}, {cpu:.3g}"


def jobs_of(file, array, runs, georinex_runs, whole):
    crx2rnx = Path(util.find_spec("hatanaka").origin).parent / "bin/crx2rnx"
    signal = "S1C" if ".crx" in file.name or ".rnx" in file.name else "S1"
    stats = ["--agg", "mean", "--field", "snr", *SELECT, "--format", "csv"]
    text = f"gzip -dc {shlex.quote(str(file))} | {shlex.quote(str(crx2rnx))} - >/dev/null"

    def fresh():
        shutil.rmtree(array, ignore_errors=True)

    georinex = [sys.executable, "-W", "ignore", "-c", GEORINEX, file]
    jobs = [
        Job("garco info", [GARCO, "info", file], runs),
        Job("garco stats (decode, mean of GPS 1C snr)", [GARCO, "stats", file, *stats], runs),
        Job("garco ingest (decode, array on disk)", [GARCO, "ingest", file, array], runs, fresh),
        Job("crx2rnx (to text, thrown away)", ["sh", "-c", text], runs),
        Job("GeoRinex (decode, mean of GPS 1C snr)", [*georinex, signal], georinex_runs, own_clock=True),
    ]
    if whole:
        jobs.append(Job("GeoRinex (decode everything)", ["timeout", whole, *georinex, "all"], 1, own_clock=True))
    return jobs


def print_machine(jobs):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} × {model}; GeoRinex "
          f"{metadata.version('georinex')}, crx2rnx of hatanaka {metadata.version('hatanaka')}. "
          f"Median of {jobs[0].runs} runs ({jobs[GEORINEX_JOB].runs} of GeoRinex, its imports not counted), interleaved; load average "
          f"{os.getloadavg()[0]:.0f}. Times as fast: by the clock, then by processor seconds.\n")


def print_table(file, jobs):
    print(f"### `{file.name}`, {file.stat().st_size / 1e6:.1f} MB\n")
    print("| work | seconds | lowest to highest | processor seconds | peak memory, MB | times as fast as GeoRinex |")
    print("|---|---|---|---|---|---|")
    for job in jobs:
        span = f"{min(job.seconds):.3f} to {max(job.seconds):.3f}"
        ratio = "" if job.over else job.ratio(jobs[GEORINEX_JOB])
        print(f"| {job.name} | {statistics.median(job.seconds):.3f}{job.over} | {span} | {statistics.median(job.cpu):.3f} "
              f"| {job.peak:.0f} | {ratio} |")
    means = [jobs[1].output.split()[-1].split(",")[-1], jobs[GEORINEX_JOB].output.split()[-1]]
    print(f"\nThe means: garco {means[0]}, GeoRinex {means[1]}.\n")
    if abs(float(means[0]) - float(means[1])) > 1e-4:
        sys.exit("the means do not agree")


def main():
    parser = argparse.ArgumentParser(prog="bench/decode_ingest", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--georinex-runs", type=int, help="default: as --runs; half a minute each on a large file")
    parser.add_argument("--whole", type=int, metavar="SECONDS",
                        help="also let GeoRinex read every observation, once, and stop it after SECONDS")
    parser.add_argument("files", nargs="*", type=Path, default=[DATA / name for name in FILES])
    options = parser.parse_args()
    for index, file in enumerate(options.files):
        if not file.is_file():
            sys.exit(f"{file}: no such file; GARCO_TEST_DATA names the folder of real files")
        with tempfile.TemporaryDirectory() as folder:
            jobs = jobs_of(file, Path(folder) / "bench.tdb", options.runs, options.georinex_runs or options.runs,
                           options.whole)
            for round_ in range(max(job.runs for job in jobs)):
                for job in jobs:
                    if round_ < job.runs:
                        job.run()
        if index == 0:
            print_machine(jobs)
        print_table(file, jobs)


if __name__ == "__main__":
    main()
