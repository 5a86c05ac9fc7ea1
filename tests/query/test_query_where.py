# Conditions tried tile by tile: each comparison of each type at the ends of its range, nulls, NaN and
# absent values, against NumPy; and that rows say the same.
# SPDX-License-Identifier: Apache-2.0
import io

import numpy as np
import pandas as pd
import pytest
import tiledb

from random_stores import DAY, build, rows
from test_query_fast import evolved, one, scale
from test_query_tiles import SEEDS

COMPARE = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal}


def ask(garco, path, condition, *words):
    """Count, sum and absent values of x, by tiles; the rows must be as many."""
    told = garco("stats", path, "--field", "x", "--where", condition, "--explain").out
    table = pd.read_csv(io.StringIO(garco("stats", path, "--field", "x", "--agg", "count,nan,sum", "--where", condition, *words).out))
    rows = len(garco("query", path, "--field", "x", "--where", condition).lines()) - 1
    assert rows == table["x_count"][0] + table["x_nan"][0], condition
    return told, table


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"])
def test_integers(tmp_path, garco, kind):
    info = np.iinfo(kind)
    values = np.array([info.min, info.min + 1, info.max, info.max - 1, 0, 1, 5, 100], kind).repeat(3)
    path = one(tmp_path / "a", values)
    for limit in (info.min, info.min + 1, 0, 5, info.max - 1, info.max):
        for sign, holds in COMPARE.items():
            wanted = holds(values, np.array(limit, kind))
            told, table = ask(garco, path, f"x {sign} {limit}")
            assert "tiles as they lie" in told and table["x_count"][0] == wanted.sum(), (sign, limit)


@pytest.mark.parametrize("kind", ["f4", "f8"])
def test_floats(tmp_path, garco, kind):
    tiny = np.finfo(kind).smallest_subnormal
    values = np.array([-np.inf, np.finfo(kind).min, -2.5, -tiny, 0.0, tiny, 0.5, 35, 1e10, np.finfo(kind).max, np.inf, np.nan], kind).repeat(2)
    path = one(tmp_path / "a", values)
    for limit in (-2.5, 0.0, 0.5, 35.0, 1e10, float(np.finfo(kind).max), float(tiny)):
        for sign, holds in COMPARE.items():
            wanted = holds(values, np.array(limit, kind))
            _, table = ask(garco, path, f"x {sign} {limit!r}")
            assert table["x_count"][0] + table["x_nan"][0] == wanted.sum(), (sign, limit)
            assert table["x_nan"][0] == np.isnan(values[wanted]).sum()


def test_nulls_compare_false(tmp_path, garco):
    valid = np.arange(40) % 3 != 0
    path = one(tmp_path / "a", np.arange(40, dtype="i4"), nullable=valid)
    for condition, wanted in [("x > 10", valid & (np.arange(40) > 10)), ("x != 11", valid & (np.arange(40) != 11)),
                              ("x == null", ~valid), ("x != null", valid), ("x > 30 or x == null", ~valid | (np.arange(40) > 30))]:
        _, table = ask(garco, path, condition)
        assert table["x_count"][0] == (wanted & valid).sum() and table["x_nan"][0] == (wanted & ~valid).sum(), condition


def test_absent_values_and_the_channel(tmp_path, garco):
    values = np.arange(40.0)
    values[[3, 7]] = np.nan
    path = one(tmp_path / "a", values, scale(0.5, 0, 4))
    assert ask(garco, path, "x < 10")[1]["x_count"][0] == 8
    assert ask(garco, path, "x != 4")[1]["x_nan"][0] == 2
    path = one(tmp_path / "b", np.array([-128, -7, 3, -128, 6], "i1"), name="fcn")
    table = pd.read_csv(io.StringIO(garco("stats", path, "--field", "fcn", "--agg", "count,min", "--where", "fcn < 5").out))
    assert table["fcn_count"][0] == 2 and table["fcn_min"][0] == -7


