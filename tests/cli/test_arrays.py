# garco query and stats on arrays that TileDB-Py wrote.
# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
import subprocess

import numpy as np
import pandas
import pytest

from conftest import GARCO

tiledb = pytest.importorskip("tiledb")

T0 = 1715385600000  # 2024-05-11
ZSTD = tiledb.FilterList([tiledb.ZstdFilter(7)])


def observations(path, names=("time", "sys", "sat", "obs"), base=0, meta=None):
    """Two days, G05 G07 R05, codes 1C and 2W, one fragment a day."""
    kinds = ((315964800000, 4102444800000, 43200000, "int64"), (0, 254, 1, "uint8"),
             (0, 254, 1, "uint8"), (0, 65534, 1, "uint16"))
    domain = tiledb.Domain(*(tiledb.Dim(n, domain=(low, high), tile=tile, dtype=t, filters=ZSTD)
                             for n, (low, high, tile, t) in zip(names, kinds)))
    attrs = [tiledb.Attr("range", dtype="f8"), tiledb.Attr("snr", dtype="f4")]
    tiledb.Array.create(path, tiledb.ArraySchema(domain, attrs, sparse=True, capacity=4))
    for day in range(2):
        cells = [(T0 + day * 86400000 + t, s + base, n, c) for t in (0, 15000)
                 for s, n in ((0, 5), (0, 7), (1, 5)) for c in (12611, 12887)]
        columns = [np.array(c) for c in zip(*cells)]
        snr = np.arange(12, dtype="f4") + day
        snr[3] = np.nan
        with tiledb.open(path, "w") as array:
            array[tuple(columns)] = {"range": np.arange(12) + 0.5, "snr": snr}
    with tiledb.open(path, "w") as array:
        for key, value in (meta or {}).items():
            array.meta[key] = value


def table(result):
    return [line.split(",") for line in result.lines()]


@pytest.fixture
def obs(tmp_path):
    observations(str(tmp_path / "obs.tdb"))
    return "obs.tdb"


def test_all_rows(garco, obs):
    rows = table(garco("query", obs))
    assert rows[0] == ["time", "system", "sat", "obs_code", "range", "snr"]
    assert rows[1] == ["2024-05-11T00:00:00.000", "G", "5", "1C", "0.5", "0"]
    assert rows[4] == ["2024-05-11T00:00:00.000", "G", "7", "2W", "3.5", ""]
    assert rows[24] == ["2024-05-12T00:00:15.000", "R", "5", "2W", "11.5", "12"]
    assert len(rows) == 25


@pytest.mark.parametrize("options, count", [
    (["--start", "2024-05-11T00:00:15"], 18),
    (["--start", "2024-05-11T00:00:15", "--end", "2024-05-12"], 6),
    (["--start", "1900", "--end", "2200"], 24),
    (["--start", "2200"], 0),
    (["--system", "G"], 16),
    (["--system", "E"], 0),
    (["--sat", "5"], 16),
    (["--sat", "G05"], 8),
    (["--sat", "G07,R05"], 16),
    (["--sat", "R07"], 0),
    (["--obs-code", "2W,9Z"], 12),
    (["--sat", "G07,R05", "--obs-code", "1C", "--start", "2024-05-12", "--span", "15s"], 2),
])
def test_selections(garco, obs, options, count):
    everything = garco("query", obs).lines()
    rows = garco("query", obs, *options).lines()
    assert len(rows) == 1 + count and rows[0] == everything[0]
    assert set(rows) <= set(everything)
    # The keys need not be among the fields.
    assert len(garco("query", obs, *options, "--field", "snr").lines()) == 1 + count


def test_statistics(garco, obs):
    out = garco("stats", obs, "--by", "day,sys", "--agg", "count,mean,max").out
    assert out == ("day,system,snr_count,snr_mean,snr_max\n"
                   "2024-05-11,G,7,4.714285714285714,9\n"
                   "2024-05-11,R,4,7.5,11\n"
                   "2024-05-12,G,7,5.714285714285714,10\n"
                   "2024-05-12,R,4,8.5,12\n")
    assert garco("stats", obs, "--sat", "G07,R05", "--by", "sys,sat", "--agg", "count").out == (
        "system,sat,snr_count\nG,7,6\nR,5,8\n")


