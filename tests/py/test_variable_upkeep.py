# Attributes of variable length and text dimensions: what garco consolidates of them is what TileDB makes of
# the same fragments, file by file, and reads as before at every time in both.
# SPDX-License-Identifier: Apache-2.0
import os
import pathlib
import shutil
import string
import subprocess
import zlib

import numpy as np
import pandas as pd
import pytest
import tiledb

import tiledb_oracle as oracle
from test_arco_tiledb import generic_tiles
from test_upkeep import GARCO, delete, garco, seen
from test_write_identity import chunks, has_garbage, unpacked

ZSTD, MD5 = tiledb.ZstdFilter(level=7), tiledb.ChecksumMD5Filter()
BYTES, NARROW, RISING = tiledb.ByteShuffleFilter(), tiledb.BitWidthReductionFilter(256), tiledb.PositiveDeltaFilter(1024)
OFFSETS = {"none": [], "earthscope": [RISING, NARROW, ZSTD], "zstd": [ZSTD], "checked": [RISING, BYTES, MD5]}


def text_attributes(filters):
    return [tiledb.Attr("word", dtype="ascii", var=True, filters=filters),
            tiledb.Attr("maybe", dtype="ascii", var=True, nullable=True, filters=filters),
            tiledb.Attr("unicode", dtype="U0", var=True),
            tiledb.Attr("bytes", dtype="S0", var=True, filters=filters),
            tiledb.Attr("numbers", dtype="i4", var=True, filters=filters),
            tiledb.Attr("plain", dtype="f8")]


def make(path, dims, capacity=7, filters=(), offsets=(), duplicates=False, order="row-major", attrs=None):
    attrs = attrs or text_attributes(tiledb.FilterList(list(filters)))
    tiledb.Array.create(str(path), tiledb.ArraySchema(
        domain=tiledb.Domain(*dims), attrs=attrs, sparse=True, capacity=capacity, cell_order=order,
        allows_duplicates=duplicates, offsets_filters=tiledb.FilterList(list(offsets))))


def number():
    return tiledb.Dim("x", domain=(0, 999), tile=50, dtype="i4", filters=[ZSTD])


def name():
    return tiledb.Dim("name", domain=(None, None), tile=None, dtype="ascii", filters=[BYTES])


def words(random, count, longest=12):
    letters = np.array(list(string.ascii_letters + "  "))
    return ["".join(letters[random.integers(0, 2 if i % 3 else 54, random.integers(0, longest))]) for i in range(count)]


def objects(values):
    made = np.empty(len(values), object)
    made[:] = values
    return made


