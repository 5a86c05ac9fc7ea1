# All statistics, groups of any span, conditions and small memories, against NumPy over the rows
# that TileDB gives, group by group.
# SPDX-License-Identifier: Apache-2.0
import io

import numpy as np
import pandas as pd
import pytest
import tiledb

from budgets import within
from random_stores import CODES, DAY, FIELDS, build, rows
from test_query_tiles import SEEDS, question

NUMBERS = ["count", "nan"]
EXACT = ["min", "max", "first", "last", "median", "q05", "q0.95", "q100", "q0.123"]
ROUNDED = ["mean", "sum", "std"]
SPANS = {"day": DAY, "hour": DAY // 24, "10m": 600000, "7d": 7 * DAY, "90m": 5400000}
LEAST = {"snr": 20, "range": 2e7, "slip": 0, "late": -2}
MOST = {"snr": 55, "range": 3e7, "slip": 500, "late": 110}


def condition(random, table, depth=0):
    """A condition as text, and the rows for which it holds."""
    kind = random.integers(0, 8 if depth < 3 else 4)
    if kind < 2:
        field = str(random.choice(FIELDS + ["late"] * ("late" in table)))
        sign = str(random.choice(["<", "<=", ">", ">=", "==", "!="]))
        value = float(np.round(random.uniform(LEAST[field], MOST[field]) * 4) / 4)
        column = table[field].to_numpy(float)
        value = float(round(value)) if field == "slip" else value
        holds = {"<": column < value, "<=": column <= value, ">": column > value, ">=": column >= value,
                 "==": column == value, "!=": column != value}[sign]
        return f"{field} {sign} {int(value) if field == 'slip' else value}", holds
    if kind == 2:
        values = [int(v) for v in random.integers(1, 33, 5)]
        return f"sat in ({', '.join(map(str, values))})", table["sat"].isin(values).to_numpy()
    if kind == 3:
        name, value = str(random.choice(["time", "sat"])), 0
        value = int(random.choice(table[name]))
        sign = str(random.choice(["<", "<=", ">", ">=", "==", "!="]))
        column = table[name].to_numpy("i8")
        return f"{name} {sign} {value}", {"<": column < value, "<=": column <= value, ">": column > value,
                                          ">=": column >= value, "==": column == value, "!=": column != value}[sign]
    if kind == 4:
        code = int(random.choice(CODES))
        return f"not obs_code == '{chr(code >> 8)}{chr(code & 255)}'", (table["obs"] != code).to_numpy()
    if kind == 7:
        field, turned = str(random.choice(["snr", "range"])), random.random() < 0.3
        return f"{field} is {'not ' * turned}null", table[field].isna().to_numpy() != turned
    left, a = condition(random, table, depth + 1)
    right, b = condition(random, table, depth + 1)
    return (f"({left}) and ({right})", a & b) if kind == 5 else (f"({left} or {right})", a | b)


def quantile(values, q):
    return np.quantile(values, q) if len(values) else np.nan


def statistics_of(group, field):
    """What NumPy makes of a group's values; sums in 80 bits, the deviation in two passes."""
    there = group[group[field].notna()]
    values = there[field].to_numpy(float)
    wide = values.astype(np.longdouble)
    n = len(values)
    first = there[there["time"] == there["time"].min()][field].min() if n else np.nan
    last = there[there["time"] == there["time"].max()][field].max() if n else np.nan
    mean = wide.sum() / n if n else np.nan
    return {
        "count": n, "nan": len(group) - n, "min": values.min() if n else np.nan, "max": values.max() if n else np.nan,
        "first": first, "last": last, "median": np.median(values) if n else np.nan, "q05": quantile(values, 0.05),
        "q0.95": quantile(values, 0.95), "q100": quantile(values, 1.0), "q0.123": quantile(values, 0.123),
        "mean": mean, "sum": wide.sum(), "std": np.sqrt(((wide - mean) ** 2).sum() / (n - 1)) if n > 1 else np.nan,
    }


def grouped(selected, by):
    keys = [selected["time"] // SPANS[k] * SPANS[k] if k in SPANS else selected[k] for k in by]
    if not by:
        return [((), selected)]
    order = sorted(range(len(by)), key=lambda i: (by[i] not in SPANS, i))
    return [group for _, group in selected.groupby([keys[i].rename(f"k{i}") for i in order])]


def check(out, selected, by, fields, statistics):
    ours = pd.read_csv(io.StringIO(out))
    groups = [group for group in grouped(selected, by)] if by else [selected]
    assert len(ours) == len(groups)
    for row, group in enumerate(groups):
        for field in fields:
            wanted = statistics_of(group, field)
            for name in statistics:
                shown = {"q0.95": "q95", "q0.123": "q0.123"}.get(name, name)
                got = float(ours[f"{field}_{shown}"].iloc[row])
                if name in ROUNDED:
                    close = abs(got - wanted[name]) <= 1e-12 * abs(wanted[name]) + (1e-12 if name == "std" else 0)
                    assert close or (np.isnan(got) and np.isnan(wanted[name])), (by, field, name, got, wanted[name])
                else:
                    assert np.array_equal(got, wanted[name], equal_nan=True), (by, field, name, got, wanted[name])


def grouping(random):
    spans = [[], ["day"], ["hour"], ["10m"], ["7d"], ["90m"], ["day", "hour"], ["day", "10m", "hour"]]
    by = list(spans[int(random.integers(0, len(spans)))])
    return by + [k for k in ("sys", "sat", "obs") if random.random() < 0.3]


@pytest.mark.parametrize("seed", SEEDS)
def test_all_statistics_of_random_stores(tmp_path, garco, seed):
    array = tmp_path / "array"
    build(array, seed, most=1500)
    table = rows(array)
    random = np.random.default_rng(3000 + seed)
    for _ in range(4):
        words, selected = question(random, table)
        if random.random() < 0.6:
            text, holds = condition(random, table)
            words += ["--where", text]
            selected = table[table.index.isin(selected.index) & holds]
        by = grouping(random)
        fields = [f for f in FIELDS + ["late"] * ("late" in table) if random.random() < 0.5] or ["snr"]
        some = list(random.permutation(NUMBERS + EXACT + ROUNDED))[: int(random.integers(1, 14))]
        words += ["--agg", ",".join(some), "--field", ",".join(fields), *(["--by", ",".join(by)] if by else [])]
        outs = {within(garco, memory, "stats", array, *words, "-@", threads)
                for threads, memory in ((1, "256M"), (3, "256M"), (2, "64K"))}
        assert len(outs) == 1  # whatever the threads and the memory, to the last digit
        check(outs.pop(), selected, by, fields, some)


@pytest.mark.parametrize("seed", list(SEEDS)[:10])
def test_rows_that_meet_a_condition(tmp_path, garco, seed):
    array = tmp_path / "array"
    build(array, seed)
    table = rows(array)
    random = np.random.default_rng(4000 + seed)
    for _ in range(4):
        words, selected = question(random, table)
        text, holds = condition(random, table)
        selected = table[table.index.isin(selected.index) & holds]
        outs = {within(garco, memory, "query", array, *words, "--where", text, "--field", "time,sat,snr", "-@", threads)
                for threads, memory in ((2, "256M"), (1, "256M"), (3, "64K"))}
        assert len({"\n".join(sorted(out.splitlines())) for out in outs}) == 1
        ours = pd.read_csv(io.StringIO(outs.pop()))
        assert len(ours) == len(selected), text
        key = [pd.to_datetime(ours["time"]).astype("M8[ms]").astype("i8"), ours["sat"], ours["snr"]]
        wanted = [selected["time"], selected["sat"], selected["snr"]]
        ours, wanted = (pd.DataFrame({i: np.asarray(c, float) for i, c in enumerate(columns)}).sort_values([0, 1, 2])
                        for columns in (key, wanted))
        assert np.array_equal(ours.to_numpy(), wanted.to_numpy(), equal_nan=True), text


@pytest.mark.parametrize("sats", [False, True])
def test_an_array_without_times(tmp_path, garco, sats):
    """Whether tile by tile, by a condition, or cell by cell where fragments meet."""
    array, x = tmp_path / "a", np.arange(50, dtype="i4")
    dims = [tiledb.Dim("x", domain=(-1000, 1000), tile=10, dtype="i4")]
    dims += [tiledb.Dim("sat", domain=(0, 99), tile=1, dtype="u1")] if sats else []
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=tiledb.Domain(*dims), sparse=True, capacity=20, attrs=[tiledb.Attr("v", dtype="i4")]))
    by = ["--by", "sat"] if sats else []
    for fragment in range(2):
        with tiledb.open(str(array), "w", timestamp=10 + fragment) as opened:
            opened[(x, (x % 2).astype("u1")) if sats else x] = x * 3
        for words, wanted in ([], x * 3), (["--where", "v > 30"], x[11:] * 3):
            out = garco("stats", array, "--field", "v", "--agg", "count,sum", *words, *by).lines()[1:]
            parts = [wanted[wanted // 3 % 2 == sat] for sat in (0, 1)] if sats else [wanted]
            assert [line.split(",")[-2:] for line in out] == [[str(len(p)), str(p.sum())] for p in parts]
    for words in (["--agg", "first"], ["--by", "day"]):
        assert "time" in garco("stats", array, "--field", "v", *words, status=1).err
