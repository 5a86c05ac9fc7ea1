"""Times garco's queries beside TileDB-Py, DuckDB and a plain loop, interleaved; prints tables in Markdown.

Started by bench/query, which makes the environment that holds the peers. The store is bench/store's.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from decoder import BUILD, GARCO, ROOT, Job, seconds
from store import DAY, FIRST_DAY

FLOOR, QUERY = BUILD / "bench/bench_floor", BUILD / "bench/bench_query"
GPS_1C = ["--system", "G", "--obs-code", "1C"]

# Each prints "NUMBER SECONDS PROCESSOR-SECONDS SUM WEIGHTED", without the imports: how many values the
# answer has, and two sums of them that are to be those of the others. 12611 is 1C.
DIGEST = """
def digest(values, places=None):
    values = numpy.asarray(values, "f8")
    places = numpy.arange(1, len(values) + 1) / len(values) if places is None else numpy.asarray(places, "f8")
    return f"{values.sum():.17g} {(values * places).sum():.17g}"

def place(times):
    return (numpy.asarray(times, "f8") - 1704067200000) / 86400000
"""
TILEDB = {
    # The notebook's second strategy: the array opened afresh for each day, all attributes, a data frame.
    "notebook": """
means = []
for day in range(days):
    start = first + day * length
    with tiledb.open(uri, mode="r") as A:
        means += [A.df[slice(start, start + length - 1), 0, :, 12611]["snr"].mean()]
print(len(means), time.perf_counter() - begin, time.process_time() - used, digest(means))
""",
    # Opened once, snr alone.
    "best": """
means = []
with tiledb.open(uri, mode="r") as A:
    query = A.query(attrs=["snr"], dims=[])
    for day in range(days):
        start = first + day * length
        means += [query[start:start + length, 0, :, 12611]["snr"].mean(dtype="f8")]
print(len(means), time.perf_counter() - begin, time.process_time() - used, digest(means))
""",
    "agg": """
with tiledb.open(uri, mode="r") as A:
    mean = A.query(attrs=["snr"], dims=[]).agg({"snr": "mean"})[:, 0, :, 12611]
print(1, time.perf_counter() - begin, time.process_time() - used, digest([mean["mean"] if isinstance(mean, dict) else mean]))
""",
    # Of all cells, which it answers from what is kept of the tiles.
    "agg-all": """
with tiledb.open(uri, mode="r") as A:
    mean = A.query(attrs=["snr"], dims=[]).agg({"snr": "mean"})[:]
print(1, time.perf_counter() - begin, time.process_time() - used, digest([mean["mean"] if isinstance(mean, dict) else mean]))
""",
    "rows": """
with tiledb.open(uri, mode="r") as A:
    table = pyarrow.table(dict(A.query(attrs=["snr"], dims=["time"])[:, 0, 8, 12611]))
took = time.perf_counter() - begin, time.process_time() - used
print(table.num_rows, *took, digest(table["snr"], place(table["time"])))
""",
    "open": """