def both_ways(garco, path, condition, field="x"):
    """How many cells meet the condition, row by row and tile by tile, and "not" the others."""
    rows = len(garco("query", path, "--field", "time", "--where", condition).lines()) - 1
    counted = garco("stats", path, "--field", field, "--agg", "count,nan", "--where", condition).lines()[1].split(",")
    others = len(garco("query", path, "--field", "time", "--where", f"not ({condition})").lines()) - 1
    assert rows == sum(map(int, counted)) and rows + others == len(garco("query", path, "--field", "time").lines()) - 1
    return int(counted[0]), int(counted[1])


def test_absent_values_are_asked_for(tmp_path, garco):
    """Nulls, NaN, the filter's number for none and the unknown channel."""
    valid = np.arange(40) % 3 != 0
    path = one(tmp_path / "null", np.arange(40, dtype="i4"), nullable=valid)
    assert both_ways(garco, path, "x is null") == (0, 14) and both_ways(garco, path, "x is not null") == (26, 0)
    assert both_ways(garco, path, "x IS NULL or x > 37") == (1, 14) and both_ways(garco, path, "x is not null and x < 3") == (2, 0)
    values = np.arange(40.0)
    values[[3, 7, 8]] = np.nan
    for name, filters in (("nan", None), ("scaled", scale(0.5, 0, 4))):
        path = one(tmp_path / name, values, *([filters] if filters else []))
        assert both_ways(garco, path, "x is null") == (0, 3) and both_ways(garco, path, "x is not null") == (37, 0)
        assert both_ways(garco, path, "x is null and time > 3") == (0, 2) and both_ways(garco, path, "not x is null") == (37, 0)
    path = one(tmp_path / "channel", np.array([-128, -7, 3, -128, 6], "i1"), name="fcn")
    assert both_ways(garco, path, "fcn is null", "fcn") == (0, 2) and both_ways(garco, path, "fcn is not null", "fcn") == (3, 0)
    assert both_ways(garco, path, "time is null", "fcn") == (0, 0) and both_ways(garco, path, "time is not null", "fcn") == (3, 2)
    path = evolved(tmp_path / "late")
    whole = len(garco("query", path, "--field", "x").lines()) - 1
    assert sum(both_ways(garco, path, "late is null")) == 0 and sum(both_ways(garco, path, "late is not null")) == whole


def test_absent_values_of_files_are_asked_for(tmp_path, garco):
    garco("simulate", "--duration", "1h", "-o", tmp_path / "day.24o")
    words = ["stats", tmp_path / "day.24o", "--field", "doppler", "--agg", "count,nan"]
    whole, absent, there = (list(map(int, garco(*words, *more).lines()[1].split(","))) for more in (
        [], ["--where", "doppler is null"], ["--where", "doppler is not null"]))
    assert [0, whole[1]] == absent and [whole[0], 0] == there


def test_deletes_take_nulls_but_no_other_absent_values(tmp_path, garco):
    valid = np.arange(40) % 3 != 0
    path = one(tmp_path / "null", np.arange(40, dtype="i4"), nullable=valid)
    garco("delete", path, "--where", "x is null")
    left = garco("query", path, "--field", "x").lines()[1:]
    assert left == [str(i) for i in np.arange(40)[valid]]
    garco("delete", path, "--where", "not x is null")
    assert len(garco("query", path).lines()) == 1
    path = one(tmp_path / "nan", np.array([1, np.nan]))
    error = garco("delete", path, "--where", "x is null", status=1).err
    assert "byte 5: a value is expected: deletes know no absent values but the nulls of numbers that are no floats, found null" in error
    assert len(garco("query", path).lines()) == 3


def test_what_is_no_absent_value_is_told(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(4.0))
    for text, told in (("x is 5", "byte 5: null or not null is expected, found 5"), ("x is not 5", "byte 9: null is expected, found 5"),
                       ("x == null", 'or "is null" for an absent one, found null'), ("x not is null", "in is expected, found is"),
                       ("x is", "null or not null is expected, and the text ends")):
        assert told in garco("query", path, "--where", text, status=1).err


def test_groups_without_a_row_are_no_groups(tmp_path, garco):
    path = one(tmp_path / "a", np.arange(40))
    out = garco("stats", path, "--field", "x", "--agg", "count,sum", "--by", "10ms", "--where", "x > 15 and x < 22").lines()
    assert [line.split(",", 1)[1] for line in out[1:]] == ["4,70", "2,41"]
    assert garco("stats", path, "--field", "x", "--by", "10ms", "--where", "x > 100").lines() == ["time,x_mean"]


