# Statistics out of metadata (--fast) against the same by reading: counts equal, the rest within the
# bound that is printed, and tiles whose metadata cannot be trusted are read.
# SPDX-License-Identifier: Apache-2.0
import glob
import io
import os
import re
import struct

import numpy as np
import pandas as pd
import pytest
import tiledb

from random_stores import DAY, FIELDS, build, rows
from test_query_tiles import SEEDS, question

STATISTICS = ["count", "nan", "mean", "min", "max", "sum"]
DBL_MAX = np.finfo("f8").max


class Answer:
    def __init__(self, result):
        self.table = pd.read_csv(io.StringIO(result.out))
        told = re.search(r"^garco: fast: (\d+) of (\d+) tiles from metadata; (.*)$", result.err, re.M)
        self.kept, self.tiles = (int(told[1]), int(told[2])) if told else (0, 0)
        self.bounds = {name: float(bound) for name, bound in re.findall(r"(\w+) within (\S+?)(?:,|$)", told[3])} if told else {}


def both(garco, array, *words):
    """The exact answer and the fast one, which must agree."""
    exact, fast = (Answer(garco("stats", array, *words, *more)) for more in ([], ["--fast"]))
    assert list(exact.table.columns) == list(fast.table.columns) and len(exact.table) == len(fast.table)
    for name in exact.table.columns:
        a, b = exact.table[name], fast.table[name]
        bound = fast.bounds.get(name, 0)
        if bound == 0:
            assert np.array_equal(a, b, equal_nan=a.dtype == "f8"), name
        else:
            # The two may be printed from sums that differ in their last digit.
            close = np.abs(a - b) <= bound * (1 + 1e-9)
            assert (close | (a == b) | (a.isna() & b.isna())).all(), (name, a - b, bound)
    return exact, fast


@pytest.mark.parametrize("seed", SEEDS)
def test_random_stores(tmp_path, garco, seed):
    array = tmp_path / "array"
    build(array, seed)
    table = rows(array)
    random = np.random.default_rng(5000 + seed)
    fields = FIELDS + (["late"] if "late" in table else [])
    for _ in range(6):
        words, _ = question(random, table)
        by = [k for k in ("day", "hour", "7d", "sys", "sat", "obs") if random.random() < 0.25]
        words += ["--agg", ",".join(STATISTICS), "--field", ",".join(fields), *(["--by", ",".join(by)] if by else [])]
        if random.random() < 0.2:
            words += ["--where", "snr > 35"]
        _, fast = both(garco, array, *words)
        assert fast.bounds.get("slip_mean", 0) == 0  # integers are exact
        assert fast.bounds.get("snr_min", 0) < 0.00053 and fast.bounds.get("range_max", 0) < 0.0000501


def test_some_random_stores_are_answered_in_part(tmp_path, garco):
    seen = set()
    for seed in range(24):
        array = tmp_path / str(seed)
        build(array, seed)
        _, fast = both(garco, array, "--system-base", "0", "--field", "snr,slip", "--agg", "sum,count")
        seen.add("none" if fast.kept == 0 else "all" if fast.kept == fast.tiles else "some")
    assert {"none", "some"} <= seen and len(seen) >= 2, seen


def one(path, values, filters=(), nullable=None, capacity=10, name="x", duplicates=False):
    """An array of one dimension and one attribute, a tile for every `capacity` values."""
    values = np.asarray(values)
    domain = tiledb.Domain(tiledb.Dim("time", domain=(0, 10**9), tile=10**6, dtype="i8"))
    attribute = tiledb.Attr(name, dtype=values.dtype, nullable=nullable is not None, filters=tiledb.FilterList(list(filters)))
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=domain, attrs=[attribute], sparse=True, capacity=capacity,
                                                      allows_duplicates=duplicates))
    write(path, np.arange(len(values)), values, 1, nullable, name)
    return path


