"""Queries and statistics as Arrow streams: pyarrow takes them, finds them valid, and reads TileDB-Py's values.

SPDX-License-Identifier: Apache-2.0
"""

import gc
import subprocess

import numpy
import pyarrow
import pytest
import tiledb

import garco_abi as library
from garco_abi import GARCO, Failed

SCHEMA = {"time": "timestamp[ms]", "sys": "uint8", "sat": "uint8", "obs": "uint16", "range": "double",
          "phase": "double", "doppler": "double", "snr": "float", "slip": "uint16", "flags": "uint16", "fcn": "int8"}


@pytest.fixture(scope="module")
def station(tmp_path_factory):
    """Two days of a station with GLONASS as files, and as an array."""
    folder = tmp_path_factory.mktemp("station")
    days, array = folder / "days", folder / "station.tdb"
    subprocess.run([GARCO, "simulate", "--days", "2", "--interval", "120", "--system", "GR", "-o", days], check=True)
    files = sorted(days.iterdir())
    subprocess.run([GARCO, "ingest", *files, array], check=True, stdout=subprocess.DEVNULL)
    return files, array


def table_of(reader):
    table = reader.read_all()
    table.validate(full=True)
    return table


def same(left, right):
    """Equal to the last value; a NaN is one."""
    return left.schema.equals(right.schema) and left.num_rows == right.num_rows and all(
        a.equals(b) if a.null_count > 0 or not pyarrow.types.is_floating(a.type)
        else numpy.array_equal(a.to_numpy(), b.to_numpy(), equal_nan=True)
        for a, b in ((left.column(i).combine_chunks(), right.column(i).combine_chunks()) for i in range(left.num_columns)))


def columns(table):
    return {name: table[name].to_numpy() for name in table.column_names}


def test_an_array_gives_the_rows_that_tiledb_gives(station):
    table = table_of(library.query(station[1]))
    assert {field.name: str(field.type) for field in table.schema} == SCHEMA
    with tiledb.open(str(station[1])) as array:
        theirs = array.query(order="C")[:]
    assert table.num_rows == len(theirs["time"]) > 10000
    ours = columns(table)
    assert (ours["time"].astype("i8") == theirs["time"]).all()
    for name in ("sys", "sat", "obs", "slip", "flags"):
        assert (ours[name] == theirs[name]).all()
    for name in ("range", "phase", "doppler", "snr"):
        missing = theirs[name] < -2e6
        assert (numpy.isnan(ours[name]) == missing).all() and missing.any() == (name != "range")
        assert (ours[name][~missing] == theirs[name][~missing]).all()
    assert table["fcn"].null_count == (theirs["fcn"] == -128).sum()


def test_files_and_arrays_give_the_same(station):
    files, array = station
    ours, theirs = (table_of(library.query(*sources, fields=["time", "sys", "sat", "obs", "snr", "flags", "fcn"]))
                    for sources in (files, [array]))
    key = [(name, "ascending") for name in ("time", "sys", "sat", "obs")]
    assert same(ours.sort_by(key), theirs.sort_by(key))


@pytest.mark.parametrize("options", [
    {"sats": ["G05"], "codes": ["1C"], "fields": ["time", "snr"]},
    {"where": "snr > 45 and sat in (3, 5)", "fields": ["sat", "snr", "time"]},
    {"sats": ["G05", "R01"], "fields": ["sys", "sys", "snr", "snr", "time", "sys"]},  # the same twice
    {"where": "snr > 1000"},
])
def test_selections_threads_and_memory(station, options):
    readings = [table_of(library.query(station[1], threads=threads, memory=memory, **options))
                for threads in (1, 3) for memory in (0, 2 << 20)]
    assert all(same(reading, readings[0]) for reading in readings)
    words = [word for name in options.get("fields", []) for word in ("--field", name)]
    words += [word for name in options.get("sats", []) for word in ("--sat", name)]
    words += [word for name in options.get("codes", []) for word in ("--obs-code", name)]
    words += ["--where", options["where"]] if "where" in options else []
    printed = subprocess.run([GARCO, "query", station[1], *words], check=True, capture_output=True, text=True).stdout
    assert readings[0].num_rows == printed.count("\n") - 1


def test_batches_outlive_the_stream(station):
    reader = library.query(station[1], fields=["time", "sys", "snr"])
    batches = list(reader)
    del reader
    gc.collect()
    for batch in batches:
        batch.validate(full=True)
    assert sum(batch.num_rows for batch in batches) == table_of(library.query(station[1])).num_rows


def test_columns_may_be_taken_out_of_a_batch(station):
    batch = next(iter(library.query(station[1], fields=["time", "sat", "snr"])))
    snr = batch.column(2)
    del batch
    gc.collect()
    snr.validate(full=True)
    assert 20 < numpy.nanmean(snr.to_numpy(zero_copy_only=False)) < 60


def test_a_stream_that_is_not_read_to_its_end(station):
    for sources in ([station[1]], station[0]):
        reader = library.query(*sources)
        reader.read_next_batch()
        del reader
        del_unread = library.query(*sources)
        del del_unread
    gc.collect()


