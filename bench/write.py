# One fragment of a day's observations, written by garco and by TileDB-Py in turn: the same cells, the
# same schema, the median of the runs. Seconds by the clock, seconds of processor, bytes.
# SPDX-License-Identifier: Apache-2.0
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import tiledb

ROOT = pathlib.Path(__file__).resolve().parents[1]
GARCO = ROOT / "build/release/cli/garco"
WRITER = ROOT / "build/release/bench/bench_write"


def source(place, words):
    """An array of the files, or of a simulated day."""
    array = place / "source.tdb"
    files = [pathlib.Path(w) for w in words]
    if not files:
        files = [place / "day.24o"]
        subprocess.run([GARCO, "simulate", "--version", "3", "--system", "GRE", "--interval", "30s",
                        "-o", files[0]], check=True)
    subprocess.run([GARCO, "ingest", "--salvage", *files, array], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return array


def cells_of(array):
    """Columns in the order of epochs, as garco's program has them too."""
    with tiledb.open(str(array)) as opened:
        dims = [opened.schema.domain.dim(i).name for i in range(opened.schema.domain.ndim)]
        cells = opened.query(coords=True, order="C")[:]
    columns = {k: np.ascontiguousarray(v) for k, v in cells.items()}
    order = np.lexsort([columns[d] for d in reversed(dims)])
    return dims, {k: v[order] for k, v in columns.items()}


def data_bytes(array):
    (fragment,) = (array / "__fragments").iterdir()
    return sum(f.stat().st_size for f in fragment.iterdir() if f.name != "__fragment_metadata.tdb")


def by_tiledb(target, schema_of, dims, cells):
    shutil.copytree(schema_of / "__schema", target / "__schema")
    for folder in ("__commits", "__fragments", "__fragment_meta", "__meta", "__labels"):
        (target / folder).mkdir()
    attributes = {k: v for k, v in cells.items() if k not in dims}
    clock, processor = time.perf_counter(), time.process_time()
    with tiledb.open(str(target), "w") as opened:
        opened[tuple(cells[d] for d in dims)] = attributes
    return time.perf_counter() - clock, time.process_time() - processor, data_bytes(target)


def by_garco(target, array, threads, level):
    out = subprocess.run([WRITER, array, target, "earthscope", str(threads), str(level)], check=True,
                         capture_output=True, text=True).stdout.split()
    return float(out[0]), float(out[1]), data_bytes(target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("files", nargs="*")
    words = parser.parse_args()
    place = pathlib.Path(tempfile.mkdtemp(prefix="garco_bench_"))
    try:
        array = source(place, words.files)
        dims, cells = cells_of(array)
        # Name: threads and level of zstd, 0 for all and for the schema's own.
        ours = {"garco, 1 thread": (1, 0), "garco": (0, 0), "garco, level 6": (0, 6),
                "garco, level 5": (0, 5)}
        ways = {"TileDB-Py": [], **{name: [] for name in ours}}
        for run in range(words.runs + 1):
            for number, name in enumerate(ways):
                target = place / f"target{run}_{number}.tdb"
                target.mkdir()
                if name == "TileDB-Py":
                    figures = by_tiledb(target, array, dims, cells)
                else:
                    figures = by_garco(target, array, *ours[name])
                shutil.rmtree(target)
                if run > 0:  # the first warms up
                    ways[name].append(figures)
    finally:
        shutil.rmtree(place)
    print(f"{len(cells[dims[0]]):,} cells, {words.runs} runs each in turn, {os.cpu_count()} processors")
    print(f"load average {os.getloadavg()[0]:.0f}; times as fast: by the lowest of the clock, the medians "
          "of processor seconds")
    print(f"{'':20} {'clock s':>9} {'lowest':>9} {'cpu s':>9} {'bytes':>11} {'clock':>6} {'cpu':>6}")
    def figures_of(name):
        clock, processor, size = ([f[i] for f in ways[name]] for i in range(3))
        return (statistics.median(clock), min(clock), statistics.median(processor), max(size))

    base = figures_of("TileDB-Py")
    for name in ways:
        clock, lowest, processor, size = figures_of(name)
        print(f"{name:20} {clock:9.4f} {lowest:9.4f} {processor:9.4f} {size:11,} "
              f"{base[1] / lowest:6.1f} {base[2] / processor:6.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