def write(path, times, values, stamp, valid=None, name="x"):
    with tiledb.open(str(path), "w", timestamp=stamp) as array:
        if valid is not None:
            values = pd.array(values, dtype={"i": "Int", "u": "UInt", "f": "Float"}[values.dtype.kind] + str(8 * values.dtype.itemsize))
            values[~np.asarray(valid, bool)] = pd.NA
        array[times] = {name: values}


def of_x(garco, path, name="x"):
    return both(garco, path, "--field", name, "--agg", ",".join(STATISTICS))


def scale(step, offset, size):
    return [tiledb.FloatScaleFilter(step, offset, size)]


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_tiles_with_nan_are_read(tmp_path, garco, kind):
    values = np.arange(40, dtype=kind)
    values[[3, 19, 20]] = np.nan
    exact, fast = of_x(garco, one(tmp_path / "a", values))
    assert (fast.kept, fast.tiles) == (1, 4) and exact.table["x_nan"][0] == 3


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_tiles_with_nan_in_scaled_integers_are_read(tmp_path, garco, size):
    values = np.arange(40, dtype="f8") / 2
    values[12] = np.nan
    path = one(tmp_path / "a", values, scale(0.5, 0, size))
    assert of_x(garco, path)[1].kept == 3
    # Consolidated, the integer that stands for NaN has been read and its statistics are finite.
    write(path, np.arange(40, 50), np.arange(10, dtype="f8"), 5)
    tiledb.consolidate(str(path))
    tiledb.vacuum(str(path))
    of_x(garco, path)


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("step", [1e-3, 0.7, 1e-4, 0.0013])
@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_absent_values_of_consolidated_arrays_with_duplicates(tmp_path, garco, size, step, kind):
    """With duplicates what was consolidated stays settled, so that only the sentinel tells."""
    values = np.arange(20, dtype=kind)
    values[12] = np.nan
    path = one(tmp_path / "a", values, scale(step, 0, size), duplicates=True)
    write(path, np.arange(20, 40), np.arange(20, 40).astype(kind), 5)
    tiledb.consolidate(str(path))
    tiledb.vacuum(str(path))
    exact, fast = of_x(garco, path)
    assert exact.table["x_nan"][0] == 1 and (fast.kept, fast.tiles) == (3, 4)
    both(garco, path, "--field", "x", "--agg", ",".join(STATISTICS), "--raw-missing")


@pytest.mark.parametrize("values", [[np.inf], [-np.inf], [np.inf, -np.inf], [DBL_MAX, DBL_MAX, -DBL_MAX],
                                    [DBL_MAX, DBL_MAX], [-DBL_MAX, -DBL_MAX, 5], [DBL_MAX, -DBL_MAX, 1.0],
                                    [DBL_MAX, DBL_MAX, np.nan, 1]])
def test_sums_of_floats_beyond_the_range_are_read(tmp_path, garco, values):
    path = one(tmp_path / "a", np.concatenate([np.pad(values, (0, 10 - len(values))), np.arange(10.0)]))
    assert of_x(garco, path)[1].kept == 1


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_integers_are_exact(tmp_path, garco, kind):
    info = np.iinfo(kind)
    small = np.random.default_rng(1).integers(max(info.min, -10**6), min(info.max, 10**6), 30)
    exact, fast = of_x(garco, one(tmp_path / "a", small.astype(kind)))
    assert fast.kept == fast.tiles == 3 and fast.bounds == {}
    assert exact.table["x_sum"][0] == small.sum()


@pytest.mark.parametrize("kind, values", [
    ("i8", [2**63 - 1, 2**63 - 1, -5]), ("i8", [-2**63, -2**63, 7]), ("i8", [2**63 - 1, 2**63 - 1, -2**63, -2**63]),
    ("i8", [2**53 + 1, 1]), ("u8", [2**64 - 1, 2**64 - 1]), ("u8", [2**64 - 1]), ("u8", [2**63]), ("u8", [2**53 + 1])])
def test_large_integers_are_read(tmp_path, garco, kind, values):
    array = np.zeros(20, kind)
    array[:len(values)] = np.array(values, kind)
    assert of_x(garco, one(tmp_path / "a", array))[1].kept == 1


