"""A killed consolidation or vacuum loses nothing and doubles nothing: at every call that touches a file.

Readers see what they saw, at every moment; the next consolidation and vacuum end as if nothing had happened. TileDB's own
reader sees an array with duplicates twice between the two files of a commit, until garco writes to the array again.

SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest
import support
from test_accept_kill import shim  # noqa: F401  (a fixture)

tiledb = pytest.importorskip("tiledb", reason="no TileDB-Py here")
numpy = pytest.importorskip("numpy")


def make(array, duplicates):
    domain = tiledb.Domain(tiledb.Dim("x", domain=(0, 999), tile=10, dtype="i8"))
    attributes = [tiledb.Attr("v", dtype="i4"), tiledb.Attr("w", dtype="f8")]
    tiledb.Array.create(
        str(array),
        tiledb.ArraySchema(domain=domain, attrs=attributes, sparse=True, capacity=20, allows_duplicates=duplicates),
    )
    for time in (1, 3, 5):
        with tiledb.open(str(array), "w", timestamp=time) as opened:
            x = numpy.arange(time, 60, 2 if time < 5 else 3)
            opened[x] = {"v": (x + time).astype("i4"), "w": x / 4}
    with tiledb.open(str(array), "d", timestamp=4) as opened:
        opened.query(cond="v < 9").submit()


def by_tiledb(array):
    with tiledb.open(str(array)) as opened:
        cells = opened.query()[:]
    return sorted(zip(*(map(float, cells[n]) for n in ("x", "v", "w"))))


def by_garco(array):
    lines = support.ok("query", array, "--field", "x,v,w").out
    lines = (lines.decode() if isinstance(lines, bytes) else lines).splitlines()[1:]
    return sorted(tuple(map(float, line.split(","))) for line in lines)


def run_killed(library, n, *words):
    env = {**os.environ, "LD_PRELOAD": str(library), "GARCO_KILL_AT": str(n)}
    code = subprocess.run([support.GARCO, *map(str, words)], env=env, capture_output=True, check=False).returncode
    assert code in (0, -signal.SIGKILL)
    return code == 0


def finish(array, cells, wanted):
    support.ok("consolidate", array)
    support.ok("vacuum", array, "--what", "all", "--strays", "1ms")
    assert by_tiledb(array) == by_garco(array) == wanted
    assert [f.cell_num for f in tiledb.FragmentInfoList(str(array))] == [cells]
    left = [p.name for p in pathlib.Path(array).iterdir() if p.name.startswith(".")]
    assert left == []
    assert len(list(pathlib.Path(array, "__fragments").iterdir())) == 1


@pytest.mark.parametrize("duplicates", [False, True])
def test_a_killed_consolidation(duplicates, shim, tmp_path):  # noqa: F811
    base = tmp_path / "base"
    make(base, duplicates)
    wanted = by_tiledb(base)
    cells = sum(f.cell_num for f in tiledb.FragmentInfoList(str(base)))
    assert by_garco(base) == wanted
    states = set()
    for n in range(1, 2000):
        array = tmp_path / f"killed{n}"
        shutil.copytree(base, array)
        if run_killed(shim, n, "consolidate", "--threads", "1", array):
            break
        commits = {p.suffix for p in (array / "__commits").iterdir() if p.name.startswith("__1_5_")}
        states.add(frozenset(commits))
        assert by_garco(array) == wanted, f"call {n}"
        if not (duplicates and commits == {".wrt"}):
            assert by_tiledb(array) == wanted, f"call {n}"
        finish(array, cells, wanted)
        shutil.rmtree(array)
    print(f"{n - 1} calls")
    assert n > 50, "the counter does not count"
    assert {frozenset(), frozenset({".wrt"}), frozenset({".wrt", ".vac"})} == states


def test_a_killed_vacuum(shim, tmp_path):  # noqa: F811
    base = tmp_path / "base"
    make(base, False)
    wanted = by_tiledb(base)
    support.ok("consolidate", "--what", "commits", base)  # so that there is an .ign to write
    support.ok("vacuum", "--what", "commits", base)
    support.ok("consolidate", base)
    cells = [f.cell_num for f in tiledb.FragmentInfoList(str(base))][0]
    for n in range(1, 2000):
        array = tmp_path / f"killed{n}"
        shutil.copytree(base, array)
        if run_killed(shim, n, "vacuum", array):
            break
        assert by_garco(array) == wanted == by_tiledb(array), f"call {n}"
        finish(array, cells, wanted)
        shutil.rmtree(array)
    print(f"{n - 1} calls")
    assert n > 10, "the counter does not count"


@pytest.mark.parametrize("what", ["commits", "fragment-meta", "array-meta"])
def test_a_killed_consolidation_of_small_files(what, shim, tmp_path):  # noqa: F811
    base = tmp_path / "base"
    make(base, False)
    for time in (1, 2, 3):
        with tiledb.open(str(base), "w", timestamp=time) as opened:
            opened.meta["k"] = f"{time}"
    wanted = by_tiledb(base)
    for n in range(1, 200):
        array = tmp_path / f"killed{n}"
        shutil.copytree(base, array)
        whole = run_killed(shim, n, "consolidate", "--what", what, array)
        for _ in range(1 if whole else 2):
            assert by_garco(array) == wanted == by_tiledb(array), f"call {n}"
            with tiledb.open(str(array)) as opened:
                assert dict(opened.meta) == {"k": "3"}
            support.ok("vacuum", "--what", what, array)
        shutil.rmtree(array)
        if whole:
            break
    assert n > 3, "the counter does not count"
