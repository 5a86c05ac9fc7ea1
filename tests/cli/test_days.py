# Days of an array: files are cut at days, parts of a day join, what is delivered again replaces.
# SPDX-License-Identifier: Apache-2.0
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import pytest
import tiledb

from conftest import GARCO

ACCEPT = pathlib.Path(__file__).resolve().parents[1] / "accept"
sys.path.append(str(ACCEPT))
import support  # noqa: E402
import tiny_rinex  # noqa: E402


def fragments(garco, *words):
    return [json.loads(line) for line in garco("fragments", *words, "a.tdb", "--format", "jsonl").lines()]


def rows(garco, source, *words):
    """What a source holds, at the array's resolution."""
    lines = [line.split(",") for line in garco("query", *words, source).lines()[1:]]
    return sorted(",".join(f"{float(v):.3f}" if "." in v and "T" not in v else v for v in line) for line in lines)


def observations(start, hours, step=600):
    """RINEX 2.11 from hour `start` of 2024-01-01 on."""
    text = tiny_rinex.rinex2(epochs=0).decode()
    for second in range(int(start * 3600), int((start + hours) * 3600), step):
        day, rest = 1 + second // 86400, second % 86400
        clock = f"{rest // 3600:2d} {rest // 60 % 60:2d} {rest % 60:2d}"
        text += f" 24  1 {day:2d} {clock}.0000000  0  2G01G05\n"
        for sat in (1, 5):
            values = [tiny_rinex.field(tiny_rinex.value_at(second // step, sat, t)) for t in ("L1", "L2", "C1", "P2", "S1")]
            text += "".join(values).rstrip() + "\n" + tiny_rinex.field(40.0).rstrip() + "\n"
    return text


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def garco(place):
    def run(*words, status=0):
        done = subprocess.run([GARCO, *map(str, words)], cwd=place, capture_output=True, timeout=120)
        assert done.returncode == status, f"{words}: {done.returncode}\n{done.stderr.decode()}"
        out = (done.stdout if status == 0 else done.stderr).decode()
        return type("ran", (), {"out": out, "lines": lambda self=None: out.splitlines()})()

    return run


def test_a_file_of_several_days_is_cut_at_them(garco, place):
    (place / "long.24o").write_text(observations(20, 40))
    garco("ingest", "long.24o", "a.tdb")
    listed = fragments(garco)
    assert sorted((f["time_low"][:16], f["time_high"][:16]) for f in listed) == [
        ("2024-01-01T20:00", "2024-01-01T23:50"), ("2024-01-02T00:00", "2024-01-02T23:50"),
        ("2024-01-03T00:00", "2024-01-03T11:50")]
    assert len(list((place / "a.tdb/__commits").iterdir())) == 1  # all three in one step
    assert rows(garco, "a.tdb") == rows(garco, "long.24o")
    assert "all equal" in garco("verify", "long.24o", "a.tdb").out
    assert "ingested before" in garco("ingest", "long.24o", "a.tdb").out


def test_hours_join_their_day_when_it_is_over(garco, place):
    names = []
    for hour in range(25):
        names.append(f"tiny001{chr(97 + hour % 24)}.24o" if hour < 24 else "tiny002a.24o")
        (place / names[-1]).write_text(observations(hour, 1))
    (place / "all.24o").write_text(observations(0, 25))
    for hour, name in enumerate(names[:23]):
        garco("ingest", name, "a.tdb")
        assert len(fragments(garco)) == hour + 1
    garco("ingest", names[24], "a.tdb")  # of the next day: the day before is over, though an hour is missing
    assert len(fragments(garco)) == 2
    garco("ingest", names[23], "a.tdb")  # late
    assert len(fragments(garco)) == 2
    assert rows(garco, "a.tdb") == rows(garco, "all.24o")
    for name in names:
        assert "ingested before" in garco("ingest", name, "a.tdb").out
    states = [f["state"] for f in fragments(garco, "--all")]
    assert states.count("seen") == 2 and states.count("replaced") > 20
    garco("vacuum", "a.tdb")
    assert len(fragments(garco, "--all")) == 2
    assert rows(garco, "a.tdb") == rows(garco, "all.24o")


def test_a_year_of_hours_at_once_is_a_fragment_a_day(garco, place):
    names = []
    for hour in range(72):
        names.append(f"h{hour:02d}.24o")
        (place / names[-1]).write_text(observations(hour, 1, step=1800))
    garco("ingest", *names[::-1], "a.tdb")
    # the last day's last epoch is half an hour before its end: it may go on
    assert sorted(f["time_low"][:10] for f in fragments(garco)) == ["2024-01-01", "2024-01-02"] + ["2024-01-03"] * 24
    shutil.rmtree(place / "a.tdb")
    garco("ingest", "--keep-parts", *names, "a.tdb")
    assert len(fragments(garco)) == 72


def test_what_is_delivered_again_replaces(garco, place):
    """Corrected values, cells that the newer delivery has not any more, and cells that only it has."""
    older, newer = place / "old", place / "new"
    older.mkdir(), newer.mkdir()
    text = observations(0, 24)
    (older / "tiny0010.24o").write_text(text)
    lines = text.splitlines(True)
    head = next(i for i, line in enumerate(lines) if "END OF HEADER" in line) + 1
    epochs = [lines[i:i + 5] for i in range(head, len(lines), 5)]
    kept = epochs[:50] + epochs[60:]  # ten epochs are gone
    kept[3] = [line.replace("40.000", "41.000") for line in kept[3]]
    corrected = "".join(lines[:head]) + "".join(map("".join, kept))
    (newer / "TINY0010.24O").write_text(corrected)
    garco("ingest", "old/tiny0010.24o", "a.tdb")
    before = rows(garco, "a.tdb")
    said = garco("ingest", "new/TINY0010.24O", "a.tdb").out
    assert "in place of what was there of its time" in said
    after = rows(garco, "a.tdb")
    assert after == rows(garco, "new/TINY0010.24O") != before
    assert "all equal" in garco("verify", "new/TINY0010.24O", "a.tdb").out
    with tiledb.open(str(place / "a.tdb")) as array:
        assert len(array.query(attrs=["snr"])[:]["snr"]) == len(after)
    # as it was before, and by TileDB's upkeep
    written = min(f["written_first"] for f in fragments(garco, "--all"))
    assert rows(garco, "a.tdb", "--at", written) == before
    tiledb.consolidate(str(place / "a.tdb"))
    tiledb.vacuum(str(place / "a.tdb"))
    assert rows(garco, "a.tdb") == after
    assert "ingested before" in garco("ingest", "old/tiny0010.24o", "a.tdb").out


def test_what_was_put_in_before_is_put_in_again_where_that_is_asked_for(garco, place):
    (place / "tiny0010.24o").write_text(observations(0, 24))
    garco("ingest", "tiny0010.24o", "a.tdb")
    whole = rows(garco, "a.tdb")
    garco("delete", "a.tdb", "--where", "time < '2024-01-01T12:00'")
    assert "ingested before" in garco("ingest", "tiny0010.24o", "a.tdb").out
    assert len(rows(garco, "a.tdb")) < len(whole)
    assert "cells" in garco("ingest", "--again", "tiny0010.24o", "a.tdb").out
    assert rows(garco, "a.tdb") == whole
    assert "all equal" in garco("verify", "tiny0010.24o", "a.tdb").out
    assert "ingested before" in garco("ingest", "tiny0010.24o", "a.tdb").out


def test_an_older_delivery_takes_the_place_of_a_newer_one(garco, place):
    for folder, hours in (("old", 12), ("new", 24)):
        (place / folder).mkdir()
        (place / folder / "tiny0010.24o").write_text(observations(0, hours))
        garco("ingest", f"{folder}/tiny0010.24o", "a.tdb")
    garco("ingest", "--again", "old/tiny0010.24o", "a.tdb")
    assert "all equal" in garco("verify", "old/tiny0010.24o", "a.tdb").out


def test_what_the_newer_delivery_does_not_cover_stays(garco, place):
    (place / "old").mkdir()
    (place / "old/tiny0010.24o").write_text(observations(0, 24))
    (place / "tiny0010.24o").write_text(observations(6, 2, step=1200))
    garco("ingest", "old/tiny0010.24o", "a.tdb")
    garco("ingest", "tiny0010.24o", "a.tdb")
    times = [line[:19] for line in rows(garco, "a.tdb")]
    assert {t for t in times if "2024-01-01T06:00:00" <= t < "2024-01-01T07:41:00"} == {
        f"2024-01-01T{6 + m // 60:02d}:{m % 60:02d}:00" for m in range(0, 120, 20)}
    assert "2024-01-01T05:50:00" in times and "2024-01-01T07:50:00" in times


# of the twelve epochs from 06:00 to 07:50 the other file covers eleven and has six
@pytest.mark.parametrize("when, count", [("deliveries", 24 * 6), ("never", 24 * 6), ("always", 24 * 6 - 5)])
def test_other_files_of_the_same_time(garco, place, when, count):
    (place / "tiny0010.24o").write_text(observations(0, 24))
    (place / "other.24o").write_text(observations(6, 2, step=1200))
    garco("ingest", "tiny0010.24o", "a.tdb")
    garco("ingest", "--replace", when, "other.24o", "a.tdb")
    assert len({line[:19] for line in rows(garco, "a.tdb")}) == count
    assert "--replace" in garco("ingest", "--replace", "now", "other.24o", "a.tdb", status=2).out


def test_killed_at_every_call_a_delivery_replaces_wholly_or_not_at_all(garco, place):
    shim = support.preloaded("kill_at", place)
    (place / "old").mkdir()
    (place / "old/tiny0010.24o").write_text(observations(18, 12, step=3600))
    (place / "tiny0010.24o").write_text(observations(20, 8, step=7200))
    garco("ingest", "old/tiny0010.24o", "base.tdb")
    shutil.copytree("base.tdb", "whole.tdb")
    garco("ingest", "tiny0010.24o", "whole.tdb")
    before, after = rows(garco, "base.tdb"), rows(garco, "whole.tdb")
    assert before != after
    seen = set()
    for n in range(1, 3000):
        shutil.copytree("base.tdb", "k.tdb")
        env = {**os.environ, "LD_PRELOAD": str(shim), "GARCO_KILL_AT": str(n)}
        code = subprocess.run([GARCO, "ingest", "tiny0010.24o", "k.tdb"], env=env, capture_output=True).returncode
        assert code in (0, -signal.SIGKILL)
        found = rows(garco, "k.tdb")
        assert found in (before, after), f"call {n}"
        seen.add(found == after)
        garco("ingest", "tiny0010.24o", "k.tdb")
        assert rows(garco, "k.tdb") == after, f"call {n}"
        shutil.rmtree("k.tdb")
        if code == 0:
            break
    assert n > 50 and seen == {False, True}


@pytest.mark.parametrize("what", ["commits", "fragment-meta"])
def test_what_could_not_be_written_is_not_said_to_be_done(garco, place, what):
    for day in (6, 7):
        (place / f"d{day}.24o").write_text(observations(day, 2, step=1200))
        garco("ingest", f"d{day}.24o", "a.tdb")
    words = f'ulimit -f 0; exec "{GARCO}" consolidate --what {what} a.tdb'
    ended = subprocess.run(["bash", "-c", words], cwd=place, capture_output=True, timeout=60)
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(b"garco: a.tdb/") and ended.stderr.count(b"\n") == 1
    assert "in one file" in garco("consolidate", "--what", what, "a.tdb").out