def test_a_table_of_statistics(station):
    table = table_of(library.stats(station[1], by=1 | 4 | 16, statistics=["count", "mean", "median", "q05", "first"],
                                   fields=["snr", "range"]))
    names = [f"{field}_{name}" for field in ("snr", "range") for name in ("count", "mean", "median", "q05", "first")]
    assert table.column_names == ["day", "hour", "sat", *names]
    assert str(table.schema.field("hour").type) == "timestamp[ms]" and table.num_rows > 400
    frame = table_of(library.query(station[1])).to_pandas()
    groups = frame.groupby([frame.time.dt.floor("D"), frame.time.dt.floor("h"), "sat"]).snr
    assert (groups.count().to_numpy() == table["snr_count"].to_numpy()).all()
    wanted = groups.median().to_numpy()
    assert numpy.array_equal(wanted.astype("f8"), table["snr_median"].to_numpy(), equal_nan=True)


def test_no_rows_and_no_groups(station):
    table = table_of(library.query(station[1], sats=["G99"]))
    assert table.num_rows == 0 and len(table.schema) == 11
    table = table_of(library.stats(station[1], by=4, sats=["G99"]))
    assert table.num_rows == 0 and table.column_names == ["sat", "snr_mean"]


def test_what_fails_says_so(station, tmp_path):
    with pytest.raises(Failed, match="no field \"noise\""):
        library.query(station[1], fields=["noise"])
    other = tmp_path / "other.tdb"
    domain = tiledb.Domain(tiledb.Dim("time", domain=(0, 2**41), tile=1000, dtype="i8"))
    tiledb.Array.create(str(other), tiledb.ArraySchema(domain=domain, attrs=[tiledb.Attr("snr", dtype="f4")], sparse=True))
    with tiledb.open(str(other), "w") as array:
        array[numpy.array([5])] = {"snr": numpy.array([1], "f4")}
    with pytest.raises(pyarrow.ArrowInvalid, match="other columns than the first"):
        library.query(station[1], other).read_all()
    assert table_of(library.query(station[1], other, fields=["time", "snr"])).num_rows > 10000
    damaged = tmp_path / "cut.24o"
    damaged.write_bytes(subprocess.run([GARCO, "simulate", "-o", "-", "--duration", "1h"], capture_output=True, check=True).stdout[:-50])
    with pytest.raises((pyarrow.ArrowInvalid, OSError), match="cut.24o"):
        library.query(damaged).read_all()


def test_every_kind_of_column(tmp_path):
    """Text, lists of variable and fixed length, nulls, booleans and dates."""
    array, n = str(tmp_path / "kinds.tdb"), 50
    attributes = [tiledb.Attr("text", dtype="U0", var=True), tiledb.Attr("ascii", dtype="ascii", var=True),
                  tiledb.Attr("bytes", dtype="S0", var=True), tiledb.Attr("list", dtype="i4", var=True),
                  tiledb.Attr("pair", dtype=[("", "i4"), ("", "i4")]), tiledb.Attr("flag", dtype="bool"),
                  tiledb.Attr("maybe", dtype="i2", nullable=True), tiledb.Attr("day", dtype="M8[D]"),
                  tiledb.Attr("nano", dtype="M8[ns]")]
    domain = tiledb.Domain(tiledb.Dim("time", domain=(0, 1000), tile=10, dtype="i8"))
    tiledb.Array.create(array, tiledb.ArraySchema(domain=domain, attrs=attributes, sparse=True, capacity=7))
    random = numpy.random.default_rng(1)
    words = [f"wört {i}"[: int(random.integers(0, 7))] for i in range(n)]
    lists = numpy.empty(n, object)
    lists[:] = [random.integers(-9, 9, int(random.integers(1, 5)), dtype="i4") for _ in range(n)]
    pairs = numpy.array([(i, -i) for i in range(n)], dtype=[("", "i4"), ("", "i4")])
    maybe = [None if i % 3 == 0 else i for i in range(n)]
    import pandas
    with tiledb.open(array, "w") as opened:
        opened[numpy.arange(n)] = {
            "text": numpy.array(words, "U"), "ascii": numpy.array([w.encode("ascii", "replace") for w in words], "S"),
            "bytes": numpy.array([bytes([i, 255]) for i in range(1, n + 1)], "S"), "list": lists, "pair": pairs,
            "flag": numpy.arange(n) % 2 == 1, "maybe": pandas.array(maybe, dtype="Int16"),
            "day": numpy.arange(n).astype("M8[D]"), "nano": numpy.arange(n).astype("M8[ns]")}
    for options in ({}, {"where": "time >= 13 and time < 40"}):
        table = table_of(library.query(array, **options))
        rows = range(13, 40) if options else range(n)
        assert table["text"].to_pylist() == [words[i] for i in rows]
        assert table["bytes"].to_pylist() == [bytes([i + 1, 255]) for i in rows]
        assert table["list"].to_pylist() == [lists[i].tolist() for i in rows]
        assert table["pair"].to_pylist() == [[i, -i] for i in rows]
        assert table["flag"].to_pylist() == [i % 2 == 1 for i in rows]
        assert table["maybe"].to_pylist() == [maybe[i] for i in rows]
        assert table["nano"].cast("int64").to_pylist() == list(rows)
        assert table["day"].to_pylist() == list(rows)