A = tiledb.open(uri, mode="r")
took = time.perf_counter() - begin, time.process_time() - used
print(len(tiledb.array_fragments(uri)), *took, 0, 0)
""",
}
TILEDB_HEAD = ("import sys, time\nimport numpy, tiledb, pandas, pyarrow\n"
               "uri, days, first, length = sys.argv[1], *map(int, sys.argv[2:])\n" + DIGEST)
DUCKDB = """
import sys, time
import duckdb, numpy, pyarrow
""" + DIGEST + """
begin, used = time.perf_counter(), time.process_time()
connection = duckdb.connect()
connection.execute("set enable_progress_bar = false")
table = connection.sql(sys.argv[1]).to_arrow_table()
took = time.perf_counter() - begin, time.process_time() - used
rows = "snr" in table.column_names
print(table.num_rows, *took, digest(table["snr"], place(table["time"])) if rows else digest(table["mean"]))
"""
DUCKDB_DAYS = "select time // 86400000 as day, avg(snr) as mean from '{}' where sys = 0 and obs = 12611 group by day order by day"
DUCKDB_FINE = ("select time // 86400000 as day, sat, obs, avg(snr) as mean from '{}' where sys = 0 "
               "group by day, sat, obs order by day, sat, obs")
DUCKDB_ROWS = "select time, snr from '{}' where sys = 0 and sat = 8 and obs = 12611"


def answer(values):
    """How many, and the two sums that DIGEST makes."""
    return len(values), sum(values), sum(value * (i + 1) / len(values) for i, value in enumerate(values))


def last_column(output):
    """Of the table that garco stats prints."""
    return [float(line.split(",")[-1]) for line in output.splitlines()[1:]]


def table_rows(output):
    return answer(last_column(output)), None


def sorted_rows(output):
    """As `lines`, whose days are not in order."""
    return answer(sorted(last_column(output))), None


def first_word(output):
    number, _, _, total, weighted = output.split()
    return (int(number), float(total), float(weighted)), None


def lines(output):
    return answer(sorted(float(line) for line in output.splitlines())), None


class Inside(Job):
    """A program that prints "NUMBER SECONDS PROCESSOR-SECONDS SUM WEIGHTED": its own clocks count."""

    def keep(self, output, whole, _, kilobytes):
        number, inside, processor, total, weighted = output.split()
        self.figures = lambda _: ((int(number), float(total), float(weighted)), float(inside))
        super().keep(output, whole, float(processor), kilobytes)


def tiledb_peer(name, what, array, days, kind=Inside, figures=lines):
    code = TILEDB_HEAD + "begin, used = time.perf_counter(), time.process_time()\n" + TILEDB[what]
    return kind(name, [sys.executable, "-W", "ignore", "-c", code, array, days, FIRST_DAY, DAY], figures)


def duckdb_peer(name, query, parquet):
    absent = None if parquet.is_file() else "not measured: no Parquet file"
    return Inside(name, [sys.executable, "-c", DUCKDB, query.format(parquet)], lines, absent=absent)


def stats(name, array, *words, figures=table_rows):
    return Job(name, [GARCO, "stats", array, "--agg", "mean", "--field", "snr", *words], figures)


def inside(name, what, array, *words):
    return Inside(name, [QUERY, what, array, *words], lines)


class Row:
    """A row of the issue: garco's program, its peer, and the ratio that is to be reached."""

    def __init__(self, work, job, peer, target, clock="whole", close=1e-12):
        self.work, self.job, self.peer, self.target, self.clock = work, job, peer, target, clock
        self.close = close  # relative: answers that are further apart are an error

    def agrees(self):
        (number, *ours), (others, *theirs) = self.job.count, self.peer.count
        return number == others and all(abs(a - b) <= self.close * abs(b) for a, b in zip(ours, theirs))

    def jobs(self):
        return [self.job, self.peer]

    def figures(self, job):
        if job.note:
            return job.note, ""
        clock = getattr(job, self.clock)
        return f"{seconds(clock)} ({min(clock):.3f} to {max(clock):.3f})", f"{job.peak:.0f}"

    def text(self):
        own, own_memory = self.figures(self.job)
        peer, peer_memory = self.figures(self.peer)
        times = "not measured"
        if not self.job.note and not self.peer.note:
            clock = statistics.median(getattr(self.peer, self.clock)) / statistics.median(getattr(self.job, self.clock))
            processor = statistics.median(self.peer.processor) / statistics.median(self.job.processor)
            times = f"{clock:.3g}× ({processor:.3g}×)"
        return (f"| {self.work} | {'in process' if self.clock == 'inside' else 'whole'} | {own} | {own_memory} "
                f"| {self.peer.name} | {peer} | {peer_memory} | {self.target} | {times} |")


def joined(folder):
    """The store in fragments of 30 days, made by garco where it is not there yet."""
    array, part = folder / "store-30d.tdb", folder / "part-30d.tdb"
    if not array.is_dir():
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder / "store.tdb", part)
        for words in (["consolidate", "--span", "30d"], ["vacuum"]):
            subprocess.run([GARCO, *words, part], check=True, stdout=subprocess.DEVNULL)
        part.rename(array)
    return array


def consolidated(array, months, days):
    """The same questions of the days and of what they were joined into: garco beside garco."""
    questions = {f"{days} days, daily mean": ["mean", "day"], f"{days} days, mean by day, sat and code":
                 ["mean", "day,sat,code"], "rows of one satellite, one code → Arrow": ["rows", "G08", "1C"]}
    return [Row(f"{work}, in fragments of 30 days", inside("garco", words[0], months, *words[1:]),
                inside("garco, a fragment a day", words[0], array, *words[1:]), "", "inside")
            for work, words in questions.items()]


