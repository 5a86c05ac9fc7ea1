"""Makes the store that bench/query asks: an array of one fragment a day, and the same rows as Parquet.

Started by bench/store, which makes the environment. The array is EarthScope's, written by TileDB-Py;
a GPS receiver sees about ten of 31 satellites, each on three codes, every 15 s: some 176,600 cells a
day. The Parquet file has the rows in the array's own order (half a day, sys, sat, obs, time), a row
group a day. The same seed gives the same rows. A store that is there already is left as it is.

SPDX-License-Identifier: Apache-2.0
"""

import argparse
import json
import multiprocessing
import os
import shutil
import sys
import time
from pathlib import Path

import numpy
import pyarrow
import pyarrow.parquet
import tiledb

ROOT = Path(__file__).resolve().parent.parent
sys.path.append(str(ROOT / "tests/accept"))
import schema  # noqa: E402

FIRST_DAY = 1_704_067_200_000  # 2024-01-01, ms since 1970-01-01
DAY = 86_400_000
SIDEREAL = 86_164.0905  # s: a satellite passes at the same place after that time
SATELLITES = 31
SEEN = 0.3318  # of the time, each of them
LOST = 0.01  # of the cells, at random
LIGHT = 299_792_458.0
CODES = {"1C": (1575.42e6, 0.0, 0.25), "2W": (1227.60e6, -6.0, 0.15), "5Q": (1176.45e6, 1.5, 0.08)}  # Hz, dB, m
FIELDS = ["time", "sys", "sat", "obs", "range", "phase", "doppler", "snr", "slip", "flags", "fcn"]


def passes(seconds, sat):
    """Of the seconds at which a satellite is up: which they are, the sine of its elevation, its range
    and range rate (m, m/s), and seconds since it rose."""
    turn = 2 * numpy.pi
    phase = turn * (seconds / SIDEREAL + sat * 0.618033988749895)
    least = numpy.cos(numpy.pi * SEEN)
    up = numpy.flatnonzero(numpy.cos(phase) > least)
    swing = (numpy.cos(phase[up]) - least) / (1 - least)
    sine = 0.09 + 0.9 * numpy.sin(numpy.pi / 2 * swing)
    slope = 0.9 * numpy.cos(numpy.pi / 2 * swing) * numpy.pi / 2 * -numpy.sin(phase[up]) / (1 - least) * turn / SIDEREAL
    since = (((phase[up] / turn + 0.5) % 1.0) - 0.5 + SEEN / 2) * SIDEREAL
    return up, sine, 25.6e6 - 5.4e6 * sine, -5.4e6 * slope, since


def signal(times, seconds, sat, code, random):
    """The cells of one satellite on one code, in the order of their times."""
    frequency, weaker, noise = CODES[code]
    up, sine, distance, rate, since = passes(seconds, sat)
    kept = random.random(len(up)) >= LOST
    up, sine, distance, rate, since = (values[kept] for values in (up, sine, distance, rate, since))
    n, wave = len(up), LIGHT / frequency
    return {
        "time": times[up],
        "sys": numpy.zeros(n, "u1"),
        "sat": numpy.full(n, sat, "u1"),
        "obs": numpy.full(n, schema.code_number(code), "u2"),
        "range": numpy.round(distance + noise * random.standard_normal(n) / sine, 3),
        "phase": numpy.round(distance / wave + 0.01 * random.standard_normal(n) + 1000 * sat, 3),
        "doppler": numpy.round(-rate / wave + 0.1 * random.standard_normal(n), 3),
        "snr": numpy.round((33 + weaker + 19 * sine + 0.6 * random.standard_normal(n)) * 4).astype("f4") / numpy.float32(4),
        "slip": numpy.minimum(since / 4, 65535).astype("u2"),
        "flags": (random.random(n) < 0.001).astype("u2"),
        "fcn": numpy.zeros(n, "i1"),
    }


def rows(day, interval, seed):
    """A day's cells as columns, in the array's global order: half day, sys, sat, obs, time."""
    random = numpy.random.default_rng([seed, day])
    seconds = day * 86400 + numpy.arange(0, 86400, interval, dtype="f8")
    times = FIRST_DAY + (seconds * 1000).astype("i8")
    parts = [signal(times, seconds, sat, code, random) for sat in range(1, SATELLITES + 1) for code in CODES]
    columns = {name: numpy.concatenate([part[name] for part in parts]) for name in FIELDS}
    order = numpy.argsort(columns["time"] // (DAY // 2), kind="stable")
    return {name: column[order] for name, column in columns.items()}


def write_day(work):
    uri, day, interval, seed = work
    columns = rows(day, interval, seed)
    keys = tuple(columns.pop(name) for name in ("time", "sys", "sat", "obs"))
    with tiledb.open(uri, "w", timestamp=day + 1) as array:
        array[keys] = columns
    return len(keys[0])


def write_array(uri, options):
    tiledb.Array.create(uri, schema.earthscope())
    works = [(uri, day, options.interval, options.seed) for day in range(options.days)]
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        return sum(pool.imap_unordered(write_day, works))


def write_parquet(path, options):
    writer = None
    for day in range(options.days):
        table = pyarrow.table(rows(day, options.interval, options.seed))
        writer = writer or pyarrow.parquet.ParquetWriter(path, table.schema, compression="zstd", compression_level=7)
        writer.write_table(table)
    writer.close()


def size_of(path):
    path = Path(path)
    return path.stat().st_size if path.is_file() else sum(p.stat().st_size for p in path.rglob("*") if p.is_file())


def make(folder, options):
    """The folder's store.json is written last: it says that the rest is whole."""
    wanted = {"days": options.days, "interval": options.interval, "seed": options.seed}
    made, array, parquet = folder / "store.json", folder / "store.tdb", folder / "store.parquet"
    if made.is_file():
        found = json.loads(made.read_text())
        if any(found[name] != value for name, value in wanted.items()):
            sys.exit(f"{folder}: a store of {found}: remove it, or name another folder")
        if options.no_parquet or parquet.is_file():
            return found
        found.pop("parquet_bytes", None)
    else:
        shutil.rmtree(array, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        start = time.monotonic()
        found = {**wanted, "cells": write_array(str(array), options), "array_bytes": size_of(array)}
        print(f"{array}: {found['cells']:,} cells, {found['array_bytes'] / 1e6:,.0f} MB, {time.monotonic() - start:.0f} s")
        made.write_text(json.dumps(found))
    if not options.no_parquet:
        start, part = time.monotonic(), folder / "part.parquet"
        write_parquet(part, options)
        part.rename(parquet)
        found["parquet_bytes"] = size_of(parquet)
        print(f"{parquet}: {found['parquet_bytes'] / 1e6:,.0f} MB, {time.monotonic() - start:.0f} s")
        made.write_text(json.dumps(found))
    return found


def main():
    parser = argparse.ArgumentParser(prog="bench/store", description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=440, help="days, a fragment each (440)")
    parser.add_argument("--interval", type=int, default=15, help="seconds from epoch to epoch (15)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same rows (1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes that write (as many as processors)")
    parser.add_argument("--no-parquet", action="store_true", help="the array alone")
    parser.add_argument("folder", nargs="?", type=Path, help="outside the repository's files (build/bench-store-DAYS)")
    options = parser.parse_args()
    if options.days < 1 or options.interval < 1:
        sys.exit("bench/store: --days and --interval are numbers from 1 on")
    make(options.folder or ROOT / f"build/bench-store-{options.days}", options)


if __name__ == "__main__":
    main()
