# Arrays whose times have another name than "time": the only dimension of dates is taken.
# SPDX-License-Identifier: Apache-2.0
import io

import numpy as np
import pandas as pd
import pytest
import tiledb

START = np.datetime64("2022-01-08T22:30:00")


def make(path, unit="ns", names=("epoch",), kind=None):
    low, high = np.datetime64("2000-01-01", unit), np.datetime64("2100-01-01", unit)
    dims = [tiledb.Dim(name, domain=(low, high), tile=np.timedelta64(40 if unit == "D" else 86400, unit), dtype=f"M8[{unit}]")
            if kind is None else tiledb.Dim(name, domain=(0, 10**13), tile=10**6, dtype=kind) for name in names]
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=tiledb.Domain(*dims), sparse=True,
                                                      attrs=[tiledb.Attr("x", dtype="f8")]))
    times = (START + np.arange(300) * np.timedelta64(60, "s")).astype(f"M8[{unit}]")
    if kind is not None:
        times = times.astype("M8[ms]").astype(kind)
    with tiledb.open(str(path), "w") as array:
        array[tuple([times] * len(names))] = {"x": np.arange(300.0)}
    return path


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_the_only_dimension_of_dates_is_the_time(tmp_path, garco, unit):
    path = make(tmp_path / "a", unit)
    table = pd.read_csv(io.StringIO(garco("stats", path, "--field", "x", "--agg", "count,first,last", "--by", "hour").out))
    assert table["hour"].tolist()[:2] == ["2022-01-08T22:00:00.000", "2022-01-08T23:00:00.000"]
    assert table["x_count"].tolist() == [30, 60, 60, 60, 60, 30]
    assert table["x_first"].tolist() == [0, 30, 90, 150, 210, 270] and table["x_last"].tolist() == [29, 89, 149, 209, 269, 299]
    words = ["--start", "2022-01-08T22:31:00", "--end", "2022-01-08T22:33:00"]
    assert garco("query", path, "--field", "x", *words).lines() == ["x", "1", "2"]
    lines = garco("query", path, *words).lines()
    assert lines[0] == "epoch,x" and lines[1].startswith("2022-01-08T22:31:00")  # under its own name, and as dates
    assert garco("query", path, "--field", "time,x", *words).lines()[1].startswith("2022-01-08T22:31:00")
    told = garco("stats", path, "--field", "x", "--explain", *words).out
    assert "tiles as they lie" in told
    assert garco("query", path, "--field", "x", "--where", "epoch < '2022-01-08T22:32:00'").lines() == ["x", "0", "1"]


@pytest.mark.parametrize("names, kind, listed", [(("begin", "end"), None, "begin, end"), (("when",), "i8", "when")])
def test_where_it_is_not_plain_what_is_the_time_what_exists_is_told(tmp_path, garco, names, kind, listed):
    path = make(tmp_path / "a", "ms", names, kind)
    error = garco("query", path, "--start", "2022-01-08", status=1).err
    assert f'no dimension "time" to select a time by: the array\'s dimensions are {listed}' in error
    error = garco("stats", path, "--field", "x", "--by", "hour", status=1).err
    assert f'no field "time": expected one of {listed}, x' in error


def at_times(path, times, capacity=100000):
    dims = tiledb.Domain(tiledb.Dim("time", domain=(0, 10**13), tile=10**12, dtype="i8"))
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=dims, sparse=True, capacity=capacity, attrs=[tiledb.Attr("x", dtype="f8")]))
    with tiledb.open(str(path), "w") as array:
        array[times] = {"x": np.arange(float(len(times)))}
    return path


@pytest.mark.parametrize("capacity", [1, 100000])
def test_the_last_ms_of_a_day_is_its_own(tmp_path, garco, capacity):
    day = 86400000
    path = at_times(tmp_path / "a", np.array([k * day + ms for k in range(19000, 19004) for ms in (-1, 0, 1)]), capacity)
    for by, edges in (("day", [1, 3, 3, 3, 2]), ("hour", [1, 2, 1, 2, 1, 2, 1, 2])):
        lines = garco("stats", path, "--field", "x", "--agg", "count", "--by", by).lines()[1:]
        assert [int(line.split(",")[1]) for line in lines] == edges


def test_passes_leave_no_time_out(tmp_path, garco):
    """A cell each ms, so that one lies wherever a pass ends."""
    path = at_times(tmp_path / "a", np.arange(20000))
    words = ["query", path, "--field", "time,x"]
    whole = garco(*words).out
    assert len(whole.splitlines()) == 20001 and garco(*words, "--memory", "1M").out == whole


@pytest.mark.parametrize("unit", ["ms", "ns"])
@pytest.mark.parametrize("falling", [False, True])
def test_of_several_values_at_one_time_the_least_is_first_and_the_greatest_last(tmp_path, garco, unit, falling):
    """Whatever their order within the tile; by tiles, and by rows where an attribute groups."""
    time = tiledb.Dim("time", domain=(np.datetime64(0, unit), np.datetime64(10**12, unit)), tile=np.timedelta64(10**6, unit),
                      dtype=f"M8[{unit}]")
    attributes = [tiledb.Attr("x", dtype="f8"), tiledb.Attr("sat", dtype="u1")]
    path = tmp_path / "a"
    tiledb.Array.create(str(path), tiledb.ArraySchema(tiledb.Domain(time), attributes, sparse=True, allows_duplicates=True))
    values = np.array([[np.nan, 3, 5, 4], [50, 60, 70, 80], [7, np.nan, 9, 8]])
    values = np.sort(values, axis=1)[:, ::-1] if falling else values
    times = np.repeat([10, 20, 30], 4).astype(f"M8[{unit}]")
    (tmp_path / "rows.csv").write_text("time,x,sat\n" + "".join(f"{time},{x},5\n" for time, x in zip(times.astype("i8"), values.ravel())))
    garco("write", path, tmp_path / "rows.csv")  # keeps the order of equal times, as TileDB does not
    rows = garco("query", path, "--field", "x").lines()[1:]
    assert [float(row.strip('"') or "nan") for row in rows] == pytest.approx(values.ravel(), nan_ok=True)
    words = ["stats", path, "--field", "x", "--agg", "first,last,count"]
    assert "tiles as they lie" in garco(*words, "--explain").out
    assert "rows in order" in garco(*words, "--by", "sat", "--explain").out
    assert garco(*words).lines()[1] == "3,9,10" and garco(*words, "--by", "sat").lines()[1] == "5,3,9,10"
    assert garco(*words, "--where", "x in (70, 60)").lines()[1] == "60,70,2"
