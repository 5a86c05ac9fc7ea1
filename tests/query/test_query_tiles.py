# Statistics of an array's tiles, against pandas over the rows that TileDB gives.
# SPDX-License-Identifier: Apache-2.0
import io
import os

import numpy as np
import pandas as pd
import pytest

from random_stores import CODES, DAY, FIELDS, build, rows

SEEDS = range(int(os.environ.get("GARCO_EXAMPLES", "25")))
STATISTICS = ["count", "mean", "min", "max", "sum", "std"]


def text(ms):
    return str(np.datetime64(int(ms), "ms"))


def question(random, table):
    """Words that select, and the rows that they select."""
    words, keep = ["--system-base", "0"], np.ones(len(table), bool)
    if random.random() < 0.6:
        low, high = np.sort(random.integers(table["time"].min(), table["time"].max() + 2, 2))
        kind = random.random()
        if kind < 0.4:
            low, high = low // DAY * DAY, (high // DAY + 1) * DAY
        elif kind < 0.8:  # of cells, or beside them: the start is in, the end is not
            low, high = np.sort(random.choice(table["time"], 2)) + random.integers(-1, 2, 2)
            high = max(high, low + 1)
        words += ["--start", text(low), "--end", text(high)]
        keep &= (table["time"] >= low) & (table["time"] < high)
    if random.random() < 0.4:
        code = int(random.choice(CODES))
        words += ["--obs-code", chr(code >> 8) + chr(code & 255)]
        keep &= table["obs"] == code
    if random.random() < 0.4:
        words += ["--sat", str(sat := int(random.choice(table["sat"])))]
        keep &= table["sat"] == sat
    if random.random() < 0.3:
        words += ["--system", "G"]
        keep &= table["sys"] == 0
    return words, table[keep]


def expected(selected, by, fields):
    selected = selected.assign(day=selected["time"] // DAY * DAY)
    grouped = selected.groupby(by)[fields] if by else selected.assign(all=0).groupby("all")[fields]
    return grouped.agg(STATISTICS).sort_index()


def assert_equal(out, wanted, by, fields):
    ours = pd.read_csv(io.StringIO(out))
    if not by and len(wanted) == 0:
        assert (ours[[f"{f}_count" for f in fields]] == 0).all(axis=None)
        return
    assert len(ours) == len(wanted)
    for field in fields:
        for statistic in STATISTICS:
            a = ours[f"{field}_{statistic}"].to_numpy(float)
            b = wanted[(field, statistic)].to_numpy(float)
            if statistic in ("count", "min", "max"):
                assert np.array_equal(a, b, equal_nan=True), (field, statistic)
            else:
                tolerance = 1e-12 if statistic != "std" else 1e-6
                assert np.allclose(a, b, rtol=tolerance, atol=1e-9 * (statistic == "std"),
                                   equal_nan=True), (field, statistic)


def ask(garco, array, words, by, fields, *more):
    words = ["stats", array, *words, "--agg", ",".join(STATISTICS), "--field", ",".join(fields), *more]
    return garco(*words, *(["--by", ",".join(by)] if by else [])).out


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_of_random_stores(tmp_path, garco, seed):
    array = tmp_path / "array"
    build(array, seed)
    table = rows(array)
    random = np.random.default_rng(1000 + seed)
    fields = FIELDS + (["late"] if "late" in table else [])
    for _ in range(6):
        words, selected = question(random, table)
        by = [k for k in ("day", "sys", "sat", "obs") if random.random() < 0.5]
        outs = {ask(garco, array, words, by, fields, "--threads", n) for n in (1, 2, 3)}
        assert len(outs) == 1  # whatever the threads, to the last digit
        assert_equal(outs.pop(), expected(selected, by, fields), by, fields)


def test_tiles_of_many_chunks(tmp_path, garco):
    """One tile of 40000 cells has three chunks of snr, five of range."""
    array = tmp_path / "array"
    build(array, 4242, most=60000)
    table = rows(array)
    random = np.random.default_rng(1)
    for _ in range(10):
        words, selected = question(random, table)
        by = ["day", "sat", "obs"]
        assert_equal(ask(garco, array, words, by, FIELDS), expected(selected, by, FIELDS), by, FIELDS)


def test_arrays_as_they_were(tmp_path, garco):
    array = tmp_path / "array"
    build(array, 7)
    for end in (10, 20, 30):
        out = ask(garco, array, ["--system-base", "0", "--at", text(end)], ["day"], FIELDS)
        assert_equal(out, expected(rows(array, end), ["day"], FIELDS), ["day"], FIELDS)
