# garco verify: an array holds what a file holds, or every difference is found.
# SPDX-License-Identifier: Apache-2.0
import json
import random

import pytest

from samples import HEAD2, MIN2, MIN3, fields, header
from shared_files import DAMAGED, WHOLE

tiledb = pytest.importorskip("tiledb")


@pytest.fixture
def files(tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3)
    return tmp_path


def epoch(second, *values, sat="G05"):
    return f" 24  5 11  0 {second // 60:2d}{second % 60:11.7f}  0  1{sat}\n" + fields(*values)


@pytest.mark.parametrize("name", WHOLE)
def test_real_files_are_held(garco, data, name):
    garco("ingest", data("rinex/" + name), "real.tdb")
    out = garco("verify", data("rinex/" + name), "real.tdb").out
    cells = len(garco("query", "--field", "time", data("rinex/" + name)).lines()) - 1
    assert out == f"{data('rinex/' + name)}: {cells} cells, all equal\n" and cells > 0


@pytest.mark.parametrize("name", DAMAGED)
def test_what_is_saved_of_damaged_files_is_held(garco, data, name):
    file = data("rinex/" + name)
    garco("ingest", "--salvage", file, "real.tdb")
    assert "all equal, " in garco("verify", "--salvage", file, "real.tdb").out
    garco("verify", file, "real.tdb", status=1)


def test_every_kind_of_difference_is_told(garco, files):
    """Out of the array: a cell; other there: a value and a flag; more there: two cells."""
    mine = HEAD2 + "".join([epoch(0, 2e7, 1e8, -1.5, 40), epoch(30, 2e7 + 1, 1e8 + 1, 0, 41),
                            epoch(60, 2e7 + 2)])
    theirs = HEAD2 + "".join([epoch(0, 2e7, (1e8, "1"), -1.5, 40.25), epoch(15, 1, 2, 3, 4, 5),
                              epoch(60, 2e7 + 2), epoch(90, 9)])
    (files / "mine.24o").write_text(mine)
    (files / "theirs.24o").write_text(theirs)
    garco("ingest", "theirs.24o", "a.tdb")
    failed = garco("verify", "mine.24o", "theirs.24o", "a.tdb", status=1)
    assert failed.err == "garco: a.tdb: does not hold 1 of 2 files\n"
    assert failed.out == (
        "mine.24o: 3 cells, 1 missing, 1 differing, 2 extra in the array"
        "; the array has no record of the file\n"
        "  differs  2024-05-11T00:00:00.000 G05 1C: snr 40 in the file, 40.25 in the array;"
        " flags 0 in the file, 1 in the array\n"
        "  extra    2024-05-11T00:00:15.000 G05 1C: range 1, phase 2, doppler 3, snr 4\n"
        "  extra    2024-05-11T00:00:15.000 G05 2W: range 5\n"
        "  missing  2024-05-11T00:00:30.000 G05 1C: range 20000001, phase 100000001, doppler 0,"
        " snr 41\n"
        "theirs.24o: 5 cells, all equal\n")
    few = garco("verify", "--max-differences", "1", "mine.24o", "a.tdb", status=1).lines()
    assert len(few) == 3 and few[2] == "  and 3 more"
    assert len(garco("verify", "--max-differences", "0", "mine.24o", "a.tdb", status=1).lines()) == 1
    told = json.loads(garco("verify", "--json", "mine.24o", "a.tdb", status=1).out)
    assert (told["missing"], told["differing"], told["extra"], told["holds"]) == (1, 1, 2, False)
    assert told["differences"][0]["file"] == {
        "range": 2e7, "phase": 1e8, "doppler": -1.5, "snr": 40.0, "flags": 0, "fcn": 0}
    assert told["differences"][0]["array"]["flags"] == 1
    assert [d["kind"] for d in told["differences"]] == ["differs", "extra", "extra", "missing"]


