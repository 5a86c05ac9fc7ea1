# garco query on RINEX files.
# SPDX-License-Identifier: Apache-2.0
import gzip
import json
import signal
import subprocess

import pytest

from conftest import GARCO
from samples import HEAD2, MIN2, MIN2_ROWS, MIN3, MIN3_ROWS, fields, rows


@pytest.fixture
def files(tmp_path):
    (tmp_path / "min.24o").write_text(MIN2)
    (tmp_path / "min.rnx").write_text(MIN3)
    return tmp_path


def test_every_row_and_value(garco, files):
    assert garco("query", "min.24o").out == MIN2_ROWS
    assert garco("query", "min.rnx").out == MIN3_ROWS


def test_several_sources_follow_each_other_under_one_heading(garco, files):
    assert garco("query", "min.24o", "min.rnx").out == MIN2_ROWS + MIN3_ROWS.split("\n", 1)[1]


def test_standard_input_also_compressed(garco, files):
    assert garco("query", "-", stdin=MIN3.encode()).out == MIN3_ROWS
    assert garco("query", "-", stdin=gzip.compress(MIN3.encode())).out == MIN3_ROWS


@pytest.mark.parametrize("options, wanted", [
    (["--start", "2024-05-11T00:00:30"], [3, 4, 5]),
    (["--end", "2024-05-11T00:00:30"], [0, 1, 2]),
    (["--start", "2024-132", "--span", "30s"], [0, 1, 2]),
    (["--end", "2024-05-12", "--span", "1d"], [0, 1, 2, 3, 4]),
    (["--start", "2025"], []),
    (["--system", "R"], [2]),
    (["--system", "R,G"], [0, 1, 2, 3, 4, 5]),
    (["--system", "E", "--system", "R"], [2]),
    (["--sat", "G07,R24"], [2, 4]),
    (["--sat", "G7", "--sat", "R24"], [2, 4]),
    (["--sat", "24"], [2]),
    (["--sat", "G99"], []),
    (["--system", "G", "--sat", "R24"], []),
    (["--obs-code", "2W"], [1]),
    (["--obs-code", "1C", "--sat", "G05", "--span", "1d", "--start", "2024-05-11"], [0, 3]),
])
def test_selections(garco, files, options, wanted):
    assert garco("query", "min.24o", *options).out == rows(MIN2_ROWS, *wanted)


@pytest.mark.parametrize("condition, wanted", [
    (["snr > 40"], [0, 3, 5]),
    (["snr >= 40 and sat in (24, 7)"], [2]),
    (["snr != 40"], [0, 1, 3, 4, 5]),  # as in NumPy, NaN differs from all
    (["not snr > 40"], [2, 4]),
    (["snr < 1000 or snr >= 1000"], [0, 2, 3, 4, 5]),
    (["sys == 'R'"], [2]),
    (["system != 'R' and obs_code = '1C'"], [0, 3, 4, 5]),
    (["obs in ('2W', '5Q')"], [1]),
    (["time >= '2024-05-11T00:00:30' and time < '2024-05-12'"], [3, 4]),
    (["time > 1715385600000", "sat = 5"], [3, 5]),
    (["sat = 5", "snr > 45 or snr < 44.5", "30 < snr"], [0, 3, 5]),
    (["fcn = 0"], [0, 1, 3, 4, 5]),
    (["fcn < 0 or fcn != 0"], []),  # a channel that is not known is no number
    (["flags = 1 and constell = 'G'"], [0, 4]),
    (["snr > 100"], []),
])
def test_conditions(garco, files, condition, wanted):
    words = [word for text in condition for word in ("--where", text)]
    assert garco("query", "min.24o", *words).out == rows(MIN2_ROWS, *wanted)
    garco("ingest", "min.24o", "min.tdb")
    exact = ["--field", "time,sys,sat,obs,snr,slip,flags,fcn"]
    assert garco("query", "min.tdb", *words, *exact).out == garco("query", "min.24o", *words, *exact).out
    assert garco("stats", "min.24o", *words, "--agg", "count,nan", "--field", "range,snr").out == \
        garco("stats", "min.tdb", *words, "--agg", "count,nan", "--field", "range,snr").out


