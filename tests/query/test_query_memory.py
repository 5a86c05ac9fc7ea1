# --memory holds whatever the query: the most that the process takes, beside what it takes to answer a single cell.
# SPDX-License-Identifier: Apache-2.0
import glob
import hashlib
import io
import os
import shutil
import subprocess
import tempfile

import numpy as np
import pandas as pd
import pytest
import tiledb

from random_stores import DAY, schema
from test_query_rows import read

GARCO = os.environ.get("GARCO", os.path.join(os.path.dirname(__file__), "../../build/release/cli/garco"))
MEASURE = os.path.join(os.path.dirname(os.path.realpath(GARCO)), "../bench/bench_measure")  # a small parent
DAYS, EPOCHS, SATS = 12, 5760, 8
QUESTIONS = {
    "rows": ["query", "--field", "time,sat,range,snr"],
    "rows with a condition": ["query", "--field", "time,snr", "--where", "snr > 40"],
    "fine means": ["stats", "--agg", "mean,std", "--field", "range", "--by", "day,sat,obs"],
    "medians by day": ["stats", "--agg", "median,q05", "--field", "range", "--by", "day"],
    "medians by satellite": ["stats", "--agg", "median,q05", "--field", "range", "--by", "sat"],
    "one median": ["stats", "--agg", "median,q99", "--field", "range"],
    "groups of 15 s": ["stats", "--agg", "mean", "--field", "range", "--by", "15s"],
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Twelve days, a fragment each, of 552,960 cells: 4.4 MB of ranges that are nearly all different."""
    return make(tmp_path_factory.mktemp("memory") / "array", 20000)


@pytest.fixture(scope="module")
def store_of_large_tiles(tmp_path_factory):
    """The same, a tile a day."""
    return make(tmp_path_factory.mktemp("memory") / "array", 100000)


def make(array, capacity):
    random = np.random.default_rng(5)
    made = schema(np.random.default_rng(0), False, DAY // 2)
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=made.domain, sparse=True, capacity=capacity, attrs=[made.attr(i) for i in range(made.nattr)]))
    for day in range(DAYS):
        times = np.repeat(np.arange(EPOCHS) * 15000 + (19000 + day) * DAY, SATS)
        count = len(times)
        with tiledb.open(str(array), "w", timestamp=10 + day) as opened:
            opened[times, np.zeros(count, "u1"), np.tile(np.arange(1, SATS + 1), EPOCHS).astype("u1"),
                   np.full(count, 12611, "u2")] = {
                "range": np.round(random.uniform(2e7, 3e7, count), 3),
                "snr": (np.round(random.uniform(20, 55, count) * 4) / 4).astype("f4"),
                "slip": np.zeros(count, "u2")}
    return array


def peak(words):
    """The answer, and the MB that the process took at most."""
    with tempfile.NamedTemporaryFile() as figures:
        out = subprocess.run([MEASURE, figures.name, GARCO, *map(str, words)], check=True, stdout=subprocess.PIPE).stdout
        return out, int(figures.read().split()[2]) / 1024


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_memory_is_kept_to(store, question):
    command, *words = QUESTIONS[question]
    words = [command, store, "--system-base", "0", *words]
    _, least = peak([*words, "--start", "2022-01-08T00:00:00", "--end", "2022-01-08T00:00:01"])
    answers = set()
    for megabytes in (8, 16, 256):
        out, most = peak([*words, "--memory", f"{megabytes}M"])
        assert most <= least + megabytes, (question, megabytes)
        answers.add(hashlib.sha256(out).digest())
    assert len(answers) == 1


@pytest.fixture(scope="module")
def thin(tmp_path_factory):
    """Satellites in turn, so that each cell begins another group: tiles of 200,000 cells."""
    array = tmp_path_factory.mktemp("memory") / "thin"
    random = np.random.default_rng(8)
    zstd = tiledb.FilterList([tiledb.ZstdFilter(level=1)])
    domain = tiledb.Domain(
        tiledb.Dim("time", domain=(0, 2 * 10**12), tile=10**10, dtype="i8", filters=zstd),
        tiledb.Dim("sat", domain=(0, 200), tile=201, dtype="u1", filters=zstd))
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=domain, sparse=True, capacity=200_000,
        attrs=[tiledb.Attr("snr", dtype="f4", filters=zstd), tiledb.Attr("range", dtype="f8", filters=zstd)]))
    for part in range(2):
        count = 400_000
        cells = np.arange(count)
        with tiledb.open(str(array), "w", timestamp=5 + part) as opened:
            opened[15000 * (cells // 32) + part * 10**11 + 10**12, (1 + cells % 32).astype("u1")] = {
                "snr": (random.integers(80, 220, count) / 4).astype("f4"), "range": random.uniform(2e7, 3e7, count)}
    return array


ALTERNATING = {
    "by satellite": ["--agg", "mean,count,min,max", "--by", "sat"],
    "by day and satellite": ["--agg", "mean,count,std", "--by", "day,sat"],
    "ends": ["--agg", "first,last,count", "--by", "sat"],
    "some satellites": ["--agg", "mean,count", "--by", "day", "--sat", "3,7,9,30"],
    "under a condition": ["--agg", "mean,count", "--by", "sat", "--where", "range > 2.3e7"],
    "by satellite and hour": ["--agg", "mean,count", "--by", "1h,sat"],
}


@pytest.mark.parametrize("question", ALTERNATING)
def test_groups_that_change_from_cell_to_cell_keep_to_it(thin, question):
    words = ["stats", thin, "--field", "snr", *ALTERNATING[question], "--threads", "1"]
    _, least = peak([*words[:4], "--agg", "count", "--start", "2001-09-09T01:46:40", "--end", "2001-09-09T01:46:41"])
    memory = 24 if "condition" in question else 14
    out, most = peak([*words, "--memory", f"{memory}M"])
    assert most <= least + memory
    ours = pd.read_csv(io.BytesIO(out))
    columns = list(ours.columns)
    statistics = [c.removeprefix("snr_") for c in columns if c.startswith("snr_")]
    with tiledb.open(str(thin)) as opened:
        frame = pd.DataFrame(opened.query(coords=True)[:]).sort_values(["time", "sat"])
    if "condition" in question:
        frame = frame[frame["range"] > 2.3e7]
    if "some" in question:
        frame = frame[frame["sat"].isin([3, 7, 9, 30])]
    span = 3_600_000 if "hour" in question else DAY
    groups = [frame["time"] // span] if columns[0] != "sat" else []
    groups += [frame["sat"]] if "sat" in columns else []
    wanted = frame.groupby(groups)["snr"].agg(["count", "first", "last", "min", "max"])
    wanted["mean"] = frame.assign(snr=frame["snr"].astype("f8")).groupby(groups)["snr"].mean()
    wanted["std"] = frame.assign(snr=frame["snr"].astype("f8")).groupby(groups)["snr"].std()
    assert len(ours) == len(wanted) > 3
    for name in statistics:
        if name in ("mean", "std"):
            assert np.allclose(ours[f"snr_{name}"], wanted[name], rtol=1e-9 if name == "std" else 1e-12, atol=0), name
        else:
            assert np.array_equal(ours[f"snr_{name}"].astype("f4"), wanted[name].astype("f4")), name


def test_values_that_went_into_a_file_are_exact(store, garco):
    out = garco("query", store, "--system-base", "0", "--field", "time,system,sat,obs_code,range").out
    values = read(out)["range"].to_numpy()
    wanted = [np.median(values), *np.quantile(values, [0.05, 0.999])]
    out = garco("stats", store, "--agg", "median,q05,q0.999", "--field", "range", "--memory", "2M").lines()
    assert [float(text) for text in out[1].split(",")] == wanted


def test_groups_that_do_not_fit_are_refused_with_what_they_need(store, garco):
    words = ["stats", store, "--system-base", "0", "--agg", "mean,std,min,max", "--field", "range", "--by", "15s,sat"]
    error = garco(*words, "--memory", "4M", status=1).err
    assert "memory of 4 MB" in error and "groups" in error
    needed = error.split("about ")[1].split(" MB")[0]
    assert garco(*words, "--memory", f"{needed}M").out == garco(*words).out
    assert len(garco(*words).lines()) == DAYS * EPOCHS * SATS + 1


def unpacked(garco, store, *words):
    lines = dict(line.split(maxsplit=2)[1:] for line in garco("query", store, "--system-base", "0", *words, "--explain", "--run").lines()
                 if line.startswith(("run rows ", "run unpacked ")))
    return int(lines["unpacked"]), int(lines["rows"])


@pytest.mark.parametrize("words", [[], ["--sat", "3"], ["--where", "snr > 54"]], ids=" ".join)
def test_a_memory_below_what_a_tile_takes_is_refused_and_any_above_reads_it_some_times(store_of_large_tiles, garco, words):
    """46,080 cells, 16 bytes each and as much again."""
    error = garco("query", store_of_large_tiles, "--system-base", "0", *words, "--memory", "1M", status=1).err
    assert "memory of 1 MB: tile 0 has 46080 cells, so that at least 2 MB are needed" in error
    assert error.startswith(f"garco: {store_of_large_tiles}/__fragments/__")
    chunks, rows = unpacked(garco, store_of_large_tiles, *words)
    for megabytes in (2, 3, 8):
        more, same = unpacked(garco, store_of_large_tiles, *words, "--memory", f"{megabytes}M")
        assert chunks <= more <= 16 * chunks and rows == same


def test_statistics_refuse_a_memory_below_what_a_tile_takes(store_of_large_tiles, garco):
    words = ["stats", store_of_large_tiles, "--system-base", "0", "--by", "day", "--agg", "mean,median"]
    error = garco(*words, "--memory", "1M", status=1).err
    assert "memory of 1 MB: the largest tile to be read takes 964 kB, so that at least 2 MB are needed" in error
    for memory, said in (("1", "1 byte"), ("1000", "1000 bytes"), ("1023K", "1023 kB"), ("1600", "1.562 kB")):
        assert f"memory of {said}: the largest tile to be read takes 964 kB, so that" in garco(*words, "--memory", memory, status=1).err
        assert f"memory of {said}: tile 0 has" in garco("query", store_of_large_tiles, "--memory", memory, status=1).err
    assert garco(*words, "--memory", "2M").out == garco(*words).out


@pytest.mark.parametrize("words", [["query"], ["query", "--field", "time,snr", "--where", "snr > 40"], ["stats", "--by", "day,sat"],
                                   ["stats", "--agg", "median,first", "--by", "day"], ["stats", "--where", "snr > 40", "--by", "hour"]],
                         ids=" ".join)
def test_small_memories_are_kept_to(store_of_large_tiles, words):
    words = [words[0], store_of_large_tiles, "--system-base", "0", *words[1:]]
    _, least = peak([words[0], store_of_large_tiles, "--system-base", "0", "--start", "2023-01-01", "--span", "1s"])
    out, _ = peak(words)
    for megabytes in (3, 4, 6):
        again, most = peak([*words, "--memory", f"{megabytes}M"])
        assert again == out and most <= least + megabytes, (most, least)


def test_a_corrupt_tile_is_left_out_whole_of_all_passes(store_of_large_tiles, garco, tmp_path):
    array = shutil.copytree(store_of_large_tiles, tmp_path / "array")
    [file] = glob.glob(str(array / "__fragments/__13_13_*/a1.tdb"))
    with open(file, "r+b") as opened:
        opened.seek(-9, os.SEEK_END)  # in the last chunk, which the first passes do not need
        opened.write(b"\xff" * 9)
    words = ["query", array, "--system-base", "0", "--skip-corrupt", "--field", "time,snr"]
    told = [garco(*words, *more) for more in ([], ["--memory", "2M"])]
    assert told[0].out == told[1].out and told[0].err == told[1].err and told[0].err.count("\n") == 1
    assert len(told[0].lines()) == (DAYS - 1) * EPOCHS * SATS + 1
