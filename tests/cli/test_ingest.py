# garco ingest: files into arrays, each whole and once. TileDB-Py reads what was written.
# SPDX-License-Identifier: Apache-2.0
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

from conftest import GARCO
from samples import HEAD2, MIN2, MIN2_ROWS, MIN3, MIN3_ROWS, fields, header

tiledb = pytest.importorskip("tiledb")
ORDER = {letter: number for number, letter in enumerate("GRSECJI")}


@pytest.fixture
def files(tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3)
    return tmp_path


def in_order(text):
    """A query's rows in the order of an array's. Its filter keeps 0.0001 as 1 times 1e-4, whose
    product may differ from the decimal number by the last bit: rounded here to what was kept."""
    head, *lines = text.splitlines()

    def key(row):
        return row[0], ORDER[row[1]], int(row[2]), row[3]

    rows = sorted((line.split(",") for line in lines), key=key)
    return [head.split(",")] + [
        row[:4] + [text and str(round(float(text), 4)) for text in row[4:]] for row in rows]


def metadata(path):
    with tiledb.open(str(path)) as array:
        return dict(array.meta)


def records(path):
    found = {key: json.loads(value) for key, value in metadata(path).items()
             if key.startswith("garco.source.")}
    return {key.removeprefix("garco.source."): value for key, value in found.items()}


def commits(path):
    """The files that made something visible: of one fragment, or of the days of one file together."""
    return sorted(p.name for p in (path / "__commits").iterdir() if p.suffix in (".wrt", ".con"))


def test_a_file_gives_the_same_rows_out_of_the_array(garco, files):
    out = garco("ingest", "min.24o", "min.tdb").out
    assert out == "min.24o: 3 epochs, 6 cells\n"
    assert in_order(garco("query", "min.tdb").out) == in_order(MIN2_ROWS)
    for options in (["--by", "day"], ["--by", "sys,sat,obs", "--agg", "count,mean,std,min,max"],
                    ["--field", "doppler,snr", "--system", "R"]):
        assert garco("stats", "min.tdb", *options).out == garco("stats", "min.24o", *options).out


def test_the_array_says_what_went_in(garco, files):
    garco("ingest", "min.24o", "min.tdb")
    meta = metadata(files / "min.tdb")
    assert meta["garco.system_numbering"] == "0:GRSECJI"
    assert meta["garco.version"] == garco("version").out.split()[1]
    (record,) = records(files / "min.tdb").values()
    assert hashlib.sha256(MIN2.encode()).hexdigest() in records(files / "min.tdb")
    assert record["file"] == "min.24o" and record["cells"] == 6 and record["epochs"] == 3
    (commit,) = commits(files / "min.tdb")  # of two days, in one step
    assert f"__commits/{record['fragment']}.wrt\n" in (files / "min.tdb/__commits" / commit).read_text()
    assert f"_{record['timestamp']}_" in record["fragment"]
    assert "G S1 1C" in record["codes"] and "G P2 2W" in record["codes"]
    info = json.loads(garco("info", "--json", "min.tdb").out)
    assert info["cells"] == 6 and len(info["fragments"]) == 2
    assert info["first"] == "2024-05-11T00:00:00.000"
    assert info["domain"]["sat"] == [5, 24]
    assert [field["name"] for field in info["schema"]["fields"]] == [
        "time", "sys", "sat", "obs", "range", "phase", "doppler", "snr", "slip", "flags", "fcn"]
    assert info["metadata"]["garco.system_numbering"] == "0:GRSECJI"
    assert "fragments         2" in garco("info", "min.tdb").lines()


def test_the_same_bytes_go_in_once_under_any_name(garco, files):
    garco("ingest", "min.24o", "min.tdb")
    shutil.copy(files / "min.24o", files / "other.24o")
    again = garco("ingest", "min.24o", "other.24o", "min.rnx", "min.rnx", "min.tdb").lines()
    assert again == ["min.24o: ingested before, left out", "other.24o: ingested before, left out",
                     "min.rnx: 1 epochs, 3 cells", "min.rnx: ingested before, left out"]
    assert garco("ingest", "-", "min.tdb", stdin=MIN2.encode()).out == (
        "-: ingested before, left out\n")
    assert len(commits(files / "min.tdb")) == 3  # of the two files, and of the day that both have a part of