@pytest.mark.parametrize("base, meta, options, notice", [
    (0, {}, [], False),
    (1, {}, [], True),
    (1, {}, ["--system-base", "1"], False),
    (1, {"garco.system_numbering": "1:GRSECJI"}, [], False),
    (2, {"garco.system_numbering": "2:GR"}, ["--system-base", "0"], False),
])
def test_how_systems_are_numbered(garco, tmp_path, base, meta, options, notice):
    observations(str(tmp_path / "obs.tdb"), base=base, meta=meta)
    result = garco("query", "obs.tdb", "--field", "system,sat", "--system", "R", *options)
    assert result.lines() == ["system,sat"] + ["R,5"] * 8
    assert (result.err != "") == notice and result.err.count("\n") == notice
    assert garco("stats", "obs.tdb", "--by", "sys", "--agg", "count", *options).lines()[1:] == [
        "G,14", "R,8"]
    # What needs no systems says nothing of them.
    assert garco("query", "obs.tdb", "--field", "snr").err == ""


def test_numbering_that_cannot_be_read(garco, tmp_path):
    observations(str(tmp_path / "obs.tdb"), meta={"garco.system_numbering": "zero"})
    assert 'is "zero"' in garco("query", "obs.tdb", status=1).err


def test_the_demo_names_two_dimensions_differently(garco, tmp_path, obs):
    observations(str(tmp_path / "demo.tdb"), names=("time", "constell", "sat", "obs_code"))
    for options in ([], ["--system", "R", "--obs-code", "1C"], ["--field", "obs_code,constell"]):
        assert garco("query", "demo.tdb", *options).out == garco("query", obs, *options).out


@pytest.fixture
def thin(tmp_path):
    domain = tiledb.Domain(
        tiledb.Dim("time", domain=(315964800000, 4102444800000), tile=43200000, dtype="int64"),
        tiledb.Dim("sat", domain=(0, 254), tile=1, dtype="uint8"))
    schema = tiledb.ArraySchema(domain, [tiledb.Attr("snr", dtype="f4")], sparse=True)
    tiledb.Array.create(str(tmp_path / "thin.tdb"), schema)
    with tiledb.open(str(tmp_path / "thin.tdb"), "w") as array:
        array[[T0, T0, T0 + 86400000], [5, 7, 5]] = np.array([40, 42, 44], dtype="f4")
    return "thin.tdb"


def test_a_thin_array(garco, thin):
    assert garco("query", thin, "--sat", "5").out == (
        "time,sat,snr\n2024-05-11T00:00:00.000,5,40\n2024-05-12T00:00:00.000,5,44\n")
    assert garco("stats", thin, "--by", "day").lines() == [
        "day,snr_mean", "2024-05-11,41", "2024-05-12,44"]
    message = 'no dimension "sys" to select a system by: the array\'s dimensions are time, sat'
    assert message in garco("query", thin, "--system", "G", status=1).err
    assert message in garco("query", thin, "--sat", "G05", status=1).err
    assert 'no dimension "obs"' in garco("query", thin, "--obs-code", "1C", status=1).err
    assert 'no field "sys": expected one of time, sat, snr' in garco("stats", thin, "--by", "sys", status=1).err


def test_sources_of_other_columns_do_not_mix(garco, thin, obs):
    assert "--field" in garco("query", obs, thin, status=1).err
    rows = garco("query", obs, thin, "--field", "time,sat,snr").lines()
    assert len(rows) == 1 + 24 + 3


def test_any_array_by_its_own_names_and_types(garco, tmp_path):
    domain = tiledb.Domain(tiledb.Dim("time", domain=(np.datetime64("1970-01-01", "ns"),
                                                      np.datetime64("2100-01-01", "ns")),
                                      tile=np.timedelta64(1, "D"), dtype="datetime64[ns]"))
    attrs = [tiledb.Attr("east", dtype="f8", nullable=True), tiledb.Attr("count", dtype="uint64"),
             tiledb.Attr("day", dtype="datetime64[D]")]
    tiledb.Array.create(str(tmp_path / "kin.tdb"), tiledb.ArraySchema(domain, attrs, sparse=True))
    times = np.array([T0 * 1000000 + 1, T0 * 1000000 + 86400000000000], dtype="datetime64[ns]")
    with tiledb.open(str(tmp_path / "kin.tdb"), "w") as array:
        array[times] = {"east": np.array([0.1, 0.2]), "count": np.array([2**64 - 1, 0], "u8"),
                        "day": np.array(["2024-05-11", "1969-12-31"], dtype="datetime64[D]")}
    rows = garco("query", "kin.tdb").out
    assert rows == ('time,east,count,day\n'
                    '2024-05-11T00:00:00.000000001,0.1,18446744073709551615,'
                    '2024-05-11T00:00:00.000\n'
                    '2024-05-12T00:00:00.000000000,0.2,0,1969-12-31T00:00:00.000\n')
    first = json.loads(garco("query", "kin.tdb", "--format", "jsonl").lines()[0])
    assert first["count"] == 2**64 - 1
    assert len(garco("query", "kin.tdb", "--end", "2024-05-12").lines()) == 2
    assert garco("stats", "kin.tdb", "--by", "day", "--field", "east").lines()[1:] == [
        "2024-05-11,0.1", "2024-05-12,0.2"]