def test_another_field_decides(tmp_path, garco):
    dims = tiledb.Domain(tiledb.Dim("time", domain=(0, 10**9), tile=10**6, dtype="i8"))
    path = tmp_path / "a"
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=dims, sparse=True, capacity=10000, attrs=[
        tiledb.Attr("x", dtype="f8"), tiledb.Attr("y", dtype="u2"), tiledb.Attr("z", dtype="f4")]))
    random = np.random.default_rng(1)
    x, y, z = random.random(50000), random.integers(0, 9, 50000).astype("u2"), random.random(50000).astype("f4")
    with tiledb.open(str(path), "w") as array:
        array[np.arange(50000)] = {"x": x, "y": y, "z": z}
    keep = (y > 3) & ~((z < 0.25) | (x >= 0.75))
    told, table = ask(garco, path, "y > 3 and not (z < 0.25 or x >= 0.75)")
    assert "tiles as they lie" in told and table["x_count"][0] == keep.sum()
    assert np.isclose(table["x_sum"][0], x[keep].sum(), rtol=1e-13)
    keep &= np.arange(50000) >= 12345
    told = garco("stats", path, "--field", "x", "--agg", "count,median", "--where", "y > 3 and not (z < 0.25 or x >= 0.75)",
                 "--start", "1970-01-01T00:00:12.345").lines()[1].split(",")
    assert int(told[0]) == keep.sum() and float(told[1]) == np.median(x[keep])


def test_fields_that_some_fragments_lack_have_the_fill_value(tmp_path, garco):
    path = evolved(tmp_path / "a")
    told, table = ask(garco, path, "late < 3")
    assert "tiles as they lie" in told and table["x_count"][0] == 23
    assert ask(garco, path, "late >= 3")[1]["x_count"][0] == len(garco("query", path, "--field", "x").lines()) - 24
    assert ask(garco, path, "x >= 18")[1]["x_count"][0] == 4
    out = garco("stats", path, "--field", "late,x", "--agg", "count,sum", "--where", "x >= 18").lines()[1]
    assert out == "4,23,4,74"  # the fill value of two, 18 and 19


def test_coordinates_under_or_are_tried_tile_by_tile(tmp_path, garco):
    told, table = ask(garco, one(tmp_path / "a", np.arange(40)), "time == 5 or time == 7")
    assert "tiles as they lie" in told and table["x_sum"][0] == 12
    out = garco("stats", tmp_path / "a", "--field", "x", "--agg", "first,last,count", "--where", "time > 30 or x < 4", "--by", "10ms").lines()
    assert [line.split(",")[1:] for line in out[1:]] == [["0", "3", "4"], ["31", "39", "9"]]


def plan(garco, *words):
    lines = garco(*words, "--system-base", "0", "--explain").lines()
    return {line[:18].strip() if not line.startswith("column") else line[18:].split(":")[0]: line[18:] for line in lines}


def comparisons(random, table):
    """Comparisons of each coordinate with values it has, its type's ends, and none of its values."""
    limits = {"time": [int(random.choice(table["time"])), int(table["time"].min()), int(table["time"].max()), 0],
              "sat": [int(random.choice(table["sat"])), 0, 255], "sys": [0, 1, 255], "obs": [int(random.choice(table["obs"])), 0, 65535]}
    for name, values in limits.items():
        for value in values:
            for sign, holds in COMPARE.items():
                yield f"{name} {sign} {value}", holds(table[name].to_numpy("i8"), value)
        listed = ", ".join(map(str, values))
        yield f"{name} in ({listed})", table[name].isin(values).to_numpy()
        yield f"not {name} in ({listed})", ~table[name].isin(values).to_numpy()


