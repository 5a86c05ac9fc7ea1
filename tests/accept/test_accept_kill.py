"""A killed ingest leaves an array that opens in garco and in TileDB-Py, holds whole files only, and can be completed.

By the clock, 50 times at random; and at every single call that touches a file, by a preloaded counter (kill_at.c),
since the moments that matter, between two renames, are shorter than a clock hits.

SPDX-License-Identifier: Apache-2.0
"""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest
import support
import tiny_rinex

tiledb = pytest.importorskip("tiledb", reason="no TileDB-Py here")
numpy = pytest.importorskip("numpy")

DAY = 86400000


def days_by_garco(array):
    """{day: cells} as garco counts them; None: it says that there is no array."""
    ran = support.garco("stats", array, "--agg", "count", "--field", "slip", "--by", "day", "--format", "csv")
    if ran.code == 1:
        return None
    assert ran.code == 0, str(ran)
    frame = support.table(ran.out)
    return dict(zip((d[:10] for d in frame["day"]), frame["slip_count"]))


def days_by_tiledb(array):
    if tiledb.object_type(str(array)) is None:
        return None
    with tiledb.open(str(array)) as opened:
        time_of = opened.query(attrs=["slip"], dims=["time"])[:]["time"]
    days, counts = numpy.unique(time_of // DAY, return_counts=True)
    return {str(numpy.datetime64(int(d), "D")): int(c) for d, c in zip(days, counts)}


def both(array):
    ours, theirs = days_by_garco(array), days_by_tiledb(array)
    assert ours == theirs
    return ours


def whole_files_only(array, full):
    """Each day is there in full or not at all; returns how many are."""
    found = both(array)
    if found is None:
        return 0
    for day, count in found.items():
        assert count == full[day], f"{day}: {count} of {full[day]} cells"
    return len(found)


def complete(array, files, full):
    """A last ingest: everything there, and every cell written once."""
    support.ok("ingest", *files, array)
    assert both(array) == full
    fragments = tiledb.FragmentInfoList(str(array))
    assert sum(f.cell_num for f in fragments) == sum(full.values()), "a file went in twice"
    assert len(fragments) == len(files)


# ---------------------------------------------------------------------- by the clock


def test_kill_at_random_moments(tmp_path):
    seed = int(os.environ.get("GARCO_TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print("seed", seed, "(GARCO_TEST_SEED)")
    rng = random.Random(seed)
    files = []
    for day in range(1, 7):
        files.append(tmp_path / f"sims00{day}0.24d.Z")
        support.simulate(files[-1], seed=day, start=f"2024-01-{day:02d}", duration="6h")
    began = time.monotonic()
    support.ok("ingest", *files, tmp_path / "whole.tdb")
    long = time.monotonic() - began
    full = both(tmp_path / "whole.tdb")
    assert len(full) == len(files)
    assert min(full.values()) > 5000

    killed = partial = 0
    array, tries = tmp_path / "a0.tdb", 0
    for n in range(50):
        child = subprocess.Popen(
            [support.GARCO, "ingest", *files, array], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0, long) if tries else rng.uniform(0, long / 2))
        child.send_signal(signal.SIGKILL)
        killed += child.wait() == -signal.SIGKILL
        there = whole_files_only(array, full)
        partial += 0 < there < len(files)
        tries += 1
        if there == len(files) or tries == 5:
            complete(array, files, full)
            shutil.rmtree(array)
            array, tries = tmp_path / f"a{n + 1}.tdb", 0
    if tries:
        complete(array, files, full)
    print(f"{killed} of 50 killed while running, {partial} arrays in part")
    assert killed >= 25, "the kills came too late to tell anything"
    assert partial >= 5


# ---------------------------------------------------------------------- at every call


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return support.preloaded("kill_at", tmp_path_factory.mktemp("shim"))


@pytest.mark.parametrize("there_before", [False, True], ids=["new array", "array with a file in it"])
def test_kill_at_every_call(there_before, shim, tmp_path):
    files = []
    for day in (1, 2):
        files.append(tmp_path / f"day{day}.24o")
        files[-1].write_bytes(tiny_rinex.rinex2(day=day))
    first, new = (files[:1], files[1:]) if there_before else ([], files[:1])
    wanted = first + new
    base, whole = tmp_path / "base.tdb", tmp_path / "whole.tdb"
    if first:
        support.ok("ingest", *first, base)
    support.ok("ingest", *wanted, whole)
    full = both(whole)
    assert len(full) == len(wanted)

    seen = set()
    for n in range(1, 2000):
        array = tmp_path / f"killed{n}.tdb"
        if first:
            shutil.copytree(base, array)
        env = {**os.environ, "LD_PRELOAD": str(shim), "GARCO_KILL_AT": str(n)}
        code = subprocess.run(
            [support.GARCO, "ingest", *new, array], env=env, capture_output=True, check=False
        ).returncode
        assert code in (0, -signal.SIGKILL)
        if code == 0:
            break
        there = whole_files_only(array, full)
        assert there >= len(first), f"call {n}: what was there before is lost"
        seen.add(there)
        try:
            complete(array, wanted, full)
        except AssertionError as e:
            raise AssertionError(f"killed at call {n}: {e}") from e
        shutil.rmtree(array)
    print(f"{n - 1} calls")
    assert n > 20, "the counter does not count"
    assert seen >= set(range(len(first), len(wanted)))


# ---------------------------------------------------------------------- two at once


def test_two_writers_at_once(tmp_path):
    """Two commands into one array: whole files, and one that both have is in once."""
    files = []
    for day in range(1, 9):
        files.append(tmp_path / f"day{day}.24o")
        files[-1].write_bytes(tiny_rinex.rinex2(day=day, epochs=200))
    support.ok("ingest", *files, tmp_path / "whole.tdb")
    full = both(tmp_path / "whole.tdb")
    array = tmp_path / "a.tdb"
    support.ok("ingest", files[0], array)
    shared = files[3:5]
    children = [
        subprocess.Popen([support.GARCO, "ingest", *part, array], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for part in (files[1:3] + shared, shared + files[5:])
    ]
    for child in children:
        out, err = child.communicate(timeout=60)
        assert child.returncode == 0, (out, err)
    complete(array, files, full)