def test_what_is_no_array(garco, tmp_path):
    (tmp_path / "folder").mkdir()
    for verb in ("query", "stats", "info"):
        assert "folder" in garco(verb, "folder", status=1).err


def digits(text):
    return text.lower().split("e")[0].replace(".", "").replace("-", "").strip("0")


def test_numbers_are_the_shortest_that_read_back(garco, tmp_path):
    """Python's repr is the shortest text of a double, and numpy's of a float."""
    chance = np.random.default_rng(5)
    n = 2000
    wide = np.concatenate([
        chance.integers(0, 2**63, n).view("f8"), 1e-4 * chance.integers(-10**12, 10**12, n),
        chance.integers(-10**9, 10**9, n) / 1e4, 10.0 ** chance.integers(-30, 30, n),
        chance.random(n), [0.0, -0.0, 5e-324, 1.7976931348623157e308, 2.0**53, 2.0**53 - 1, 1e15]])
    wide = wide[np.isfinite(wide)]
    narrow = np.concatenate([chance.integers(0, 2**31, len(wide) - n).astype("u4").view("f4"),
                             (chance.integers(0, 60000, n) / 1000).astype("f4")])
    narrow[~np.isfinite(narrow)] = 1.5
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 10**6), tile=10**6, dtype="int32"))
    schema = tiledb.ArraySchema(
        domain, [tiledb.Attr("wide", dtype="f8"), tiledb.Attr("narrow", dtype="f4")], sparse=True)
    tiledb.Array.create(str(tmp_path / "x.tdb"), schema)
    with tiledb.open(str(tmp_path / "x.tdb"), "w") as array:
        array[np.arange(len(wide), dtype="i4")] = {"wide": wide, "narrow": narrow}
    rows = [line.split(",") for line in garco("query", "x.tdb").lines()[1:]]
    assert len(rows) == len(wide)
    for (_, a, b), x, y in zip(rows, wide, narrow):
        assert np.float64(a).tobytes() == x.tobytes(), (a, x)
        assert np.float32(b).tobytes() == y.tobytes(), (b, y)
        assert len(digits(a)) <= len(digits(repr(float(x)))), (a, x)
        assert len(digits(b)) <= len(digits(str(y))), (b, y)


def test_statistics_see_whole_files_while_others_are_put_in(garco, tmp_path):
    """All pieces of an array that are read at once show it in one state."""
    for k in range(12):
        garco("simulate", "--start", f"2024-{k + 1:02}-01", "--duration", "20d", "--interval", "6h", "--seed", "3",
              "-o", f"{k}.24o")
    garco("ingest", "0.24o", "a.tdb")
    one = [int(garco("stats", f"{k}.24o", "--agg", "count", "--field", "range").lines()[1]) for k in range(12)]
    whole = {sum(one[:k]) for k in range(1, 13)}
    writer = subprocess.Popen([GARCO, "ingest", *(f"{k}.24o" for k in range(1, 12)), "a.tdb"], cwd=tmp_path,
                              stdout=subprocess.DEVNULL)
    seen = []
    while writer.poll() is None:
        seen.append(int(garco("stats", "a.tdb", "--agg", "count", "--field", "range", "-@", "4").lines()[1]))
    assert writer.returncode == 0
    seen.append(int(garco("stats", "a.tdb", "--agg", "count", "--field", "range").lines()[1]))
    assert set(seen) <= whole and seen[-1] == sum(one)


TEXTS = ["plain", "", "a,b", 'say "hi"', "two\nlines", "caf\u00e9", "tab\t"]