@pytest.mark.parametrize("seed", list(SEEDS)[:3])
def test_conditions_on_coordinates_are_ranges(tmp_path, garco, seed):
    """As many by ranges as NumPy finds, alone and with what narrows further; and row by row, as under "or"."""
    path = tmp_path / "array"
    build(path, seed, most=300)
    table = rows(path)
    random = np.random.default_rng(6000 + seed)
    start = int(random.choice(table["time"]))
    kept = (table["time"] >= start).to_numpy() & (table["slip"] > 100).to_numpy()
    for text, holds in comparisons(random, table):
        words = ["--system-base", "0", "--field", "time,sat"]
        tried = f"{text} or slip > 1000"
        found = [len(garco("query", path, *words, "--where", each, *more).lines()) - 1 for each, more in (
            (text, []), (tried, []), (f"slip > 100 and {text}", ["--start", str(np.datetime64(start, "ms"))]))]
        found.append(int(garco("stats", path, *words[:2], "--agg", "count", "--field", "slip", "--where", tried).lines()[1]))
        assert found == [holds.sum(), holds.sum(), (holds & kept).sum(), holds.sum()], text


def test_ranges_prune_before_anything_is_read(tmp_path, garco):
    path = tmp_path / "array"
    build(path, 4242, most=60000)
    table = rows(path)
    day, sat = int(table["time"].iloc[0]) // DAY * DAY, int(table["sat"].iloc[0])
    whole = plan(garco, "stats", path, "--by", "day")
    told = plan(garco, "stats", path, "--where", f"time >= {day} and time < {day + 3600000} and sat == {sat} and snr > 30")
    assert told["way"] == "tiles as they lie" and int(told["cells"]) < int(whole["cells"]) and "sat" in told and "snr" in told
    same = plan(garco, "stats", path, "--where", "snr > 30", "--start", str(np.datetime64(day, "ms")), "--span", "1h", "--sat", sat)
    assert {name: line for name, line in told.items()} == same
    nothing = plan(garco, "query", path, "--where", "sat == 200")
    assert nothing["tiles met"] == nothing["bytes"] == "0"


def test_systems_are_compared_by_garcos_numbers_whatever_the_arrays(tmp_path, garco):
    """R, G and E are 1, 2 and 3 there; 1, 0 and 3 to garco. Others have no letter, and no number or their place."""
    path = tmp_path / "array"
    dims = tiledb.Domain(tiledb.Dim("time", domain=(0, 10**9), tile=10**6, dtype="i8"),
                         tiledb.Dim("sys", domain=(0, 254), tile=1, dtype="u1"))
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=dims, sparse=True, attrs=[tiledb.Attr("snr", dtype="f4")]))
    with tiledb.open(str(path), "w") as array:
        array[np.arange(30), (np.arange(30) % 10).astype("u1")] = {"snr": np.arange(30, dtype="f4")}
        array.meta["garco.system_numbering"] = "1:RGE"
    for text, numbers in (("sys == 'G'", [2]), ("sys != 'G'", [n for n in range(10) if n != 2]), ("sys in ('G', 'R')", [1, 2]),
                          ("sys < 1", [2]), ("sys == 255", [0, 4, 5, 6, 7]), ("sys >= 3", [0, 3, 4, 5, 6, 7, 8, 9])):
        for form in (text, f"{text} or snr > 1000"):
            found = [int(line) for line in garco("query", path, "--where", form, "--field", "snr").lines()[1:]]
            assert sorted(n % 10 for n in found) == sorted(n for n in numbers for _ in range(3)), form
            counted = garco("stats", path, "--where", form, "--agg", "count").lines()[1]
            assert int(counted) == len(found), form


@pytest.mark.parametrize("said, field, letters", [("1:RGE", "sys", "RGE"), ("0:GRSECJI", "constell", "GRSECJI"), (None, "sys", "")])
def test_deletes_take_systems_by_their_letters(tmp_path, garco, said, field, letters):
    path = tmp_path / "array"
    dims = tiledb.Domain(tiledb.Dim("time", domain=(0, 10**9), tile=10**6, dtype="i8"),
                         tiledb.Dim(field, domain=(0, 254), tile=1, dtype="u1"))
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=dims, sparse=True, attrs=[tiledb.Attr("snr", dtype="f4")]))
    numbers = np.arange(1, 4, dtype="u1")
    with tiledb.open(str(path), "w") as array:
        array[np.arange(3), numbers] = {"snr": np.arange(3, dtype="f4")}
        if said:
            array.meta["garco.system_numbering"] = said
    words = ["delete", path, "--where", f"{field} == 'R' or {field} in ('E')"]
    if not said:
        assert "the array does not say how it numbers systems" in garco(*words, status=1).err
        return
    garco(*words)
    wanted = [n for n in numbers if n not in (letters.index("R") + int(said[0]), letters.index("E") + int(said[0]))]
    with tiledb.open(str(path)) as array:
        assert array[:][field].tolist() == wanted
    assert f"byte {len(field) + 4}: 'X' is no value of field" in garco("delete", path, "--where", f"{field} == 'X'", status=1).err
    assert "'G' is no value of field \"snr\"" in garco("delete", path, "--where", "snr == 'G'", status=1).err
    if letters == "RGE":
        told = garco("delete", path, "--where", "sys == 'C'", status=1).err
        assert "byte 7: a system that the array has a number of is expected, found C" in told


