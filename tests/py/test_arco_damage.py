# Files of arrays cut short, changed by a bit, and gone: an error that names the file, and no crash.
# SPDX-License-Identifier: Apache-2.0
import os
import re
import shutil
import subprocess
import zlib

import numpy as np
import pytest

from arco_reader import ROOT, Refused

GARCO = os.environ.get("GARCO", str(ROOT / "build/release/cli/garco"))

ARRAYS = ["arr/basic", "arr/del_commits_frag", "arr/evo", "arr/two_meta", "arr/v_07", "un/dic",
          "un/enum"]


def damages(whole, seed):
    """(how, bytes or None) of a file."""
    random = np.random.default_rng(seed)
    sizes = {0, 1, 7, 33, len(whole) // 3, len(whole) // 2, len(whole) - 9, len(whole) - 1}
    for size in sorted(s for s in sizes if 0 <= s < len(whole)):
        yield f"cut to {size}", whole[:size]
    for _ in range(8 if whole else 0):
        at, bit = int(random.integers(len(whole))), int(random.integers(8))
        changed = bytearray(whole)
        changed[at] ^= 1 << bit
        yield f"bit {bit} of byte {at}", bytes(changed)
    yield "gone", None


def looked_at(dump, array):
    """What a reader gets, or the message that refuses it."""
    try:
        dump.info(array)
        dump.run("meta", array)
        return dump.run("cells", array, "--raw"), None
    except Refused as refusal:
        return None, str(refusal)


def check(damaged, how, cells, message, whole):
    data = damaged.suffix == ".tdb"
    if message is None:
        assert not data or how.startswith("bit") or cells == whole, "other cells, and no error"
        return
    assert re.match(r"GARCO_ERR_(CORRUPT|TRUNCATED|FORMAT|UNSUPPORTED|NOT_FOUND|LIMIT): ", message)
    if how == "gone" and damaged.name == "__array_schema.tdb":
        assert "no array: the folder has no __schema in it" in message
    elif data and how.startswith("bit"):  # a length may lead to another file of the fragment
        assert damaged.parent.name in message and ".tdb" in message, message
    elif data or how.startswith("cut") and damaged.suffix == ".con":
        assert damaged.name in message, message
        assert how == "gone" or re.search(r"byte \d+: |TRUNCATED", message), message
    elif damaged.parent.name in ("__schema", "__meta"):
        assert damaged.name in message or "__schema" in message or "schema" in message, message


@pytest.mark.parametrize("name", ARRAYS)
def test_damaged_files(arrays, dump, tmp_path, name):
    array = tmp_path / "array"
    shutil.copytree(arrays / name, array)
    whole, message = looked_at(dump, array)
    assert message is None
    for place in sorted(p for p in array.rglob("*") if p.is_file()):
        content = place.read_bytes()
        for how, bytes_ in damages(content, zlib.crc32(place.name.encode())):
            if bytes_ is None:
                place.unlink()
            else:
                place.write_bytes(bytes_)
            cells, message = looked_at(dump, array)
            try:
                check(place, how, cells, message, whole)
            except AssertionError as error:
                raise AssertionError(f"{place.relative_to(array)} {how}: {error}") from None
        place.write_bytes(content)
    assert looked_at(dump, array) == (whole, None)


def test_no_array(dump, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "group/__group").mkdir(parents=True)
    for name, text in (("folder", "GARCO_ERR_FORMAT: .*no array: the folder has no __schema in it"),
                       ("file", "GARCO_ERR_FORMAT: .*no array: a file, expected a folder"),
                       ("nothing", "GARCO_ERR_NOT_FOUND: .*no such array"),
                       ("group", "GARCO_ERR_UNSUPPORTED: .*a group of arrays")):
        with pytest.raises(Refused, match=text):
            dump.cells(tmp_path / name)


@pytest.mark.parametrize("version, text", [
    (23, "format version 23; garco reads versions 5 to 22"), (4, "format version 4; garco reads"),
    (1, "format version 1; garco reads"), (22 | 1 << 31, "experimental format version")])
def test_other_versions(arrays, dump, tmp_path, version, text):
    array = tmp_path / "array"
    shutil.copytree(arrays / "arr/basic", array)
    (schema,) = (p for p in (array / "__schema").iterdir() if p.is_file())
    whole = schema.read_bytes()
    schema.write_bytes(version.to_bytes(4, "little") + whole[4:])
    with pytest.raises(Refused, match=f"GARCO_ERR_UNSUPPORTED: .*{schema.name}: .*{text}"):
        dump.cells(array)


def test_updates_are_refused(arrays, dump, tmp_path):
    array = tmp_path / "array"
    shutil.copytree(arrays / "arr/basic", array)
    (array / "__commits/__5_5_00000000000000000000000000000000_22.upd").touch()
    with pytest.raises(Refused, match="GARCO_ERR_UNSUPPORTED: .*update file __5_5_0+_22.upd"):
        dump.cells(array)


# ------------------------------------------------------------------ what users read


def cut(size):
    return lambda file: file.write_bytes(file.read_bytes()[:size])


def flipped(at, bit=0):
    def change(file):
        content = bytearray(file.read_bytes())
        content[at] ^= 1 << bit
        file.write_bytes(content)
    return change


def gone(place):
    shutil.rmtree(place) if place.is_dir() else place.unlink()


def said(status, *words):
    """What garco prints: on success standard output, else the one line that says why."""
    done = subprocess.run([GARCO, *map(str, words)], capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stderr
    if status:
        assert done.stderr.startswith("garco: ") and done.stderr.count("\n") == 1 and done.stdout == ""
    return done.stderr if status else done.stdout


FRAGMENT, OLD = "__fragments/*_22", "__10_30_*_7"
MESSAGES = [
    # file, offset, what was found, what was expected
    ("basic", f"{FRAGMENT}/a0.tdb", cut(5), r'/a0.tdb: byte 5: field "range", tile 0: the file ends; expected 5337 bytes more'),
    ("basic", f"{FRAGMENT}/a0.tdb", cut(-1), r'/a0.tdb: byte 20502: field "range", tile 3: the file ends; expected 1 bytes more'),
    ("basic", f"{FRAGMENT}/d0.tdb", cut(0), r'/d0.tdb: byte 0: field "time", tile 0: the file ends; expected 843 bytes more'),
    ("basic", f"{FRAGMENT}/a0.tdb", flipped(10), r'/a0.tdb: byte 0: field "range", tile 0: chunks of 73536 bytes; '
     "expected 1000 cells of 8 bytes"),
    ("basic", f"{FRAGMENT}/a0.tdb", flipped(-5), r'/a0.tdb: byte 16028: field "range", tile 3: chunk, filter zstd: '
     "the compressed bytes are damaged"),
    ("basic", f"{FRAGMENT}/__fragment_metadata.tdb", cut(5), "/__fragment_metadata.tdb: byte 5: the end; expected a "
     "footer and the 8 bytes of its length"),
    ("basic", f"{FRAGMENT}/__fragment_metadata.tdb", cut(-1), r"/__fragment_metadata.tdb: byte 11878: a footer of "
     r"\d+ bytes before here; expected 1 to 11878"),
    ("basic", f"{FRAGMENT}/__fragment_metadata.tdb", flipped(0, 6), "/__fragment_metadata.tdb: byte 0: a generic tile "
     "of format version 86; garco reads versions 5 to 22"),
    ("basic", "__schema/__1*", cut(7), "/__schema/__1[^:]*: byte 0: 7 bytes are no generic tile; expected a header of 34"),
    ("basic", "__schema/__1*", cut(-1), r"/__schema/__1[^:]*: byte 0: generic tile of 34 \+ 18 \+ 313 bytes, of which "
     "364 are there"),
    ("basic", "__schema/__1*", flipped(10), "/__schema/__1[^:]*: byte 0: generic tile of 795 bytes packed to 28\\d+ in "
     "cells of 1; expected at most 2147483648 of each"),
    ("del", "__commits/__25_*.del", cut(-1), r"__25_25_[^:]*.del: byte 0: generic tile of 34 \+ 18 \+ 74 bytes, of which "
     "125 are there"),
    ("del_commits", "__commits/*.con", cut(0), ".con: byte 0: an empty file; expected names, a line each"),
    ("del_commits", "__commits/*.con", cut(-1), ".con: byte 560: a commit's name is expected, with a line feed after it"),
    ("del_commits", "__commits/*.con", flipped(-5), '.con: byte 560: commit "wrt"; expected __TIME_TIME_UUID_VERSION'),
    ("cons_novac", "__commits/*.vac", cut(0), ".vac: byte 0: an empty file; expected names, a line each"),
    ("cons_novac", "__commits/*.vac", cut(-1), ".vac: byte 170: the file ends in a line of 56 bytes; expected a line feed"),
    ("fmeta", "__fragment_meta/*.meta", cut(40), r".meta: byte 0: generic tile of 34 \+ 18 \+ 1148 bytes, of which 40 are"),
    ("del_cons", f"{FRAGMENT}/t.tdb", cut(-1), r'/t.tdb: byte 11255: field "t", tile 5: the file ends; expected 1 bytes'),
    ("v_07", "__array_schema.tdb", cut(-1), r"/__array_schema.tdb: byte 0: generic tile of 34 \+ 18 \+ 308 bytes, of "
     "which 359 are there"),
    ("v_07", f"{OLD}/__fragment_metadata.tdb", cut(5), "/__fragment_metadata.tdb: byte 5: a footer of 726 bytes before "
     "here; expected 1 to 5"),
    # what is missing
    ("basic", f"{FRAGMENT}/a0.tdb", gone, '/a0.tdb: field "range", tile 0: the data file is missing'),
    ("basic", f"{FRAGMENT}/__fragment_metadata.tdb", gone, "/__fragment_metadata.tdb: the fragment's metadata file is "
     "missing"),
    ("v_07", f"{OLD}/range.tdb", gone, '/range.tdb: field "range", tile 0: the data file is missing'),
    ("basic", FRAGMENT, gone, "fragment (__1[^ ]*_22) is committed by __commits/\\1.wrt or a .con file there, and its "
     "folder is not there in __fragments"),
    ("del_commits", "__fragments/__10_*", gone, "fragment (__10_10_[^ ]*_22) is committed by __commits/\\1.wrt or a .con "
     "file there, and its folder is not there in __fragments"),
    ("v_07", "__10_30_*_7", gone, "fragment (__10_30_[^ ]*_7) is committed by \\1.ok, and its folder is not there beside"),
    # no array, and a newer one
    ("basic", "__schema", gone, "a: no array: the folder has no __schema in it"),
    ("basic", "__schema/__1*", gone, "a: no array: its __schema folder holds no schema"),
    ("v_07", "__array_schema.tdb", gone, "a: no array: the folder has no __schema in it"),
    ("basic", "__schema/__1*", lambda f: f.write_bytes(b"\x17" + f.read_bytes()[1:]), "/__schema/__1[^:]*: byte 0: a generic "
     "tile of format version 23; garco reads versions 5 to 22"),
]


@pytest.mark.parametrize("name, file, damage, message", MESSAGES)
def test_messages(arrays, tmp_path, name, file, damage, message):
    shutil.copytree(arrays / "arr" / name, tmp_path / "a")
    damage(next((tmp_path / "a").glob(file)))
    line = said(1, "query", tmp_path / "a")
    assert re.match(f"garco: {re.escape(str(tmp_path))}/.*?{message}", line), line


def test_a_fragment_of_a_newer_version(arrays, tmp_path):
    array = tmp_path / "a"
    shutil.copytree(arrays / "arr/basic", array)
    (fragment,), (commit,) = (list(array.glob(f"{p}/__1*_22*")) for p in ("__fragments", "__commits"))
    fragment.rename(str(fragment)[:-2] + "23")
    commit.rename(str(commit).replace("_22.wrt", "_23.wrt"))
    line = said(1, "query", array)
    assert f"{fragment.name[:-2]}23/__fragment_metadata.tdb: fragment of format version 23; garco reads" in line


@pytest.mark.parametrize("name, commit", [("basic", "__commits/*.wrt"), ("v_07", "*.ok")])
def test_fragments_without_a_commit(arrays, tmp_path, name, commit):
    """Not there for a reader, as for TileDB; `garco fragments --all` lists it, and a vacuum leaves it."""
    array = tmp_path / "a"
    shutil.copytree(arrays / "arr" / name, array)
    (file,) = array.glob(commit)
    file.unlink()
    assert said(0, "query", array).count("\n") == 1
    assert said(0, "fragments", array).count("\n") == 1
    _, row = said(0, "fragments", "--all", array).splitlines()
    assert row.split(",")[:2] == [file.stem, "uncommitted"]


@pytest.mark.parametrize("name, gone, others", [("del_commits", "__fragments/__10_*", 3), ("v_07", "__10_30_*_7", 0)])
def test_commits_without_their_fragment(arrays, tmp_path, name, gone, others):
    """Readers fail there; `garco fragments --all` lists it beside those that are there."""
    array = tmp_path / "a"
    shutil.copytree(arrays / "arr" / name, array)
    before = [row.split(",")[0] for row in said(0, "fragments", array).splitlines()[1:]]
    (folder,) = array.glob(gone)
    shutil.rmtree(folder)
    files = sorted(array.rglob("*"))
    for reader in ("query", "fragments", "info", "consolidate", "vacuum"):
        assert f"fragment {folder.name} is committed by " in said(1, reader, array)
    rows = [row.split(",") for row in said(0, "fragments", "--all", array).splitlines()[1:]]
    assert sorted(row[0] for row in rows) == sorted(before)
    assert [row[1] for row in rows] == ["seen"] * others + ["missing"]
    assert rows[-1][0] == folder.name and rows[-1][6:9] == ["", "", "0"]
    assert sorted(array.rglob("*")) == files
