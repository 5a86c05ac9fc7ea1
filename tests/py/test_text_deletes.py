# Deletes by texts and by labels: those of TileDB read as TileDB reads them, and garco's are TileDB's, byte
# for byte.
# SPDX-License-Identifier: Apache-2.0
import itertools
import shutil

import numpy as np
import pytest
import tiledb

from test_arco_tiledb import generic_tiles
from test_upkeep import garco

TEXTS = ["", "a", "ab", "b", "ba", "zz"]
WORDS = ["", "é", "e", "Ä", "x" * 40]


def make(path, duplicates, nullable):
    colours = tiledb.Enumeration("colours", False, ["red", "green", "", "blue"])
    steps = tiledb.Enumeration("steps", True, np.array([-10, 20, 30, 5], "i8"))
    domain = tiledb.Domain(tiledb.Dim("id", dtype="ascii"),
                           tiledb.Dim("x", domain=(0, 999), tile=10, dtype="i4"))
    attributes = [tiledb.Attr("e", dtype="i1", enum_label="colours", nullable=nullable),
                  tiledb.Attr("n", dtype="u2", enum_label="steps", nullable=nullable),
                  tiledb.Attr("s", dtype="ascii", var=True), tiledb.Attr("u", dtype="U0", var=True),
                  tiledb.Attr("v", dtype="i4")]
    tiledb.Array.create(str(path), tiledb.ArraySchema(
        domain=domain, attrs=attributes, sparse=True, enums=[colours, steps], capacity=7,
        allows_duplicates=duplicates))
    for time in (1, 3):
        write(path, time, nullable)


def write(path, time, nullable):
    count = 60
    random = np.random.default_rng(time)
    labels = {}
    for name, kind in (("e", "i1"), ("n", "u2")):
        values = random.integers(0, 4, count).astype(kind)
        valid = random.random(count) < 0.8
        labels[name] = np.ma.masked_array(values, ~valid) if nullable else values
        if nullable:
            import pandas
            labels[name] = pandas.arrays.IntegerArray(values, ~valid)
    with tiledb.open(str(path), "w", timestamp=time) as array:
        array[random.choice(TEXTS[1:], count).astype("S"), random.choice(1000, count, replace=False)] = {
            **labels, "s": random.choice(TEXTS, count).astype("S"),
            "u": random.choice(WORDS, count).astype("U"), "v": np.arange(count, dtype="i4")}


def theirs(path, time=None):
    with tiledb.open(str(path), timestamp=time) as array:
        cells = array.query(attrs=["v"])[:]
    return sorted(zip([i.decode() for i in cells["id"]], cells["x"].tolist(), cells["v"].tolist()))


def ours(path, *words):
    lines = garco("query", path, "--field", "id,x,v", *words).splitlines()[1:]
    return sorted((i, int(x), int(v)) for i, x, v in (line.split(",") for line in lines))


def payload(path):
    (file,) = (path / "__commits").glob("*.del")
    return generic_tiles(file.read_bytes())[0][0]


def both(tmp_path, condition, duplicates=False, nullable=False):
    """The array with TileDB's delete, and one of the same with garco's."""
    a, b = tmp_path / "a", tmp_path / "b"
    make(a, duplicates, nullable)
    shutil.copytree(a, b)
    before = theirs(a)
    with tiledb.open(str(a), "d", timestamp=4) as array:
        array.query(cond=condition).submit()
    garco("delete", b, "--where", condition.replace("[", "(").replace("]", ")"), "--timestamp", "4")
    return a, b, before


CONDITIONS = [
    *(f"{field} {op} {value}" for field, values in
      (("s", ("'ab'", "''")), ("u", ("'é'", "'x'")), ("id", ("'b'", "'ba'")))
      for op, value in itertools.product(("<", "<=", ">", ">=", "==", "!="), values)),
    "s in ['a', '', 'zz']", "s not in ['a', 'ab']", "u in ['é']", "id in ['b', 'zz', 'none']",
    "id not in ['b']", "e == 'red'", "e != 'blue'", "e in ['red', '']", "e not in ['green']",
    "n == 20", "n != -10", "n < 30", "n >= 30", "n > 5", "n in [5, 20]", "n not in [30]",
    "s == 'a' and v > 20 or id == 'b' and e == 'green'", "(s < 'b' or n <= 20) and u != ''"]


@pytest.mark.parametrize("duplicates", [False, True])
@pytest.mark.parametrize("condition", CONDITIONS)
def test_reads_as_tiledb_reads(tmp_path, condition, duplicates):
    a, b, before = both(tmp_path, condition, duplicates)
    expected = theirs(a)
    # TileDB puts the labels of a list in an order of its own
    labels = " in [" in condition and condition[0] in "en"
    assert sorted(payload(b)) == sorted(payload(a)) if labels else payload(b) == payload(a)
    assert ours(a) == expected == theirs(b) == ours(b)
    assert ours(a, "--at", "3") == before == theirs(b, 3)
    kept = [c for c in expected if c[1] >= 500]
    assert ours(a, "--where", "x >= 500") == kept


def test_the_conditions_delete_some(tmp_path):
    """Of what the conditions find, none is nothing and none all."""
    counts = []
    for i, condition in enumerate(CONDITIONS):
        (tmp_path / str(i)).mkdir()
        a, _, before = both(tmp_path / str(i), condition)
        counts.append((len(theirs(a)), len(before)))
    assert sum(0 < kept < all_of for kept, all_of in counts) > len(CONDITIONS) * 0.8


@pytest.mark.parametrize("condition", ["e == 'red'", "e != 'red'", "n > 5", "e in ['red', 'blue']", "n != 20"])
def test_labels_that_are_null(tmp_path, condition):
    a, b, _ = both(tmp_path, condition, nullable=True)
    assert sorted(payload(b)) == sorted(payload(a))
    assert ours(a) == theirs(a) == theirs(b) == ours(b)


def test_deletes_of_others_and_later_cells(tmp_path):
    """A delete is of what was written before it."""
    a = tmp_path / "a"
    make(a, False, False)
    garco("delete", a, "--where", "s == 'a' or e == 'red'", "--timestamp", "2")
    expected = theirs(a)
    assert ours(a) == expected and len(expected) > 60
    garco("consolidate", a)
    garco("vacuum", a)
    assert len(list((a / "__fragments").iterdir())) == 1
    assert theirs(a) == expected == ours(a)


@pytest.mark.parametrize("condition, said", [
    ("e == 'pink'", "pink is none of the 4 labels of enumeration \"colours\""),
    ("e in ('red', 'pink')", "pink is none"), ("n == 7", "7 is none of the 4 labels"),
    ("e < 'red'", "the labels of field \"e\" have no order"), ("e == 0", "a label in 'quotes' is expected"),
    ("n == 'a'", "a number is expected"), ("n == 99999999999999999999", "is no value"),
    ("s == 5", "a 'text' is expected"), ("s == null", "a 'text' is expected"),
    ("'red' < e", "have no order"), ("id in (1)", "a 'text' is expected")])
def test_what_cannot_be(tmp_path, condition, said):
    a = tmp_path / "a"
    make(a, False, False)
    assert said in garco("delete", a, "--where", condition, status=1)
    assert list((a / "__commits").glob("*.del")) == []
