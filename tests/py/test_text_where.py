# Conditions of queries on texts and labels: the rows that pandas selects of all of them, and what it counts.
# SPDX-License-Identifier: Apache-2.0
import io
import os
import subprocess

import numpy as np
import pandas as pd
import pytest
import tiledb

from arco_reader import ROOT

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))
STATIONS = ["P057", "P058", "", "AB07", "p057", "P057x"]
KINDS = ["raw", "final", "rapid"]


def garco(*words, status=0):
    done = subprocess.run([GARCO, *map(str, words)], capture_output=True, text=True, timeout=100)
    assert done.returncode == status, f"{words}: {done.returncode} {done.stderr}"
    return done.stdout if status == 0 else done.stderr


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """An array with a text dimension, texts with and without nulls, and labels; its rows."""
    path, random, count = tmp_path_factory.mktemp("where") / "a", np.random.default_rng(4), 300
    domain = tiledb.Domain(tiledb.Dim("time", domain=(0, 10**6), tile=1000, dtype="i8"),
                           tiledb.Dim("name", domain=(None, None), tile=None, dtype="ascii"))
    kinds = tiledb.Enumeration("kinds", False, np.array(KINDS))
    attrs = [tiledb.Attr("station", dtype="ascii", var=True),
             tiledb.Attr("note", dtype="ascii", var=True, nullable=True),
             tiledb.Attr("kind", dtype="u1", enum_label="kinds"), tiledb.Attr("snr", dtype="f8")]
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=domain, attrs=attrs, enums=[kinds], sparse=True, capacity=40))
    rows = pd.DataFrame({"time": np.arange(count), "name": random.choice(["x", "y", "zz"], count),
                         "station": random.choice(STATIONS, count), "note": random.choice(["a", "b", None], count),
                         "kind": random.choice(KINDS, count), "snr": random.random(count).round(3)})
    for part in (rows.iloc[::2], rows.iloc[1::2]):
        objects = {n: part[n].to_numpy(object) for n in ("station",)}
        with tiledb.open(str(path), "w") as array:
            array[part["time"].to_numpy(), part["name"].to_numpy().astype("S")] = {
                **objects, "note": part["note"].astype(object).where(part["note"].notna(), None).to_numpy(object),
                "kind": part["kind"].map(KINDS.index).to_numpy("u1"), "snr": part["snr"].to_numpy()}
    return path, rows


CASES = {
    "station == 'P057'": lambda r: r.station == "P057",
    "station != 'P057'": lambda r: r.station != "P057",
    "station < 'P057'": lambda r: r.station < "P057",
    "station >= 'P057' and snr > 0.5": lambda r: (r.station >= "P057") & (r.snr > .5),
    "station in ('AB07', 'P057x', 'none')": lambda r: r.station.isin(["AB07", "P057x", "none"]),
    "station not in ('AB07', '')": lambda r: ~r.station.isin(["AB07", ""]),
    "station == ''": lambda r: r.station == "",
    "'P058' == station or name == 'zz'": lambda r: (r.station == "P058") | (r.name_ == "zz"),
    "name in ('x', 'zz') and time < 100": lambda r: r.name_.isin(["x", "zz"]) & (r.time < 100),
    "note == 'a'": lambda r: r.note == "a",
    "note is null": lambda r: r.note.isna(),
    "note is not null and not note == 'a'": lambda r: r.note == "b",
    "kind == 'raw'": lambda r: r.kind == "raw",
    "kind != 'raw' and snr < 0.3": lambda r: (r.kind != "raw") & (r.snr < .3),
    "kind in ('final', 'rapid') and station == 'AB07'": lambda r: r.kind.isin(["final", "rapid"]) & (r.station == "AB07"),
    "station == 'nowhere'": lambda r: r.station == "nowhere"}


@pytest.mark.parametrize("condition", CASES)
def test_rows_and_statistics_are_those_of_pandas(made, condition):
    path, rows = made
    expected = rows[CASES[condition](rows.rename(columns={"name": "name_"}))]
    for extra in ([], ["--labels"]):
        said = garco("query", path, "--where", condition, "--field", "time,snr", *extra)
        found = pd.read_csv(io.StringIO(said))
        assert list(found.columns) == ["time", "snr"]
        assert found["snr"].tolist() == expected.sort_values(["time"])["snr"].tolist()
    said = garco("stats", path, "--where", condition, "--agg", "count,min", "--field", "snr").splitlines()
    if len(expected) == 0:
        assert len(said) == 1 or said[1].split(",")[0] == "0"
    else:
        assert said[0] == "snr_count,snr_min"
        count, least = said[1].split(",")
        assert (int(count), float(least)) == (len(expected), expected["snr"].min())


def test_what_is_no_label_is_told_with_the_nearest(made):
    message = garco("query", made[0], "--where", "kind == 'rapit'", status=1)
    assert message.count("\n") == 1 and 'rapit is none of the 3 labels of enumeration "kinds"' in message
    assert "did you mean rapid?" in message and "raw, final, rapid" in message
    message = garco("stats", made[0], "--agg", "count", "--where", "kind < 'raw'", status=1)
    assert 'labels of field "kind" have no order' in message
    message = garco("query", made[0], "--where", "station == 5", status=1)
    assert message.count("\n") == 1 and "byte" in message
    message = garco("query", made[0], "--where", "note == null", status=1)
    assert "is null" in message