def rows(array, parquet, days):
    """The issue's table. `days` of the store; the notebook's pattern is asked for 50 of them."""
    few = min(days, 50)
    until = ["--start", "2024-01-01", "--span", f"{few}d"]
    daily = ["--by", "day", *GPS_1C]
    return [
        Row(f"{few} days, daily mean, process start to end", stats("garco", array, *daily, *until),
            tiledb_peer("TileDB-Py, the notebook's pattern", "notebook", array, few, Job, first_word), "50×",
            close=1e-6),  # its means are single
        Row(f"{days} days, daily mean", stats("garco", array, *daily, figures=sorted_rows),
            Job("the floor: a plain loop", [FLOOR, array], lines), "0.83×"),
        Row(f"{days} days, daily mean", inside("garco", "mean", array, "day"),
            tiledb_peer("TileDB-Py at its best", "best", array, days), "15×", "inside"),
        Row(f"{days} days, one mean", inside("garco", "mean", array),
            tiledb_peer("TileDB-Py `agg`", "agg", array, days), "20×, a tenth of the memory", "inside"),
        Row(f"{days} days, one mean of all cells (`--fast`)", inside("garco", "fast", array),
            tiledb_peer("TileDB-Py `agg`", "agg-all", array, days), "20×, a tenth of the memory", "inside", close=1.2e-5),
        Row(f"{days} days, daily mean of 1C", inside("garco", "mean", array, "day"),
            duckdb_peer("DuckDB, Parquet", DUCKDB_DAYS, parquet), "2×", "inside"),
        Row(f"{days} days, mean by day, sat and code", inside("garco", "mean", array, "day,sat,code"),
            duckdb_peer("DuckDB, Parquet", DUCKDB_FINE, parquet), "2×", "inside"),
        Row("rows of one satellite, one code → Arrow", inside("garco", "rows", array, "G08", "1C"),
            tiledb_peer("TileDB-Py `A.query(attrs=…)`", "rows", array, days), "10×", "inside"),
        Row("the same", inside("garco", "rows", array, "G08", "1C"),
            duckdb_peer("DuckDB, Parquet sorted alike", DUCKDB_ROWS, parquet), "1×", "inside"),
        Row(f"open an array of {days} fragments", inside("garco", "open", array),
            tiledb_peer("TileDB-Py", "open", array, days), "10×", "inside"),
    ]


def growth(folders):
    """Stores of ever more fragments: opening, one day of all, all days."""
    table = []
    for folder in folders:
        made, array = json.loads((folder / "store.json").read_text()), folder / "store.tdb"
        day = ["--start", "2024-01-20", "--span", "1d"]
        table.append((made, [inside("open", "open", array), stats("one day", array, "--by", "day", *GPS_1C, *day),
                             stats("all days", array, "--by", "day", *GPS_1C)]))
    return table


def measure(jobs, runs):
    """A round that only warms, then the rounds that count; every program once a round."""
    for round_ in range(runs + 1):
        print(f"round {round_} of {runs}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
        for job in jobs:
            job.run()
            if round_ == 0:
                job.forget()


def print_machine(options, made, load):
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), "?")
    size = f"{made['array_bytes'] / 1e6:,.0f} MB as an array"
    if "parquet_bytes" in made:
        size += f", {made['parquet_bytes'] / 1e6:,.0f} MB as Parquet"
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} × {model}; TileDB-Py {metadata.version('tiledb')}, "
          f"DuckDB {metadata.version('duckdb')}, pyarrow {metadata.version('pyarrow')}. {made['days']} days, {made['cells']:,} cells, "
          f"{size}. Median of {options.runs} rounds after one to warm, interleaved (lowest to highest). Load average "
          f"{load:.1f} before, {os.getloadavg()[0]:.1f} after; the benchmark itself is 1 to 2 of it.\n")


def print_rows(table):
    print("| work | clock | garco, s | peak, MB | peer | peer, s | peak, MB | to reach | times as fast (by processor) |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in table:
        print(row.text())


def print_growth(table):
    print("\n| fragments | cells | open, ms in process | one day, s whole | all days, s whole | processor, s |")
    print("|---|---|---|---|---|---|")
    for made, (opened, day, whole) in table:
        milliseconds = 1e3 * statistics.median(opened.inside)
        print(f"| {made['days']:,} | {made['cells']:,} | {milliseconds:.1f} | {seconds(day.whole)} | {seconds(whole.whole)} "
              f"| {seconds(whole.processor)} |")


def check(table):
    """All programs found what they were to find, and those of one work the same values."""
    for row in table:
        if row.job.note:
            sys.exit(f"{row.work}: garco {row.job.note}")
        if not row.peer.note and not row.agrees():
            sys.exit(f"{row.work}: garco answers {row.job.count}, {row.peer.name} {row.peer.count}")


def main():
    parser = argparse.ArgumentParser(prog="bench/query", description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--store", type=Path, default=ROOT / "build/bench-store-440", metavar="FOLDER")
    parser.add_argument("--only", default="", metavar="WORD", help="rows whose work or peer has this word")
    parser.add_argument("--growth", type=Path, nargs="*", default=[], metavar="FOLDER",
                        help="stores of more and more days, to see how it grows")
    options = parser.parse_args()
    if not (options.store / "store.json").is_file():
        sys.exit(f"{options.store}: no store: make it by bench/store {options.store}")
    made = json.loads((options.store / "store.json").read_text())
    load = os.getloadavg()[0]
    array = options.store / "store.tdb"
    table = rows(array, options.store / "store.parquet", made["days"])
    table += consolidated(array, joined(options.store), made["days"])
    table = [row for row in table if options.only in row.work or options.only in row.peer.name]
    grown = growth(options.growth)
    measure([job for row in table for job in row.jobs()] + [job for _, jobs in grown for job in jobs], options.runs)
    check(table)
    print_machine(options, made, load)
    print_rows(table)
    if grown:
        print_growth(grown)


if __name__ == "__main__":
    main()