def test_the_last_cell_of_a_file_counts(garco, files):
    (files / "long.24o").write_text(HEAD2 + epoch(0, 2e7) + epoch(30, 2e7 + 30))
    (files / "short.24o").write_text(HEAD2 + epoch(0, 2e7))
    garco("ingest", "short.24o", "a.tdb")
    assert garco("verify", "long.24o", "a.tdb", status=1).lines()[1] == (
        "  missing  2024-05-11T00:00:30.000 G05 1C: range 20000030")


@pytest.mark.parametrize("mine, theirs, told", [
    (("0", "4"), ("0", " "), "flags 8 in the file, 0 in the array"),
    (("1", " "), ("0", " "), "flags 16 in the file, 0 in the array"),
    (("0", " "), ("1", "2"), "flags 0 in the file, 18 in the array"),
])
def test_every_bit_of_the_flags_is_compared(garco, files, mine, theirs, told):
    """Antispoofing, power failure, half cycle."""
    for name, (flag, mark) in {"mine": mine, "theirs": theirs}.items():
        text = HEAD2 + epoch(0, 2e7, (1e8, mark)).replace("  0  1G05", f"  {flag}  1G05")
        (files / f"{name}.24o").write_text(text)
    garco("ingest", "theirs.24o", "a.tdb")
    assert garco("verify", "mine.24o", "a.tdb", status=1).lines()[1].endswith(f" G05 1C: {told}")


@pytest.mark.parametrize("mine, theirs, differs", [
    ("-3", "-3", False), ("-3", " 3", True), ("-3", "", True), ("", "-3", False), ("", "", False)])
def test_channels_of_glonass(garco, files, mine, theirs, differs):
    """A file that does not know the channel says nothing against the array's."""
    for name, channel in {"mine": mine, "theirs": theirs}.items():
        slots = header(f"  1 R24 {channel}", "GLONASS SLOT / FRQ #") if channel else ""
        (files / f"{name}.rnx").write_text(
            header("     3.04           OBSERVATION DATA    R", "RINEX VERSION / TYPE")
            + header("R    1 C1C", "SYS / # / OBS TYPES") + slots + header("", "END OF HEADER")
            + "> 2024 05 11 00 00  0.0000000  0  1\nR24  20891534.648\n")
    garco("ingest", "theirs.rnx", "a.tdb")
    told = json.loads(garco("verify", "--json", "mine.rnx", "a.tdb", status=int(differs)).out)
    assert told["holds"] != differs and told["differing"] == int(differs)


def test_extra_cells_fail_unless_allowed(garco, files):
    (files / "fast.24o").write_text(HEAD2 + "".join(epoch(s, 2e7 + s) for s in range(31)))
    (files / "slow.24o").write_text(HEAD2 + epoch(0, 2e7) + epoch(30, 2e7 + 30))
    garco("ingest", "fast.24o", "slow.24o", "a.tdb")
    failed = garco("verify", "slow.24o", "fast.24o", "a.tdb", status=1)
    assert failed.lines()[0] == "slow.24o: 2 cells, all equal, 29 extra in the array"
    assert failed.lines()[-1] == "fast.24o: 31 cells, all equal"
    assert garco("verify", "--allow-extra", "slow.24o", "a.tdb").out == (
        "slow.24o: 2 cells, all equal, 29 more in the array\n")
    told = json.loads(garco("verify", "--json", "--allow-extra", "slow.24o", "a.tdb").out)
    assert told["holds"] and told["extra"] == 29 and told["differences"] == []


def test_parts_that_follow_each_other_have_no_extra_cells(garco, files):
    names = []
    for part in range(4):
        names.append(f"part{part}.24o")
        (files / names[-1]).write_text(
            HEAD2 + "".join(epoch(part * 15 + s, 2e7 + s) for s in range(0, 15, 5)))
    garco("ingest", *names[::-1], "a.tdb")
    assert garco("verify", *names, "a.tdb").lines() == [f"{n}: 3 cells, all equal" for n in names]


