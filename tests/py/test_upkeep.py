# What garco consolidates, vacuums and upgrades reads as it did, in garco and in TileDB, at every time; and it is byte
# for byte what TileDB makes of the same fragments.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest
import tiledb

from arco_reader import ROOT, Refused
from test_arco_tiledb import times_of
from test_shared_arrays import ARR

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))


def garco(*words, status=0):
    done = subprocess.run([GARCO, *map(str, words)], capture_output=True, timeout=300)
    assert done.returncode == status, f"{words}: {done.returncode}\n{done.stderr.decode()}"
    return done.stdout.decode() if status == 0 else done.stderr.decode()


def make(path, duplicates=False, capacity=4, attributes=(("v", "i4"),)):
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 99999), tile=10, dtype="i8"))
    attrs = [tiledb.Attr(n, dtype=t, nullable=t.startswith("u")) for n, t in attributes]
    tiledb.Array.create(str(path), tiledb.ArraySchema(
        domain=domain, attrs=attrs, sparse=True, capacity=capacity, allows_duplicates=duplicates))


def write(path, time, x, **values):
    with tiledb.open(str(path), "w", timestamp=time) as array:
        array[np.array(x)] = {k: np.array(v, array.attr(k).dtype) for k, v in values.items()}


def delete(path, time, condition):
    with tiledb.open(str(path), "d", timestamp=time) as array:
        array.query(cond=condition).submit()


def seen(path, time=None):
    """The cells that TileDB sees, sorted."""
    with tiledb.open(str(path), timestamp=time) as array:
        names = [array.schema.domain.dim(i).name for i in range(array.schema.domain.ndim)]
        names += [array.schema.attr(i).name for i in range(array.schema.nattr)]
        cells = array.query()[:]
    columns = [np.where(cells[n].mask, None, cells[n].data.astype(object)) if isinstance(cells[n], np.ma.MaskedArray)
               else cells[n].astype("u1") if cells[n].dtype == bool else cells[n] for n in names]
    return sorted(zip(*(map(str, c) for c in columns)))


def ours(dump, path, **options):
    try:
        values, validity = dump.cells(path, **options)
    except Refused as error:
        assert "no cells" not in str(error)
        raise
    names = list(values)
    columns = [np.where(validity[n] != 0, values[n].astype(object), None) if n in validity
               else values[n] for n in names]
    return sorted(zip(*(map(str, c) for c in columns)))


def fragments(path):
    return sorted(p.name for p in pathlib.Path(path, "__fragments").iterdir())


MARK = b"garco:distinct:1"  # before the footer, by garco where no two cells are at the same place


def fragment_files(path):
    """The files of the fragment that has times of cells, its name, and whether it has garco's mark, taken out."""
    found = [p for p in pathlib.Path(path, "__fragments").iterdir() if (p / "t.tdb").exists()]
    assert len(found) == 1
    files = {f.name: f.read_bytes() for f in found[0].iterdir()}
    metadata = files["__fragment_metadata.tdb"]
    footer = len(metadata) - 8 - int.from_bytes(metadata[-8:], "little")
    marked = metadata[footer - len(MARK):footer] == MARK
    if marked:
        files["__fragment_metadata.tdb"] = metadata[:footer - len(MARK)] + metadata[footer:]
    return files, found[0].name, marked


def fragments_in(array):
    """Also those in the root, of before version 12."""
    return sorted(p.name for p in array.rglob("__*_*_*_*") if p.is_dir() and p.name.count("_") == 5)


def consolidated(path):
    return fragment_files(path)[:2]


def history(path, duplicates=False):
    """Overwrites, deletes of old and new cells, and what comes after them."""
    make(path, duplicates)
    write(path, 1, [1, 2, 3, 4], v=[10, 20, 30, 40])
    delete(path, 2, "v == 20")
    write(path, 3, [2, 3, 5], v=[21, 31, 51])
    delete(path, 4, "v > 30")
    write(path, 5, [7, 15, 25, 35, 45], v=[70, 1, 2, 3, 4])
    return range(1, 10)