@pytest.fixture
def notes(tmp_path):
    """(time, name) with a text and a list of numbers."""
    domain = tiledb.Domain(
        tiledb.Dim("time", domain=(0, 4102444800000), tile=43200000, dtype="i8"),
        tiledb.Dim("name", domain=(None, None), tile=None, dtype="ascii"))
    attrs = [tiledb.Attr("note", dtype="U0", var=True), tiledb.Attr("snr", dtype="f4"),
             tiledb.Attr("many", dtype="f8", var=True),
             tiledb.Attr("pair", dtype=[("", "i2"), ("", "i2")])]
    array = str(tmp_path / "notes.tdb")
    tiledb.Array.create(array, tiledb.ArraySchema(domain, attrs, sparse=True, capacity=3))
    many = np.array([np.arange(i + 1) / 2 for i in range(len(TEXTS))] + [None], object)[:-1]
    with tiledb.open(array, "w") as opened:
        opened[np.arange(len(TEXTS)) // 2 * 1000 + T0,
               np.array(["b", "a", "", "~", "b,c", "bb", "b"], "S")] = {
            "note": np.array(TEXTS, object), "snr": np.arange(len(TEXTS), dtype="f4"),
            "many": many,
            "pair": np.array([(i, -i) for i in range(len(TEXTS))], [("", "i2"), ("", "i2")])}
    return "notes.tdb"


def test_texts(garco, notes):
    rows = list(csv.DictReader(io.StringIO(garco("query", notes).out, newline="")))
    lines = [json.loads(line) for line in garco("query", notes, "--format", "jsonl").lines()]
    assert [r["note"] for r in rows] == [r["note"] for r in lines]
    order = [1, 0, 2, 3, 4, 5, 6]
    assert [r["note"] for r in rows] == [TEXTS[i] for i in order]
    assert [r["name"] for r in rows] == [r["name"] for r in lines] == [
        "a", "b", "", "~", "b,c", "bb", "b"]
    assert [r["pair"] for r in rows] == [f"{i};{-i}" for i in order]
    assert [r["many"] for r in lines] == [[k / 2 for k in range(i + 1)] for i in order]
    assert rows[2]["many"] == "0;0.5;1"
    table = garco("query", notes, "--field", "snr,name", "--format", "table").lines()
    assert table[0].split() == ["snr", "name"] and len(table) == 8
    assert len(garco("query", notes, "--start", "2024-05-11T00:00:01").lines()) >= 5
    assert garco("stats", notes, "--agg", "sum").lines()[1] == "21"
    info = json.loads(garco("info", "--json", notes).out)
    assert info["domain"]["name"] == ["", "~"]
    assert "name string_ascii" in garco("info", notes).out


@pytest.fixture
def labelled(tmp_path):
    """Attributes with labels of several types, nulls among them, and a number without a label."""
    enums = [tiledb.Enumeration("colour", True, values=["red", "", 'blue,"x"']),
             tiledb.Enumeration("count", False, values=np.array([10, 20, -5], "i8")),
             tiledb.Enumeration("part", False, values=np.array([0.5, 2.5], "f8")),
             tiledb.Enumeration("raw", False, values=[b"xx", b"y"]),
             tiledb.Enumeration("none", False, dtype="U0")]
    attrs = [tiledb.Attr("a", dtype="u1", enum_label="colour"),
             tiledb.Attr("b", dtype="i4", enum_label="count", nullable=True),
             tiledb.Attr("c", dtype="i2", enum_label="part"),
             tiledb.Attr("d", dtype="u4", enum_label="raw"),
             tiledb.Attr("e", dtype="u4", enum_label="none"), tiledb.Attr("n", dtype="i4")]
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 1000), tile=10, dtype="i8"))
    array = str(tmp_path / "labelled.tdb")
    tiledb.Array.create(array, tiledb.ArraySchema(domain, attrs, sparse=True, enums=enums))
    with tiledb.open(array, "w") as opened:
        opened[[0, 1, 2]] = {
            "a": np.array([0, 1, 2], "u1"), "c": np.array([1, 0, 1], "i2"),
            "b": pandas.Series([0, 2, None], dtype="Int32"), "d": np.array([1, 1, 0], "u4"),
            "e": np.array([0, 0, 0], "u4"), "n": np.arange(3, dtype="i4")}
    return "labelled.tdb"