def test_a_file_whose_cells_another_replaced_is_not_held(garco, files):
    (files / "new.24o").write_text(MIN2.replace("20891534.648", "20891534.649"))
    garco("ingest", "min.24o", "new.24o", "a.tdb")
    failed = garco("verify", "new.24o", "min.24o", "a.tdb", status=1)
    assert failed.lines() == [
        "new.24o: 6 cells, all equal", "min.24o: 6 cells, 1 differing",
        "  differs  2024-05-11T00:00:00.000 G05 1C: range 20891534.648 in the file, "
        "20891534.649 in the array"]


def test_the_file_is_read_as_it_was_put_in(garco, files):
    """With the codes and the zeros of the array's record; with others it is another file."""
    (files / "own.map").write_text("G P2 2L\n")
    garco("ingest", "--code-map", "own.map", "--keep-zeros", "min.24o", "a.tdb")
    assert garco("verify", "min.24o", "a.tdb").out == "min.24o: 6 cells, all equal\n"
    garco("verify", "--code-map", "own.map", "--keep-zeros", "min.24o", "a.tdb")
    (files / "table.map").write_text("G P2 2W\n")
    failed = garco("verify", "--code-map", "table.map", "min.24o", "a.tdb", status=1)
    assert failed.lines()[0] == "min.24o: 6 cells, 1 missing, 1 extra in the array"
    garco("verify", "-", "a.tdb", stdin=MIN2.encode(), status=1)


def test_values_that_share_a_cell_are_not_held(garco, files):
    (files / "one.map").write_text("G P2 1C\n")
    garco("ingest", "--code-map", "one.map", "min.24o", "a.tdb")
    failed = garco("verify", "min.24o", "a.tdb", status=1)
    assert failed.out == "min.24o: 5 cells, all equal, 1 values without a cell of their own\n"


def test_times_that_go_back_and_standard_input(garco, files):
    text = HEAD2 + epoch(30, 1) + epoch(0, 2) + epoch(30, 3, sat="G07") + epoch(15, 4)
    (files / "back.24o").write_text(text)
    garco("ingest", "--salvage", "back.24o", "a.tdb")
    cells = len(garco("query", "a.tdb").lines()) - 1
    assert garco("verify", "--salvage", "back.24o", "a.tdb").out.startswith(
        f"back.24o: {cells} cells, all equal")
    garco("ingest", "min.rnx", "b.tdb")
    assert garco("verify", "-", "b.tdb", stdin=MIN3.encode()).out == "-: 3 cells, all equal\n"


def test_words_and_files_that_are_wrong(garco, files):
    garco("ingest", "min.24o", "a.tdb")
    for words in (["min.24o"], [], ["--max-differences", "-1", "min.24o", "a.tdb"],
                  ["--max-differences", "x", "min.24o", "a.tdb"], ["--nonsense", "a", "b"],
                  ["--system-base", "2", "min.24o", "a.tdb"]):
        garco("verify", *words, status=2)
    assert "none.tdb" in garco("verify", "min.24o", "none.tdb", status=1).err
    assert "none.24o" in garco("verify", "none.24o", "a.tdb", status=1).err


def test_systems_that_are_numbered_otherwise(garco, files):
    garco("ingest", "min.24o", "a.tdb")
    with tiledb.open(str(files / "a.tdb")) as array:
        schema = array.schema
    tiledb.Array.create(str(files / "turned.tdb"), schema)
    with tiledb.open(str(files / "turned.tdb"), "w") as array:
        array.meta["garco.system_numbering"] = "3:ECRSGJI"
    garco("ingest", "min.24o", "min.rnx", "turned.tdb")
    out = garco("verify", "--allow-extra", "min.24o", "min.rnx", "turned.tdb", status=1).lines()
    assert out[1].startswith("  differs  2024-05-11T00:00:00.000 G05 1C: phase 109786142.123 in")
    assert out[0] == "min.24o: 6 cells, 1 differing, 2 more in the array" and out[2:] == [
        "min.rnx: 3 cells, all equal, 2 more in the array"]