@pytest.mark.parametrize("duplicates", [False, True])
@pytest.mark.parametrize("purge", [False, True])
def test_a_consolidated_fragment_is_tiledbs_byte_for_byte(tmp_path, duplicates, purge):
    history(tmp_path / "a", duplicates)
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    config = tiledb.Config({"sm.consolidation.purge_deleted_cells": str(purge).lower()})
    tiledb.consolidate(str(tmp_path / "a"), config=config)
    garco("consolidate", *(["--purge"] if purge else []), tmp_path / "b")
    (theirs, their_name), (mine, my_name) = consolidated(tmp_path / "a"), consolidated(tmp_path / "b")
    assert my_name.split("_")[2:4] == their_name.split("_")[2:4]
    assert set(mine) == set(theirs)
    assert ("dt.tdb" in mine) == (not purge)
    for name in theirs:
        assert mine[name] == theirs[name], name
    assert not fragment_files(tmp_path / "a")[2]
    assert fragment_files(tmp_path / "b")[2] == (purge and not duplicates)
    listed = [sorted(next(pathlib.Path(tmp_path, p, "__commits").glob("*.vac")).read_text().split()) for p in "ab"]
    assert listed[0] == listed[1]


def several_values(path):
    """Cells of several bytes or numbers, of characters and of what is no number, written and overwritten."""
    random = np.random.default_rng(11)
    attrs = [tiledb.Attr("s3", dtype="S3"), tiledb.Attr("s1", dtype="S1"), tiledb.Attr("b", dtype="bool"),
             tiledb.Attr("pair", dtype=[("", "i4"), ("", "i4")], filters=[tiledb.RleFilter()]),
             tiledb.Attr("c", dtype="c16"), tiledb.Attr("f", dtype=[("", "f4")] * 3)]
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 9999), tile=10, dtype="u4"))
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=domain, attrs=attrs, sparse=True, capacity=7))
    for time in range(1, 5):
        x = random.choice(60, 20, replace=False).astype("u4")
        values = {a.name: random.integers(0, 256 if a.dtype.kind == "S" else 100, (20, a.dtype.itemsize)).astype("u1")
                  for a in attrs if a.dtype.kind == "S"}
        values = {k: np.where(v == 0, 1, v).astype("u1").view(f"S{v.shape[1]}")[:, 0] for k, v in values.items()}
        for name, kind in (("pair", [("", "i4")] * 2), ("f", [("", "f4")] * 3)):
            values[name] = np.zeros(20, dtype=kind)
            for part in values[name].dtype.names:
                values[name][part] = random.integers(-5, 6, 20)
        values["c"] = random.random(20).round(2) + 1j * random.random(20).round(2)
        values["b"] = random.random(20) < 0.5
        with tiledb.open(str(path), "w", timestamp=2 * time) as array:
            array[x] = values
        delete(path, 2 * time + 1, f"x == {x[0]}")
    return range(1, 12)


@pytest.mark.parametrize("purge", [False, True])
def test_cells_of_several_values_are_consolidated_byte_for_byte(tmp_path, dump, purge):
    times = several_values(tmp_path / "a")
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    config = tiledb.Config({"sm.consolidation.purge_deleted_cells": str(purge).lower()})
    tiledb.consolidate(str(tmp_path / "a"), config=config)
    garco("consolidate", *(["--purge"] if purge else []), tmp_path / "b")
    (theirs, _), (mine, _) = consolidated(tmp_path / "a"), consolidated(tmp_path / "b")
    assert set(mine) == set(theirs)
    for name in theirs:
        assert mine[name] == theirs[name], name
    assert {t: seen(tmp_path / "b", t) for t in times} == {t: seen(tmp_path / "a", t) for t in times}
    assert [str(c) for c in dump.cells(tmp_path / "b")] == [str(c) for c in dump.cells(tmp_path / "a")]