def test_standard_input_goes_in(garco, files):
    garco("ingest", "-", "min.tdb", stdin=gzip.compress(MIN3.encode()))
    assert in_order(garco("query", "min.tdb").out) == in_order(MIN3_ROWS)


def test_it_stays_once_after_tiledb_consolidated(garco, files):
    garco("ingest", "min.24o", "min.rnx", "min.tdb")
    before = garco("query", "min.tdb").out
    for mode in ("fragments", "array_meta", "commits"):
        config = {"sm.consolidation.mode": mode, "sm.vacuum.mode": mode}
        tiledb.consolidate(str(files / "min.tdb"), config=tiledb.Config(config))
        tiledb.vacuum(str(files / "min.tdb"), config=tiledb.Config(config))
    assert garco("ingest", "min.rnx", "min.24o", "min.tdb").lines() == [
        "min.rnx: ingested before, left out", "min.24o: ingested before, left out"]
    assert garco("query", "min.tdb").out == before


def test_a_record_without_its_fragment_does_not_count(garco, files):
    """What a writer leaves that was killed between the record and the commit."""
    garco("ingest", "min.24o", "min.tdb")
    (commit,) = commits(files / "min.tdb")
    os.remove(files / "min.tdb/__commits" / commit)
    assert garco("query", "min.tdb").out == MIN2_ROWS.splitlines(True)[0]
    garco("ingest", "min.rnx", "min.tdb")
    stale = hashlib.sha256(MIN2.encode()).hexdigest()
    assert records(files / "min.tdb")[stale] == {}
    assert garco("ingest", "min.24o", "min.tdb").out == "min.24o: 3 epochs, 6 cells\n"
    assert records(files / "min.tdb")[stale]["cells"] == 6
    # One cell of the two files has the same coordinates.
    assert len(garco("query", "min.tdb").lines()) == 1 + 8


def test_a_bad_file_writes_nothing_and_the_files_before_it_stay(garco, files):
    (files / "bad.24o").write_text(MIN2 + "what is this\n")
    failed = garco("ingest", "bad.24o", "min.tdb", status=1)
    assert failed.err.startswith(f"garco: bad.24o:{MIN2.count(chr(10)) + 1}: ")
    assert not (files / "min.tdb").exists()
    failed = garco("ingest", "min.rnx", "bad.24o", "min.24o", "min.tdb", status=1)
    assert failed.out == "min.rnx: 1 epochs, 3 cells\n"
    assert in_order(garco("query", "min.tdb").out) == in_order(MIN3_ROWS)
    saved = garco("ingest", "--salvage", "bad.24o", "min.tdb")
    assert saved.out == "bad.24o: 3 epochs, 6 cells, 1 damaged place\n"
    assert saved.err.count("\n") == 1


def test_a_target_that_is_no_array_is_left_alone(garco, files):
    (files / "folder").mkdir()
    (files / "folder/mine").write_text("mine")
    (files / "file").write_text("mine")
    for target in ("folder", "file", "no/such/folder/min.tdb"):
        before = sorted(files.rglob("*"))
        failed = garco("ingest", "min.24o", target, status=1).err
        assert failed.startswith(f"garco: {target}: ") and ".new-" not in failed
        assert sorted(files.rglob("*")) == before
    garco("ingest", "min.24o", status=2)
    garco("ingest", "--nonsense", "min.24o", "min.tdb", status=2)


def test_an_array_may_be_named_by_its_uri(garco, files):
    uri = f"file://{files}/min.tdb"
    assert garco("ingest", "min.24o", uri).out == "min.24o: 3 epochs, 6 cells\n"
    assert garco("ingest", "min.24o", "min.tdb").out == "min.24o: ingested before, left out\n"
    assert sorted(p.name for p in files.iterdir()) == ["min.24o", "min.rnx", "min.tdb"]
    for verb in (["query"], ["stats", "--by", "day"], ["info"]):
        assert garco(*verb, uri).lines()[1:] == garco(*verb, "min.tdb").lines()[1:]
    assert "s3" in garco("query", "s3://bucket/min.tdb", status=1).err
    garco("ingest", "min.24o", "s3://bucket/min.tdb", status=1)


def test_what_the_array_cannot_hold_is_the_files_fault(garco, files):
    (files / "loud.rnx").write_text(MIN3.replace("       45.250", "  3000000.000"))
    failed = garco("ingest", "loud.rnx", "min.tdb", status=1)
    assert failed.err.startswith("garco: loud.rnx: ") and 'field "snr"' in failed.err
    garco("ingest", "min.rnx", "min.tdb")
    assert in_order(garco("query", "min.tdb").out) == in_order(MIN3_ROWS)