@pytest.mark.parametrize("unit, least", [("ns", "1677-09-21T00:12:43.145224193"), ("us", "1969-12-31T23:59:59.999999")])
def test_fine_times_are_written_as_they_are_printed(garco, tmp_path, unit, least):
    times = np.array([least, "1969-12-31T23:59:59.000001", "1970-01-01", "2024-05-11T00:00:00.25", "2024-05-11T00:00:00.123456", *(
        ["2262-04-11T23:47:16.854775807"] if unit == "ns" else ["2024-05-11T23:59:59.999999"])], dtype=f"datetime64[{unit}]")
    schema = tiledb.ArraySchema(tiledb.Domain(tiledb.Dim("n", domain=(0, 9), tile=10, dtype="int32")),
                                [tiledb.Attr("t", dtype=times.dtype)], sparse=True)
    path = tmp_path / "a"
    tiledb.Array.create(str(path), schema)
    with tiledb.open(str(path), "w") as array:
        array[np.arange(times.size)] = {"t": times}
    printed = garco("query", path, "--field", "t").lines()[1:]
    for i, text in enumerate(printed):
        assert garco("query", path, "--where", f"t == '{text}'", "--field", "n").lines()[1:] == [str(i)], text
        found = garco("query", path, "--where", f"t > '{text}Z'", "--field", "n").lines()[1:]
        assert list(map(int, found)) == np.flatnonzero(times > times[i]).tolist(), text
    assert len(garco("query", path, "--where", "t = '2024-05-11T00:00:00.2500'").lines()) == 2
    for text in (printed[0] + "0" * 7, "2024-05-11T00:00:00.1234x", "2024-05-11.1234", "2024-05-11T00:00:00.123456789" if unit == "us"
                 else "2262-04-11T23:47:16.854775808", *(["1677-09-21T00:12:43.145224191"] if unit == "ns" else [])):
        assert f"'{text}' is no value of field \"t\"" in garco("query", path, "--where", f"t == '{text}'", status=1).err
    garco("delete", path, "--where", f"t = '{printed[1]}'")
    assert garco("query", path, "--field", "n").lines()[1:] == [str(i) for i in range(times.size) if i != 1]


def test_truth_is_written_as_it_is_printed(garco, tmp_path):
    schema = tiledb.ArraySchema(tiledb.Domain(tiledb.Dim("n", domain=(0, 9), tile=10, dtype="int32")), [
        tiledb.Attr("ok", dtype="bool"), tiledb.Attr("n1", dtype="uint8")], sparse=True)
    tiledb.Array.create(str(tmp_path / "a"), schema)
    with tiledb.open(str(tmp_path / "a"), "w") as array:
        array[[1, 2, 3]] = {"ok": np.array([True, False, True]), "n1": np.array([1, 2, 3], "u1")}
    for condition, wanted in (("ok == true", [1, 3]), ("ok = FALSE", [2]), ("ok in (true, false)", [1, 2, 3]),
                              ("not ok = 1", [2]), ("ok != true and n1 = 2", [2])):
        rows = garco("query", tmp_path / "a", "--where", condition, "--field", "n").lines()
        assert list(map(int, rows[1:])) == wanted, condition
    assert "a number or 'text' is expected, found true" in garco(
        "query", tmp_path / "a", "--where", "n1 = true", status=1).err
    garco("delete", tmp_path / "a", "--where", "ok == true")
    with tiledb.open(str(tmp_path / "a")) as array:
        assert array[:]["n"].tolist() == [2]
