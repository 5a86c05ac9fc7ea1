# CSV and JSON lines out of convert are the rows that query prints.
# SPDX-License-Identifier: Apache-2.0
import json
import signal
import subprocess

import pytest

from convert_support import GARCO, epoch2, field, header2, run, shared, text_of

DAY = header2(["C1", "S1"]) + "".join(
    epoch2(i, 0, ["G05", "R07"], [[field(2e7), field(45.25)], [field(0), field(40)]]) for i in range(6))


@pytest.mark.parametrize("name", ["npaz3550.21d", "KMS300DNK_R_20221591000_01H_30S_MO.crx"])
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_rows_are_those_of_query(name, form, tmp_path):
    path = shared(name)
    for options in ([], ["--system", "G", "--obs-code", "1C"], ["--keep-zeros"]):
        wanted = run("query", path, "--format", form, *options).bytes
        assert run("convert", path, "--to", form, *options).bytes == wanted
        run("convert", path, "-o", tmp_path / f"rows.{form}", *options)
        assert (tmp_path / f"rows.{form}").read_bytes() == wanted


@pytest.mark.parametrize("ending", ["Z", "gz", "bz2"])
def test_rows_compressed_by_name(ending, tmp_path):
    run("convert", "-", "-o", tmp_path / f"rows.csv.{ending}", stdin=DAY.encode())
    assert not (tmp_path / f"rows.csv.{ending}").read_bytes().startswith(b"time")
    assert text_of(tmp_path / f"rows.csv.{ending}") == run("query", "-", stdin=DAY.encode()).bytes


def test_rows_on_a_grid():
    made = run("convert", "-", "--to", "jsonl", "--interval", "2m", "--start", "2024-05-11T00:01",
               stdin=DAY.encode()).lines()
    assert [json.loads(row)["time"][14:16] for row in made] == ["02", "02", "04", "04"]
    made = run("convert", "-", "--to", "csv", "--interval", "1h", "--start", "2024-05-11T00:01",
               stdin=DAY.encode()).lines()
    assert made == ["time,system,sat,obs_code,range,phase,doppler,snr,slip,flags,fcn"]


@pytest.mark.parametrize("words", [["--version", "3"], ["--rnxcmp-compatible"]])
def test_words_that_say_nothing_about_rows(words):
    assert "rows" in run("convert", "-", "--to", "csv", *words, status=2, stdin=DAY.encode()).err


@pytest.mark.parametrize("verb", ["convert", "merge"])
def test_a_reader_that_stops_ends_us_without_a_word(verb):
    path = shared("york0440.15d.Z")
    process = subprocess.Popen([GARCO, verb, path, "--to", "rinex"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE)
    process.stdout.read(100)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait(60) == -signal.SIGPIPE


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl", "rows.csv.gz", "ROWS.CSV.GZ"])
def test_names_of_rows_are_refused_where_rinex_alone_is_written(name, tmp_path):
    (tmp_path / "day.24o").write_text(DAY)
    run("ingest", "day.24o", "day.tdb", cwd=tmp_path)
    for words in (["merge", "day.24o"], ["export", "day.tdb"], ["simulate", "--duration", "1m"]):
        err = run(*words, "-o", name, status=2, cwd=tmp_path).err
        assert "query prints" in err or name in err, err
        assert not (tmp_path / name).exists()
    run("export", "day.tdb", "--to", "rinex", "-o", name, cwd=tmp_path)
    assert b"rows" not in text_of(tmp_path / name)


def test_obs_is_plain_text(tmp_path):
    run("convert", "-", "-o", tmp_path / "day.obs", stdin=DAY.encode())
    assert (tmp_path / "day.obs").read_text() == run("convert", "-", "--to", "rinex", stdin=DAY.encode()).out


def test_rows_by_a_code_map(tmp_path):
    text = (header2(["C1", "L2"]) + epoch2(0, 0, ["G05"], [[field(2e7), field(9e7)]])).encode()
    (tmp_path / "map").write_text("G L2 2L\n")
    words = ["--code-map", tmp_path / "map"]
    for form in ("csv", "jsonl"):
        made = run("convert", "-", "--to", form, *words, stdin=text)
        assert made.bytes == run("query", "-", "--format", form, *words, stdin=text).bytes
        assert "2L" in made.out and "2W" not in made.out
        chosen = run("convert", "-", "--to", form, "--obs-code", "2L", *words, stdin=text)
        assert "2L" in chosen.out and "1C" not in chosen.out