def test_an_array_that_is_ahead_of_the_clock_is_refused(garco, files):
    """A commit later than what is there would be invisible until the clock has reached it."""
    garco("ingest", "min.24o", "min.tdb")
    with tiledb.open(str(files / "min.tdb")) as array:
        cells = array[:]
    hour_ahead = int(time.time() * 1000) + 3600000
    with tiledb.open(str(files / "min.tdb"), "w", timestamp=hour_ahead) as array:
        keys = [cells.pop(name) for name in ("time", "sys", "sat", "obs")]
        array[tuple(keys)] = dict(cells)
    before = sorted(files.rglob("*"))
    assert "clock" in garco("ingest", "min.rnx", "min.tdb", status=1).err
    assert sorted(files.rglob("*")) == before


def test_an_empty_folder_becomes_the_array(garco, files):
    (files / "min.tdb").mkdir()
    garco("ingest", "min.24o", "min.tdb")
    assert in_order(garco("query", "min.tdb").out) == in_order(MIN2_ROWS)
    garco("ingest", "min.24o", "slash.tdb/")
    assert garco("query", "slash.tdb/").out == garco("query", "min.tdb").out
    assert sorted(p.name for p in files.iterdir()) == [
        "min.24o", "min.rnx", "min.tdb", "slash.tdb"]


def test_a_file_without_observations_makes_no_array(garco, files):
    (files / "none.24o").write_text(HEAD2 + " 24  5 11  0  0  0.0000000  0  1G05\n\n")
    assert garco("ingest", "none.24o", "min.tdb").out == (
        "none.24o: no observations, nothing written\n")
    assert not (files / "min.tdb").exists()


def test_an_observation_that_is_there_twice_is_refused(garco, files):
    """Two epochs that are not the same to the reader, but have a satellite in common."""
    twice = (HEAD2 + " 24  5 11  0  0  0.0000000  0  2G05G07\n" + fields(1e7) + fields(2e7)
             + " 24  5 11  0  0  0.0000000  0  2G07G09\n" + fields(3e7) + fields(4e7))
    (files / "twice.24o").write_text(twice)
    line = HEAD2.count("\n") + 4
    failed = garco("ingest", "twice.24o", "min.tdb", status=1)
    assert failed.err.startswith(f"garco: twice.24o:{line}: ")
    assert not (files / "min.tdb").exists()
    assert f"garco: twice.24o:{line}: " in garco("ingest", "--salvage", "twice.24o", "min.tdb").err
    rows = garco("query", "min.tdb", "--field", "sat,range").lines()
    assert rows == ["sat,range", "5,10000000", "7,20000000", "9,40000000"]


def test_an_array_that_does_not_number_systems_is_not_guessed_at(garco, files):
    garco("ingest", "min.24o", "min.tdb")
    with tiledb.open(str(files / "min.tdb")) as array:
        schema = array.schema
    tiledb.Array.create(str(files / "one.tdb"), schema)
    with tiledb.open(str(files / "one.tdb"), "w") as array:
        array[[0 + 315964800000], [1], [5], [12611]] = {
            "range": [1.0], "phase": [1.0], "doppler": [1.0], "snr": [40.0], "slip": [0],
            "flags": [0], "fcn": [0]}
    assert "garco.system_numbering" in garco("ingest", "min.rnx", "one.tdb", status=1).err
    with tiledb.open(str(files / "one.tdb"), "w") as array:
        array.meta["garco.system_numbering"] = "1:GRSECJI"
    garco("ingest", "min.rnx", "one.tdb")
    with tiledb.open(str(files / "one.tdb")) as array:
        assert sorted(set(array[:]["sys"].tolist())) == [1, 4]
    rows = garco("query", "one.tdb", "--start", "2024").out
    assert in_order(rows) == in_order(MIN3_ROWS)