@pytest.mark.parametrize("source", ["min.24o", "min.tdb"])
@pytest.mark.parametrize("condition, message", [
    ("snrr > 3", 'byte 0: no field "snrr" (did you mean snr?): expected one of time, sys, sat, obs, range'),
    ("snr >", "a number or 'text' is expected"),
    ("snr 3", "< <= > >= == !=, is or in is expected"),
    ("(snr > 3", ") is expected"),
    ("snr > 3 snr", "and, or or the end is expected"),
    ("sys = 'X'", "'X' is no value of field \"sys\""),
    ("sat = 300", "300 is no value of field \"sat\""),
    ("sys = 'g'", "which is uint8: expected a number, or a system such as 'G'"),
    ("obs = '1c'", "byte 6: '1c' is no value of field \"obs\", which is uint16: expected a number, or a code such as '1C'"),
    ("obs_code == 1C", "1C is no value of field \"obs_code\""),
    ("time > 2024-05-11T12:00", "byte 7: 2024-05-11T12:00 is no value of field \"time\", which is int64: expected "
     "a number, or a time such as '2024-05-11T12:00'"),
    ("time > 'soon'", "'soon' is no value of field \"time\""),
    ("snr > 35 && sat == 5", "byte 9: the words and, or, not are expected, found &"),
    ("snr > 3; sat", "a character that no condition has, found ;"),
    ("", "a field's name is expected"),
])
def test_conditions_that_cannot_be_read(garco, files, source, condition, message):
    garco("ingest", "min.24o", "min.tdb")
    for verb in ("query", "stats"):
        ended = garco(verb, source, "--where", condition, status=1)
        assert message in ended.err and ended.out == ""


def test_zeros_are_kept_when_asked_for(garco, files):
    plain = garco("query", "min.24o", "--start", "2024-05-11T00:00:30", "--sat", "G05",
                  "--field", "phase,snr").lines()
    kept = garco("query", "min.24o", "--start", "2024-05-11T00:00:30", "--sat", "G05",
                 "--field", "phase,snr", "--keep-zeros").lines()
    assert plain == ["phase,snr", ",46.5", ",44"]
    assert kept == ["phase,snr", "0,46.5", ",44"]


def test_fields_by_any_of_their_names(garco, files):
    first = garco("query", "min.24o", "--field", "snr,sat", "--field", "system").lines()[:2]
    assert first == ["snr,sat,system", "45.25,5,G"]
    first = garco("query", "min.24o", "--field", "sys,constell,obs,obs_code,time").lines()[:2]
    assert first == ["sys,constell,obs,obs_code,time", "G,G,1C,1C,2024-05-11T00:00:00.000"]


def test_a_row_of_nothing_is_no_empty_line_of_csv(garco, files):
    lines = garco("query", "min.24o", "--field", "phase").lines()
    assert lines == ["phase", "109786142.123", '""', "112000000.001", '""', "99999999.999", '""']
    count, = garco("stats", "min.24o", "--agg", "nan", "--field", "phase").lines()[1:]
    assert count == "3"
    assert garco("query", "min.24o", "--field", "phase,snr").lines()[2] == ","


def test_json_lines(garco, files):
    lines = [json.loads(line) for line in garco("query", "min.24o", "--format", "jsonl").lines()]
    assert lines[0] == {"time": "2024-05-11T00:00:00.000", "system": "G", "sat": 5,
                        "obs_code": "1C", "range": 20891534.648, "phase": 109786142.123,
                        "doppler": -123.5, "snr": 45.25, "slip": 0, "flags": 1, "fcn": 0}
    assert lines[2]["fcn"] is None and lines[3]["phase"] is None
    assert len(lines) == 6
    assert garco("query", "min.24o", "--format", "jsonl", "--sat", "G99").out == ""


def test_a_table_is_aligned(garco, files):
    lines = garco("query", "min.24o", "--format", "table", "--field", "sat,range,obs_code").lines()
    assert lines == ["sat         range  obs_code",
                     "  5  20891534.648  1C",
                     "  5      20891533  2W",
                     " 24      21000000  1C",
                     "  5      20891500  1C",
                     "  7                1C",
                     "  5      20891400  1C"]


def test_a_file_is_there_when_it_is_complete(garco, files):
    garco("query", "min.24o", "-o", "out.csv")
    assert (files / "out.csv").read_text() == MIN2_ROWS
    before = sorted(files.iterdir())
    (files / "bad.24o").write_text(MIN2[:-40] + "garbage\n")
    garco("query", "min.24o", "bad.24o", "-o", "out2.csv", status=1)
    assert sorted(files.iterdir()) == sorted([*before, files / "bad.24o"])
    garco("query", "min.24o", "-o", "no/such/folder.csv", status=1)