@pytest.mark.parametrize("duplicates", [False, True])
def test_every_time_reads_as_before(tmp_path, dump, duplicates):
    times = history(tmp_path / "a", duplicates)
    before = {t: seen(tmp_path / "a", t) for t in times}
    garco("consolidate", tmp_path / "a")
    assert {t: seen(tmp_path / "a", t) for t in times} == before
    garco("vacuum", tmp_path / "a")
    assert len(fragments(tmp_path / "a")) == 1
    assert {t: seen(tmp_path / "a", t) for t in times} == before
    assert ours(dump, tmp_path / "a") == before[9]
    # deletes and cells on top, and the consolidated fragment into another
    delete(tmp_path / "a", 6, "x == 1")
    delete(tmp_path / "a", 7, "v < 100")
    write(tmp_path / "a", 8, [9, 2], v=[90, 22])
    later = {t: seen(tmp_path / "a", t) for t in range(1, 12)}
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    tiledb.consolidate(str(tmp_path / "b"))
    garco("consolidate", tmp_path / "a")
    assert {t: seen(tmp_path / "a", t) for t in range(1, 12)} == later
    garco("vacuum", tmp_path / "a")
    tiledb.vacuum(str(tmp_path / "b"))
    assert consolidated(tmp_path / "a")[0] == consolidated(tmp_path / "b")[0]


def test_each_does_upkeep_on_what_the_other_did(tmp_path, dump):
    """TileDB and garco in turn append, delete, consolidate and vacuum one array."""
    array = tmp_path / "a"
    make(array, attributes=(("v", "i4"), ("w", "f8"), ("n", "u2")))
    random, time = np.random.default_rng(5), 0
    for step in range(18):
        time += 1
        x = random.choice(60, 12, replace=False)
        write(array, time, x, v=random.integers(0, 99, 12), w=random.random(12).round(3), n=random.integers(0, 9, 12))
        if step % 5 == 3:
            time += 1
            delete(array, time, f"v < {random.integers(5, 40)}")
        looked = [t for t in range(1, time + 3) if t % 5 == step % 5 or t > time - 2]
        before = {t: seen(array, t) for t in looked}
        if step % 3 == 0:
            garco("consolidate", "--memory", "32M", array)
        elif step % 3 == 1:
            tiledb.consolidate(str(array))
        if step % 4 == 1:
            garco("vacuum", array)
        elif step % 4 == 3:
            tiledb.vacuum(str(array))
        assert {t: seen(array, t) for t in looked} == before
        assert ours(dump, array) == before[time + 2]
    assert len(fragments(array)) <= 4


@pytest.mark.parametrize("name", ARR)
def test_arrays_of_all_kinds_read_as_before(arrays, tmp_path, dump, name):
    array = tmp_path / "array"
    shutil.copytree(arrays / "arr" / name, array)
    last = max(times_of(array)) + 1
    before = seen(array, last)
    garco("upgrade", array)
    assert seen(array) == before
    garco("consolidate", array)
    assert seen(array) == before
    garco("vacuum", array)
    assert seen(array) == before == ours(dump, array)
    tiledb.consolidate(str(array))
    tiledb.vacuum(str(array))
    assert seen(array) == before
    assert ours(dump, array) == before


def test_commits_and_metadata(tmp_path, dump):
    array = tmp_path / "a"
    history(array)
    for time, key in ((1, "a"), (2, "b"), (3, "a")):
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened.meta[key] = f"{key}{time}"
    with tiledb.open(str(array), "w", timestamp=4) as opened:
        del opened.meta["b"]
    before = {t: seen(array, t) for t in range(1, 10)}
    for _ in range(2):  # twice: what is joined already is joined again
        garco("consolidate", "--what", "commits,fragment-meta,array-meta", array)
        assert {t: seen(array, t) for t in range(1, 10)} == before
        garco("vacuum", "--what", "commits,fragment-meta,array-meta", array)
        commits = sorted(p.suffix for p in (array / "__commits").iterdir())
        assert commits == [".con"]
        assert len(list((array / "__fragment_meta").iterdir())) == 1
        assert len(list((array / "__meta").iterdir())) == 1
        assert {t: seen(array, t) for t in range(1, 10)} == before
        assert ours(dump, array) == before[9]
        with tiledb.open(str(array)) as opened:
            assert dict(opened.meta) == {"a": "a3"}
    # fragments whose commits lie in a consolidated file
    garco("consolidate", array)
    garco("vacuum", array)
    assert [p.suffix for p in (array / "__commits").iterdir()].count(".ign") == 1
    assert {t: seen(array, t) for t in range(1, 10)} == before
    garco("consolidate", "--what", "all", array)
    garco("vacuum", "--what", "all", array)
    assert sorted(p.suffix for p in (array / "__commits").iterdir()) == [".con"]
    assert {t: seen(array, t) for t in range(1, 10)} == before
    assert ours(dump, array) == before[9]