def test_other_schemas_are_refused(garco, files):
    domain = tiledb.Domain(tiledb.Dim("time", domain=(0, 100), tile=10, dtype="int64"))
    schema = tiledb.ArraySchema(domain, [tiledb.Attr("noise", dtype="f8")], sparse=True)
    tiledb.Array.create(str(files / "noise.tdb"), schema)
    assert 'field "sys" is missing' in garco("ingest", "min.24o", "noise.tdb", status=1).err
    garco("ingest", "min.24o", "long.tdb")
    evolution = tiledb.ArraySchemaEvolution()
    evolution.add_attribute(tiledb.Attr("note", dtype="ascii", var=True))
    evolution.array_evolve(str(files / "long.tdb"))
    assert 'attribute "note" of type string_ascii is not expected' in garco(
        "ingest", "min.rnx", "long.tdb", status=1).err


def test_two_writers_at_once_put_each_file_in_once(garco, files):
    for day in range(10, 20):
        (files / f"{day}.24o").write_text(MIN2.replace(" 24  5 1", f" 24 {day - 9:2d} 1"))
    names = [f"{day}.24o" for day in range(10, 20)]
    writers = [subprocess.Popen([GARCO, "ingest", *order, "min.tdb"], cwd=files,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
               for order in (names, names[::-1])]
    out = [writer.communicate(timeout=120) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], out
    assert len(commits(files / "min.tdb")) == 10
    assert len(garco("query", "min.tdb").lines()) == 1 + 60


def test_killed_at_any_moment_it_leaves_whole_files_only(garco, files):
    """SIGKILL at 50 random moments of putting in three files."""
    chance = random.Random(3)
    epochs = "".join(f" 24  1  1  {h:2d} {m:2d}  0.0000000  0  3G05G07G09\n"
                     + fields(2e7 + m, 1e8, 0, 40) * 3
                     for h in range(24) for m in range(60))
    names = []
    for day in (1, 2, 3):
        names.append(f"d{day}.24o")
        (files / names[-1]).write_text(
            HEAD2 + epochs.replace(" 24  1  1  ", f" 24  1  {day} "))
    begun = time.monotonic()
    garco("ingest", *names, "whole.tdb")
    whole = time.monotonic() - begun
    cells = 1440 * 3
    for moment in range(50):
        target = files / f"killed{moment % 5}.tdb"
        process = subprocess.Popen([GARCO, "ingest", *names, target], cwd=files,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.random() * whole * 1.1)
        process.kill()
        assert process.wait() in (0, -signal.SIGKILL)
        if target.exists():  # made at once, or not at all
            count = len(garco("query", target, "--field", "sat").lines()) - 1
            with tiledb.open(str(target)) as array:
                assert len(array[:]["sat"]) == count
            assert count % cells == 0
            held = [r for r in records(target).values() if r]
            assert sum(r["cells"] for r in held) >= count
    for target in sorted(files.glob("killed*.tdb")):
        garco("ingest", *names, target)
        assert garco("query", target).out == garco("query", "whole.tdb").out


def test_a_real_day_cell_by_cell(garco, data, tmp_path):
    day = data("rinex/york0440.15d.Z")
    garco("ingest", day, "york.tdb")
    rows = [line.split(",") for line in garco("query", "york.tdb").lines()[1:]]
    with tiledb.open(str(tmp_path / "york.tdb")) as array:
        cells = array.query(use_arrow=False)[:]
    assert len(rows) == len(cells["time"]) == 27251 + 26868
    order = sorted(range(len(rows)), key=lambda i: (cells["time"][i], cells["sys"][i],
                                                    cells["sat"][i], cells["obs"][i]))
    for row, i in zip(rows, order):
        code = int(cells["obs"][i]).to_bytes(2, "big").decode()
        assert row[1:4] == ["GRSECJI"[cells["sys"][i]], str(cells["sat"][i]), code]
        for name, text in zip(("range", "phase", "doppler", "snr"), row[4:8]):
            value = cells[name][i]
            assert value < -2e6 if text == "" else type(value)(text) == value, (row, name, value)
        assert row[8:] == [str(cells[n][i]) for n in ("slip", "flags", "fcn")]
    stats = ["--agg", "mean", "--field", "snr", "--system", "G", "--obs-code", "1C", "--by", "day"]
    assert garco("stats", day, *stats).out == garco("stats", "york.tdb", *stats).out


def of_station(name, minute=0):
    text = MIN2.replace(header("TEST", "MARKER NAME"), header(name, "MARKER NAME") if name else "")
    return text.replace(" 24  5 11  0  0", f" 24  5 11  0{minute:3d}").replace("20891", f"208{minute:02d}")


def test_a_file_of_another_station_is_refused_and_writes_nothing(garco, files):
    (files / "p057.24o").write_text(of_station("P057", 1))
    (files / "p058.24o").write_text(of_station("P058", 2))
    (files / "long.24o").write_text(of_station("p05700USA", 3))
    (files / "none.24o").write_text(of_station("", 4))
    garco("ingest", "p057.24o", "a.tdb")
    before = garco("query", "a.tdb").out
    error = garco("ingest", "p058.24o", "a.tdb", status=1).err
    assert "p058.24o: of station P058, and the array is of P057" in error
    assert garco("query", "a.tdb").out == before and len(commits(files / "a.tdb")) == 1
    garco("ingest", "long.24o", "none.24o", "a.tdb")
    garco("ingest", "--any-station", "p058.24o", "a.tdb")
    assert len(records(files / "a.tdb")) == 4
    assert metadata(files / "a.tdb")["garco.marker_name"] == "P057"
    (files / "p059.24o").write_text(of_station("P059", 5))
    assert "of P057" in garco("ingest", "p059.24o", "a.tdb", status=1).err


def test_an_array_without_its_marker_goes_by_a_header_that_it_keeps(garco, files):
    (files / "p058.24o").write_text(of_station("P058"))
    garco("ingest", "min.24o", "a.tdb")
    with tiledb.open(str(files / "a.tdb"), "w") as array:
        del array.meta["garco.marker_name"]
    assert "of station P058, and the array is of TEST" in garco("ingest", "p058.24o", "a.tdb", status=1).err


CROWDED = (HEAD2.replace("     5    C1    L1    D1    S1    P2", f"{'     2    C1    C2':36}")
           + " 24  5 11  0  0  0.0000000  0  1C05\n" + fields(20891534.648, 20891535.648))


def test_values_whose_code_another_type_has_are_said(garco, files):
    """C1 and C2 of BeiDou are both 2I: one has the cell."""
    (files / "bds.24o").write_text(CROWDED)
    said = "1 without a cell of their own"
    assert said in garco("ingest", "bds.24o", "bds.tdb").out
    for words in (["query", "bds.24o"], ["stats", "bds.24o"], ["convert", "bds.24o", "--to", "csv"]):
        result = garco(*words)
        assert "bds.24o: 1 values left out: an earlier type of the satellite has their code" in result.err
        assert result.err.count("\n") == 1
    assert garco("query", "min.24o").err == ""


def test_attributes_that_were_added_have_their_fill_value_in_new_cells(garco, files):
    (files / "later.24o").write_text(MIN2.replace(" 24  5 1", " 24  6 1"))
    garco("ingest", "min.24o", "a.tdb")
    garco("evolve", "a.tdb", "--add-attr", "quality:uint8", "--add-attr",
          '{"name": "place", "type": "int16", "width": 2, "fill": [7, -7]}', "--add-attr",
          '{"name": "note", "type": "int32", "nullable": true}', "--add-attr",
          '{"name": "mark", "type": "int8", "nullable": true, "fill": 5}')
    assert garco("ingest", "later.24o", "a.tdb").out == "later.24o: 3 epochs, 6 cells\n"
    with tiledb.open(str(files / "a.tdb")) as array:
        cells = array.query(attrs=["quality", "place", "mark"])[:]
    assert cells["quality"].tolist() == [255] * 12
    assert {tuple(place) for place in cells["place"].tolist()} == {(7, -7)}
    for name in ("min.24o", "later.24o"):
        assert garco("verify", name, "a.tdb").out == f"{name}: 6 cells, all equal\n"
    head, *rows = garco("query", "a.tdb", "--field", "note,mark,quality").lines()
    assert rows == [",5,255"] * 12
    garco("export", "a.tdb", "--start", "2024-06-01", "-o", "back.24o")
    assert garco("verify", "back.24o", "a.tdb").out.endswith("all equal\n")


def test_attributes_of_observations_that_were_dropped_are_missed(garco, files):
    garco("ingest", "min.24o", "a.tdb")
    garco("evolve", "a.tdb", "--drop-attr", "fcn")
    assert 'field "fcn" is missing' in garco("ingest", "min.rnx", "a.tdb", status=1).err
    garco("evolve", "a.tdb", "--add-attr", "fcn:int8")
    garco("ingest", "min.rnx", "a.tdb", "--any-station")