def altered(path, chance, count):
    """Writes over `count` cells of the array with one value changed by a digit, by TileDB itself.
    Gives their times and satellites."""
    with tiledb.open(path) as array:
        cells = array.query(use_arrow=False)[:]
    picked = sorted(chance.sample(range(len(cells["time"])), count))
    changes = {name: values[picked].copy() for name, values in cells.items()}
    for i in range(count):
        name = chance.choice(["range", "phase", "snr", "flags"])
        if name != "flags" and changes[name][i] < -2e6:  # absent
            changes[name][i] = 1
        else:
            changes[name][i] += {"flags": 1, "snr": 0.001}.get(name, 0.0001)
    for name in ("range", "phase", "doppler", "snr"):
        absent = changes[name] < -2e6
        changes[name][absent] = float("nan")
    keys = [changes.pop(name) for name in ("time", "sys", "sat", "obs")]
    with tiledb.open(path, "w") as array:
        array[tuple(keys)] = changes
    return sorted(zip(*(key.tolist() for key in keys)))


def test_one_digit_of_one_cell_is_found(garco, data, tmp_path):
    file, chance = data("rinex/york0440.15d.Z"), random.Random(7)
    garco("ingest", file, "york.tdb")
    keys = altered(str(tmp_path / "york.tdb"), chance, 40)
    told = json.loads(
        garco("verify", "--json", "--max-differences", "1000", file, "york.tdb", status=1).out)
    assert told["differing"] == len(keys) == 40 and told["missing"] == told["extra"] == 0
    found = [(d["system"], d["sat"], d["obs_code"]) for d in told["differences"]]
    assert found == [("GRSECJI"[s], n, int(o).to_bytes(2, "big").decode()) for _, s, n, o in keys]


def test_a_lost_epoch_is_found(garco, data, tmp_path):
    file = data("rinex/york0440.15d.Z")
    garco("ingest", file, "york.tdb")
    with tiledb.open(str(tmp_path / "york.tdb"), "d") as array:
        array.query(cond="time == 1423785600000").submit()
    lost = sum(r.startswith("2015-02-13T00:00:00.000,") for r in garco("query", file).lines())
    out = garco("verify", file, "york.tdb", status=1).out
    assert f"54119 cells, {lost} missing\n" in out and lost > 10


def test_a_file_of_several_windows(garco, tmp_path):
    garco("simulate", "--version", "3", "--system", "GREC", "--interval", "10s", "--duration",
          "16h", "-o", "long.rnx")
    garco("ingest", "long.rnx", "long.tdb")
    out = garco("verify", "long.rnx", "long.tdb").out
    assert out.endswith(" cells, all equal\n") and int(out.split()[1]) > 1 << 19
    keys = altered(str(tmp_path / "long.tdb"), random.Random(9), 25)
    told = json.loads(garco("verify", "--json", "long.rnx", "long.tdb", status=1).out)
    assert told["differing"] == len(keys) and told["missing"] == told["extra"] == 0


def test_cells_between_the_windows_of_a_file_are_extra(garco, tmp_path):
    """Others every five seconds behind the file's epochs: each one that is before its last is seen, once."""
    garco("simulate", "--version", "3", "--system", "GREC", "--interval", "10s", "--duration", "16h", "-o", "long.rnx")
    thin = garco("convert", "long.rnx", "--to", "rinex", "--obs-code", "1C", "--system", "G").out.splitlines()
    (tmp_path / "thin.rnx").write_text("".join(
        (row[:20] + "5" + row[21:] if row.startswith(">") else row) + "\n" for row in thin))
    garco("ingest", "long.rnx", "thin.rnx", "a.tdb")
    last = garco("query", "--field", "time", "long.rnx").lines()[-1]
    extra = sum(row < last for row in garco("query", "--field", "time", "thin.rnx").lines()[1:])
    told = json.loads(garco("verify", "--json", "long.rnx", "a.tdb", status=1).out)
    assert told["cells"] > 1 << 19 and told["missing"] == told["differing"] == 0
    assert told["extra"] == extra > 40000