def columns(random, count, longest):
    numbers = objects([np.arange(n, dtype="i4") for n in random.integers(1, max(2, longest // 3), count)])
    maybe = objects(words(random, count, longest))
    maybe[random.random(count) < 0.3] = None
    return {"word": objects(words(random, count, longest)), "maybe": maybe,
            "unicode": objects([w + "é" * (len(w) % 3) for w in words(random, count, longest)]),
            "bytes": objects([w.encode() for w in words(random, count, longest)]), "numbers": numbers,
            "plain": random.random(count)}


def places(random, names, count):
    """Coordinates, each place once."""
    drawn = {"x": random.integers(0, 60, count).astype("i4"),
             "name": np.array(words(random, count, 3), "S")}
    keys = list(dict.fromkeys(zip(*(drawn[n].tolist() for n in names))))
    return [np.array(c, drawn[n].dtype) for n, c in zip(names, zip(*keys))]


def write(path, time, random, names, count, longest=12):
    coordinates = places(random, names, count)
    values = columns(random, len(coordinates[0]), longest)
    with tiledb.open(str(path), "w", timestamp=time) as array:
        there = [array.schema.attr(i).name for i in range(array.schema.nattr)]
        array[tuple(coordinates)] = {k: v for k, v in values.items() if k in there}


def filters_of(schema, file):
    if file in ("t.tdb", "dt.tdb", "dci.tdb"):
        return schema.coords_filters
    if "validity" in file:
        return schema.validity_filters
    index = int("".join(c for c in file.split("_")[0].split(".")[0] if c.isdigit()))
    field = schema.attr(index) if file[0] == "a" else schema.domain.dim(index)
    if field.isvar and "_var" not in file:
        return schema.offsets_filters
    return field.filters if len(field.filters) or file[0] == "a" else schema.coords_filters


def compare_fragments(ours, theirs, schema):
    """Data byte for byte, or what general compressors make them of; metadata but for places in files."""
    assert set(ours) == set(theirs)
    same = True
    for file in sorted(set(ours) - {"__fragment_metadata.tdb"}):
        same &= len(ours[file]) == len(theirs[file])
        if ours[file] == theirs[file]:
            continue
        filters, mine, other = filters_of(schema, file), list(chunks(ours[file])), list(chunks(theirs[file]))
        assert [c["original"] for c in mine] == [c["original"] for c in other], file
        if not has_garbage(filters):
            assert [unpacked(c, filters) for c in mine] == [unpacked(c, filters) for c in other], file
    tiles, footer = generic_tiles(ours["__fragment_metadata.tdb"])
    expected, other = generic_tiles(theirs["__fragment_metadata.tdb"])
    nslots = (len(tiles) - 3) // 8
    assert len(tiles) == len(expected) == 8 * nslots + 3 and len(footer) == len(other)
    for i, (x, y) in enumerate(zip(tiles, expected)):
        offsets = 1 <= i < 1 + 2 * nslots or 1 + 3 * nslots <= i < 1 + 4 * nslots
        assert x == y or (offsets and not same and len(x) == len(y)), (i, (i - 1) // nslots, (i - 1) % nslots)


def consolidate_both(array, place, purge=False):
    """The array consolidated by TileDB and by garco, compared; both then read alike at each time."""
    theirs, ours = place / "theirs", place / "ours"
    for copy in (theirs, ours):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(array, copy)
    config = {**oracle.THREADS, "sm.consolidation.purge_deleted_cells": str(purge).lower()}
    tiledb.consolidate(str(theirs), config=tiledb.Config(config))
    garco("consolidate", *(["--purge"] if purge else []), ours)
    there = set(os.listdir(array / "__fragments"))
    made = []
    for copy in (ours, theirs):
        (fragment,) = set(os.listdir(copy / "__fragments")) - there
        made.append({f.name: f.read_bytes() for f in (copy / "__fragments" / fragment).iterdir()})
    with tiledb.open(str(ours)) as opened:
        compare_fragments(*made, opened.schema)
    return ours, theirs


def times(array):
    found = {0}
    for folder in ("__fragments", "__commits"):
        for path in pathlib.Path(array, folder).iterdir():
            found |= {int(t) for t in path.name.split("_")[2:4]}
    return sorted(found)


DIMENSIONS = {"number": [number], "name": [name], "both": [number, name], "name first": [name, number]}


@pytest.mark.parametrize("dims, offsets, duplicates", [
    ("number", "none", True), ("number", "earthscope", False), ("name", "zstd", False), ("name", "checked", True),
    ("both", "earthscope", True), ("both", "none", False), ("name first", "zstd", True),
    ("name first", "checked", False)])
def test_variable_length_is_consolidated_as_tiledb_does(tmp_path, dump, dims, offsets, duplicates):
    array, random = tmp_path / "a", np.random.default_rng(len(dims) * 100 + len(offsets))
    made = [d() for d in DIMENSIONS[dims]]
    names = [d.name for d in made]
    make(array, made, filters=[ZSTD] if offsets == "earthscope" else [BYTES], offsets=OFFSETS[offsets],
         duplicates=duplicates, order="col-major" if dims == "both" else "row-major")
    for time in range(10, 50, 10):
        write(array, time, random, names, 40)
    delete(array, 25, "plain < 0.2")
    if "name" in names:
        delete(array, 35, "name < 'B'")
    before = {t: seen(array, t) for t in times(array)}
    assert before[25] != before[20]
    for purge in (True, False):
        ours, theirs = consolidate_both(array, tmp_path, purge)
        assert seen(ours) == seen(theirs) == before[40]
    assert {t: seen(ours, t) for t in before} == before
    garco("vacuum", ours)
    assert {t: seen(ours, t) for t in before} == before
    assert [str(c) for c in dump.cells(ours)] == [str(c) for c in dump.cells(array)]
    tiledb.consolidate(str(ours))
    assert seen(ours) == before[40]


@pytest.mark.parametrize("seed", range(6))
def test_long_cells_are_cut_into_chunks_as_tiledb_does(tmp_path, seed):
    array, random = tmp_path / "a", np.random.default_rng(seed)
    attrs = [tiledb.Attr("word", dtype="ascii", var=True), tiledb.Attr("numbers", dtype="i4", var=True)]
    make(array, [number()], capacity=int(random.choice([3, 20, 100])), attrs=attrs)
    for time in (1, 2, 3):
        x = random.choice(900, 40, replace=False).astype("i4")
        longest = random.choice([10, 3000, 40_000, 70_000, 200_000], 40)
        lengths = random.integers(0, longest)
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened[x] = {"word": objects(["abcdefg"[i % 7] * int(n) for i, n in enumerate(lengths)]),
                         "numbers": objects([np.full(n // 4 + 1, i, "i4") for i, n in enumerate(lengths)])}
    before = {t: seen(array, t) for t in range(5)}
    ours, _ = consolidate_both(array, tmp_path)
    assert {t: seen(ours, t) for t in range(5)} == before


def test_earthscopes_shot_arrays(arrays, tmp_path, dump):
    """The schema as EarthScope has it, written over and over."""
    array, random = tmp_path / "a", np.random.default_rng(7)
    shutil.copytree(arrays / "arr" / "es_shot", array)
    start = np.datetime64("2023-11-14T12:00:00", "ns")
    ids = np.array([b"5209", b"M1", b"", b"transponder-long-17", b"transponder-long-18"], "S")
    for time in (40, 50, 60):
        count = 5000
        ping, name = start + random.integers(0, 30_000, count) * np.timedelta64(100, "ms"), ids[random.integers(0, 5, count)]
        keep = np.unique([f"{p}{n}" for p, n in zip(ping, name)], return_index=True)[1]
        count = len(keep)
        std = pd.arrays.FloatingArray(random.random(count), random.random(count) < 0.2)
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened[ping[keep], name[keep]] = {
                "head0": random.random(count), "east_std0": std, "returnTime": ping[keep],
                "dbv": random.random(count).astype("f4"), "xc": random.integers(0, 99, count).astype("u1"),
                "isUpdated": random.random(count) < 0.5}
    delete(array, 55, "transponderID == 'M1' and xc < 50")
    before = {t: seen(array, t) for t in times(array)}
    assert len(before) > 5 and before[55] != before[50]
    ours, theirs = consolidate_both(array, tmp_path)
    assert {t: seen(ours, t) for t in before} == before
    assert [str(c) for c in dump.cells(ours)] == [str(c) for c in dump.cells(theirs)]
    garco("vacuum", ours)
    assert {t: seen(ours, t) for t in before} == before


def test_a_later_attribute_has_its_fill_value(tmp_path):
    array, random = tmp_path / "a", np.random.default_rng(3)
    make(array, [number(), name()])
    write(array, 10, random, ["x", "name"], 40)
    evolution = tiledb.ArraySchemaEvolution(tiledb.default_ctx())
    evolution.add_attribute(tiledb.Attr("late", dtype="ascii", var=True, fill="none yet"))
    evolution.drop_attribute("bytes")
    evolution.array_evolve(str(array))
    coordinates = places(random, ["x", "name"], 40)
    values = columns(random, len(coordinates[0]), 12)
    values = {k: v for k, v in values.items() if k != "bytes"} | {"late": objects(words(random, len(coordinates[0])))}
    with tiledb.open(str(array), "w") as opened:
        opened[tuple(coordinates)] = values
    before = seen(array)
    ours, theirs = consolidate_both(array, tmp_path)
    assert seen(ours) == seen(theirs) == before


@pytest.mark.parametrize("kind", [tiledb.RleFilter(), tiledb.DictionaryFilter()])
def test_filters_of_texts_are_refused_by_name(tmp_path, kind):
    array = tmp_path / "a"
    make(array, [number()], attrs=[tiledb.Attr("word", dtype="ascii", var=True, filters=[kind])])
    for time in (1, 2):
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened[np.arange(5, dtype="i4")] = objects(["a", "a", "b", "", "c"])
    before, files = seen(array), sorted(p for p in array.rglob("*"))
    message = garco("consolidate", array, status=1)
    assert '"word" has filter' in message and ("rle" in message or "dictionary" in message)
    assert seen(array) == before and sorted(p for p in array.rglob("*")) == files


def test_damage_is_told_and_nothing_is_lost(tmp_path):
    """Bytes changed, files cut short: whatever it is, consolidation says so in a line and leaves all as it was, or
    it was none."""
    base, random, refused = tmp_path / "base", np.random.default_rng(23), 0
    make(base, [number(), name()], filters=[BYTES], offsets=OFFSETS["checked"])
    for time in (10, 20, 30):
        write(base, time, random, ["x", "name"], 40)
    delete(base, 25, "name < 'B' and word != 'a'")
    for trial in range(int(os.environ.get("GARCO_EXAMPLES", "120"))):
        array = tmp_path / "a"
        shutil.rmtree(array, ignore_errors=True)
        shutil.copytree(base, array)
        files = sorted(p for p in (array / "__fragments").rglob("*.tdb") if p.stat().st_size)
        file = files[random.integers(len(files))]
        data = bytearray(file.read_bytes())
        at = int(random.integers(len(data)))
        if random.random() < 0.2:
            del data[at:]
        else:
            data[at] = random.choice([0, 1, 0x7f, 0xff, data[at] ^ 1 << int(random.integers(8))])
        file.write_bytes(data)
        before = {p: p.read_bytes() for p in array.rglob("*") if p.is_file()}
        done = subprocess.run([GARCO, "consolidate", array], capture_output=True, timeout=60)
        assert done.returncode in (0, 1), (trial, file, done)
        if done.returncode == 1:
            refused += 1
            assert done.stderr.count(b"\n") == 1 and done.stderr.startswith(b"garco: "), done.stderr
            assert {p: p.read_bytes() for p in array.rglob("*") if p.is_file()} == before
    assert refused > trial // 4


def sizes_of_texts(file):
    """Where the packed sizes of the only field's tiles lie in a fragment's metadata: the 34 bytes before its
    pipeline, and those behind it."""
    data, at, places = file.read_bytes(), 0, []
    while data[at + 20:at + 29] == b"\x04" + (1).to_bytes(8, "little"):
        body = at + 34 + int.from_bytes(data[at + 30:at + 34], "little")
        places.append((at, body, body + int.from_bytes(data[at + 4:at + 12], "little")))
        at = places[-1][2]
    nslots = (len(places) - 3) // 8
    return places[1 + 2 * nslots + nslots - 1]


@pytest.mark.parametrize("deleted", [False, True])
def test_a_size_beyond_all_memory_is_damage(tmp_path, deleted):
    """An empty text and one that ends at byte 2^64 - 1, by the metadata: its length and 1 more are 0 bytes."""
    array = tmp_path / "a"
    make(array, [name()], attrs=[tiledb.Attr("plain", dtype="u1")])
    for time in (10, 20):
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened[np.array(["", chr(96 + time // 10) * 50_000], "S")] = np.zeros(2, "u1")
    if deleted:
        delete(array, 25, "name < 'a'")
    file = sorted((array / "__fragments").iterdir())[0] / "__fragment_metadata.tdb"
    head, body, end = sizes_of_texts(file)
    data, told = bytearray(file.read_bytes()), (1).to_bytes(8, "little") + b"\xff" * 8
    (chunk,) = chunks(bytes(data[body:end]))
    assert zlib.decompress(chunk["data"]) == (1).to_bytes(8, "little") + (50_000).to_bytes(8, "little")
    packed = zlib.compress(told, 9)
    numbers = (16, len(packed), 16, 0, 1, 16, len(packed))  # a chunk of one part of the filter's
    made = (1).to_bytes(8, "little") + b"".join(n.to_bytes(4, "little") for n in numbers) + packed
    assert len(made) <= end - body
    data[head + 4:head + 12] = len(made).to_bytes(8, "little")
    data[body:body + len(made)] = made
    file.write_bytes(data)
    message = garco("consolidate", array, status=1)
    assert "d0_var.tdb" in message