def test_damage_is_one_line_with_file_and_line(garco, files):
    good = HEAD2 + " 24  5 10 23 59 30.0000000  0  1G05\n" + fields(20891534.648)
    (files / "bad.24o").write_text(good + "what is this\n" + MIN2[len(HEAD2):])
    lines = HEAD2.count("\n") + 3
    failed = garco("query", "bad.24o", status=1)
    assert failed.out == ""
    assert failed.err.startswith(f"garco: bad.24o:{lines}: ")
    saved = garco("query", "bad.24o", "--salvage")
    assert saved.err.startswith(f"garco: bad.24o:{lines}: ") and saved.err.count("\n") == 1
    assert saved.lines()[-6:] == MIN2_ROWS.splitlines()[1:]


@pytest.mark.parametrize("options, message", [
    (["--start", "yesterday"], "--start: \"yesterday\" is no time: expected YYYY-MM-DD"),
    (["--end", "2024-02-30"], "--end: \"2024-02-30\" is no time"),
    (["--start", "2025", "--end", "2024"],
     "the start 2025-01-01T00:00:00.000 is not before the end 2024-01-01T00:00:00.000"),
    (["--start", "2025", "--end", "2025"],
     "the start 2025-01-01T00:00:00.000 is not before the end 2025-01-01T00:00:00.000"),
    (["--sat", "G"], 'unknown satellite "G": expected a letter of GRSECJI and a number'),
    (["--sat", "X05"], 'unknown satellite "X05"'),
    (["--sat", "g05"], "such as G05, in capitals"),
    (["--obs-code", "L1C"], 'unknown observation code "L1C" (did you mean 1C?): expected a band'),
    (["--obs-code", "L1"], 'unknown observation code "L1" (a type of RINEX 2): expected a band'),
    (["--obs-code", "C"], 'unknown observation code "C"'),
    (["--field", "snrr"], 'no field "snrr" (did you mean snr?): expected'),
])
@pytest.mark.parametrize("verb", ["query", "stats"])
@pytest.mark.parametrize("source", ["min.24o", "min.tdb"])
def test_what_cannot_be_found_ends_with_1(garco, files, verb, source, options, message):
    garco("ingest", "min.24o", "min.tdb")
    ended = garco(verb, source, *options, status=1)
    assert message in ended.err and ended.out == ""


@pytest.mark.parametrize("options, message", [
    (["--span", "12"], "--span needs one of --start and --end"),
    (["--span", "12q", "--start", "2024"], "--span: \"12q\" is no span"),
    (["--sat", "G05,,G06"], "--sat has an empty word"),
    (["--memory", "0"], '--memory is "0": expected a number of bytes'),
    (["--memory", "12Q"], "expected a number of bytes"),
    (["--memory", "12Mb"], "expected a number of bytes"),
    (["--threads", "many"], "expected a number of 1 to 1024"),
    (["--format", "xml"], 'unknown format "xml": expected csv, jsonl or table'),
    (["--system-base", "2"], "expected 0 or 1"),
    (["--nonsense"], "--nonsense: unknown option;"),
    (["--feild", "snr"], "--feild: unknown option (did you mean --field?)"),
    (["--satt=G05"], "--satt=G05: unknown option (did you mean --sat?)"),
    (["-q"], "-q: unknown option;"),
    (["-o", ""], "--output is empty"),
    ([""], "a word is empty: expected the name of a file or an array"),
    (["--sat"], "--sat: missing argument"),
])
def test_wrong_words_end_with_2(garco, files, options, message):
    assert message in garco("query", "min.24o", *options, status=2).err


def test_what_is_not_there_ends_with_1(garco, files):
    assert "no such file" in garco("query", "none.24o", status=1).err.lower()
    assert "snr, slip, flags, fcn" in garco("query", "min.24o", "--field", "noise", status=1).err
    assert "none.24o" in garco("query", "min.24o", "none.24o", status=1).err
    for words in (["--where", "foo > 3"], ["--field", "foo"]):
        assert garco("query", "none.tdb", *words, status=1).err.startswith("garco: none.tdb: cannot open: No such file")
    assert "query: no source" in garco("query", status=2).err
    (files / "empty.24o").write_text("")
    (files / "folder").mkdir()
    garco("query", "empty.24o", status=1)
    assert "folder" in garco("query", "folder", status=1).err


def test_a_reader_that_stops_ends_it_without_a_word(data):
    process = subprocess.Popen([GARCO, "query", data("rinex/york0440.15d.Z")],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) in (0, -signal.SIGPIPE)
    assert process.stderr.read() == b""


def test_values_read_back_to_the_numbers_of_the_file(garco, data):
    """The first ranges of the day as its text has them, and the number of rows."""
    lines = garco("query", data("rinex/york0440.15d.Z")).lines()
    assert len(lines) == 1 + 27251 + 26868
    assert lines[1] == "2015-02-13T00:00:00.000,G,7,1C,24482102.132,-5936986.221,,42,0,8,0"