def files_of(array):
    return sorted(p.relative_to(array) for p in array.rglob("*"))


def test_what_is_joined_already_is_left_as_it_is(tmp_path):
    array = tmp_path / "a"
    history(array)
    garco("consolidate", "--what", "commits,fragment-meta,array-meta", array)
    before = files_of(array)
    for _ in range(2):
        result = garco("consolidate", "--what", "commits,fragment-meta,array-meta", array)
        assert files_of(array) == before and result.count("\n") == 1
    # One fragment alone: its commit takes the place of files that tell of what is gone, its footer stays in it.
    for _ in range(2):
        garco("consolidate", "--what", "all", array)
        garco("vacuum", "--what", "all", array)
    assert len(fragments(array)) == 1
    assert [p.suffix for p in (array / "__commits").iterdir()] == [".con"]
    assert list((array / "__fragment_meta").iterdir()) == []
    before, state = files_of(array), seen(array)
    garco("consolidate", "--what", "all", array)
    garco("vacuum", "--what", "all", array)
    assert files_of(array) == before and seen(array) == state


def joined_footers(array):
    return list((array / "__fragment_meta").iterdir())


def renamed(file, letter):
    """The file under another name of the same times, which is before or behind those of others."""
    parts = file.name.split("_")
    return file.rename(file.with_name("_".join(parts[:4] + [letter * 32] + parts[5:])))


@pytest.mark.parametrize("letter", "0f")
def test_footers_of_what_was_replaced_go_whatever_their_name(tmp_path, letter):
    """A fragment that was consolidated is of the times of those that it replaced, so that names tell nothing."""
    array = tmp_path / "a"
    history(array)
    garco("consolidate", "--what", "fragment-meta", array)
    stale = renamed(*joined_footers(array), letter)
    garco("consolidate", "--what", "cells", array)
    write(array, 6, [4], v=[44])
    garco("consolidate", "--what", "fragment-meta", array)
    garco("vacuum", "--what", "cells,fragment-meta", array)
    assert len(joined_footers(array)) == 1 and not stale.exists()


def test_footers_of_nothing_that_is_there_go(tmp_path):
    array = tmp_path / "a"
    history(array)
    garco("consolidate", "--what", "fragment-meta", array)
    garco("consolidate", "--what", "cells,fragment-meta", array)
    garco("vacuum", "--what", "fragment-meta", array)
    assert joined_footers(array) == []


def test_deletes_of_several_consolidated_files_count_once(tmp_path, dump):
    array = tmp_path / "a"
    make(array)
    write(array, 1, range(1, 9), v=range(1, 9))
    for time in range(2, 6):
        delete(array, time, f"v == {time}")
        garco("consolidate", "--what", "commits", array)
    counts = sorted(p.read_bytes().count(b".del\n") for p in (array / "__commits").glob("*.con"))
    assert counts == [1, 2, 3, 4]
    before = seen(array)
    assert ours(dump, array) == before and len(before) == 4
    garco("vacuum", "--what", "commits", array)
    assert [p.suffix for p in (array / "__commits").iterdir()] == [".con"]
    assert seen(array) == ours(dump, array) == before


@pytest.mark.parametrize("verb", ["consolidate", "vacuum"])
def test_times_that_are_no_span_are_refused(tmp_path, verb):
    make(tmp_path / "a")
    err = garco(verb, "--written-after", "9", "--written-before", "8", tmp_path / "a", status=1)
    assert "--written-after is later than --written-before" in err


def test_tiledbs_consolidated_commits_and_metadata_are_vacuumed(tmp_path, dump):
    array = tmp_path / "a"
    make(array)
    for time in range(1, 6):
        write(array, time, [time, 50], v=[time, time])
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened.meta["k"] = f"{time}"
    for mode in ("fragments", "commits", "fragment_meta", "array_meta"):
        tiledb.consolidate(str(array), config=tiledb.Config({"sm.consolidation.mode": mode}))
    before = {t: seen(array, t) for t in range(1, 8)}
    garco("vacuum", "--what", "all", array)
    assert {t: seen(array, t) for t in range(1, 8)} == before
    assert ours(dump, array) == before[7]
    assert len(fragments(array)) == 1
    assert len(list((array / "__meta").iterdir())) == 1
    with tiledb.open(str(array)) as opened:
        assert dict(opened.meta) == {"k": "5"}