def test_nulls_are_counted(tmp_path, garco):
    valid = np.ones(40, bool)
    valid[[1, 5, 11]] = False
    valid[20:30] = False  # a tile of nothing
    for kind in ("i4", "f8", "u2"):
        path = one(tmp_path / kind, np.arange(40).astype(kind), nullable=valid)
        exact, fast = of_x(garco, path)
        assert fast.kept == fast.tiles == 4 and exact.table["x_nan"][0] == 13
        assert fast.table["x_min"][0] == 0 and fast.table["x_max"][0] == 39


def test_nan_among_nulls_is_read(tmp_path, garco):
    values = np.arange(20.0)
    path = one(tmp_path / "a", values, nullable=np.arange(20) != 4)
    with tiledb.open(str(path), "w", timestamp=9) as array:
        data = pd.array(np.arange(10.0), dtype="Float64")
        data._data[3] = np.nan
        data[5] = pd.NA
        array[np.arange(20, 30)] = {"x": data}
    exact, fast = of_x(garco, path)
    assert fast.kept >= 2 and exact.table["x_count"][0] + exact.table["x_nan"][0] == 30


def test_no_channel_is_no_value(tmp_path, garco):
    values = np.arange(-10, 10, dtype="i1")
    values[2] = -128
    exact, fast = of_x(garco, one(tmp_path / "a", values, name="fcn"), "fcn")
    assert exact.table["fcn_nan"][0] == 1 and fast.kept == 1


@pytest.mark.parametrize("size, step, high", [(1, 1, 300), (1, 1, 127), (2, 1, 40000), (1, 0.5, 200), (4, 1e-6, 5000), (1, 2, -400)])
def test_values_that_wrap_are_read(tmp_path, garco, size, step, high):
    values = np.concatenate([np.linspace(0, 20, 10), np.linspace(0, high, 10)])
    _, fast = of_x(garco, one(tmp_path / "a", values, scale(step, 0, size)))
    assert fast.kept == 1


@pytest.mark.parametrize("kind", ["f4", "f8"])
@pytest.mark.parametrize("step, offset, size", [(0.5, 0, 4), (-0.5, 0, 4), (7.0, 100.0, 2), (1e-3, 0, 4), (1e-4, 1e6, 8), (3.0, -5e5, 4)])
def test_the_bound_holds(tmp_path, garco, kind, step, offset, size):
    """Values in the midst of two steps are off by half of one."""
    random = np.random.default_rng(3)
    values = (random.integers(-1000, 1000, 500) + 0.499) * step + offset
    _, fast = of_x(garco, one(tmp_path / "a", values.astype(kind), scale(step, offset, size), capacity=100))
    rounding = 2e-6 * (abs(offset) + 1000 * abs(step)) if kind == "f4" else 1e-6
    assert fast.kept == 5 and fast.bounds["x_min"] <= abs(step) / 2 + rounding
    exact, fast = of_x(garco, tmp_path / "a")
    if abs(step) >= 0.5 and kind == "f8":  # the bound is needed, and not ten times what is needed
        assert abs(exact.table["x_mean"] - fast.table["x_mean"])[0] > fast.bounds["x_mean"] / 10


def test_sums_that_cancel_stay_within_the_bound(tmp_path, garco):
    values = np.tile([1e16, 1.0, -1e16, 1.0], 25)
    exact, fast = of_x(garco, one(tmp_path / "a", values, capacity=100))
    assert fast.kept == 1 and fast.bounds["x_sum"] > 0 and exact.table["x_sum"][0] == 50