def test_labels(garco, labelled):
    codes = [json.loads(r) for r in garco("query", labelled, "--format", "jsonl").lines()]
    assert codes[2] == {"x": 2, "a": 2, "b": None, "c": 1, "d": 0, "e": 0, "n": 2}
    lines = garco("query", labelled, "--labels", "--format", "jsonl").lines()
    assert [json.loads(line) for line in lines] == [
        {"x": 0, "a": "red", "b": 10, "c": 2.5, "d": "y", "e": None, "n": 0},
        {"x": 1, "a": "", "b": -5, "c": 0.5, "d": "y", "e": None, "n": 1},
        {"x": 2, "a": 'blue,"x"', "b": None, "c": 2.5, "d": "xx", "e": None, "n": 2}]
    rows = garco("query", labelled, "--labels", "--field", "a,n").lines()
    assert rows == ["a,n", "red,0", ",1", '"blue,""x""",2']
    info = json.loads(garco("info", "--json", labelled).out)["enumerations"]
    assert info["colour"] == {"ordered": True, "labels": ["red", "", 'blue,"x"']}
    assert info["part"] == {"ordered": False, "labels": [0.5, 2.5]}
    assert info["none"]["labels"] == []
    assert 'labels            colour, 3 in order: "red", "", ' in garco("info", labelled).out


def test_damaged_labels(garco, labelled, tmp_path):
    folder = tmp_path / labelled / "__schema/__enumerations"
    for place in folder.iterdir():
        whole = place.read_bytes()
        for size in (0, 33, len(whole) - 1):
            place.write_bytes(whole[:size])
            message = garco("query", labelled, "--labels", status=1).err
            assert place.name in message and len(garco("query", labelled).lines()) == 4
        place.unlink()
        assert place.name in garco("query", labelled, "--labels", status=1).err
        place.write_bytes(whole)
    assert len(garco("query", labelled, "--labels").lines()) == 4


@pytest.fixture
def twice(tmp_path):
    """Times 1000 and 2000 of writing: two cells, then one of them again and one more."""
    array = str(tmp_path / "travel.tdb")
    kinds = dict(range="f8", phase="f8", doppler="f8", snr="f4", slip="u2", flags="u2", fcn="i1")
    observations(str(tmp_path / "t.tdb"))
    with tiledb.open(str(tmp_path / "t.tdb")) as opened:
        domain = opened.schema.domain
    attributes = [tiledb.Attr(n, dtype=t) for n, t in kinds.items()]
    tiledb.Array.create(array, tiledb.ArraySchema(domain, attributes, sparse=True))
    for timestamp, times, strength in ((1000, [0, 15], [10, 20]), (2000, [15, 30], [21, 31])):
        with tiledb.open(array, "w", timestamp=timestamp) as opened:
            opened[np.array(times) * 1000 + T0, [0, 0], [5, 5], [12611, 12611]] = {
                n: np.array(strength).astype(t) for n, t in kinds.items()}
    with tiledb.open(array, "w", timestamp=500) as opened:
        opened.meta["garco.system_numbering"] = "0:GRSECJI"
    return "travel.tdb"


@pytest.mark.parametrize("options, strengths", [
    ([], "10 21 31"), (["--at", "2000"], "10 21 31"), (["--at", "1999"], "10 20"),
    (["--at", "1970-01-01T00:00:01.5"], "10 20"), (["--at", "999"], ""),
    (["--between", "1500", "2500"], "21 31"), (["--between", "0001000,1000"], "10 20"),
    (["--between", "1970-01-01T00:00:01", "2000"], "10 21 31"),
])
def test_time_travel(garco, twice, options, strengths):
    rows = garco("query", twice, "--field", "snr", *options).lines()[1:]
    assert rows == strengths.split()
    count = garco("stats", *options, twice, "--agg", "count").lines()[1]
    assert count == str(len(rows))
    info = json.loads(garco("info", "--json", twice, *options).out)
    assert len(info["fragments"]) == {"10 21 31": 2, "": 0}.get(strengths, 1)
    if rows:
        text = garco("export", twice, "-o", "-", *options).out
        assert text.count("\n> ") == len(rows)


@pytest.mark.parametrize("options, status, message", [
    (["--at", "0"], 1, '--at: "0" is no time of writing'),
    (["--at", "soon"], 1, '--at: "soon" is no time'),
    (["--at", "99999999999999999999"], 1, "is no time of writing"),
    (["--at", "1960-01-01"], 1, "is no time of writing"),
    (["--between", "2000", "1000"], 1, "--between: the first time is after the second"),
    (["--at", "5", "--between", "1", "2"], 2, "several times of writing: expected one --at or --between"),
    (["--at", "5", "--at", "6"], 2, "several times of writing"),
    (["--at", "soon"], 1, "expected ms since 1970-01-01, or YYYY-MM-DD"),
    (["--between=5"], 2, '--between: "5" alone: expected two times'),
])
def test_time_travel_in_words(garco, twice, options, status, message):
    assert message in garco("query", twice, *options, status=status).err