def test_windows_and_sizes(tmp_path):
    array = tmp_path / "a"
    make(array, capacity=1000)
    for day in range(10):
        write(array, day + 1, [day * 1000 + i for i in range(5 + 40 * (day == 4))], v=range(5 + 40 * (day == 4)))
    before = seen(array)
    said = garco("consolidate", "--span", "3s", "--dry-run", array)
    assert said.count("would become one") == 3
    assert f"{array}: 4 fragments, 10 before" in said
    assert len(fragments(array)) == 10
    garco("consolidate", "--span", "3s", array)
    garco("vacuum", array)
    assert seen(array) == before
    names = [n.split("_")[2:4] for n in fragments(array)]
    assert sorted(names) == [["1", "3"], ["10", "10"], ["4", "6"], ["7", "9"]]
    sizes = sorted(sum(p.stat().st_size for p in (array / "__fragments" / f).iterdir() if p.name[0] != "_")
                   for f in fragments(array))
    assert sizes[1] < sizes[2]
    garco("consolidate", "--smaller-than", sizes[1] + 1, array)  # two are smaller
    garco("vacuum", array)
    assert seen(array) == before
    assert sorted(n.split("_")[2:4] for n in fragments(array)) == [["1", "3"], ["4", "6"], ["7", "10"]]
    assert "--what has" in garco("consolidate", "--what", "cell", array, status=2)
    assert "--span" in garco("consolidate", "--span", "3x", array, status=2)
    for words in (["consolidate", "--span", "30"], ["vacuum", "--strays", "30"]):  # no seconds are meant
        assert f'{words[1]} is "30": expected its unit too' in garco(*words, array, status=2)