def test_only_tiles_that_lie_within_are_answered(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    for start, end, kept in [(0, 40, 4), (5, 40, 3), (5, 35, 2), (10, 20, 1), (11, 20, 0), (10, 21, 1)]:
        fast = both(garco, path, "--field", "x", "--agg", "sum,count", "--start", f"1970-01-01T00:00:00.{start:03}",
                    "--end", f"1970-01-01T00:00:00.{end:03}")[1]
        assert fast.kept == kept, (start, end)


def test_tiles_of_several_groups_are_read(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    for span, kept in [("1s", 4), ("10ms", 4), ("20ms", 4), ("15ms", 3), ("7ms", 0)]:
        assert both(garco, path, "--field", "x", "--agg", "sum,max", "--by", span)[1].kept == kept, span


def test_satellites_of_their_own_tiles_are_answered(tmp_path, garco):
    """Where a tile holds one satellite the box says so."""
    dims = [tiledb.Dim("sat", domain=(0, 254), tile=1, dtype="u1"), tiledb.Dim("time", domain=(0, 10**9), tile=10**6, dtype="i8")]
    tiledb.Array.create(str(tmp_path / "a"), tiledb.ArraySchema(
        domain=tiledb.Domain(*dims), attrs=[tiledb.Attr("x", dtype="i4")], sparse=True, capacity=10))
    with tiledb.open(str(tmp_path / "a"), "w") as array:
        array[np.repeat(np.arange(3, 7), 10).astype("u1"), np.tile(np.arange(10), 4)] = {"x": np.arange(40, dtype="i4")}
    assert both(garco, tmp_path / "a", "--field", "x", "--agg", "sum,nan", "--by", "sat")[1].kept == 4
    assert both(garco, tmp_path / "a", "--field", "x", "--agg", "sum,nan", "--sat", "4,6")[1].kept == 2


def test_what_other_fragments_touch_is_read(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    write(path, np.array([15, 100]), np.array([1000, 2000]), 5)
    exact, fast = of_x(garco, path)
    assert exact.table["x_count"][0] == 41 and exact.table["x_sum"][0] == 780 - 15 + 3000
    assert fast.kept == 1  # the tiles from 10 on lie within the box of the two cells
    both(garco, path, "--field", "x", "--agg", "sum", "--end", "1970-01-01T00:00:00.010")


def test_what_a_consolidated_fragment_holds_twice_is_read(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    write(path, np.arange(20, 60), np.arange(1000, 1040), 5)
    tiledb.consolidate(str(path))
    tiledb.vacuum(str(path))
    exact, fast = of_x(garco, path)
    assert exact.table["x_count"][0] == 60 and exact.table["x_sum"][0] == 190 + sum(range(1000, 1040)) and fast.kept == 0


def test_deletes_are_obeyed(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    with tiledb.open(str(path), "d", timestamp=5) as array:
        array.query(cond="x > 35").submit()
    exact, fast = of_x(garco, path)
    assert exact.table["x_count"][0] == 36 and fast.kept == 0
    write(path, np.arange(100, 110), np.arange(100, 110), 9)  # later than the delete
    assert of_x(garco, path)[1].kept == 1
    tiledb.consolidate(str(path))
    of_x(garco, path)


def test_arrays_as_they_were(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40), duplicates=True)
    write(path, np.arange(40, 60), np.arange(40, 60), 50)
    tiledb.consolidate(str(path))
    for at in (1, 49, 50):
        exact, _ = both(garco, path, "--field", "x", "--agg", "count,sum", "--at", f"1970-01-01T00:00:00.{at:03}")
        assert exact.table["x_count"][0] == (40 if at < 50 else 60)


def evolved(path):
    """An array of one, and in a second fragment of 20 cells a field that came later."""
    one(path, np.arange(20))
    evolution = tiledb.ArraySchemaEvolution(tiledb.Ctx())
    evolution.add_attribute(tiledb.Attr("late", dtype="i4", fill=-7))
    evolution.array_evolve(str(path))
    with tiledb.open(str(path), "w") as array:
        array[np.arange(20, 40)] = {"x": np.arange(20), "late": np.arange(20, dtype="i4")}
    return path


def test_fields_that_came_later(tmp_path, garco):
    path = evolved(tmp_path / "a")
    exact, fast = of_x(garco, path, "late")
    assert exact.table["late_min"][0] == -7 and fast.kept == 2


def test_what_is_not_kept_is_read(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40.0))
    for statistic in ("std", "median", "q05", "first", "mean,last"):
        _, fast = both(garco, path, "--field", "x", "--agg", statistic)
        assert fast.kept == 0
    assert both(garco, path, "--field", "x", "--agg", "sum", "--where", "x > 3")[1].kept == 0


def test_metadata_that_contradict_themselves_are_not_used(tmp_path, garco):
    """A sum, a minimum or a maximum that cannot be: the tile is read."""
    for place, number in [("min", 25.0), ("max", 3.0), ("max", -1.0), ("sum", 1e9), ("sum", -1.0)]:
        path = one(tmp_path / f"{place}{number}", np.arange(10.0), capacity=10)
        forge(path, place, number)
        exact, fast = of_x(garco, path)
        assert fast.kept == 0 and exact.table["x_sum"][0] == 45, (place, number)


def forge(path, place, number):
    """Puts a number into the vector of minima, maxima or sums, whose tile is stored without filters."""
    [file] = glob.glob(str(path / "__fragments/*/__fragment_metadata.tdb"))
    with open(file, "rb") as opened:
        content = bytearray(opened.read())
    length = struct.unpack("<Q", content[-8:])[0]
    footer = content[-8 - length:-8]
    nslots = 3  # x, the slot of none, time
    # From the back: place of the list of deletes done, of the statistics; nulls, sums, maxima, minima.
    at = {"sum": 2, "max": 3, "min": 4}[place]
    offset = struct.unpack_from("<Q", footer, length - 16 - 8 * nslots * at)[0]
    vector = struct.pack("<QQd", 8, 0, number) if place != "sum" else struct.pack("<Qd", 1, number)
    tile = struct.pack("<QIII", 1, len(vector), len(vector), 0) + vector
    head = struct.pack("<IQQBQBI", 22, len(tile), len(vector), 4, 1, 0, 8) + struct.pack("<II", 65536, 0)
    moved = len(content) - 8 - length
    struct.pack_into("<Q", footer, length - 16 - 8 * nslots * at, moved)
    assert offset < moved
    with open(file, "wb") as opened:
        opened.write(content[:moved] + head + tile + footer + struct.pack("<Q", length))


def test_damaged_statistics_name_their_file(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(10.0))
    [file] = glob.glob(str(path / "__fragments/*/__fragment_metadata.tdb"))
    content = bytearray(open(file, "rb").read())
    length = struct.unpack("<Q", content[-8:])[0]
    at = struct.unpack_from("<Q", content, len(content) - 8 - length + length - 16 - 8 * 3 * 2)[0]
    content[at + 60:at + 70] = b"\xff" * 10
    open(file, "wb").write(content)
    garco("stats", path, "--field", "x")  # exact: not looked at
    result = garco("stats", path, "--field", "x", "--fast", status=1)
    assert "__fragment_metadata.tdb" in result.err


def test_the_plan_says_what_is_kept(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    plan = garco("stats", path, "--field", "x", "--fast", "--explain").out
    assert re.search(r"^tiles kept +4$", plan, re.M) and re.search(r"^bytes +0$", plan, re.M)
    plan = garco("stats", path, "--field", "x", "--explain").out
    assert re.search(r"^tiles kept +0$", plan, re.M) and not re.search(r"^bytes +0$", plan, re.M)


def test_files_are_read(garco, tmp_path):
    garco("simulate", "--duration", "1h", "-o", tmp_path / "day.24o")
    result = garco("stats", tmp_path / "day.24o", "--fast")
    assert result.err == "garco: fast: 0 of 0 tiles from metadata; the answer is exact\n"


def test_what_garco_wrote(garco, tmp_path):
    garco("simulate", "--days", "2", "-o", tmp_path)
    garco("ingest", *sorted(glob.glob(str(tmp_path / "*.Z"))), tmp_path / "a.tdb")
    for by in ([], ["--by", "day"]):
        _, fast = both(garco, tmp_path / "a.tdb", "--field", "range,snr,slip,fcn", "--agg", ",".join(STATISTICS), *by)
        assert fast.kept >= 4
    assert os.path.isdir(tmp_path / "a.tdb")
