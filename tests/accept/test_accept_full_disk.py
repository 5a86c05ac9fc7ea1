"""A disk that fills up: what was there before is as it was, byte for byte, and nothing else is there.

At every single call that needs room, by a preloaded counter (full_at.c): from that call on there is none.

SPDX-License-Identifier: Apache-2.0
"""

import os
import shutil
import subprocess

import pytest

import support
import tiny_rinex

DAY2 = "2024-01-02"


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return support.preloaded("full_at", tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder, made = tmp_path_factory.mktemp("files"), {}
    for day in (1, 2):
        made[f"day{day}.24o"] = tiny_rinex.rinex2(day=day)
    made["rows.csv"] = b"time,sys,sat,snr\n0,G,1,40\n1000,E,2,41\n"
    made["schema.json"] = b"""{"sparse": true, "capacity": 10, "fields": [
        {"name": "time", "dimension": true, "type": "int64", "domain": [0, 999999], "extent": 1000},
        {"name": "sys", "dimension": true, "type": "uint8", "domain": [0, 9], "extent": 1},
        {"name": "sat", "dimension": true, "type": "uint8", "domain": [0, 99], "extent": 1},
        {"name": "snr", "type": "float32"}]}"""
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return folder


def tree(folder):
    """Every file and folder below it, with what is in it."""
    return {str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None for p in folder.rglob("*")}


def nothing(files, place):
    pass


def empty_folder(files, place):
    (place / "a.tdb").mkdir()


def empty_array(files, place):
    support.ok("create", "--schema", files / "schema.json", place / "a.tdb")


def observed(files, place):
    support.ok("ingest", files / "day1.24o", place / "a.tdb")


def several(files, place):
    for _ in range(3):
        support.ok("ingest", "--again", "--replace", "never", "--keep-parts", files / "day1.24o", place / "a.tdb")


def one_kept(files, place):
    several(files, place)
    support.ok("consolidate", place / "a.tdb")


WORK = {
    "create": (nothing, ["create", "--schema", "FILES/schema.json", "a.tdb"]),
    "create in a folder": (empty_folder, ["create", "--schema", "FILES/schema.json", "a.tdb"]),
    "ingest into a new array": (nothing, ["ingest", "FILES/day1.24o", "a.tdb"]),
    "ingest into a folder": (empty_folder, ["ingest", "FILES/day1.24o", "a.tdb"]),
    "ingest into an array": (observed, ["ingest", "FILES/day2.24o", "a.tdb"]),
    "ingest what replaces": (observed, ["ingest", "--again", "--replace", "always", "FILES/day1.24o", "a.tdb"]),
    "write": (empty_array, ["write", "a.tdb", "FILES/rows.csv"]),
    "consolidate": (several, ["consolidate", "a.tdb"]),
    "consolidate commits": (several, ["consolidate", "--what", "commits", "a.tdb"]),
    "consolidate footers": (several, ["consolidate", "--what", "fragment-meta", "a.tdb"]),
    "consolidate metadata": (several, ["consolidate", "--what", "array-meta", "a.tdb"]),
    "delete": (observed, ["delete", "a.tdb", "--where", "sat == 1"]),
    "metadata": (observed, ["metadata", "a.tdb", "--set", "operator=EarthScope"]),
    "evolve": (observed, ["evolve", "a.tdb", "--add-attr", "quality:uint8"]),
}


@pytest.mark.parametrize("name", WORK)
def test_a_full_disk_leaves_all_as_it_was(name, files, shim, tmp_path):
    prepare, words = WORK[name]
    base = tmp_path / "base"
    base.mkdir()
    prepare(files, base)
    before = tree(base)
    words = [w.replace("FILES", str(files)) for w in words]
    for n in range(1, 1000):
        place = tmp_path / "place"
        shutil.copytree(base, place)
        env = {**os.environ, "LD_PRELOAD": str(shim), "GARCO_FULL_AT": str(n)}
        done = subprocess.run([support.GARCO, *words], env=env, cwd=place, capture_output=True, check=False, timeout=60)
        if done.returncode == 0:
            break
        assert done.returncode == 1, f"call {n}: {done.returncode} {done.stderr}"
        message = done.stderr.decode()
        assert message.count("\n") == 1 and message.startswith("garco: "), message
        assert "No space left on device" in message and "a.tdb" in message, message
        after = tree(place)
        assert sorted(after) == sorted(before), f"call {n}: {message}"
        assert after == before, f"call {n}: {message}"
        shutil.rmtree(place)
    assert n > 3, "the counter does not count"
    assert tree(place) != before
