"""Each file goes into an array once, whatever its name; a bad file among good ones stays out.

SPDX-License-Identifier: Apache-2.0
"""

import gzip
import pathlib
import re
import shutil

import pytest
import support
import tiny_rinex


def stored(array):
    """Fragments and their commits, by name and content."""
    return {k: v for k, v in support.tree_digest(array).items() if k.startswith(("__fragments", "__commits"))}


def committed(array):
    return len(list((pathlib.Path(array) / "__commits").glob("*.wrt")))


def rows(array):
    return support.ok("query", array, "--format", "csv").out_bytes


@pytest.fixture
def days(tmp_path):
    files = []
    for day in (1, 2, 3):
        files.append(tmp_path / f"day{day}.24o")
        files[-1].write_bytes(tiny_rinex.rinex2(day=day))
    return files


def test_twice(days, tmp_path):
    array = tmp_path / "a.tdb"
    support.ok("ingest", days[0], array)
    before, answer = stored(array), rows(array)
    again = support.ok("ingest", days[0], array)
    said = again.out + again.err
    assert days[0].name in said
    assert re.search(r"before|already", said), said
    assert stored(array) == before
    assert rows(array) == answer


def test_under_another_name(days, tmp_path):
    array = tmp_path / "a.tdb"
    support.ok("ingest", days[0], array)
    before = stored(array)
    other = tmp_path / "other.obs"
    shutil.copy(days[0], other)
    again = support.ok("ingest", other, array)
    assert other.name in again.out + again.err
    assert stored(array) == before


def test_twice_in_one_command(days, tmp_path):
    array = tmp_path / "a.tdb"
    copy = tmp_path / "copy.24o"
    shutil.copy(days[1], copy)
    support.ok("ingest", days[0], days[1], copy, days[0], array)
    assert committed(array) == 2


def test_several_files(days, tmp_path):
    one, three = tmp_path / "one.tdb", tmp_path / "three.tdb"
    support.ok("ingest", *days, one)
    for day in days:
        support.ok("ingest", day, three)
    assert rows(one) == rows(three)
    assert committed(one) == committed(three) == 3
    assert rows(one).count(b"\n") == 1 + 3 * 4 * 3 * 2


def test_only_new_ones_are_added(days, tmp_path):
    array = tmp_path / "a.tdb"
    support.ok("ingest", *days[:2], array)
    before = stored(array)
    support.ok("ingest", *days, array)
    after = stored(array)
    assert {k: v for k, v in after.items() if k in before} == before
    assert committed(array) == 3


def test_other_bytes_are_another_file(days, tmp_path):
    """The SHA-256 is of the file's bytes: the same text compressed is ingested, and changes no cell."""
    array = tmp_path / "a.tdb"
    support.ok("ingest", days[0], array)
    answer = rows(array)
    folded = tmp_path / "day1.24o.gz"
    folded.write_bytes(gzip.compress(days[0].read_bytes()))
    support.ok("ingest", folded, array)
    assert rows(array) == answer


@pytest.mark.parametrize("place", [0, 1, 2])
def test_bad_file_among_good_ones(days, tmp_path, place):
    array = tmp_path / "a.tdb"
    bad = tmp_path / "bad.24o"
    bad.write_bytes(tiny_rinex.rinex2(day=9)[:-60])
    files = days[:2]
    files.insert(place, bad)
    support.refused("ingest", *files, array, names="bad.24o")
    if array.exists():
        assert b"2024-01-09" not in rows(array)
    # a second try without it ends with every good file in, once
    support.ok("ingest", *days[:2], array)
    assert committed(array) == 2
    assert b"2024-01-09" not in rows(array)
    assert rows(array).count(b"\n") == 1 + 2 * 4 * 3 * 2


def test_file_without_observations(days, tmp_path):
    """A header and no epoch: said, and nothing written for it."""
    array = tmp_path / "a.tdb"
    empty = tmp_path / "empty.24o"
    text = tiny_rinex.rinex2()
    empty.write_bytes(text[: text.index(b"END OF HEADER") + 14])
    ran = support.ok("ingest", days[0], empty, array)
    assert "empty.24o" in ran.out + ran.err
    assert committed(array) == 1


def test_real_day_twice(york_array):
    before = stored(york_array)
    support.ok("ingest", support.data("york0440.15d.Z"), york_array)
    assert stored(york_array) == before