def test_largest_bounds_each_fragment(tmp_path):
    array = tmp_path / "a"
    make(array, capacity=1000)
    for part in range(8):
        write(array, part + 1, [part * 100 + i for i in range(50)], v=range(50))
    before = seen(array)
    size = sum(p.stat().st_size for p in (array / "__fragments" / fragments(array)[0]).glob("?0.tdb"))
    garco("consolidate", "--largest", 3 * size + size // 2, array)
    garco("vacuum", array)
    assert sorted(n.split("_")[2:4] for n in fragments(array)) == [["1", "3"], ["4", "6"], ["7", "8"]]
    assert seen(array) == before


def test_only_what_was_written_in_between(tmp_path):
    array = tmp_path / "a"
    make(array)
    for time in range(1, 7):
        write(array, time, [time, 50], v=[time, time])
    before = {t: seen(array, t) for t in range(1, 8)}
    garco("consolidate", "--written-after", 2, "--written-before", 4, array)
    garco("vacuum", array)
    assert ["2", "4"] in [n.split("_")[2:4] for n in fragments(array)]
    assert len(fragments(array)) == 4
    assert {t: seen(array, t) for t in range(1, 8)} == before


def test_a_window_before_an_attribute_keeps_its_values(tmp_path, dump):
    """What is written at an earlier time than the schema's is by that schema all the same."""
    array, at = tmp_path / "a", 10**12
    make(array)
    (schema,) = (f for f in (array / "__schema").iterdir() if f.is_file())
    schema.rename(schema.with_name(f"__{at}_{at}_{schema.name.split('_')[4]}"))
    write(array, at + 1, [1, 2], v=[1, 2])
    evolution = tiledb.ArraySchemaEvolution(tiledb.default_ctx())
    evolution.add_attribute(tiledb.Attr("w", dtype="u2", fill=7))
    evolution.timestamp(at + 9)
    evolution.array_evolve(str(array))
    write(array, at + 2, [3, 4], v=[3, 4], w=[30, 40])
    before = seen(array)
    garco("consolidate", "--written-before", at + 5, array)
    garco("vacuum", array)
    assert len(fragments(array)) == 1
    assert seen(array) == before == ours(dump, array) == [
        ("1", "1", "7"), ("2", "2", "7"), ("3", "3", "30"), ("4", "4", "40")]


def test_many_that_overlap_are_joined_in_steps(tmp_path, dump):
    """More fragments than memory allows at once: still one in the end, and nothing else read."""
    array = tmp_path / "a"
    make(array, capacity=100)
    for part in range(60):
        write(array, part + 1, np.arange(200) * 60 + part, v=np.arange(200) + part)
    before = seen(array)
    said = garco("consolidate", "--memory", "1k", array)
    garco("vacuum", array)
    assert said.count(" fragments: ") > 1
    assert len(fragments(array)) == 1
    assert seen(array) == before == ours(dump, array)


def test_evolved_fragments_get_the_fill(tmp_path, dump):
    array = tmp_path / "a"
    make(array)
    write(array, 1, [1, 2, 3, 4, 5], v=[1, 2, 3, 4, 5])
    evolution = tiledb.ArraySchemaEvolution(tiledb.default_ctx())
    evolution.add_attribute(tiledb.Attr("w", dtype="u2", fill=7))
    evolution.timestamp(2)
    evolution.array_evolve(str(array))
    write(array, 3, [3, 9], v=[33, 9], w=[30, 90])
    before = seen(array)
    shutil.copytree(array, tmp_path / "b")
    garco("consolidate", array)
    tiledb.consolidate(str(tmp_path / "b"))
    assert consolidated(array)[0] == consolidated(tmp_path / "b")[0]
    assert seen(array) == before == ours(dump, array)


def test_fragments_that_name_no_schema_bar_a_further_one(arrays, tmp_path):
    """TileDB reads them by the latest schema, and so not at all where that is another."""
    array = tmp_path / "a"
    shutil.copytree(arrays / "arr/v_07", array)
    assert "array of format version 7" in garco("evolve", array, "--add-attr", "w:uint8", status=1)
    garco("upgrade", array)
    said = garco("evolve", array, "--add-attr", "w:uint8", status=1)
    assert fragments_in(array)[0] in said and "of format version 7, which names none" in said
    before = seen(array)
    garco("delete", array, "--where", "snr < 0")  # a fragment alone is consolidated to purge it only
    garco("consolidate", "--purge", array)
    garco("vacuum", array)
    garco("evolve", array, "--add-attr", "w:uint8")
    with tiledb.open(str(array)) as opened:
        assert opened.schema.has_attr("w")
        cells = opened.query(attrs=["w"])[:]["w"]
    assert len(cells) == len(before) and set(cells) == {255}


def test_what_cannot_be_consolidated_is_refused_by_name(arrays, tmp_path):
    array = tmp_path / "a"
    shutil.copytree(arrays / "arr/v_14", array)
    with tiledb.open(str(array), "w") as opened:
        attributes = [opened.schema.attr(i) for i in range(opened.schema.nattr)]
        where = [np.array([v], d) for v, d in ((1700000000000, "i8"), (0, "u1"), (5, "u1"), (12611, "u2"))]
        opened[tuple(where)] = {a.name: np.ones(1, a.dtype) for a in attributes}
    assert "format version 14" in garco("consolidate", array, status=1)
    assert "no such array" in garco("vacuum", tmp_path / "none", status=1)


def test_a_damaged_fragment_stops_it_and_nothing_is_lost(tmp_path):
    array = tmp_path / "a"
    make(array)
    for time in (1, 2, 3):
        write(array, time, [time, time + 10, 50], v=[time, time, time])
    kept = {p: p.read_bytes() for p in array.rglob("*") if p.is_file()}
    victim = next((array / "__fragments" / fragments(array)[1]).glob("a0.tdb"))
    good = victim.read_bytes()
    victim.write_bytes(good[:-3])
    message = garco("consolidate", array, status=1)
    assert message.count("\n") == 1
    assert "a0.tdb" in message
    victim.write_bytes(good)
    assert {p: p.read_bytes() for p in array.rglob("*") if p.is_file()} == kept


def test_strays_go_when_they_are_old(tmp_path):
    array = tmp_path / "a"
    make(array)
    write(array, 1, [1], v=[1])
    stray = array / "__fragments/__5_5_00112233445566778899aabbccddeeff_22"
    stray.mkdir()
    (stray / "a0.tdb").write_bytes(b"x")
    (array / ".x.part").write_bytes(b"x")
    beside = tmp_path / "a.new-12-34"
    beside.mkdir()
    other = tmp_path / "a.new-notes"
    other.mkdir()
    garco("vacuum", array)
    garco("vacuum", "--strays", "1h", array)
    assert stray.exists() and beside.exists() and (array / ".x.part").exists()
    for path in (stray, beside, array / ".x.part"):
        os.utime(path, (1e9, 1e9))
    said = garco("vacuum", "--strays", "1h", "--dry-run", array)
    assert said.count("would remove") == 3
    assert stray.exists()
    garco("vacuum", "--strays", "1h", array)
    assert not stray.exists() and not beside.exists() and not (array / ".x.part").exists()
    assert other.exists()
    assert seen(array) == [("1", "1")]


def test_fragments_lists_what_there_is_and_why_it_is_not_seen(tmp_path):
    array = tmp_path / "a"
    history(array)
    stray = array / "__fragments/__6_6_00112233445566778899aabbccddeeff_22"
    stray.mkdir()
    (stray / "a0.tdb").write_bytes(b"12345")
    future = "__9000000000000_9000000000000_00112233445566778899aabbccddeeff_22"
    shutil.copytree(array / "__fragments" / fragments(array)[0], array / "__fragments" / future)
    (array / "__commits" / f"{future}.wrt").touch()

    def rows(*words):
        lines = garco("fragments", *words, array).splitlines()
        return [dict(zip(lines[0].split(","), line.split(","))) for line in lines[1:]]

    listed = rows()
    assert [(r["written_first"][-3:], r["version"], r["cells"], r["tiles"], r["x_low"], r["x_high"]) for r in listed] \
        == [("001", "22", "4", "1", "1", "4"), ("003", "22", "3", "1", "2", "5"), ("005", "22", "5", "2", "7", "45")]
    for row in listed:
        files = [p for p in (array / "__fragments" / row["name"]).iterdir() if not p.name.startswith("__")]
        assert int(row["bytes"]) == sum(p.stat().st_size for p in files)
    assert len(rows("--at", "3")) == 2
    garco("consolidate", array)
    listed = rows("--all")
    assert [r["state"] for r in listed] == ["seen", "replaced", "replaced", "replaced", "uncommitted", "other time"]
    assert {r["replaced_by"] for r in listed[1:4]} == {listed[0]["name"]}
    assert listed[4]["name"] == stray.name and listed[4]["cells"] == "" and listed[4]["bytes"] == "5"
    # a consolidation by another program that was cut off
    next((array / "__commits").glob("*.vac")).unlink()
    assert [r["state"] for r in rows("--all")][:4] == ["doubled", "seen", "doubled", "doubled"]
    assert garco("fragments", "--all", "--format", "jsonl", array).count('"state":"doubled"') == 3


@pytest.mark.parametrize("name, size", [("a0.tdb", -1), ("a0.tdb", None), ("__fragment_metadata.tdb", -1),
                                        ("__fragment_metadata.tdb", None)])
def test_fragments_lists_what_is_damaged(tmp_path, name, size):
    array = tmp_path / "a"
    make(array)
    for time in (1, 2, 3):
        write(array, time, [time], v=[time])
    victim = next((array / "__fragments").glob("__2_2_*")) / name
    whole = victim.read_bytes()
    victim.unlink()
    if size is not None:
        victim.write_bytes(whole[:size])
    listed = [json.loads(line) for line in garco("fragments", "--all", "--format", "jsonl", array).splitlines()]
    assert [r["state"] for r in listed] == ["seen", "damaged", "seen"]
    assert [r["cells"] for r in listed] == [1, 1 if name == "a0.tdb" else None, 1]
    assert [r["written_first"][-3:] for r in listed] == ["001", "002", "003"]
    if name != "a0.tdb":
        assert name in garco("fragments", array, status=1)


@pytest.mark.parametrize("text, said", [
    ("/__fragments", "byte 12: the file ends in a line of 12 bytes; expected a line feed"),
    ("/__fragments\n", "byte 0: \"/__fragments\"; expected a path that ends in __TIME_TIME_UUID"),
    ("/__fragments/..\n", "byte 0: \"/__fragments/..\"; expected"),
    ("/__fragments/.\n", "byte 0: \"/__fragments/.\"; expected"),
    ("/__fragments/__1_1_0a_22\n/__schema\n", "byte 25: \"/__schema\"; expected"),
])
@pytest.mark.parametrize("folder", ["__commits", "__meta"])
def test_vacuum_removes_nothing_by_a_damaged_list(tmp_path, text, said, folder):
    """The last part of a line was removed whatever it was: of a list cut behind "/__fragments" all fragments."""
    above = tmp_path / "above"
    array = above / "a"
    above.mkdir()
    make(array)
    for time in (1, 2):
        write(array, time, [time], v=[time])
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            opened.meta["k"] = time
    garco("consolidate", array)
    garco("consolidate", array, "--what", "array-meta")
    listed, = (array / folder).glob("*.vac")
    listed.write_text(text)
    before = sorted(map(str, tmp_path.rglob("*")))
    for verb in ("fragments",), ("vacuum",), ("vacuum", "--what", "array-meta"):
        error = garco(verb[0], array, *verb[1:], status=1)
        assert said in error and listed.name in error
    assert sorted(map(str, tmp_path.rglob("*"))) == before


def test_cells_out_of_order_are_damage(tmp_path):
    """From tile to tile too: they went into the consolidated fragment as they came."""
    array = tmp_path / "a"
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 99), tile=100, dtype="i8",
                                      filters=tiledb.FilterList([tiledb.NoOpFilter()])))
    tiledb.Array.create(str(array), tiledb.ArraySchema(
        domain=domain, attrs=[tiledb.Attr("v", dtype="i4")], sparse=True, capacity=4))
    write(array, 1, range(1, 9), v=range(8))
    write(array, 2, [50], v=[50])
    file, = array.glob("__fragments/__1_1_*/d0.tdb")
    data = bytearray(file.read_bytes())
    assert data[44] == 4
    data[44] = 7  # the first tile: 1, 2, 3, 7; the second: 5, 6, 7, 8
    file.write_bytes(data)
    before = files_of(array)
    assert "cells that are not in the order of the array" in garco("consolidate", array, status=1)
    assert files_of(array) == before


@pytest.mark.parametrize("name", ["v_05", "v_08", "v_11"])
def test_old_commits_may_be_joined_with_new_ones(arrays, tmp_path, dump, name):
    """TileDB takes NAME.ok of versions before 12 into its file of commits; their cells were gone then."""
    array = tmp_path / name
    shutil.copytree(arrays / "arr" / name, array)
    before = seen(array)
    garco("upgrade", array)
    config = tiledb.Config({"sm.consolidation.mode": "commits", "sm.vacuum.mode": "commits"})
    tiledb.consolidate(str(array), config=config)
    tiledb.vacuum(str(array), config=config)
    assert not list(array.glob("*.ok")) and list(array.glob("__commits/*.con"))
    assert seen(array) == ours(dump, array) == before
    garco("consolidate", "--what", "commits", array)
    garco("vacuum", "--what", "commits", array)
    assert seen(array) == ours(dump, array) == before


def test_replaced_old_fragments_whose_commits_are_joined(arrays, tmp_path):
    array = tmp_path / "a"
    shutil.copytree(arrays / "arr/v_08", array)
    old = sorted(path.stem for path in array.glob("*.ok"))
    garco("upgrade", array)
    tiledb.consolidate(str(array), config=tiledb.Config({"sm.consolidation.mode": "commits"}))
    tiledb.vacuum(str(array), config=tiledb.Config({"sm.vacuum.mode": "commits"}))
    cells = tmp_path / "cells.csv"
    garco("query", array, "-o", cells)
    garco("write", array, cells)
    garco("consolidate", array)
    listed = [json.loads(line) for line in garco("fragments", "--all", "--format", "jsonl", array).splitlines()]
    assert sorted(row["state"] for row in listed) == ["replaced", "replaced", "seen"]
    assert {row["name"] for row in listed if row["state"] == "replaced"} > set(old) > set()
